"""What the figures say: data, in ``texts.toml``."""

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from cutaway.graph import Title

FILE = "texts.toml"


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8"))


def label(name: str) -> Title:
    """Return what stands in figures, by its name.

    Examples
    --------
    >>> label("padding")
    Title(en='padding mask', zh='填充掩码')
    """
    return Title(**_texts()["labels"][name])


def of_figure(figure: str, kind: str) -> Title:
    """Return the ``title``, the ``caption`` or the ``told`` of a figure.

    Examples
    --------
    >>> of_figure("attention-matrix", "title").zh
    '注意力矩阵'
    """
    return Title(**_texts()[figure][kind])
