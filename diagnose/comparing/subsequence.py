"""The heaviest common subsequence of two sequences: what is paired keeps its order."""

import numpy as np
import numpy.typing as npt


def heaviest(weights: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return pairs of rows and columns, both rising, whose weights have the largest sum.

    This is the alignment of Needleman and Wunsch, in which gaps cost nothing.

    Examples
    --------
    >>> heaviest(np.array([[1, 0, 0], [0, 0, 2], [0, 1, 0]], np.float32))
    [(0, 0), (1, 2)]
    """
    rows, columns = weights.shape
    best = np.zeros((rows + 1, columns + 1), np.float32)
    for row in range(rows):
        kept = np.maximum(best[row, 1:], best[row, :-1] + weights[row])
        best[row + 1, 1:] = np.maximum.accumulate(kept)
    found: list[tuple[int, int]] = []
    row, column = rows, columns
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            found.append((row, column))
    return found[::-1]
