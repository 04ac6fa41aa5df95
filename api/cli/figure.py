"""``cutaway figure``: the article's figures as files."""

from dataclasses import dataclass
from pathlib import Path

from cutaway.cli.output import print_json
from cutaway.figures import FIGURES, figure, find_figure
from cutaway.graph import SaveError
from cutaway.graph.errors import explain

ALL = "all"


@dataclass(frozen=True, slots=True)
class Options:
    """How figures are drawn, as it was written on the line."""

    lang: str
    form: str
    out: Path
    values: bool
    causal: bool
    theme: str


def draw_figures(which: str, options: Options, as_json: bool) -> None:
    """Draw one figure, or all of them, into a folder, and say what was written."""
    found = list(FIGURES.values()) if which == ALL else [find_figure(which)]
    pictures = {
        (each.causal if options.causal else each).file(options.lang, options.form): figure(
            each.name, options.lang, options.values, options.theme, options.causal
        )
        for each in found
    }
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(
            explain(
                f"the folder {options.out} cannot be made",
                came=error.strerror or str(error),
                fix="choose another with --out",
            )
        ) from None
    files = [picture.save(options.out / name) for name, picture in pictures.items()]
    if as_json:
        print_json({"lang": options.lang, "files": [str(file) for file in files]})
        return
    for file in files:
        print(f"wrote {file}")
