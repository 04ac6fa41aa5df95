"""What the commands share: their options, the form of their help, and ``MODEL``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from cutaway.cli.completion import complete_model

MODEL_HELP = (
    "MODEL is a name from `cutaway models`, FILE.py:FUNCTION (a function that returns a node, "
    "nodes or a Graph), or a folder with config.json and model.safetensors."
)
HELP_NAMES = ["-h", "--help"]


@dataclass
class State:
    """What is known of a call, whatever becomes of it."""

    debug: bool = False


def _set_debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    state = context.find_object(State)
    if value and state is not None:
        state.debug = True


def debug_option() -> click.Option:
    """Return ``--debug``, which stands behind any command, or before it."""
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_set_debug,
        help="Show where an error arose.",
    )


class OutPath(click.Path):
    """Where something is written: any path but none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; of no text, say that it names nothing."""
        if not value:
            self.fail("an empty text names no file", param, ctx)
        return super().convert(value, param, ctx)


class ReaderGoneError(Exception):
    """Nobody reads what is printed any more."""


class Command(click.Command):
    """A command whose help ends with examples; a test runs every one of them."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **options: Any) -> None:
        options.setdefault("context_settings", {"help_option_names": HELP_NAMES})
        super().__init__(*args, **options)
        self.examples = tuple(examples)
        self.params.append(debug_option())

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; keep click from ending the program by itself when the reader goes away."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGoneError from None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what MODEL is, and give the examples."""
        if any(parameter.name == "model" for parameter in self.params):
            formatter.write_paragraph()
            formatter.write_text(MODEL_HELP)
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


class Group(click.Group):
    """The group of all commands."""

    command_class = Command


model_argument = click.argument("model", metavar="MODEL", shell_complete=complete_model)
dim_option = click.option(
    "--dim", "dims", multiple=True, metavar="NAME=SIZE", help="A size; may be repeated."
)
feed_option = click.option(
    "--feed",
    "feeds",
    multiple=True,
    metavar="NAME=ARRAY",
    help="An input: FILE.npy, FILE.json, or JSON such as [[1, 2]]; may be repeated.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Draws what is not given.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
