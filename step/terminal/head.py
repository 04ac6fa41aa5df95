"""What stands above a value: where the stepper is, and the formula, also with numbers."""

from textwrap import wrap

from rich.cells import cell_len
from rich.text import Text

from cutaway.graph import CutawayError
from cutaway.graph.title import Language
from cutaway.step.keys import KEYS, LISTS
from cutaway.step.numbers import number
from cutaway.step.terminal.text import SHORTEST, cut, cut_left, fill, printable
from cutaway.step.terminal.walk import Walk
from cutaway.step.terminal.words import Say

FOOT = ("help", "quit", "next", "previous", "into", "out", "search", "edit", "run", "over")


def where(walk: Walk, title: str, say: Say, width: int) -> Text:
    """Return the line at the top: the model, level, direction and place."""
    stepper = walk.stepper
    parts = [
        say("step-at", stepper.index + 1, len(stepper)),
        say("level-at", say(stepper.level)),
        say("backward" if stepper.backward else "forward"),
    ]
    if stepper.patches:
        parts.append(f"≠ {len(stepper.patches)}")
    right = " · ".join(parts)
    return Text(fill(f"{right}  {title}", width))


def formula(walk: Walk, say: Say, lang: Language, width: int) -> list[Text]:
    """Return the path of the step, what it is, and its formula, with and without numbers."""
    step = walk.step
    single = len(step.nodes) == 1
    about = step.node.op.title.say(lang) if single else say("ops", len(step.nodes))
    if step.forward is not None:
        path = printable(walk.stepper.forward.path(step.forward))
        room = width - cell_len(f"{about} · {say('gradient-of', '')}")
        about += f" · {say('gradient-of', cut_left(path, max(room, SHORTEST)))}"
    return [
        Text(cut_left(step.path, width), "bold"),
        Text(cut(about, width)),
        Text(cut(step.formula.unicode, width)),
        *_numbers(walk, width),
    ]


def _numbers(walk: Walk, width: int) -> list[Text]:
    """Return the formula with the numbers that make the chosen element, on two lines at most."""
    if walk.node is not None or not walk.value.size:
        return []
    try:
        found = walk.step.numbers_at(walk.cell)
    except CutawayError:
        return []
    if found is None or width < 1:
        return []
    text = f"= {printable(found.text)} = {number(walk.value[walk.cell])}"
    first, *rest = wrap(text, width)
    return [Text(cut(line, width)) for line in (first, "  " + " ".join(rest)) if line.strip()]


def lists(shown: str, walk: Walk, say: Say, width: int) -> Text:
    """Return the names of the lists, the one that is shown marked, with how much is in each."""
    stepper = walk.stepper
    many = {
        "watches": len(stepper.watches),
        "breakpoints": len(stepper.breakpoints),
        "changes": len(stepper.patches),
    }
    text = Text()
    for key in LISTS:
        count = f" {many[key.action]}" if many.get(key.action) else ""
        style = "bold reverse" if key.action == shown else ""
        text.append(f"{key.key} {say(key.action)}{count}", style).append(" ")
    text.truncate(width, overflow="ellipsis")
    return text


def foot(lang: Language, width: int) -> Text:
    """Return the keys that are used most, as many as there is room for."""
    text, keys = "", {key.action: key for key in KEYS}
    for action in FOOT:
        key = keys[action]
        more = f"{key.key} {key.title.say(lang)}  "
        if cell_len(text + more) <= width + 2:
            text += more
    return Text(cut(text.rstrip(), width))
