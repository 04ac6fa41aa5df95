"""Completion in the shell: scripts to install, and what ``MODEL`` may be."""

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
)

SHELLS = ("bash", "zsh", "fish")
THEMES = ("light", "dark", "print")
VARIABLE = "_CUTAWAY_COMPLETE"  # click looks for it


def script(shell: str, app: click.Command) -> str:
    """Return what a shell has to run for ``cutaway`` to be completed."""
    found = get_completion_class(shell)
    assert found is not None
    return found(app, {}, "cutaway", VARIABLE).source()


def complete_model(_: click.Context, __: click.Parameter, text: str) -> list[CompletionItem[str]]:
    """Complete a built-in name, a file or a folder, or a function of a Python file."""
    file, colon, start = text.rpartition(":")
    if colon and file.endswith(".py"):
        from cutaway.cli.userfile import written_functions

        functions = written_functions(file)
        return [CompletionItem(f"{file}:{name}") for name in functions if name.startswith(start)]
    from cutaway.models import MODELS

    names = [
        CompletionItem(model.name, help=model.title.en)
        for model in MODELS.values()
        if model.name.startswith(text)
    ]
    return [CompletionItem(text, type="file"), *names]


def complete_theme(_: click.Context, __: click.Parameter, text: str) -> list[CompletionItem[str]]:
    """Complete the name of a theme, or a file."""
    names = [CompletionItem(name) for name in THEMES if name.startswith(text)]
    return [CompletionItem(text, type="file"), *names]


def complete_figure(_: click.Context, __: click.Parameter, text: str) -> list[CompletionItem[str]]:
    """Complete the name of a figure."""
    from cutaway.figures import FIGURES

    names = {"all": "all of them", **{name: each.title.en for name, each in FIGURES.items()}}
    return [
        CompletionItem(name, help=title) for name, title in names.items() if name.startswith(text)
    ]


@add_completion_class
class Bash(BashComplete):
    """Bash, which takes ``model.py:function`` for three words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Join the three again."""
        words, last = super().get_completion_args()
        if last == ":" and words and words[-1].endswith(".py"):
            return words[:-1], f"{words[-1]}:"
        if words[-1:] == [":"] and words[-2:-1] and words[-2].endswith(".py"):
            return words[:-2], f"{words[-2]}:{last}"
        return words, last

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Leave away what stands before the colon: bash replaces only what follows it."""
        file, colon, function = str(item.value).rpartition(":")
        whole = not (colon and file.endswith(".py"))
        return f"{item.type},{item.value if whole else function}"
