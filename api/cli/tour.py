"""The tour: everything that cutaway does, on the bundled translator."""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from cutaway.cli.cost import cost_table
from cutaway.cli.output import new_table, print_json, print_table, table_text
from cutaway.figures import FIGURES, figure
from cutaway.graph import Cost, Graph, Node, SaveError, input, parameter_count, save
from cutaway.graph.errors import explain
from cutaway.layers import Config
from cutaway.models.translator import END, EXAMPLE, Translator, build, load
from cutaway.ops import cross_entropy
from cutaway.render import draw
from cutaway.run import Compiled, check_grads, cost_by_block, value_and_grad
from cutaway.shapes import verify
from cutaway.step import Stepper

FIGURES_FOLDER = "figures"
SENTENCES = (
    EXAMPLE,
    "my mother does not drink tea with a friend in the park",
    "does she read two books in the library in the evening ?",
    "the teacher buys three cups of coffee at the station on Monday",
    "where do they sing songs on weekends ?",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one part found: printed under its title, and written into a file.

    The file holds what is printed unless it has a ``content`` of its own; ``more`` are further
    files.
    """

    title: str
    lines: tuple[str | Table, ...]
    file: str
    content: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is printed, as text."""
        texts = [line if isinstance(line, str) else table_text(line) for line in self.lines]
        return "\n".join(texts) + "\n"


def tour(out: Path, as_json: bool) -> None:
    """Walk through the translator, print what is found, and write it into a folder.

    Raises
    ------
    SaveError
        If the folder cannot be written; found before anything is computed.
    """
    begun = time.perf_counter()
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()  # nothing is touched that is there already
    except OSError as error:
        raise SaveError(
            explain(
                f"the folder {out} cannot be made or written",
                came=error.strerror or str(error),
                fix="choose another with --out",
            )
        ) from None
    model = load()
    progress = Console(stderr=True)
    done: list[Part] = []
    for number, make in enumerate(PARTS, 1):
        with progress.status(f"{number} of {len(PARTS)}: {make.__name__.strip('_')}"):
            part = make(model)
            for file, content in {part.file: part.content or part.text, **part.more}.items():
                (out / file).parent.mkdir(exist_ok=True)
                save(out / file, content)
        done.append(part)
        if not as_json:
            _print(part)
    save(out / "tour.txt", "\n".join(f"{part.title}\n{part.text}" for part in done))
    files = sorted([*(file for part in done for file in (part.file, *part.more)), "tour.txt"])
    if as_json:
        print_json({"folder": str(out), "files": files})
    else:
        names = [*(part.file for part in done), "tour.txt", f"{FIGURES_FOLDER}/"]
        print(f"\nwrote {', '.join(sorted(names))} to {out}")
    progress.print(f"in {time.perf_counter() - begun:.1f} s", highlight=False)


def _print(part: Part) -> None:
    click.secho(f"\n{part.title}", bold=True)
    for line in part.lines:
        if isinstance(line, str):
            print(line)
        else:
            print_table(line)


def _symbolic(model: Translator) -> Config:
    return replace(model.config.symbolic(), target_vocabulary="V_target")


def _contract(model: Translator) -> Part:
    contract = verify(Graph(build(_symbolic(model))))
    sizes = model.config
    return Part(
        "Contract: for which sizes is the model well-shaped?",
        (
            f"The translator's architecture is {contract}.",
            f"Trained at d_model = {sizes.d_model}, h = {sizes.heads}, d_ff = {sizes.hidden}, "
            f"{sizes.layers} + {sizes.layers} layers, it is {verify(model.graph)}.",
        ),
        "contract.txt",
    )


def _translations(model: Translator) -> Part:
    pairs = [(text, model.translate(text)) for text in SENTENCES]
    return Part(
        "Numbers: the model translates",
        tuple(f"{english}\n    {chinese}" for english, chinese in pairs),
        "translations.txt",
        "".join(f"{english}\t{chinese}\n" for english, chinese in pairs),
    )


def _attention(model: Translator) -> Part:
    """One cross-attention, averaged over the heads of the last decoder layer."""
    english = model.tokenize(SENTENCES[0])
    chinese = model.translate_words([english])[0]
    (weights,) = model.graph.find("decoder/layer.1/cross_attention/*softmax")
    feeds = model.feeds([english], [chinese])
    trace = Compiled(model.graph).trace(feeds, model.params, keep=[weights])
    mean = trace[weights][0].mean(axis=0)  # (T, S)
    table = new_table("predicts", *english)
    rows = ["\t".join(("", *english))]
    for word, row in zip((*chinese, END), mean, strict=True):
        table.add_row(word, *(f"{w:.2f}{'*' if w == row.max() else ' '}" for w in row))
        rows.append("\t".join((word, *(f"{w:.6f}" for w in row))))
    return Part(
        "Cross-attention of the last decoder layer (mean of its heads; rows sum to 1; * largest)",
        (table,),
        "attention.tsv",
        "\n".join(rows) + "\n",
    )


def _loss(model: Translator) -> Node:
    labels = input("labels", "B T", dtype="int")
    return cross_entropy(model.graph.outputs[0], labels, ignore_index=0)


def _gradient(model: Translator) -> Part:
    english = [model.tokenize(text) for text in SENTENCES]
    chinese = model.translate_words(english)
    feeds = model.feeds(english, chinese)
    feeds["labels"] = model.target.encode([(*words, END) for words in chinese])
    params = {path: array.astype(np.float64) for path, array in model.params.items()}
    loss = Graph(_loss(model))
    value, slopes = value_and_grad(loss)(feeds, params)
    norm = float(np.sqrt(sum(np.sum(np.square(slope)) for slope in slopes.values())))
    found = check_grads(loss, feeds, params, order=1)
    return Part(
        "Gradient of the loss, checked",
        (
            f"loss {float(value):.6f}, gradient norm {norm:.6f} over {len(slopes)} parameters",
            f"finite differences agree: relative difference {found.orders[0]:.1e}",
        ),
        "gradient.txt",
    )


def _cost(model: Translator) -> Part:
    sizes = {"B": 1, "S": 6, "T": 7}
    blocks = cost_by_block(model.graph, 2, sizes)
    return Part(
        "Cost by block",
        (
            f"parameters = {parameter_count(build(_symbolic(model)))}",
            "at " + ", ".join(f"{name}={size}" for name, size in sizes.items()),
            cost_table(blocks, sum(blocks.values(), Cost())),
        ),
        "cost.txt",
    )


def _picture(model: Translator) -> Part:
    return Part(
        "Picture",
        (f"{len(model.graph.nodes)} nodes are drawn in model.svg",),
        "model.svg",
        draw(model.graph, level="op").svg,
    )


def _steps(model: Translator) -> Part:
    feeds, words = model.reading(EXAMPLE)
    html = Stepper(model.graph, feeds, model.params, level="sublayer", words=words).html(
        title=f"{EXAMPLE} → {''.join(words['T'][1:])}"
    )
    return Part(
        "Step by step",
        (
            f"step.html walks through “{EXAMPLE}”, forward and backward, at every level;",
            "change a value or switch a head off there, and see what follows.",
        ),
        "step.html",
        html,
    )


def _figures(_: Translator) -> Part:
    drawn = {
        f"{FIGURES_FOLDER}/{each.file(lang, 'svg')}": figure(each.name, lang).svg
        for each in FIGURES.values()
        for lang in ("en", "zh")
    }
    titles = tuple(
        f"{each.number:>2}  {each.title.en} · {each.title.zh}" for each in FIGURES.values()
    )
    return Part(
        "Figures: attention to one sentence, in English and Chinese",
        titles,
        "figures.txt",
        more=drawn,
    )


PARTS: tuple[Callable[[Translator], Part], ...] = (
    _contract,
    _translations,
    _attention,
    _gradient,
    _cost,
    _picture,
    _steps,
    _figures,
)
