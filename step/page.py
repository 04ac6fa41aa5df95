"""A stepper as a page of its own: one file that loads nothing, and computes in the browser."""

import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from importlib import resources
from typing import Any

import numpy as np

from cutaway.graph import GradError, Graph, OptionError, Title
from cutaway.graph.errors import explain
from cutaway.render.html import both_themes, document
from cutaway.render.text import clean
from cutaway.render.tokens import token_axis
from cutaway.run.compile import Array
from cutaway.step.detail import LEVELS, OWN, Level
from cutaway.step.drawings import drawings
from cutaway.step.gradients import Gradients, gradients
from cutaway.step.keys import KEYS
from cutaway.step.knockout import HEAD, PARTS
from cutaway.step.levels import Levels, Point
from cutaway.step.packed import packed, to_json
from cutaway.step.program import program, script
from cutaway.step.step_lists import MOST, numbers, offered, step_lists
from cutaway.step.switches import heads_by_place, switches
from cutaway.step.words import PAGE

FILES = (  # each reads the ones before it
    "arrays",
    "data",
    "turn",
    "state",
    "sampled",
    "shown",
    "paint",
    "grid",
    "formula",
    "figure",
    "steps",
    "controls",
    "made",
    "whatif",
    "panel",
    "keys",
    "address",
    "main",
)
TRUSTED = "trusted-types cutaway"  # what makes elements of our own drawings and formulas
TOKENS = 300_000  # bytes that the steps of level token may take
Data = dict[str, Any]


class Page(str):
    """A page in HTML, which also says what it leaves out.

    Attributes
    ----------
    name
        What it is called, and the step at which it begins.
    left_out
        Levels that are too long for a page, each with its direction.
    """

    name: str = ""
    left_out: tuple[tuple[Level, str], ...] = ()


def page(
    graph: Graph,
    point: Point,
    *,
    level: Level,
    step: str = "",
    backward: bool = False,
    changes: Iterable[tuple[str, str, Array]] = (),
    words: Mapping[str, tuple[str, ...]],
    title: str | Title = "",
    lang: str = "en",
) -> Page:
    """Return a page on which a graph is stepped through, forward and backward.

    Parameters
    ----------
    graph
        The forward pass.
    point
        Where it is run.
    level, step, backward, lang
        Where the reader begins, and in which language.
    changes
        By path, values that are put in the place of others, and what is said of each.
    words
        What the places along an axis are called, by its size.
    title
        What the page is called, or that in each language; by default after the outputs' paths.

    Raises
    ------
    OptionError
        If there are no steps, or far too many, or an op cannot be computed by a page.
    """
    point = replace(point, axis=token_axis(graph, point.axis))
    title = Title.of(title).each(clean)
    outputs = clean(", ".join(map(graph.path, graph.outputs)))
    back = _gradients(graph)
    found = program(
        graph,
        point.feeds,
        point.params,
        point.dims,
        backward=back is not None,
        words=words,
        title=title.en,
    )
    forward = Levels(graph, point, None)
    passes = {"forward": forward}
    if back is not None:
        passes["backward"] = Levels(back.graph, point, back)
    tracked, left_out = _listed(passes, found)
    if "forward" not in tracked:
        raise OptionError(
            explain("there is nothing to step through", required=f"a graph of up to {MOST} ops")
        )
    number = numbers(forward, found)
    places = {node["path"]: node["id"] for node in found["nodes"] if not node["inner"]}
    data = {
        "title": title._asdict(),
        "words": {key: text._asdict() for key, text in PAGE.items()},
        "keys": [
            {"key": key.key, "action": key.action, "title": key.title._asdict()}
            for key in KEYS
            if key.page
        ],
        "levels": LEVELS,
        "own": OWN,
        "tracks": tracked,
        "left_out": left_out,
        "axis": point.axis,
        "heads": heads_by_place(forward.base, graph),
        "boxes": {
            place: clean(path)
            for node, place in number.items()
            if clean(path := graph.path(node)) != path
        },
        "changes": [
            {"id": places[path], **_named(what), "data": [_plain(x) for x in value.ravel()]}
            for path, what, value in changes
        ],
        "knockouts": switches(forward.base, graph, number) if found["editable"] else [],
        "start": {"step": step, "lang": lang, **_start(tracked, level, backward)},
    }
    details = {level: forward.detail(level) for level in LEVELS if level in tracked["forward"]}
    pictures = drawings(graph, details, point.axis, forward.base.sizes)
    heading = title.say(lang) or PAGE["untitled"].say(lang).format(outputs)
    written = Page(_written(heading, lang, found, data, pictures))
    name = title.say(lang) or outputs
    written.name = f"{name}: {step}" if step else name
    written.left_out = tuple(left_out)
    return written


def _listed(passes: Mapping[str, Levels], found: Data) -> tuple[Data, list[tuple[Level, str]]]:
    """Return the steps by direction and level, and the levels that are left out."""
    listed: Data = {}
    left_out: list[tuple[Level, str]] = []
    for direction, levels in passes.items():
        details, long = offered(levels)
        lists = step_lists(levels, details, found)
        if len(_deflated(to_json(lists.get("token", [])))) > TOKENS:
            del lists["token"]
            long = (*long, "token")
        left_out += [(level, direction) for level in long]
        listed |= {direction: lists} if lists else {}
    return listed, left_out


def _start(tracked: Mapping[str, Mapping[str, Any]], level: str, backward: bool) -> Data:
    """Return where a reader begins: as it is asked for, or the nearest that there is."""
    direction = "backward" if backward and "backward" in tracked else "forward"
    levels = list(tracked[direction])
    return {"direction": direction, "level": level if level in levels else levels[-1]}


def _named(what: str) -> Data:
    """Return what the page calls a patch: a knock-out by its kind, and by its head."""
    kind, _, head = what.partition(" ")
    if kind == HEAD:
        return {"kind": kind, "head": int(head)}
    return {"kind": kind if kind in PARTS else "patch"}


def _plain(x: Any) -> float | str:
    """Return a number as JSON has it; others as texts that JavaScript reads."""
    if np.isnan(x):
        return "NaN"
    return float(x) if np.isfinite(x) else f"{'-' if x < 0 else ''}Infinity"


def _gradients(graph: Graph) -> Gradients | None:
    """Return the backward pass; None where nothing can be differentiated."""
    try:
        return gradients(graph)
    except GradError:
        return None


def _written(title: str, lang: str, found: Data, data: Data, pictures: Mapping[str, str]) -> str:
    code = (_file("vendor/ui.js"), script(found), *(_file(f"{name}.js") for name in FILES))
    shown = {key: value for key, value in found.items() if key != "elementwise"}
    body = [
        f'<div id="app"><h1>{escape(title)}</h1>'
        f"<noscript>{escape(PAGE['no-script'].en)} {escape(PAGE['no-script'].zh)}</noscript></div>",
        _packed('id="page"', to_json(data)),
        _packed('id="program"', packed(shown)),
        *(_packed(f'data-drawing="{name}"', svg) for name, svg in pictures.items()),
    ]
    return document(
        title,
        lang,
        body,
        style=both_themes() + _file("page.css"),
        script="\n".join(code),
        module=True,
        more=(TRUSTED,),
    )


def _packed(attributes: str, text: str) -> str:
    """Return what the page unpacks: nothing in it can end an element."""
    return f'<script type="text/plain" {attributes}>{_deflated(text)}</script>'


def _deflated(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _file(name: str) -> str:
    return resources.files(__package__).joinpath("page").joinpath(name).read_text("utf-8")
