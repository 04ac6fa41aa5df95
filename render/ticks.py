"""Round numbers along an axis."""

import math
from collections.abc import Sequence

from cutaway.render.scale import MINUS

STEPS = (1, 2, 5)
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Return round numbers, 1, 2 or 5 times a power of ten apart, within bounds.

    Examples
    --------
    >>> ticks(0, 290), ticks(0.31, 0.94, 4)
    ((0.0, 50.0, 100.0, 150.0, 200.0, 250.0), (0.4, 0.6, 0.8))
    """
    if not high > low:
        return (low,)
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    apart = next(f * size for f in (*STEPS, 10, 20) if (high - low) / (f * size) < most)
    first = math.ceil(low / apart - 1e-9)
    last = math.floor(high / apart + 1e-9)
    return tuple(float(f"{n * apart:.12g}") for n in range(first, last + 1))


def decades(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Return powers of ten within positive bounds, with 2 and 5 between where there are few.

    Examples
    --------
    >>> decades(3e-4, 20), decades(0.3, 8)
    ((0.001, 0.01, 0.1, 1.0, 10.0), (0.5, 1.0, 2.0, 5.0))
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = range(first, last + 1)
    fine = [float(f"{f}e{power}") for power in powers for f in STEPS]
    found = [tick for tick in fine if low <= tick <= high]
    if len(found) > most:
        stride = math.ceil((math.log10(high) - math.log10(low)) / most)
        found = [float(f"1e{power}") for power in powers if power % stride == 0]
        found = [tick for tick in found if low <= tick <= high]
    return tuple(found) if len(found) > 1 else ticks(low, high, most)


def tick_texts(values: Sequence[float]) -> tuple[str, ...]:
    """Return round numbers as they are written along one axis.

    Examples
    --------
    >>> tick_texts([0.002, 25000.0, -1.5])
    ('0.002', '25 000', '−1.5')
    >>> tick_texts([1.0, 1e3, 1e6]), tick_texts([0.0, 2e-5])
    (('1', '10³', '10⁶'), ('0', '2·10⁻⁵'))
    """
    powers = any(value and not 1e-3 <= abs(value) < 1e6 for value in values)
    for places in range(2, 16):  # as many as tell them apart
        texts = tuple(
            _power(value, places)
            if powers and value and not 0.1 <= abs(value) < 100
            else _plain(value, places + 4)
            for value in values
        )
        if len(set(texts)) == len(set(values)):
            break
    return texts


def _plain(value: float, places: int) -> str:
    text = f"{value:,.{places}f}".rstrip("0").rstrip(".")
    return text.replace(",", " ").replace("-", MINUS)


def _power(value: float, places: int) -> str:
    digits, _, power = f"{value:.{places}e}".partition("e")
    digits = digits.rstrip("0").rstrip(".").replace("-", MINUS)
    raised = str(int(power)).translate(RAISED)
    return f"10{raised}" if digits == "1" else f"{digits}·10{raised}"
