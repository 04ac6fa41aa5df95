"""A figure of the article, by its number or its name."""

import difflib

from cutaway.figures.catalogue import FIGURES
from cutaway.figures.example import example
from cutaway.figures.sheet import picture
from cutaway.figures.spec import Figure, Setting
from cutaway.graph.errors import OptionError, explain
from cutaway.graph.title import checked_language
from cutaway.render import Picture
from cutaway.render.scene import LANGUAGES
from cutaway.render.theme import ThemeLike, read_theme

CAUSAL = "attention-matrix"  # the figure that has a causal case


def figure(
    which: int | str,
    lang: str = "en",
    values: bool = True,
    theme: ThemeLike = "light",
    causal: bool = False,
) -> Picture:
    """Return a figure of the article, drawn from a graph that runs.

    Figures 2 to 9 and 12 show the numbers of one sentence in one encoder layer and one head of
    the bundled translator; all show the same.

    Parameters
    ----------
    which
        Its number, 1 to 12, or its name: ``cutaway models`` lists them.
    lang
        ``en``, ``zh`` or ``both``; boxes have the same places in all.
    values
        Whether numbers stand in it, or symbols.
    theme
        ``light``, ``dark``, ``print``, a ``.toml`` file or a mapping, as for
        :func:`cutaway.render.draw`.
    causal
        Mask what comes after each token instead of the padding: figure 5 only.

    Raises
    ------
    OptionError
        For a figure or a language that there is not.
    RenderError
        For a theme that there is not.

    Examples
    --------
    >>> figure(5)
    <Picture of 'Figure 5 · Attention matrix'>
    >>> figure("attention-matrix", lang="zh")
    <Picture of '图 5 · 注意力矩阵'>
    """
    found = find_figure(which)
    if causal and found.name != CAUSAL:
        raise OptionError(
            explain(f"figure {found.number} has no causal case", required=f"figure {CAUSAL!r}")
        )
    setting = Setting(checked_language(lang, LANGUAGES), values, example(), causal)
    return picture(found, setting, read_theme(theme))


def find_figure(which: int | str) -> Figure:
    """Return the figure of a number or a name.

    Raises
    ------
    OptionError
        For one that there is not.
    """
    numbers = {figure.number: figure for figure in FIGURES.values()}
    if isinstance(which, str) and which.isdecimal():
        which = int(which)
    known = numbers.get(which) if isinstance(which, int) else FIGURES.get(str(which))
    if known is None:
        near = difflib.get_close_matches(str(which), FIGURES, 1)
        raise OptionError(
            explain(
                f"there is no figure {which!r}",
                required=f"1 to {max(numbers)}, or one of {', '.join(FIGURES)}",
                fix=f"did you mean {near[0]!r}?" if near else "",
            )
        )
    return known
