"""How a training ended, where it did not end by itself: what a report says at its top."""

from cutaway.graph import Title, TrainingError
from cutaway.training.words import BY, INTERRUPTED, PARTS, STOPPED


def ending(error: BaseException, step: int) -> tuple[Title, ...]:
    """Return what ended a training at a step, and what is known of it, a line each.

    Examples
    --------
    >>> ending(KeyboardInterrupt(), 17)
    (Title(en='Interrupted at step 17', zh='在第 17 步被中断'),)
    >>> ending(OSError("no room"), 17)[0].en
    'Stopped at step 17 by OSError: no room'
    """
    if isinstance(error, TrainingError) and error.reason:
        head = STOPPED.fill(step=error.step, what=error.reason["what"])
        parts = ((PARTS[name], error.reason.get(name)) for name in PARTS)
        return head, *(label.fill(text=text) for label, text in parts if text)
    if isinstance(error, KeyboardInterrupt):
        return (INTERRUPTED.fill(step=step),)
    first = str(error).partition("\n")[0]
    name = type(error).__name__
    return (BY.fill(step=step, error=f"{name}: {first}" if first else name),)
