"""What an error says, for a line of the terminal: in what is typed there, not in Python."""

import re

TYPED = {  # what errors advise in Python, and what does the same here
    'knock_out("head", "encoder/layer.0/*", 3)': "head encoder/layer.0/* 4",
    "take the other back first: stepper.unpatch(…)": "take the other back first: x in list 5",
    "or take the patch back: stepper.unpatch(…)": "or take the patch back: x in list 5",
    "take it away with breakpoint.remove(), or switch it off with off()": "x in list 4 takes it "
    "away, Enter there switches it off",
    "take it away with watch.remove()": "x in list 3 takes it away",
    "change some of its elements with a function: lambda value: …": "change one of its cells: e",
    "when='isnan'": "when=isnan",
}
NO_HEAD = re.compile(r"has no head (-?\d+)(.*?from) 0 to (\d+)", re.DOTALL)


def told(error: Exception) -> str:
    """Return an error's message on one line, with what can be typed here.

    Examples
    --------
    >>> from cutaway.graph.errors import explain
    >>> told(ValueError(explain("there is no cell", fix="when='isnan'")))
    'there is no cell · fix: when=isnan'

    Heads are counted from 1 here, from 0 in Python.

    >>> told(ValueError(explain("it has no head 4", required="a whole number from 0 to 3")))
    'it has no head 5 · required: a whole number from 1 to 4'
    """
    text = str(error)
    for python, typed in TYPED.items():
        text = text.replace(python, typed)
    text = NO_HEAD.sub(_from_one, text)
    return " · ".join(" ".join(line.split()) for line in text.splitlines())


def _from_one(found: re.Match[str]) -> str:
    return f"has no head {int(found[1]) + 1}{found[2]} 1 to {int(found[3]) + 1}"
