"""``cutaway compare``: where two models, or a model and a trace from elsewhere, part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutaway.cli.inputs import Given, read_dims, read_feeds
from cutaway.cli.model import load
from cutaway.cli.output import print_json
from cutaway.diagnose import Comparison, Subject, compare
from cutaway.graph import FeedError, OptionError
from cutaway.graph.errors import explain

FILES = (".npz", ".safetensors")


@dataclass(frozen=True, slots=True)
class Options:
    """How two models are compared, as it was written on the line."""

    backward: bool
    tolerance: float | None
    names: Sequence[str]
    level: str
    lang: str


def compare_models(
    a: str, b: str, given: Given, options: Options, out: str | None, as_json: bool
) -> int:
    """Print where two models part; give the exit code."""
    if a.endswith(FILES):
        raise OptionError(
            explain(f"{a} is no model", required="a model first, then what it is compared with")
        )
    left, dims = _subject(a), read_dims(given.dims)
    right: Any = b if b.endswith(FILES) else _subject(b)
    _check_dims(dims, [side for side in (left, right) if isinstance(side, Subject)])
    found = compare(
        left,
        right,
        feeds=read_feeds(given.feeds),
        dims=dims,
        seed=given.seed,
        backward=options.backward,
        tolerance=options.tolerance,
        names=_names(options.names),
    )
    if out is not None:
        lang = options.lang
        found.picture(options.level, lang=lang).save(out)
    _print(found, a, b, options.lang, out, as_json)
    return 0 if found.equal else 1


def _subject(name: str) -> Subject:
    model = load(name)
    return Subject(model.graph, params=model.params or {}, usual=model.sizes)


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
    languages = ("en", "zh") if lang == "both" else (lang,)
    if as_json:
        data = {"a": a, "b": b, **found.as_data(languages[0])}
        print_json(data if out is None else {**data, "file": out}, indent=None)
        return
    print(f"A = {a}, B = {b}")
    print("\n\n".join(map(found.text, languages)))
    if out is not None:
        print(f"wrote {out}")
