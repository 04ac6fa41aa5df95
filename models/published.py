"""Parameter counts as published, to set beside the ones that are counted here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """A published parameter count.

    Attributes
    ----------
    parameters
        The number, as rounded by its authors.
    source
        Where it stands.
    note
        Why an exact count differs.
    """

    parameters: int
    source: str
    note: str = ""


_TABLE_3 = "Vaswani et al. 2017, Table 3"
_VOCABULARY = 'rounded, for a vocabulary of "about 37000" tokens'

_BERT = "Devlin et al. 2019, section 3"
_HEADS = "rounded; it may count the heads of pretraining"
_GPT2 = "Radford et al. 2019, Table 2"
_WRONG = "does not fit the released weights"

PUBLISHED: dict[str, Published] = {
    "paper-base": Published(65_000_000, _TABLE_3, _VOCABULARY),
    "paper-big": Published(213_000_000, _TABLE_3, _VOCABULARY),
    "bert-base": Published(110_000_000, _BERT, _HEADS),
    "bert-large": Published(340_000_000, _BERT, _HEADS),
    "gpt2": Published(117_000_000, _GPT2, _WRONG),
    "gpt2-medium": Published(345_000_000, _GPT2, _WRONG),
    "gpt2-large": Published(762_000_000, _GPT2, _WRONG),
    "gpt2-xl": Published(1_542_000_000, _GPT2, _WRONG),
}
