"""Maps of attention: a heatmap of each head, an overview of all, words joined by weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

from cutaway.figures.alignment import alignment
from cutaway.figures.legend import hatched
from cutaway.figures.spoken import spoken
from cutaway.figures.texts import label
from cutaway.graph import OptionError, Title, glob_pattern
from cutaway.graph.errors import explain
from cutaway.graph.title import checked_language
from cutaway.render import Picture
from cutaway.render.compose import column, row, table
from cutaway.render.grid import Array, Look, grid
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing
from cutaway.render.scale import SHARES
from cutaway.render.scene import LANGUAGES, Language
from cutaway.render.sheet import Sheet
from cutaway.render.text import shorten
from cutaway.render.texture import thumbnail
from cutaway.render.theme import ThemeLike, read_theme
from cutaway.render.words import words

NUMBERED = 12  # tokens: with more, cells of a head alone show no numbers
FEW = 6  # … and those of heads beside each other
MOST = 64  # tokens along a side: of more, the first are shown
SMALL = 72.0  # points: the side of a heatmap in an overview
LARGE = 150.0  # points: the side of one head's beside others
CELL = 24.0  # points: the height of a cell of few
SIDE = 14.0  # points: the sides of a cell of many
WIDEST = 1200.0  # points: heads that need more stand in several rows
APART = 18.0  # … between two heads
NAMES = 200.0  # … what is said of an attention in an overview
TOLD = 40  # characters of its tokens
NOTE = 10.0  # points: the size of small texts


@dataclass(frozen=True, slots=True, eq=False)
class AttentionMap:
    """The weights of one attention.

    Attributes
    ----------
    path
        The path of the node that they are the value of.
    weights
        ``(heads, T, S)``: how much each query attends to each key; rows add up to 1.
    masked
        ``(heads, T, S)``: where it may not.
    queries, keys
        What the T queries and the S keys are called.
    """

    path: str
    weights: Array
    masked: npt.NDArray[np.bool_]
    queries: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """The scope of the attention: what its pictures are called after."""
        scopes = self.path.split("/")[:-1]
        inner = len(scopes) > 1 and scopes[-1] == "attention"
        return "/".join(scopes[:-1] if inner else scopes) or self.path

    def __repr__(self) -> str:
        heads, queries, keys = self.weights.shape
        return f"<AttentionMap {self.path}: {heads} heads, {queries} × {keys}>"

    def _repr_svg_(self) -> str:
        return self.picture().svg

    def picture(
        self, head: int | None = None, lang: str = "en", theme: ThemeLike = "light"
    ) -> Picture:
        """Return the heatmap of a head, or of all heads beside each other.

        Up to 12 tokens a single head's cells show their numbers, up to 6 those of all heads.
        Masked cells are hatched. Of more than 64 tokens the first 64 are shown, and it says so.

        Parameters
        ----------
        head
            Which, counted from 0 as in arrays; what stands in pictures is counted from 1.

        Raises
        ------
        OptionError
            For a head that there is not.
        """
        language = checked_language(lang, LANGUAGES)
        heads = range(len(self.weights)) if head is None else [self._checked(head)]
        drawings = [
            column(
                words(_head_title(each), language, NOTE, "soft", "middle", aside=True),
                self._heatmap(each, alone=head is not None),
                gap=4.0,
            )
            for each in heads
        ]
        widest = max(drawing.width for drawing in drawings)
        lines = [row(*line, gap=APART, align="start") for line in _lines(drawings, widest, WIDEST)]
        axes = words(label("axes"), language, NOTE, "soft", aside=True)
        return self._sheet(column(axes, *lines, gap=10.0, align="start"), language, theme)

    def alignment(
        self, head: int | None = None, lang: str = "en", theme: ThemeLike = "light"
    ) -> Picture:
        """Return queries beside keys, joined by lines that are as heavy as the weights.

        Parameters
        ----------
        head
            Which, counted from 0 as in arrays; by default the mean of all.

        Raises
        ------
        OptionError
            For a head that there is not.
        """
        language = checked_language(lang, LANGUAGES)
        found = self.weights.mean(axis=0) if head is None else self.weights[self._checked(head)]
        which = label("mean-of-heads") if head is None else _head_title(head)
        body = column(
            words(which, language, NOTE, "soft", "middle", aside=True),
            alignment(found[:MOST, :MOST], self.queries[:MOST], self.keys[:MOST], language),
            gap=8.0,
        )
        return self._sheet(body, language, theme)

    def shown(self, head: int) -> tuple[Array, Array]:
        """Return the weights of a head that are drawn, and which are masked."""
        return self.weights[head, :MOST, :MOST], self.masked[head, :MOST, :MOST]

    def _heatmap(self, head: int, alone: bool) -> Drawing:
        weights, masked = self.shown(head)
        few = max(weights.shape) <= NUMBERED
        if not few and not alone:
            return _thumbnail(weights, masked, self.path, LARGE)
        look = Look(
            numbers=max(weights.shape) <= (NUMBERED if alone else FEW),
            cell=(0.0 if few else SIDE, CELL if few else SIDE),
            rows=self.queries[:MOST],
            columns=self.keys[:MOST] if few else (),
            masked=masked if masked.any() else None,
        )
        return grid(weights, self.path, _head_title(head).en, SHARES, look)

    def _checked(self, head: object) -> int:
        if isinstance(head, int) and not isinstance(head, bool) and 0 <= head < len(self.weights):
            return head
        raise OptionError(
            explain(
                f"{self.path} has no head {head!r}",
                required=f"a number from 0 to {len(self.weights) - 1}",
            )
        )

    def _sheet(self, body: Drawing, lang: Language, theme: ThemeLike) -> Picture:
        path = words(self.name, size=NOTE, ink="soft")
        whole = column(path, body, gap=8.0, align="start")
        return _picture(spoken(self.name), whole, lang, theme, [self])


class AttentionMaps(Sequence[AttentionMap]):
    """The attentions of one run, stack by stack; notebooks show their overview."""

    def __init__(self, maps: Sequence[AttentionMap]) -> None:
        self._maps = tuple(maps)

    def __repr__(self) -> str:
        return f"<AttentionMaps of {', '.join(each.path for each in self._maps)}>"

    def _repr_svg_(self) -> str:
        return self.overview().svg

    def __len__(self) -> int:
        return len(self._maps)

    @overload
    def __getitem__(self, which: int) -> AttentionMap: ...
    @overload
    def __getitem__(self, which: slice) -> "AttentionMaps": ...
    def __getitem__(self, which: int | slice) -> "AttentionMap | AttentionMaps":
        """Return the attention at a place, or those at several."""
        return AttentionMaps(self._maps[which]) if isinstance(which, slice) else self._maps[which]

    def find(self, glob: str) -> "AttentionMaps":
        """Return the attentions whose path fits: ``decoder/*/cross_attention/*``.

        Raises
        ------
        OptionError
            If none does.
        """
        pattern = glob_pattern(glob)
        found = [each for each in self._maps if pattern.fullmatch(each.path)]
        if not found:
            raise OptionError(
                explain(
                    f"no attention fits {glob!r}",
                    required="the path of a softmax; * stands for any text",
                    came=f"there are {', '.join(each.path for each in self._maps)}",
                )
            )
        return AttentionMaps(found)

    def overview(self, lang: str = "en", theme: ThemeLike = "light") -> Picture:
        """Return every head of every attention, small: a row for each attention, or several.

        Its tokens stand beside it: from top to bottom as queries, from left to right as keys.
        """
        language = checked_language(lang, LANGUAGES)
        lines = [line for each in self._maps for line in _overview(each, language)]
        body = table(lines, (6.0, 6.0), ("start",))
        return _picture(label("every-head"), body, language, theme, self._maps)


def _overview(each: AttentionMap, lang: Language) -> Iterator[list[Drawing | None]]:
    """Return what is said of an attention beside its heads, with their numbers over them."""
    pairs = zip(each.weights, each.masked, strict=True)
    cells = [_thumbnail(w[:MOST, :MOST], m[:MOST, :MOST], each.path, SMALL) for w, m in pairs]
    heads = [
        column(words(str(number), size=NOTE, ink="soft"), cell, gap=2.0)
        for number, cell in enumerate(cells, 1)
    ]
    said: Drawing | None = _said(each, lang)
    for line in _lines(heads, SMALL, WIDEST - NAMES):
        yield [said, *line]
        said = None


def _said(each: AttentionMap, lang: Language) -> Drawing:
    """Return what an attention is called, and its tokens."""
    axes = (("queries-down", each.queries), ("keys-across", each.keys))
    tokens = [f"{one_line(label(axis), lang)} {' '.join(names)}" for axis, names in axes]
    small = [words(shorten(text, TOLD), size=NOTE, ink="soft") for text in (each.name, *tokens)]
    return column(words(spoken(each.name), lang), *small, gap=1.0, align="start")


def _lines(drawings: Sequence[Drawing], width: float, room: float) -> list[Sequence[Drawing]]:
    """Return drawings in as few rows as there is room for, all about as long."""
    most = max(1, int((room + APART) // (width + APART)))
    count = -(-len(drawings) // most)
    each = -(-len(drawings) // count)
    return [drawings[n : n + each] for n in range(0, len(drawings), each)]


def _thumbnail(weights: Array, masked: Array, path: str, side: float) -> Drawing:
    """Return weights in shades alone, in a square."""
    return thumbnail(weights, path, SHARES, side / max(weights.shape), masked)


def _head_title(head: int) -> Title:
    return label("head-number").each(lambda text: f"{text} {head + 1}")


def _picture(
    title: Title, body: Drawing, lang: Language, theme: ThemeLike, maps: Sequence[AttentionMap]
) -> Picture:
    notes = [SHARES.bar()]
    if any(each.masked.any() for each in maps):
        masked = words(label("masked-key"), lang, NOTE, "soft", aside=True)
        notes.append(row(hatched(), masked, gap=5.0))
    longest = max(max(each.weights.shape[1:]) for each in maps)
    if longest > MOST:
        cut = Title(f"the first {MOST} of {longest} tokens", f"{longest} 个词元中的前 {MOST} 个")
        notes.append(words(cut, lang, NOTE, "soft", aside=True))
    heading = words(title, lang, 13, level="end")
    whole = column(heading, body, row(*notes, gap=16.0), gap=6.0, align="start")
    name = one_line(title, lang)
    return Picture(Sheet(name, name, whole, lang, read_theme(theme)))
