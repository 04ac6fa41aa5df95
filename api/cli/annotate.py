"""Errors and warnings as commands of GitHub's workflows, shown beside the line they are about.

Source: GitHub Docs, Workflow commands for GitHub Actions, "Setting an error message".
"""

import os
from collections.abc import Iterable

from cutaway.shapes import Lint, Report


def print_annotations(errors: Iterable[Report], warnings: Iterable[Lint]) -> None:
    """Print a command for each."""
    for error in errors:
        print(_command("error", error.code, error.file, error.line, str(error)))
    for lint in warnings:
        print(_command("warning", lint.code, lint.file, lint.line, str(lint)))


def _command(kind: str, title: str, file: str, line: int, message: str) -> str:
    fields = {"file": _below(file), "line": str(line or ""), "title": f"cutaway: {title}"}
    listed = ",".join(f"{key}={_field(value)}" for key, value in fields.items() if value)
    return f"::{kind} {listed}::{_text(message)}"


def _below(file: str) -> str:
    """Return the path from here, as GitHub wants it, of a file that lies below."""
    if not file:
        return ""
    try:
        path = os.path.relpath(file)
    except ValueError:  # on another drive
        return file
    return file if path.startswith(os.pardir) else path.replace(os.sep, "/")


def _text(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _field(value: str) -> str:
    return _text(value).replace(":", "%3A").replace(",", "%2C")
