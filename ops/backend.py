"""The numpy adapter: the array-API namespace and the few names it lacks."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cutaway.graph import Kind

Array = npt.NDArray[Any]


class Numpy:
    """What kernels get as ``xp``: numpy, ``erf``, ``scatter_add`` and the run's precision.

    Parameters
    ----------
    float_dtype
        The dtype of every float of the run.
    """

    def __init__(self, float_dtype: npt.DTypeLike = np.float64) -> None:
        self.float_dtype = np.dtype(float_dtype)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def dtype_of(self, kind: Kind) -> np.dtype[Any]:
        """Return the dtype that a kind has in this run."""
        return {
            "float": self.float_dtype,
            "int": np.dtype(np.int64),
            "bool": np.dtype(np.bool_),
        }[kind]

    def erf(self, x: Array) -> Array:
        """Return the error function of every element."""
        found: Array = special.erf(x)
        return found

    def scatter_add(self, index: Array, values: Array, length: int) -> Array:
        """Add ``values[i]`` into row ``index[i]`` of zeros; repeated rows add up.

        Rows are sorted first, so that one ``reduceat`` does the work of a Python loop.
        """
        rows = index.reshape(-1)
        values = values.reshape(rows.size, *values.shape[index.ndim :])
        out = np.zeros((length, *values.shape[1:]), values.dtype)
        order = np.argsort(rows, kind="stable")
        found, starts = np.unique(rows[order], return_index=True)
        out[found] = np.add.reduceat(values[order], starts, axis=0)
        return out

    def random(self, shape: tuple[int, ...], *seeds: int) -> Array:
        """Return uniform numbers in [0, 1): the same for the same seeds and shape."""
        return np.random.default_rng(seeds).random(shape, dtype=np.float64)
