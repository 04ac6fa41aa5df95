"""Tokenizers, by Hugging Face's library (the extra ``hf``)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cutaway.graph import CutawayError, FeedError, LoadError
from cutaway.graph.errors import explain
from cutaway.interop.document import brief, read_text, repr_of

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

LARGEST = 2**28  # bytes; the largest vocabularies take a tenth of it


def read_tokenizer(file: Path) -> "Tokenizer":
    """Return the tokenizer of a ``tokenizer.json``, without the padding and truncation it fixes.

    Raises
    ------
    LoadError
        If the file is missing or no tokenizer, or if the library is not installed.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise LoadError(
            explain(
                "reading a tokenizer needs the package tokenizers",
                where=str(file),
                fix="pip install 'cutaway[hf]'",
            )
        ) from None
    if not file.is_file():
        raise LoadError(
            explain(
                f"there is no {file}",
                required="tokenizer.json, as save_pretrained of a fast tokenizer writes it",
                fix="feed token numbers yourself, or add the file",
            )
        )
    text = read_text(file, LARGEST)
    with _told(LoadError, f"{file} is no tokenizer", "a tokenizer.json"):
        found = Tokenizer.from_str(text)
        found.no_padding()
        found.no_truncation()
        return found


def encode(tokenizer: "Tokenizer", text: str, second: str | None = None) -> "Encoding":
    """Return the tokens of a text, or of a pair of texts.

    Raises
    ------
    FeedError
        If there are none, or if the tokenizer cannot read the text.
    """
    named = f"the text {brief(repr_of(text))}"
    with _told(FeedError, f"{named} cannot be tokenized", "a text of Unicode"):
        found = tokenizer.encode(text, second)
    if not found.ids:
        raise FeedError(f"{named} has no tokens: the model needs one")
    return found


@contextmanager
def _told(kind: Callable[[str], CutawayError], what: str, required: str) -> Iterator[None]:
    """Tell in our words what the library refuses.

    It raises bare ``Exception`` and, from Rust on files that it did not foresee, a
    ``PanicException`` that no module exports.
    """
    try:
        yield
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise kind(explain(what, required=required, came=brief(error, 200))) from None
