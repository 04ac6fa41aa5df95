"""Attention as pictures: a heatmap of each head, an overview of all, words joined by weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from cutaway.figures.texts import label
from cutaway.graph import Graph, Node, OptionError, Title, Trace, glob_pattern
from cutaway.graph.errors import explain
from cutaway.models import Model
from cutaway.models.translator import START, Translator
from cutaway.render import Picture
from cutaway.render.compose import column, padded, row, sized, table
from cutaway.render.grid import Look, grid
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing, Mark, Way
from cutaway.render.scale import Scale
from cutaway.render.scene import Language
from cutaway.render.sheet import Sheet
from cutaway.render.texture import thumbnail
from cutaway.render.theme import ThemeLike, read_theme
from cutaway.render.words import checked_language, words
from cutaway.run import Compiled
from cutaway.transform import attention_roles, softmax_of

Array = npt.NDArray[Any]
NUMBERED = 12  # tokens: with more, cells show no numbers
MOST = 64  # tokens along a side: of more, the first are shown
SCALE = Scale(1.0, signed=False)
SMALL = 72.0  # points: the side of a heatmap in an overview
LARGE = 150.0  # points: the side of one head's beside others
CELL = 24.0  # points: the height of a cell of few
SIDE = 14.0  # points: the sides of a cell of many
APART = 120.0  # points between the words of an alignment
LEAST = 0.03  # a weight below it joins no words


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

        Up to 12 tokens a single head's cells show their numbers. Masked cells are hatched. Of
        more than 64 tokens the first 64 are shown, and it says so.

        Raises
        ------
        OptionError
            For a head that there is not.
        """
        language = checked_language(lang)
        heads = range(len(self.weights)) if head is None else [self._checked(head)]
        drawings = [
            column(
                words(_head_title(each), language, 10, "soft", "middle", aside=True),
                self._heatmap(each, alone=head is not None),
                gap=4.0,
            )
            for each in heads
        ]
        lines = [drawings[n : n + 4] for n in range(0, len(drawings), 4)]
        body = column(*(row(*line, gap=18.0, align="start") for line in lines), gap=16.0)
        return self._sheet(body, language, theme)

    def alignment(
        self, head: int | None = None, lang: str = "en", theme: ThemeLike = "light"
    ) -> Picture:
        """Return queries beside keys, joined by lines that are as heavy as the weights.

        Parameters
        ----------
        head
            Which; by default the mean of all.

        Raises
        ------
        OptionError
            For a head that there is not.
        """
        language = checked_language(lang)
        found = self.weights.mean(axis=0) if head is None else self.weights[self._checked(head)]
        which = label("mean-of-heads") if head is None else _head_title(head)
        body = column(
            words(which, language, 10, "soft", "middle", aside=True),
            _joined(found[:MOST, :MOST], self.queries[:MOST], self.keys[:MOST], language),
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
            numbers=alone and few,
            cell=(0.0 if few else SIDE, CELL if few else SIDE),
            rows=self.queries[:MOST],
            columns=self.keys[:MOST] if few else (),
            masked=masked if masked.any() else None,
        )
        return grid(weights, self.path, _head_title(head).en, SCALE, look)

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
        title = Title(f"Attention of {self.name}", f"{self.name} 的注意力")
        return _picture(title, body, lang, theme, max(*self.weights.shape[1:]))


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
        """Return every head of every attention, small: a row for each attention."""
        language = checked_language(lang)
        count = max(len(each.weights) for each in self._maps)
        numbers = [words(str(head), size=10, ink="soft") for head in range(count)]
        lines = [[words(label("head-number"), language, 10, "soft", aside=True), *numbers]]
        for each in self._maps:
            pairs = zip(each.weights, each.masked, strict=True)
            cells = [
                _thumbnail(w[:MOST, :MOST], m[:MOST, :MOST], each.path, SMALL) for w, m in pairs
            ]
            lines.append([words(each.name, size=10), *cells])
        title = Title("Attention of every head", "每个头的注意力")
        longest = max(max(each.weights.shape[1:]) for each in self._maps)
        body = table(lines, (6.0, 6.0), ("end",))
        return _picture(title, body, language, theme, longest)


def attention_maps(
    model: Model | Translator | Trace, text: str | Sequence[str] | None = None
) -> AttentionMaps:
    """Return the weights of every attention in a run, to be drawn.

    Attentions are recognised by what is computed, whatever their scopes are called.

    Parameters
    ----------
    model
        What :func:`cutaway.models.load` gives, or the bundled translator, with a text; or what
        :func:`cutaway.run.trace` gives, whose ``words`` name the tokens by the size of their axis.
    text
        A text, or for :func:`cutaway.models.load`'s models a pair. The translator translates it.

    Raises
    ------
    OptionError
        If there is no attention, or no text where one is needed.

    Examples
    --------
    >>> from cutaway.models import translator
    >>> maps = attention_maps(translator.load(), "I eat apples at home")
    >>> len(maps), maps[-1]
    (6, <AttentionMap decoder/layer.1/cross_attention/attention/softmax: 4 heads, 6 × 5>)
    >>> maps[-1].alignment().svg[:4]
    '<svg'
    """
    if isinstance(model, Trace):
        if text is not None:
            raise OptionError("a trace has been run already: give no text")
        return _of_trace(model)
    if not isinstance(text, str | Sequence) or not text:
        raise OptionError(explain("there is no text to attend to", required="a text"))
    if isinstance(model, Translator):
        return _of_trace(_translated(model, str(text)))
    if isinstance(model, Model):
        return _of_trace(_read(model, text))
    raise OptionError(
        explain(
            f"{model!r} is neither a model nor a trace",
            required="what ca.load or ca.trace gives, or the bundled translator",
        )
    )


def _translated(model: Translator, text: str) -> Trace:
    english = model.tokenize(text)
    chinese = model.translate_words([english])[0]
    names = {"S": english, "T": (START, *chinese)}
    return _trace(model.graph, model.feeds([english], [chinese]), model.params, names)


def _read(model: Model, text: str | Sequence[str]) -> Trace:
    pair = text if isinstance(text, str) else tuple(text)
    feeds = model.feeds([pair])  # type: ignore[list-item]
    numbers = feeds["input_ids"][0].tolist()
    tokens = tuple(model.tokenizer.id_to_token(number) or "?" for number in numbers)
    return _trace(model.graph, feeds, model.params, {"T": tokens})


def _trace(graph: Graph, feeds: Any, params: Any, names: dict[str, tuple[str, ...]]) -> Trace:
    """Run a graph, and keep the weights and what they are the softmax of."""
    kept = [node for softmax in _softmaxes(graph) for node in softmax]
    return Trace(graph, Compiled(graph).trace(feeds, params, keep=kept), names)


def _softmaxes(graph: Graph) -> Iterator[tuple[Node, Node]]:
    """Return the weights of every attention, and what they are the softmax of."""
    roles = attention_roles(graph)
    for node in graph.nodes:
        found = softmax_of(node)
        uses = graph.readers[node] if found else ()
        if found and any(roles.get((reader, 1)) == "value" for reader in uses):
            yield node, found[0]


def _of_trace(trace: Trace) -> AttentionMaps:
    maps = []
    for node, scores in _softmaxes(trace.graph):
        if node not in trace:
            continue
        weights = _heads(trace[node])
        hidden = (
            np.isneginf(trace[scores]) if scores in trace else np.zeros(trace[node].shape, bool)
        )
        queries, keys = (
            _names(trace, size, count)
            for size, count in zip(node.shape[-2:], weights.shape[-2:], strict=True)
        )
        path = trace.graph.path(node)
        maps.append(AttentionMap(path, weights, _heads(hidden), queries, keys))
    if not maps:
        raise OptionError(
            explain(
                "there is no attention to draw",
                required="a softmax of scores that weighs values",
                fix="trace a graph with attention",
            )
        )
    last = {each.path.split("/")[0]: number for number, each in enumerate(maps)}
    return AttentionMaps(sorted(maps, key=lambda each: last[each.path.split("/")[0]]))


def _heads(array: Array) -> Array:
    """Return the first of a batch, as (heads, T, S)."""
    while array.ndim > 3:
        array = array[0]
    return array[(None,) * (3 - array.ndim)]


def _names(trace: Trace, size: object, count: int) -> tuple[str, ...]:
    names = trace.words.get(str(size), ())
    return tuple(names) if len(names) == count else tuple(map(str, range(1, count + 1)))


def _thumbnail(weights: Array, masked: Array, path: str, side: float) -> Drawing:
    """Return weights in shades alone, in a square."""
    return thumbnail(weights, path, SCALE, side / max(weights.shape), masked)


def _head_title(head: int) -> Title:
    title = label("head-number")
    return Title(f"{title.en} {head}", f"{title.zh} {head}")


def _joined(weights: Array, queries: Sequence[str], keys: Sequence[str], lang: Language) -> Drawing:
    """Return queries at the left and keys at the right, with lines between them."""
    left = [padded(words(text, size=11, align="end"), 0.0, 3.0) for text in queries]
    right = [padded(words(text, size=11), 0.0, 3.0) for text in keys]
    sides = []
    for title, texts, way in (("query", left, "end"), ("key", right, "start")):
        heading = words(label(title), lang, 10, "soft", aside=True)
        names = [text.named(f"{title}.{n}") for n, text in enumerate(texts)]
        sides.append(column(heading, *names, gap=2.0, align=way))  # type: ignore[arg-type]
    drawing = row(*sides, gap=APART, align="start")
    lines: list[Mark] = []
    for i, j in sorted(np.ndindex(weights.shape), key=lambda at: float(weights[at])):
        weight = float(weights[i, j])
        if weight >= LEAST:
            _, top, x0, bottom = drawing.spots[f"query.{i}"]
            x1, above, _, below = drawing.spots[f"key.{j}"]
            y0, y1 = (top + bottom) / 2, (above + below) / 2
            bend = (x1 - x0) / 2
            curve = ((x0 + 4, y0), (x0 + bend, y0), (x1 - bend, y1), (x1 - 4, y1))
            lines.append(Way(curve, SCALE.line(weight), 0.5 + 5 * weight, curved=True))
    return drawing.under(*lines)


def _picture(
    title: Title, body: Drawing, lang: Language, theme: ThemeLike, longest: int
) -> Picture:
    notes = [SCALE.bar()]
    if longest > MOST:
        cut = Title(f"the first {MOST} of {longest} tokens", f"{longest} 个词元中的前 {MOST} 个")
        notes.append(words(cut, lang, 10, "soft", aside=True))
    heading = words(title, lang, 13, aside=True)
    whole = column(sized(heading), body, row(*notes, gap=16.0), gap=12.0, align="start")
    name = one_line(title, lang)
    return Picture(Sheet(name, name, whole, lang, read_theme(theme)))
