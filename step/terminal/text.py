"""Texts made fit for a line of a terminal: nothing in them moves its cursor or colours it."""

from rich.cells import cell_len, set_cell_size

SHORTEST = 12  # columns of a name that is cut


def printable(text: str) -> str:
    r"""Show control characters instead of sending them.

    Examples
    --------
    >>> printable("a" + chr(27) + "[2Jb")
    'a\\x1b[2Jb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def cut(text: str, width: int) -> str:
    """Return a printable text in at most so many columns; … stands for what is cut off.

    Examples
    --------
    >>> cut("attention", 5), cut("注意力头", 5)
    ('atte…', '注意…')
    """
    text = printable(text)
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…" if width > 0 else ""


def cut_left(text: str, width: int) -> str:
    """Return the end of a printable text: of a path, the name.

    Examples
    --------
    >>> cut_left("encoder/layer.0/softmax", 10)
    '…0/softmax'
    """
    text = printable(text)
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return f"…{text}" if width > 0 else ""


def fill(text: str, width: int, right: bool = False) -> str:
    """Return a text in exactly so many columns."""
    text = cut(text, width)
    space = " " * (width - cell_len(text))
    return space + text if right else text + space
