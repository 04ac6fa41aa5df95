"""What a graph refused while it was built, as a finding of ``cutaway debug``."""

import traceback
from pathlib import Path

from cutaway.diagnose import Finding
from cutaway.graph import DTypeError, ShapeError

CHINESE = {  # by the code of a misfit: errors speak English, their frame is said in both
    "sizes-differ": "{op}：两个应当相同的长度不同",
    "elements-differ": "{op}：变形前后的元素个数不同",
    "not-divisible": "{op}：长度不能整除",
    "out-of-range": "{op}：切片超出了轴",
    "empty-axis": "{op}：轴的长度小于 1",
    "rank": "{op}：轴的个数不对",
}
LABELS = {"required": "要求", "came": "得到", "left": "左边", "right": "右边", "where": "位置"}


class Message(str):
    """A message in English; ``{message:zh}`` in a text is the Chinese one."""

    chinese: str

    def __new__(cls, english: str, chinese: str) -> "Message":
        """Return the message in both languages."""
        made = super().__new__(cls, english)
        made.chinese = chinese
        return made

    def __format__(self, language: str) -> str:
        return self.chinese if language == "zh" else str(self)


def refusal(name: str, error: ShapeError | DTypeError) -> Finding:
    """Return what the graph refused while it was built, at the user's line."""
    file = name.rpartition(":")[0]
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve() == Path(file).resolve()
    ]
    line = (frames[-1].lineno or 0) if frames else 0
    file = frames[-1].filename if frames else file
    kind = "shape" if isinstance(error, ShapeError) else "dtype"
    what, *rest = str(error).splitlines()
    fix = "".join(line.partition(":")[2].strip() for line in rest if line.startswith("  fix:"))
    parts = [" ".join(line.split()) for line in rest if "fix:" not in line]
    misfit = getattr(error, "misfit", None)
    path = "" if misfit is None else "/".join(filter(None, (misfit.scope, misfit.op)))
    said = what if misfit is None else CHINESE[misfit.code].format(op=misfit.op)
    message = Message("; ".join([what, *parts]), "；".join([said, *map(_in_chinese, parts)]))
    words = {"message": message, "fix": fix}
    return Finding(kind, path, None, file, line, words, "refused")


def _in_chinese(part: str) -> str:
    """Give a part of a message its Chinese label.

    Examples
    --------
    >>> _in_chinese("came: (B, 3) and (B, 4)")
    '得到：(B, 3) and (B, 4)'
    """
    label, colon, text = part.partition(": ")
    text = text.rpartition(": ")[2] if label == "required" else text  # a reason is in English
    return f"{LABELS[label]}：{text}" if colon and label in LABELS else part
