"""The error that stops a training: its message in English, its reason in both languages."""

from cutaway.graph import Title, TrainingError
from cutaway.graph.errors import explain
from cutaway.training.record import TrainingStep


def stopped(
    record: TrainingStep,
    kind: str,
    what: Title,
    came: Title | None,
    block: str,
    where: Title | None,
    fix: Title,
) -> TrainingError:
    """Return the error for a step that went wrong."""
    parts = {"came": came, "where": where, "fix": fix}
    known = {name: part for name, part in parts.items() if part}
    english = {name: part.en for name, part in known.items()}
    message = explain(f"step {record.step}: {what.en}", **english)
    return TrainingError(message, kind, record.step, block, {"what": what, **known})
