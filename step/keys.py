"""The keys of a stepper: the page and the terminal have the same, and read them here."""

from typing import NamedTuple

from cutaway.graph import Title
from cutaway.step.words import PAGE


class Key(NamedTuple):
    """What a key does.

    Attributes
    ----------
    key
        The letter or sign, as it is typed.
    action
        What it does, as a word for programs.
    title
        What it does, for people.
    page
        Whether the page has it too; the others are of the terminal, which has no pointer.
    """

    key: str
    action: str
    title: Title
    page: bool = True


MOVES = (
    Key("n", "next", PAGE["next"]),
    Key("p", "previous", PAGE["previous"]),
    Key("o", "over", PAGE["over"]),
    Key("i", "into", PAGE["into"]),
    Key("u", "out", PAGE["out"]),
    Key("r", "run", PAGE["run"]),
    Key("R", "reverse", PAGE["reverse"]),
    Key("g", "first", Title("First step", "第一步")),
    Key("G", "last", Title("Last step", "最后一步")),
    Key("/", "search", Title("Search, and go there", "搜索并跳转"), page=False),
)
VIEWS = (
    Key("s", "outline", Title("The list of steps", "步骤列表")),
    Key("l", "finer", Title("Finer level", "更细的层级")),
    Key("L", "coarser", Title("Coarser level", "更粗的层级")),
    Key("d", "direction", Title("Forward or backward", "前向或反向")),
    Key("[", "lead-back", Title("Previous slice", "上一个切片"), page=False),
    Key("]", "lead-on", Title("Next slice", "下一个切片"), page=False),
    Key("v", "figures", Title("Shades or figures", "色块或数字"), page=False),
    Key("z", "language", Title("English or Chinese", "英文或中文")),
    Key("t", "theme", Title("Light or dark", "浅色或深色")),
)
CHANGES = (
    Key("b", "break", Title("Breakpoint here", "在此设断点")),
    Key("B", "break-at", Title("Breakpoint with a condition", "带条件的断点"), page=False),
    Key("w", "watch", Title("Watch this number", "监视这个数"), page=False),
    Key("W", "watch-at", Title("Watch any value", "监视任意值"), page=False),
    Key("e", "edit", Title("Another value for a cell", "给一格换一个值")),
    Key("k", "knock-out", Title("Knock a part out", "敲除一个部分")),
    Key("x", "remove", Title("Remove what is marked in a list", "删除列表中选中的项"), page=False),
    Key("X", "reset", Title("Take all changes back", "复原全部改动")),
)
LISTS = (
    Key("1", "inputs", PAGE["inputs"], page=False),
    Key("2", "why", Title("Why", "来由"), page=False),
    Key("3", "watches", Title("Watches", "监视"), page=False),
    Key("4", "breakpoints", Title("Breakpoints", "断点"), page=False),
    Key("5", "changes", PAGE["changes"], page=False),
)
OTHERS = (
    Key("?", "help", Title("Keys", "按键")),
    Key("q", "quit", Title("Quit", "退出"), page=False),
)
KEYS = (*MOVES, *VIEWS, *CHANGES, *LISTS, *OTHERS)
