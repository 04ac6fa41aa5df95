"""``cutaway compare``: where two models, or a model and a trace from elsewhere, part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutaway.cli.inputs import Given, read_dims, read_feeds
from cutaway.cli.model import load
from cutaway.cli.output import print_json
from cutaway.diagnose import Comparison, Subject, compare, params_in
from cutaway.graph import FeedError, OptionError
from cutaway.graph.errors import explain
from cutaway.graph.title import languages
from cutaway.interop import ENDINGS


@dataclass(frozen=True, slots=True)
class Options:
    """How two models are compared, as it was written on the line."""

    feeds_b: Sequence[str]
    params: str | None
    params_b: str | None
    backward: bool
    tolerance: float | None
    names: Sequence[str]
    level: str
    lang: str


def compare_models(
    a: str, b: str, given: Given, options: Options, out: str | None, as_json: bool
) -> int:
    """Print where two models part; give the exit code."""
    if a.endswith(ENDINGS):
        raise OptionError(
            explain(f"{a} is no model", required="a model first, then what it is compared with")
        )
    names, dims = _names(options.names), read_dims(given.dims)
    is_reference = b.endswith(ENDINGS)
    in_weights = {} if is_reference or not (options.params or options.params_b) else names
    left = _subject(a, (), options.params, in_weights)
    right: Any = b if is_reference else _subject(b, options.feeds_b, options.params_b, in_weights)
    if is_reference and (options.feeds_b or options.params_b):
        raise OptionError(
            explain(f"{b} is no model", fix="leave out --feed-b and --params-b: it isn't run")
        )
    _check_dims(dims, [side for side in (left, right) if isinstance(side, Subject)])
    found = compare(
        left,
        right,
        feeds=read_feeds(given.feeds),
        dims=dims,
        seed=given.seed,
        backward=options.backward,
        tolerance=options.tolerance,
        names=None if in_weights else names,
    )
    if out is not None:
        lang = options.lang
        found.picture(options.level, lang=lang).save(out)
    _print(found, a, b, options.lang, out, as_json)
    return 0 if found.equal else 1


def _subject(
    name: str, feeds: Sequence[str], file: str | None, names: Mapping[str, str]
) -> Subject:
    """Return a model with inputs of its own, and weights: of a file, or those that it has."""
    model = load(name)
    params = model.params or {} if file is None else params_in(file, model.graph, names)
    return Subject(model.graph, read_feeds(feeds), params, usual=model.sizes)


def _check_dims(dims: Mapping[str, int], sides: Sequence[Subject]) -> None:
    known = set[str]().union(*(side.graph.symbols for side in sides))
    for name in dims:
        if name not in known:
            raise FeedError(
                explain(
                    f"neither model has a size {name!r}",
                    required=", ".join(sorted(known)) or "none",
                )
            )


def _names(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        theirs, equals, ours = text.partition("=")
        if not equals or not theirs or not ours:
            raise OptionError(
                explain(
                    f"--name {text!r} names nothing",
                    required="THEIRS=OURS",
                    fix="write for instance --name 'h.*.mlp=decoder/layer.*/feed_forward'",
                )
            )
        found[theirs] = ours
    return found


def _print(found: Comparison, a: str, b: str, lang: str, out: str | None, as_json: bool) -> None:
    spoken = languages(lang)
    if as_json:
        data = {"a": a, "b": b, **found.as_data(spoken[0])}
        print_json(data if out is None else {**data, "file": out}, indent=None)
        return
    print(f"A = {a}, B = {b}")
    print("\n\n".join(map(found.words, spoken)))
    if out is not None:
        print(f"wrote {out}")
