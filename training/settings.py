"""The settings of a training as texts: a checkpoint remembers them, and refuses others."""

from dataclasses import fields, is_dataclass

import numpy as np

from cutaway.run import Optimizer

FUNCTION = "a function"  # such as a schedule: what it computes cannot be told from outside


def constants(optimizer: Optimizer) -> dict[str, str]:
    """Return an optimiser's class and its constants, by name.

    Of one that is no dataclass, the attributes that are plain numbers, texts or truth values.

    Examples
    --------
    >>> from cutaway.run import SGD
    >>> [*constants(SGD(0.1)).values()]
    ['SGD', '0.1', '0.0', 'False', '0.0']
    >>> constants(SGD(lambda step: 0.1 / (1 + step)))["optimizer.lr"]
    'a function'
    """
    if is_dataclass(optimizer):
        found = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    else:
        found = dict(getattr(optimizer, "__dict__", {}))
    told = {f"optimizer.{name}": _told(value) for name, value in found.items()}
    return {"optimizer": type(optimizer).__name__, **{k: v for k, v in told.items() if v}}


def _told(value: object) -> str:
    """Return a constant as a text, the same in every run; an empty one where there is none."""
    if callable(value):
        return FUNCTION
    if isinstance(value, np.generic):
        value = value.item()
    parts = value if isinstance(value, tuple | list) else [value]
    plain = all(part is None or isinstance(part, bool | int | float | str) for part in parts)
    return repr(value) if plain else ""
