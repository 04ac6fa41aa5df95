"""What a contract has to complain about, as records."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from cutaway.graph import Condition, Misfit, ShapeError, show
from cutaway.graph.errors import explain


@dataclass(frozen=True, slots=True)
class Report:
    """One error: a condition that nobody declared or assumed, or shapes that never fit.

    Attributes
    ----------
    code
        The kind of trouble, such as ``sizes-differ`` or ``not-divisible``.
    message
        What is asked, what came, where it comes from, what to change.
    op, scope, file, line
        Where; empty, and line 0, where it isn't known.
    left, right
        The two sizes and where they come from.
    fix
        The one edit that mends it, where one is known.
    misfit
        The same as data, which ``ca.draw(graph, highlight=error.misfit)`` lights.
    """

    code: str
    message: str
    op: str = ""
    scope: str = ""
    file: str = ""
    line: int = 0
    left: str = ""
    right: str = ""
    fix: str = ""
    misfit: Misfit | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return self.message

    @property
    def record(self) -> dict[str, str | int]:
        """What JSON holds of it."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "misfit"}


def report_condition(
    condition: Condition, path: str, misfit: Misfit, breaks: Mapping[str, int] | None
) -> Report:
    """Return a condition as an error: ``breaks`` are sizes that break it."""
    message = explain(
        f"{misfit.op} needs {condition}",
        required=misfit.reason,
        came=f"it breaks at {_sizes(breaks, condition)}" if breaks else "",
        left=str(misfit.left or ""),
        right=str(misfit.right or ""),
        where=f"{path}, {misfit.source}",
        fix=misfit.fix,
    )
    return _report(message, misfit)


def report_refusal(error: ShapeError) -> Report:
    """Return what was refused while the graph was built as an error."""
    if error.misfit is None:
        return Report("shape", str(error))
    return _report(str(error), error.misfit)


def _report(message: str, misfit: Misfit) -> Report:
    return Report(
        misfit.code,
        message,
        misfit.op,
        misfit.scope,
        misfit.source.file,
        misfit.source.line,
        *_sides(misfit),
        misfit.fix,
        misfit,
    )


def _sides(misfit: Misfit) -> tuple[str, str]:
    """Return the two sizes with where they begin, or the sides of what is asked."""
    if misfit.left or misfit.right or not isinstance(misfit.condition, Condition):
        return str(misfit.left or ""), str(misfit.right or "")
    return show(misfit.condition.left), show(misfit.condition.right)


def _sizes(sizes: Mapping[str, int], condition: Condition) -> str:
    """Write the sizes that the condition speaks of, and those that matter besides."""
    shown = {n: size for n, size in sizes.items() if size > 1 or n in condition.symbols}
    return ", ".join(f"{name} = {size}" for name, size in shown.items())
