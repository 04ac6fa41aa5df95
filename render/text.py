"""A user's text, made fit to be drawn."""

LONGEST = 56


def clean(text: str) -> str:
    """Replace what neither XML 1.0 nor UTF-8 can hold.

    Examples
    --------
    >>> clean("a" + chr(0) + "b")
    'a\ufffdb'
    """
    return "".join(c if _holds(c) else "\ufffd" for c in text)


def _holds(c: str) -> bool:
    return c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")


def shorten(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, cut with … where it is too long.

    Examples
    --------
    >>> shorten("a" * 100, 5)
    'aaaa…'
    """
    line = "".join(c if c.isprintable() else " " for c in text[: longest + 1])
    return line if len(line) <= longest else line[: longest - 1] + "…"
