"""The commands and their options; what they do stands in files of their own.

Those are imported when they are called for, so that help and completion are quick.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cutaway import __version__
from cutaway.cli.completion import (
    SHELLS,
    THEMES,
    complete_figure,
    complete_model,
    complete_theme,
)
from cutaway.cli.options import (
    HELP_NAMES,
    MODEL_HELP,
    Group,
    OutPath,
    debug_option,
    dim_option,
    feed_option,
    json_option,
    model_argument,
    seed_option,
)

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
LEVELS = ("model", "layer", "sublayer", "op", "primitive")
LANGUAGES = ("en", "zh", "both")
DIRECTIONS = ("BT", "TB", "LR", "RL")
FORMATS = ("svg", "pdf", "png", "html")  # of figures


def lang_option_of(languages: tuple[str, ...]) -> Callable[[Decorated], Decorated]:
    """Return ``--lang``; where texts change on the spot, they are in one language at a time."""
    return click.option(
        "--lang",
        type=click.Choice(languages),
        default="en",
        show_default=True,
        help="The language of texts: English, Chinese; or both, where both have room.",
    )


lang_option = lang_option_of(LANGUAGES)


def level_option(default: str) -> Callable[[Decorated], Decorated]:
    """Return ``--level``, which has another default for pictures than for steps."""
    return click.option(
        "--level",
        type=click.Choice((*LEVELS, "token")),
        default=default,
        show_default=True,
        help="What is one box, or one step; token: an op on one token, with --dim for how many "
        "there are.",
    )


axis_option = click.option(
    "--axis",
    metavar="NAME",
    default="",
    help="At level token, along which size: T, else S, if not given.",
)

backward_option = click.option(
    "--backward", is_flag=True, help="Run the backward pass too, for gradients."
)

params_option = click.option(
    "--params",
    metavar="FILE",
    type=click.Path(),
    help="Weights: a .safetensors or .npz file, by path or by PyTorch's names.",
)

theme_option = click.option(
    "--theme",
    metavar="THEME",
    default="light",
    show_default=True,
    shell_complete=complete_theme,
    help=f"{', '.join(THEMES)} (greyscale), or a .toml file with changes to one of them.",
)


@click.group(
    cls=Group,
    params=[debug_option()],
    context_settings={"help_option_names": HELP_NAMES},
    epilog=MODEL_HELP + " Exit codes: 0 as promised, 1 not, 2 bad input, 130 stopped.",
)
@click.version_option(__version__, prog_name="cutaway")
def app() -> None:
    """A Transformer as one graph: numbers, gradients, shape contracts, costs, pictures."""


@app.command(examples=["cutaway tour", "cutaway tour --out build/tour --json"])
@click.option(
    "--out",
    type=OutPath(path_type=Path),
    default="cutaway-tour",
    show_default=True,
    help="The folder for what it writes.",
)
@json_option
def tour(out: Path, as_json: bool) -> None:
    """Show everything on the bundled translator."""
    from cutaway.cli.tour import tour as show

    show(out, as_json)


@app.command(examples=["cutaway models", "cutaway models --lang both"])
@lang_option
@json_option
def models(lang: str, as_json: bool) -> None:
    """List the built-in models, and the figures."""
    from cutaway.cli.models import list_models

    list_models(lang, as_json)


@app.command(
    examples=[
        "cutaway draw encoder-layer",
        "cutaway draw paper-base --level layer --lang zh -o paper.svg",
        "cutaway draw transformer --open encoder/layer.0 --dim B=1 --dim T=8",
        "cutaway draw model.py:build --level op --no-shapes -o build.dot",
        "cutaway draw gpt --level model -o gpt.html",
        "cutaway draw attention --theme print -o attention.pdf",
        "cutaway draw attention --level token --axis T --dim T=2 -o tokens.svg",
        "cutaway draw attention -o - > attention.svg",
    ]
)
@model_argument
@level_option("sublayer")
@axis_option
@click.option(
    "--open",
    "opened",
    multiple=True,
    metavar="PATH",
    help="A scope to look into, such as encoder/layer.0; * stands for any text; may be repeated.",
)
@click.option(
    "--close", "closed", multiple=True, metavar="PATH", help="A scope to show as one box."
)
@lang_option
@click.option("--shapes/--no-shapes", default=True, show_default=True, help="Shapes on the edges.")
@click.option(
    "--formulas/--no-formulas", default=False, show_default=True, help="In each box its formula."
)
@click.option(
    "--parameters/--no-parameters",
    default=False,
    show_default=True,
    help="How many parameters a block has.",
)
@click.option(
    "--flops/--no-flops",
    default=False,
    show_default=True,
    help="How much arithmetic a block does; a multiply-add is two.",
)
@click.option(
    "--weights/--no-weights", default=True, show_default=True, help="Parameters as boxes."
)
@dim_option
@click.option(
    "--direction",
    type=click.Choice(DIRECTIONS),
    default="BT",
    show_default=True,
    help="Where values flow: from bottom to top, …",
)
@click.option(
    "--fold/--no-fold", default=True, show_default=True, help="Repeated blocks once, with N×."
)
@theme_option
@click.option("--caption", metavar="TEXT", default="", help="What stands under the picture.")
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    type=OutPath(dir_okay=False, allow_dash=True),
    help="A .svg, .pdf (needs the extra pdf), .png, .html (blocks open at a click) or .dot file, "
    "or - for SVG on stdout; MODEL.svg by default.",
)
@json_option
def draw(model: str, out: str | None, as_json: bool, **options: Any) -> None:
    """Draw a model as a diagram."""
    from cutaway.cli.draw import Options, draw_model

    if out == "-" and as_json:
        raise click.UsageError("--json and -o - both want stdout: give -o FILE")
    draw_model(model, Options(**options), out, as_json)


@app.command(
    examples=[
        "cutaway figure",
        "cutaway figure 5 --lang zh",
        "cutaway figure attention-matrix --causal --format png",
        "cutaway figure all --lang both --out build/figures",
    ]
)
@click.argument("which", metavar="[N|NAME|all]", default="all", shell_complete=complete_figure)
@lang_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="svg",
    show_default=True,
    help="pdf needs the extra pdf.",
)
@click.option(
    "--out",
    type=OutPath(file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The folder for what it writes.",
)
@click.option(
    "--values/--no-values",
    default=True,
    show_default=True,
    help="The numbers of a run of the translator, or symbols.",
)
@click.option(
    "--causal", is_flag=True, help="Figure 5: mask what comes after each token, not the padding."
)
@theme_option
@json_option
def figure(which: str, as_json: bool, **options: Any) -> None:
    """Draw the figures of the article: one by its number or its name, or all.

    Figures 2 to 9 and 12 show the numbers of one sentence in one layer and head of the bundled
    translator.
    """
    from cutaway.cli.figure import Options, draw_figures

    draw_figures(which, Options(**options), as_json)


@app.command(
    examples=[
        "cutaway check multi-head-attention",
        "cutaway check model.py:build --assume 'H | D'",
        "cutaway check model.py:build --assume 'H | D' --json",
        "cutaway check encoder-layer --explain feed_forward/up/add:-1",
    ]
)
@model_argument
@click.option(
    "--assume",
    multiple=True,
    metavar="COND",
    help="A promise, such as 'H | D' (H divides D) or 'T <= 512'; may be repeated.",
)
@click.option(
    "--explain",
    multiple=True,
    metavar="PATH:AXIS",
    help="Say where an axis of a node comes from; AXIS is its number or its size.",
)
@lang_option
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "github")),
    default="text",
    show_default=True,
    help="github: annotations for a workflow.",
)
@json_option
def check(form: str, **options: Any) -> int:
    """Prove for which sizes a model is well-shaped, and say what looks wrong.

    Exit code 0: for all sizes, or where every condition is declared or assumed; 1: otherwise.
    """
    from cutaway.cli.check import Options, check_model

    annotate = form == "github"
    if annotate and options["as_json"]:
        raise click.UsageError("--json and --format github exclude each other")
    return check_model(options.pop("model"), Options(**options, annotate=annotate))


@app.command(
    examples=[
        "cutaway run encoder-layer --dim B=1 --dim T=3",
        "cutaway run transformer --feed 'source=[[1, 2, 3]]' --feed 'target=[[1, 2]]'",
        "cutaway run model.py:build --seed 1 -o outputs.npz",
    ]
)
@model_argument
@dim_option
@feed_option
@seed_option
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE.npz",
    type=OutPath(),
    help="Write the outputs, by path, as numpy does.",
)
@json_option
def run(
    model: str,
    dims: tuple[str, ...],
    feeds: tuple[str, ...],
    seed: int,
    out: str | None,
    as_json: bool,
) -> None:
    """Compute a model's outputs.

    Sizes, inputs and weights that are not given are small, or drawn at random.
    """
    from cutaway.cli.inputs import Given
    from cutaway.cli.numbers import run_model

    run_model(model, Given(dims, feeds, seed), out, as_json)


@app.command(
    examples=[
        "cutaway grad feed-forward --check",
        "cutaway grad model.py:build --dim D=8 --check --json",
    ]
)
@model_argument
@dim_option
@feed_option
@seed_option
@click.option("--check", "checked", is_flag=True, help="Compare with finite differences.")
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE.npz",
    type=OutPath(),
    help="Write the gradients, by path, as numpy does.",
)
@json_option
def grad(
    model: str,
    dims: tuple[str, ...],
    feeds: tuple[str, ...],
    seed: int,
    checked: bool,
    out: str | None,
    as_json: bool,
) -> int:
    """Differentiate a model by its parameters.

    What is differentiated is the first output, or its mean square where it is no scalar. Without
    parameters it is differentiated by its float inputs. Exit code 1: finite differences disagree.
    """
    from cutaway.cli.inputs import Given
    from cutaway.cli.numbers import grad_model

    return grad_model(model, Given(dims, feeds, seed), checked, out, as_json)


@app.command(
    examples=[
        "cutaway debug translator",
        "cutaway debug model.py:build --json",
        "cutaway debug encoder-layer --dim T=12 --seed 1 --dtype float16",
        "cutaway debug feed-forward --lang zh",
    ]
)
@model_argument
@dim_option
@feed_option
@seed_option
@params_option
@click.option(
    "--dtype",
    type=click.Choice(("float16", "float32", "float64")),
    default="float32",
    show_default=True,
    help="The floats that are drawn.",
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0),
    default=4.0,
    show_default=True,
    metavar="GB",
    help="The memory that its numbers may take; more is read, and not run.",
)
@lang_option
@json_option
def debug(
    model: str,
    dims: tuple[str, ...],
    feeds: tuple[str, ...],
    seed: int,
    **options: Any,
) -> int:
    """Say what is wrong with a model: which node, why, and what usually mends it.

    It is read, and run forward and backward: NaN and what will overflow, masks, scales and heads
    that are not what was meant, what is saturated, gradients that vanish, explode or are 0.
    Sizes, inputs and weights that are not given are made. Exit code 1: something was found.
    """
    from cutaway.cli.debug import Options, debug_model
    from cutaway.cli.inputs import Given

    return debug_model(model, Given(dims, feeds, seed), Options(**options))


@app.command(
    examples=[
        "cutaway step translator",
        "cutaway step attention --script",
        "cutaway step encoder-layer --script --level sublayer",
        "cutaway step feed-forward --script --backward --json",
        "cutaway step decoder-layer --script --until '*/softmax' --dim T=3",
        "cutaway step single-head-attention --script --level token --dim T=2",
        "cutaway step encoder-layer --web step.html --level sublayer",
        "cutaway step translator --web step.html --sentence 'she reads a book'",
    ]
)
@model_argument
@click.option("--script", is_flag=True, help="Print the steps, one on a line.")
@click.option(
    "--web",
    metavar="FILE.html",
    type=click.Path(path_type=Path),
    help="Write a page on which one steps: one file that loads nothing.",
)
@level_option("op")
@axis_option
@backward_option
@click.option(
    "--until", metavar="PATH", default="", help="Stop after this step; * stands for any text."
)
@click.option(
    "--sentence",
    metavar="TEXT",
    help="What a model with a tokenizer reads; the translator goes on with its translation.",
)
@lang_option_of(("en", "zh"))
@dim_option
@feed_option
@seed_option
@json_option
def step(
    model: str,
    script: bool,
    web: Path | None,
    dims: tuple[str, ...],
    feeds: tuple[str, ...],
    seed: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Step through a model: formula and numbers of every step, forward or backward.

    It opens in the terminal, where one steps by keys; ? lists them. With --script the steps are
    printed; with --json too, each is an object on a line of its own. With --web a page is written,
    on which one steps as well. With --backward the steps are those of the gradients of the output,
    or of the sum of its elements. Sizes, inputs and weights that are not given are small, or drawn
    at random.
    """
    from cutaway.cli.inputs import Given
    from cutaway.cli.step import Options, open_in_terminal, print_steps, write_page

    if script and web is not None:
        raise click.UsageError("--script prints the steps, --web writes a page: choose one of both")
    given = Given(dims, feeds, seed)
    if web is not None:
        write_page(model, given, Options(**options), web, as_json)
    elif script:
        print_steps(model, given, Options(**options), as_json)
    elif as_json:
        raise click.UsageError("--json prints nothing of a terminal: add --script, or --web FILE")
    else:
        open_in_terminal(model, given, Options(**options))


@app.command(
    examples=[
        "cutaway compare encoder-layer encoder-layer",
        "cutaway compare model.py:build model.py:build --backward --json",
        "cutaway compare feed-forward feed-forward --dim d_model=8 -o compared.svg",
    ]
)
@click.argument("a", metavar="A", shell_complete=complete_model)
@click.argument("b", metavar="B", shell_complete=complete_model)
@dim_option
@feed_option
@click.option(
    "--feed-b",
    "feeds_b",
    multiple=True,
    metavar="NAME=ARRAY",
    help="An input of B that is another; may be repeated.",
)
@params_option
@click.option(
    "--params-b",
    metavar="FILE",
    type=click.Path(),
    help="Those of B, where they are others: two checkpoints of one model.",
)
@seed_option
@backward_option
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1, max_open=True),
    help="The relative difference that is none; 1e-9 in float64, 1e-5 in float32.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="THEIRS=OURS",
    help="What a name in a file of arrays means; * stands for any text; may be repeated.",
)
@level_option("sublayer")
@lang_option
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    type=OutPath(dir_okay=False),
    help="Write a picture of A with boxes in shades of the difference: .svg, .png, .pdf, .html.",
)
@json_option
def compare(
    a: str,
    b: str,
    dims: tuple[str, ...],
    feeds: tuple[str, ...],
    seed: int,
    out: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Say where two models part: at which node, by how much, and why.

    A and B are MODELs, or B is a trace from elsewhere: a .npz or .safetensors file of arrays by
    path. Both get the same inputs and weights, by path; what is not given is drawn at random. With
    --backward gradients are compared as well. Exit code 0: equal; 1: they differ.
    """
    from cutaway.cli.compare import Options, compare_models
    from cutaway.cli.inputs import Given

    return compare_models(a, b, Given(dims, feeds, seed), Options(**options), out, as_json)


@app.command(
    examples=[
        "cutaway story",
        "cutaway story backward --lang zh",
        "cutaway story encoder-decoder --json",
    ],
)
@click.argument("story", metavar="[STORY]", required=False, type=click.Path())
@lang_option
@json_option
def story(story: str | None, lang: str, as_json: bool) -> None:
    """Tell a guided walk: its stops in a model, each with formula, numbers and a few sentences.

    STORY is one that comes with cutaway: single-head (the default), encoder-decoder or backward;
    or a file in TOML. Every number that a sentence quotes is computed.
    """
    from cutaway.cli.story import print_story

    print_story(story, lang, as_json)


@app.command(
    examples=[
        "cutaway cost paper-base --dim S=128 --dim T=128",
        "cutaway cost encoder-layer --depth 1",
        "cutaway cost model.py:build --dim D=512 --json",
    ]
)
@model_argument
@dim_option
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="How deep in the path blocks are told apart.",
)
@json_option
def cost(model: str, dims: tuple[str, ...], depth: int, as_json: bool) -> None:
    """Count parameters, FLOPs and memory.

    They are given as formulas, and filled in by block where all sizes are known.

    FLOPs count a multiply-add as two. Memory is what the forward pass keeps for the backward
    pass, in numbers; inputs and parameters are not counted.
    """
    from cutaway.cli.cost import cost_model

    cost_model(model, dims, depth, as_json)


@app.command(
    examples=[
        'eval "$(cutaway completion bash)"  # in ~/.bashrc',
        'eval "$(cutaway completion zsh)"   # in ~/.zshrc',
        "cutaway completion fish > ~/.config/fish/completions/cutaway.fish",
    ]
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print a script for completion in a shell.

    Commands, options, built-in models, files, and the functions of a file are completed.
    """
    from cutaway.cli.completion import script

    click.echo(script(shell, app))
