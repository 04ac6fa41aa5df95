"""The tour: everything that cutaway does, on the bundled translator."""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from cutaway.cli.commands import cost_table
from cutaway.graph import Graph, Node, SaveError, input, save
from cutaway.graph.cost import cost_by_block, flops, memory, parameter_count
from cutaway.graph.errors import explain
from cutaway.layers import Config
from cutaway.models.translator import END, Translator, build, load
from cutaway.ops import cross_entropy
from cutaway.render import draw
from cutaway.run import Compiled, check_grads, value_and_grad
from cutaway.shapes import verify

SENTENCES = (
    "I eat apples at home today",
    "my mother does not drink tea with a friend in the park",
    "does she read two books in the library in the evening ?",
    "the teacher buys three cups of coffee at the station on Monday",
    "where do they sing songs on weekends ?",
)
Part = tuple[str, list[Any]]  # a heading, and what is printed under it


def tour(out: Path, console: Console, progress: Console) -> None:
    """Walk through the translator, print what is found, and write it into a folder.

    Raises
    ------
    SaveError
        If the folder cannot be written; found before anything is computed.
    """
    begun = time.perf_counter()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(
            explain(
                f"the folder {out} cannot be made",
                came=error.strerror or str(error),
                fix="choose another with --out",
            )
        ) from None
    save(out / "contract.txt", "")  # finds out early whether the folder can be written
    model = load()
    report = Console(width=100, record=True, file=io.StringIO())
    parts: dict[str, Callable[[], Part]] = {
        "contract": lambda: _contract(model, out),
        "translate": lambda: _translate(model, out),
        "attention": lambda: _attention(model, out),
        "gradient": lambda: _gradient(model, out),
        "cost": lambda: _cost(model, out),
        "draw": lambda: _draw(model, out),
    }
    with Progress(
        TextColumn("{task.description}"), BarColumn(), console=progress, transient=True
    ) as bar:
        task = bar.add_task("", total=len(parts))
        for name, part in parts.items():
            bar.update(task, description=name)
            title, lines = part()
            for target in (console, report):
                target.print(f"\n{title}", style="bold", highlight=False, soft_wrap=True)
                for line in lines:
                    target.print(line, highlight=False, soft_wrap=isinstance(line, str))
            bar.update(task, advance=1)
    save(out / "tour.txt", report.export_text())
    names = ", ".join(sorted(file.name for file in out.iterdir() if file.is_file()))
    console.print(
        f"\nwrote {names} to {out} in {time.perf_counter() - begun:.1f} s",
        highlight=False,
        soft_wrap=True,
    )


def _symbolic(model: Translator) -> Config:
    return replace(model.config.symbolic(), target_vocabulary="V_target")


def _contract(model: Translator, out: Path) -> Part:
    contract = verify(Graph(build(_symbolic(model))))
    sizes = model.config
    lines = [
        f"The translator's architecture is {contract}.",
        f"Trained at d_model = {sizes.d_model}, h = {sizes.heads}, d_ff = {sizes.hidden}, "
        f"{sizes.layers} + {sizes.layers} layers, it is {verify(model.graph)}.",
    ]
    save(out / "contract.txt", "\n".join(lines) + "\n")
    return "Contract: for which sizes is the model well-shaped?", lines


def _translate(model: Translator, out: Path) -> Part:
    pairs = [(text, model.translate(text)) for text in SENTENCES]
    save(out / "translations.txt", "".join(f"{a}\t{b}\n" for a, b in pairs))
    return "Numbers: the model translates", [f"{a}\n    {b}" for a, b in pairs]


def _attention(model: Translator, out: Path) -> Part:
    """One cross-attention, averaged over the heads of the last decoder layer."""
    english = model.tokenize(SENTENCES[0])
    chinese = model.translate_words([english])[0]
    (weights,) = model.graph.find("decoder/layer.1/cross_attention/*softmax")
    feeds = model.feeds([english], [chinese])
    trace = Compiled(model.graph).trace(feeds, model.params, keep=[weights])
    mean = trace[weights][0].mean(axis=0)  # (T, S)
    table = Table("predicts", *english, box=box.SIMPLE)
    wanted = (*chinese, END)
    for word, row in zip(wanted, mean, strict=True):
        table.add_row(word, *(f"{w:.2f}{'*' if w == row.max() else ''}" for w in row))
    rows = ["\t".join(("", *english))]
    rows += [
        "\t".join((word, *(f"{w:.6f}" for w in row)))
        for word, row in zip(wanted, mean, strict=True)
    ]
    save(out / "attention.tsv", "\n".join(rows) + "\n")
    title = (
        "Cross-attention of the last decoder layer (mean of its heads; rows sum to 1; * largest)"
    )
    return title, [table]


def _loss(model: Translator) -> Node:
    labels = input("labels", "B T", dtype="int")
    return cross_entropy(model.graph.outputs[0], labels, ignore_index=0)


def _gradient(model: Translator, out: Path) -> Part:
    english = [model.tokenize(text) for text in SENTENCES]
    chinese = model.translate_words(english)
    feeds = model.feeds(english, chinese)
    feeds["labels"] = model.target.encode([(*words, END) for words in chinese])
    params = {path: array.astype(np.float64) for path, array in model.params.items()}
    loss = Graph(_loss(model))
    value, slopes = value_and_grad(loss)(feeds, params)
    norm = float(np.sqrt(sum(np.sum(np.square(slope)) for slope in slopes.values())))
    found = check_grads(loss, feeds, params, order=1)
    backward = len(slopes)
    lines = [
        f"loss {float(value):.6f}, gradient norm {norm:.6f} over {backward} parameters",
        f"finite differences agree: relative difference {found.orders[0]:.1e}",
    ]
    save(out / "gradient.txt", "\n".join(lines) + "\n")
    return "Gradient of the loss, checked", lines


def _cost(model: Translator, out: Path) -> Part:
    sizes = {"B": 1, "S": 6, "T": 7}
    graph = model.graph
    totals = [f(graph, sizes) for f in (parameter_count, flops, memory)]
    table = cost_table(
        cost_by_block(graph, 2, sizes),
        {key: int(v) for key, v in zip(("p", "f", "m"), totals, strict=True)},
    )
    symbolic = parameter_count(Graph(build(_symbolic(model))))
    lines = [f"parameters = {symbolic}", "at " + ", ".join(f"{k}={v}" for k, v in sizes.items())]
    text = Console(width=100, record=True, file=io.StringIO())
    for line in (*lines, table):
        text.print(line, highlight=False, soft_wrap=isinstance(line, str))
    save(out / "cost.txt", text.export_text())
    return "Cost by block", [*lines, table]


def _draw(model: Translator, out: Path) -> Part:
    picture = draw(model.graph, level="op")
    picture.save(out / "model.svg")
    return "Picture", [f"{len(model.graph.nodes)} nodes drawn into {out / 'model.svg'}"]
