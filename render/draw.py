"""A graph as a picture, at the level of detail that is asked for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, cast, get_args

from cutaway.graph import (
    Dim,
    Explanation,
    Graph,
    Node,
    OptionError,
    Shape,
    Title,
    Trace,
    View,
    as_dim,
    check_sizes,
    given_sizes,
    show_shape,
)
from cutaway.graph.errors import explain
from cutaway.render import glossary
from cutaway.render.build import build
from cutaway.render.errors import RenderError
from cutaway.render.label import one_line
from cutaway.render.lit import Highlight, Lit
from cutaway.render.options import Options
from cutaway.render.picture import Picture
from cutaway.render.scene import DIRECTIONS, LANGUAGES, Direction, Language, Scene
from cutaway.render.text import shorten
from cutaway.render.theme import ThemeLike, read_theme
from cutaway.render.tint import Tint
from cutaway.render.tokens import block_titles, by_token, token_notes
from cutaway.render.traced import of_graph
from cutaway.render.way import along
from cutaway.render.wording import Wording
from cutaway.transform import expand
from cutaway.transform.collapse import Folding
from cutaway.transform.collapse import Level as Depth

Level = Literal["model", "layer", "sublayer", "op", "primitive"]
Show = Literal["shapes", "formulas", "parameters", "flops"]
LEVELS: tuple[Level, ...] = get_args(Level)
TOKEN = "token"  # a level that needs an axis
SHOWS: tuple[Show, ...] = get_args(Show)


def draw(
    graph: Graph | Node | Explanation,
    level: str | None = None,
    *,
    open: Sequence[str] = (),
    close: Sequence[str] = (),
    fold: bool = True,
    lang: str = "en",
    direction: str = "BT",
    show: Sequence[str] = ("shapes",),
    dims: Mapping[str, int] | None = None,
    axis: str = "",
    weights: bool = True,
    title: str = "",
    titles: Mapping[str, str] | Mapping[str, tuple[str, str]] | None = None,
    caption: str = "",
    highlight: Highlight = (),
    theme: ThemeLike = "light",
    trace: Trace | None = None,
    tint: Tint | None = None,
) -> Picture:
    """Draw a graph: boxes for its blocks or ops, in frames that are the scopes around them.

    Repeated blocks of the same form are drawn once, with ``N×``. Residual edges are dashed,
    masks dotted; queries, keys and values have a colour and a letter. Boxes have the same
    places in every language.

    A graph of a loss and its gradients is drawn as a whole: the backward pass at the right of the
    forward pass, each block beside its own, and gradients, which have a colour, against the
    direction of values: ``ca.draw(ca.Graph([loss, *ca.grad(loss, wrt=[…])]))``.

    Parameters
    ----------
    graph
        What to draw; a :class:`cutaway.graph.View` is drawn as it was folded. Of an explanation
        the way of its axis is drawn, and what is beside it.
    level
        What is a box: ``model`` (each stack), ``layer``, ``sublayer`` (attention, Add & Norm,
        feed-forward), ``op`` (every op as it was written), ``primitive`` (composites opened) or
        ``token`` (every op on every token along an axis, with the number of tokens in ``dims``).
        By default ``sublayer``, for an explanation ``op``.
    open, close
        Paths of scopes to look into, or to show as a box; ``*`` stands for any text.
    fold
        Whether repeated blocks are drawn once; otherwise each has the name of its scope.
    lang
        ``en``, ``zh`` or ``both``.
    direction
        Where values flow: ``BT`` (bottom to top), ``TB``, ``LR`` or ``RL``.
    show
        ``shapes``: on edges that change the shape. ``formulas``: in each box what it computes,
        typeset; blocks as they are written in papers. ``parameters`` and ``flops``: how many
        a block has, and how many an evaluation of it takes (a multiply-add is two); inside of
        a repeated block, for one copy.
    dims
        Sizes to fill into the shapes and the costs.
    axis
        At level ``token``, the name of the size to unroll along (see
        :func:`cutaway.transform.unroll`); by default T, else S.
    weights
        Whether parameters have boxes of their own; else ops name the parameters that they read.
    title
        What the picture is called for those who can't see it; by default its outputs' names.
    titles
        What boxes and frames are called, by the path of their node or scope: a text, or a pair
        in English and Chinese.
    caption
        What stands under the picture, in as many lines as it needs.
    highlight
        What to light: nodes or their paths (``*`` stands for any text), with the edges between
        them; an explanation: the way of its axis, which stands at the arrows; or the misfit of an
        error (``contract.errors[0].misfit``): the op that asks, and where both sizes come from.
    theme
        ``light``, ``dark``, ``print`` (greyscale: bands and line weights tell what colours tell),
        or changes to one of them: a ``.toml`` file or a mapping such as
        ``{"base": "dark", "boxes": {"softmax": "#004000"}}``. No theme moves a box.
    trace
        What a run of the graph computed (:func:`cutaway.run.trace`): each box shows the value that
        leaves it, as a grid with its numbers or in shades, of repeated blocks the first's.
    tint
        Shades of boxes by their nodes, instead of a colour for the kind of each.

    Raises
    ------
    RenderError
        For a level, language, direction, kind of detail or theme that there is not.
    OptionError
        For a path that fits no scope, a node to highlight that is not drawn, a trace of another
        graph, or tokens along an axis that is not given.
    FeedError
        For a size that the graph does not have.
    ContractError
        For sizes that break a condition of the graph.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.layers.encoder(ca.input("x", "B T D"), layers=6, heads="H", hidden="F")
    >>> picture = draw(y, level="layer")
    >>> [[line.text for line in box.lines][:2] for box in picture.scene.boxes]
    [['x', '(B, T, D)'], ['6× Layer', 'post-norm']]

    >>> x = ca.input("x", "T D")
    >>> y = ca.layers.scaled_dot_product_attention(x, x, x)
    >>> picture = draw(y, level="token", dims={"T": 2})
    >>> [box.lines[1].text for box in picture.scene.boxes if box.family == "matmul"]
    ['q₁·k₁', 'q₁·k₂', 'token 1', 'q₂·k₁', 'q₂·k₂', 'token 2']
    """
    if isinstance(graph, Explanation):
        if level == TOKEN:
            raise RenderError(
                explain(
                    "an explanation is not drawn by token",
                    required=f"one of the levels {', '.join(LEVELS)}",
                    came=f"level {TOKEN!r}",
                    fix="draw(graph, level='token', dims=…), or draw(explanation)",
                )
            )
        graph, highlight = along(graph)
        level = level or "op"
    level = level or "sublayer"
    _check(level, (*LEVELS, TOKEN), "level")
    _check(lang, LANGUAGES, "language")
    _check(direction, DIRECTIONS, "direction")
    for detail in show if isinstance(show, Collection) and not isinstance(show, str) else (show,):
        _check(detail, SHOWS, "detail to show")
    found = Graph.of(graph)
    sizes = given_sizes(found, dims or {})
    check_sizes(found, sizes)
    notes: dict[str, Title] = {}
    blocks: dict[str, Title] = {}
    if level == TOKEN:
        whole, found = found, by_token(found, str(axis), sizes)
        notes, blocks = token_notes(whole, found), block_titles(whole)
    elif level == "primitive" and not isinstance(found, View):
        found = expand(found)
    language = cast("Language", lang)
    named = blocks | _titles(found, titles or {})
    options = Options(
        lang=language,
        direction=cast("Direction", direction),
        title=str(title) or _title(found, language),
        theme=read_theme(theme),
        shape=_shape_writer(sizes) if "shapes" in show else lambda shape: "",
        formulas="formulas" in show,
        costs=show,
        sizes=sizes,
        weights=bool(weights),
        lit=Lit.of(highlight, found, language),
        trace=None if trace is None else of_graph(trace, found),
        wording=Wording(titles=named, notes=notes, numbered=not fold),
        caption=str(caption),
        tint=tint,
    )
    if isinstance(found, View):
        return Picture(build(found, options))
    folding = Folding(found, fold)
    depth = cast("Depth", "op" if level in ("primitive", TOKEN) else level)

    def opened(more: Collection[str]) -> Scene:
        paths = (open,) if isinstance(open, str) else open
        wanted = (*paths, *more) if more else open
        return build(folding.collapse(depth, open=wanted, close=close), options)

    return Picture(opened(()), opened)


def _check(value: object, known: Sequence[str], what: str) -> None:
    if value not in known:
        raise RenderError(explain(f"there is no {what} {value!r}", required=", ".join(known)))


def _titles(graph: Graph, titles: object) -> dict[str, Title]:
    if not isinstance(titles, Mapping):
        raise RenderError(
            explain(
                "titles stand in a mapping",
                required="a text, or a pair in English and Chinese, by the path of a node or scope",
                came=repr(titles)[:80],
                fix='titles={"softmax": "weights"}',
            )
        )
    return {path: _named(graph, path, text) for path, text in titles.items()}


def _named(graph: Graph, path: str, text: object) -> Title:
    """Return the title of a node or a scope, which must be there."""
    nodes = map(graph.path, graph.nodes)
    inside = (f"{'/'.join(node.scope.names)}/" for node in graph.nodes)
    if path not in nodes and not any(scope.startswith(f"{path}/") for scope in inside):
        raise OptionError(
            explain(f"there is nothing to call {path!r}", required="the path of a node or a scope")
        )
    match text:
        case str():
            return Title(text, text)
        case (str(english), str(chinese)):
            return Title(english, chinese)
    raise RenderError(
        explain(
            f"the title of {path!r} cannot be drawn",
            required="a text, or a pair in English and Chinese",
            came=repr(text)[:80],
        )
    )


def _shape_writer(sizes: Mapping[str, int]) -> Callable[[Shape], str]:
    """Return a function that writes shapes, with those sizes filled in."""

    def fill(dim: Dim) -> Dim:
        if isinstance(dim, int):
            return dim
        known = {symbol: sizes[symbol.name] for symbol in dim.free_symbols if symbol.name in sizes}
        return as_dim(dim.xreplace(known)) if known else dim

    return lambda shape: show_shape(tuple(map(fill, shape)))


def _title(graph: Graph, lang: Language) -> str:
    names = [shorten(graph.path(node)) for node in graph.outputs]
    more = ", …" if len(names) > 5 else ""
    return f"{one_line(glossary.DIAGRAM, lang)}: {', '.join(names[:5])}{more}"
