"""``cutaway draw``: a model as a diagram."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from cutaway.cli.inputs import read_dims
from cutaway.cli.model import load
from cutaway.cli.output import print_json
from cutaway.render import Picture, draw
from cutaway.render.draw import SHOWS


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is drawn, as it was written on the line."""

    level: str
    opened: Sequence[str]
    closed: Sequence[str]
    fold: bool
    lang: str
    direction: str
    shapes: bool
    formulas: bool
    parameters: bool
    flops: bool
    weights: bool
    dims: Sequence[str]
    axis: str
    theme: str
    caption: str


def draw_model(name: str, options: Options, out: str | None, as_json: bool) -> None:
    """Draw a model into a file, and say what was written."""
    model = load(name)
    make: Callable[..., Picture] = draw
    picture = make(
        model.graph,
        options.level,
        open=options.opened,
        close=options.closed,
        fold=options.fold,
        lang=options.lang,
        direction=options.direction,
        show=tuple(detail for detail in SHOWS if getattr(options, detail)),
        weights=options.weights,
        dims=read_dims(options.dims),
        axis=options.axis,
        theme=options.theme,
        caption=options.caption,
    )
    if out == "-":
        click.echo(picture.svg.encode(), nl=False)
        return
    file = picture.save(out or Path(f"{model.name}.svg"))
    boxes, arrows = len(picture.scene.boxes), len(picture.scene.arrows)
    if as_json:
        print_json(
            {
                "model": name,
                "file": str(file),
                "level": options.level,
                "lang": options.lang,
                "boxes": boxes,
                "arrows": arrows,
            }
        )
        return
    print(f"wrote {file}: {boxes} boxes at level {options.level}")
