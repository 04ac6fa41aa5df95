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

PUBLISHED: dict[str, Published] = {
    "paper-base": Published(65_000_000, _TABLE_3, _VOCABULARY),
    "paper-big": Published(213_000_000, _TABLE_3, _VOCABULARY),
}
