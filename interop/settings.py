"""The fields of a config.json: their kinds and bounds are checked where they are read."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cutaway.graph import LoadError
from cutaway.graph.errors import explain
from cutaway.interop.document import brief, repr_of

T = TypeVar("T")
LARGEST = 10**9  # a size beyond it is a mistake
MOST_LAYERS = 1000  # the graph holds every layer, so that their number is its size


@dataclass(frozen=True, slots=True)
class Settings:
    """What a config.json says; every getter names the field that it cannot use.

    A field that is missing or null takes the default; without one it is required.

    Parameters
    ----------
    values
        The JSON object.
    where
        The file, as messages name it.

    Examples
    --------
    >>> Settings({"n_head": 12}).size("n_head")
    12
    """

    values: Mapping[str, Any]
    where: str = "config.json"

    def size(self, name: str, default: int | None = None, *, most: int = LARGEST) -> int:
        """Return a whole number of at least 1."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise self.wrong(name, f"a whole number from 1 to {most}", value)
        return value

    def layers(self, name: str, default: int | None = None) -> int:
        """Return a number of layers."""
        return self.size(name, default, most=MOST_LAYERS)

    def heads(self, name: str, width: int, default: int | None = None) -> int:
        """Return a number of heads, which divides their joint width."""
        count = self.size(name, default)
        if width % count:
            raise self.wrong(name, f"a divisor of the width {width}", count)
        return count

    def token(self, name: str, default: int) -> int:
        """Return the number of a token: at least 0."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST:
            raise self.wrong(name, "a token: a whole number of at least 0", value)
        return value

    def number(self, name: str, default: float) -> float:
        """Return a finite number above 0."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, "a number above 0", value)
        if not 0 < value < math.inf:
            raise self.wrong(name, "a finite number above 0", value)
        return float(value)

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false", value)
        return value

    def choice(self, name: str, options: Mapping[str, T], default: str | None = None) -> T:
        """Return what a word stands for."""
        value = self._value(name, default)
        if not isinstance(value, str) or value not in options:
            raise self.wrong(name, f"one of {', '.join(options)}", value)
        return options[value]

    def only(self, name: str, value: Any) -> None:
        """Refuse any other value than this, which is also the default: the rest is not written."""
        came = self._value(name, value)
        if type(came) is not type(value) or came != value:
            raise self.wrong(name, f"{value!r}: nothing else is supported", came)

    def wrong(self, name: str, required: str, value: object) -> LoadError:
        """Return the error for a field that cannot be used."""
        came = "nothing" if value is None else brief(repr_of(value))
        return LoadError(
            explain(f"{name} cannot be used", required=required, came=came, where=self.where)
        )

    def _value(self, name: str, default: object) -> Any:
        value = self.values.get(name)
        return default if value is None else value
