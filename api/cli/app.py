"""The commands and their options; what they do stands in files of its own."""

import io
import sys
from pathlib import Path

import click
from rich.console import Console

from cutaway import __version__
from cutaway.graph import CutawayError

dim_option = click.option("--dim", "dims", multiple=True, metavar="NAME=SIZE", help="A size.")
feed_option = click.option(
    "--feed", "feeds", multiple=True, metavar="NAME=FILE.npy", help="An input."
)
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=0, help="Draws what you don't give."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."
)
model_argument = click.argument("model", metavar="MODEL")


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="MODEL is a name from `cutaway models`, or FILE.py:FUNCTION, a function that returns "
    "a node, nodes or a Graph.",
)
@click.version_option(__version__, prog_name="cutaway")
@click.option("--debug", is_flag=True, help="Show where an error arose; may stand anywhere.")
def app(debug: bool) -> None:
    """A Transformer as one graph: numbers, gradients, shape contracts, costs, pictures."""


@app.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="cutaway-tour",
    show_default=True,
    help="The folder for what it writes.",
)
def tour(out: Path) -> None:
    """Show everything on the bundled translator."""
    from cutaway.cli.tour import tour as show

    show(out, Console(), Console(stderr=True))


@app.command()
@json_option
def models(as_json: bool) -> None:
    """List the built-in models."""
    from cutaway.cli.commands import list_models

    list_models(as_json)


@app.command()
@model_argument
@click.option("--assume", multiple=True, metavar="COND", help="A promise, such as 'H | D'.")
@json_option
def check(model: str, assume: tuple[str, ...], as_json: bool) -> int:
    """Say for which sizes a model is well-shaped.

    Exit code 0: for all sizes, or where every condition is declared or assumed; 1: otherwise.

    Example: cutaway check model.py:build --assume 'H | D'
    """
    from cutaway.cli.commands import check_model

    return check_model(model, assume, as_json)


@app.command()
@model_argument
@dim_option
@feed_option
@seed_option
@json_option
def run(
    model: str, dims: tuple[str, ...], feeds: tuple[str, ...], seed: int, as_json: bool
) -> None:
    """Compute a model's outputs; what you don't give is drawn at random.

    Example: cutaway run encoder-layer --dim B=1 --dim T=3
    """
    from cutaway.cli.commands import run_model

    run_model(model, dims, feeds, seed, as_json)


@app.command()
@model_argument
@dim_option
@feed_option
@seed_option
@click.option("--check", is_flag=True, help="Compare with finite differences.")
@json_option
def grad(
    model: str,
    dims: tuple[str, ...],
    feeds: tuple[str, ...],
    seed: int,
    check: bool,
    as_json: bool,
) -> None:
    """Differentiate a model's output (its mean square, unless a scalar) by its parameters.

    Example: cutaway grad feed-forward --check
    """
    from cutaway.cli.commands import grad_model

    grad_model(model, dims, feeds, seed, check, as_json)


@app.command()
@model_argument
@dim_option
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How deep in the path blocks are told apart.",
)
@json_option
def cost(model: str, dims: tuple[str, ...], depth: int, as_json: bool) -> None:
    """Count parameters, arithmetic and memory: symbolic, and filled in by block.

    Example: cutaway cost paper-base --dim T=128
    """
    from cutaway.cli.commands import cost_model

    cost_model(model, dims, depth, as_json)


def run_app(arguments: list[str]) -> int:
    """Run the command line; an error becomes one message and exit code 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese shows "?"
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        code = app.main(arguments, prog_name="cutaway", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away: nothing more to say to it
        return 0
    except Exception as error:
        if debug:
            raise
        _complain(error)
        return 2
    return int(code or 0)


def _complain(error: Exception) -> None:
    """Print an error as a message; what cutaway did not raise on purpose is named as such."""
    if isinstance(error, CutawayError):
        message = str(error)
    elif isinstance(error, MemoryError):
        message = f"not enough memory: {error}\n  fix:      choose smaller sizes with --dim"
    else:
        message = f"{type(error).__name__}: {error}\n  fix:      --debug shows where it arose"
    print(f"cutaway: {message}", file=sys.stderr)
    for note in getattr(error, "__notes__", ()):
        print(f"  {note}", file=sys.stderr)
