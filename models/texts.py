"""Texts become what a model is fed with."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import FeedError
from cutaway.graph.errors import explain
from cutaway.interop import brief, encode, repr_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Array = npt.NDArray[Any]
Text = str | tuple[str, str]


def text_feeds(
    tokenizer: "Tokenizer", texts: str | Sequence[Text], padding: int
) -> dict[str, Array]:
    """Return token numbers, mask (1 for tokens) and types of a batch: int64, (B, T) each.

    Texts are padded on the right, to the longest; ``padding`` is the token for it.

    Raises
    ------
    FeedError
        If there is no text, or one without tokens, or one that is no Unicode.
    """
    found = [encode(tokenizer, *pair) for pair in _batch(texts)]
    return {
        "input_ids": _padded([encoding.ids for encoding in found], padding),
        "attention_mask": _padded([encoding.attention_mask for encoding in found], 0),
        "token_type_ids": _padded([encoding.type_ids for encoding in found], 0),
    }


def _batch(texts: str | Sequence[Text]) -> list[tuple[str, str | None]]:
    """Return texts as pairs, of which the second may be missing."""
    listed: Iterable[object] = (texts,)
    if isinstance(texts, Iterable) and not isinstance(texts, str):
        listed = texts
    found: list[tuple[str, str | None]] = []
    for text in listed:
        match text:
            case str():
                found.append((text, None))
            case (str() as first, str() as second):
                found.append((first, second))
            case _:
                raise _no_text(text)
    if not found:
        raise _no_text(texts)
    return found


def _no_text(came: object) -> FeedError:
    return FeedError(
        explain(
            "there is no text to feed",
            required="a text, or a list of texts or of pairs of texts",
            came=brief(repr_of(came)),
        )
    )


def _padded(rows: Sequence[Sequence[int]], padding: int) -> Array:
    width = max(map(len, rows))
    return np.array([[*row, *[padding] * (width - len(row))] for row in rows], dtype=np.int64)
