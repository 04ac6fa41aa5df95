"""What an error says, for a line of the terminal: in what is typed there, not in Python."""

TYPED = {  # what errors advise in Python, and what does the same here
    'knock_out("head", "encoder/layer.0/*", 3)': "head encoder/layer.0/* 3",
    "take the other back first: stepper.unpatch(…)": "take the other back first: x in list 5",
    "or take the patch back: stepper.unpatch(…)": "or take the patch back: x in list 5",
    "take it away with breakpoint.remove(), or switch it off with off()": "x in list 4 takes it "
    "away, Enter there switches it off",
    "take it away with watch.remove()": "x in list 3 takes it away",
    "change some of its elements with a function: lambda value: …": "change one of its cells: e",
    "when='isnan'": "when=isnan",
}


def told(error: Exception) -> str:
    """Return an error's message on one line, with what can be typed here.

    Examples
    --------
    >>> from cutaway.graph.errors import explain
    >>> told(ValueError(explain("there is no cell", fix="when='isnan'")))
    'there is no cell · fix: when=isnan'
    """
    text = str(error)
    for python, typed in TYPED.items():
        text = text.replace(python, typed)
    return " · ".join(" ".join(line.split()) for line in text.splitlines())
