"""Make the bundled fonts: subsets of Noto Sans and Noto Sans CJK SC.

    python render/fonts/make.py NotoSans-Regular.ttf NotoSansCJK-Regular.ttc

The characters are Latin, Greek, the signs of mathematics, and every Han character in the
sources and pages of this repository, beside the commonest of Chinese text (``common.txt``).
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SIMPLIFIED = "Noto Sans CJK SC"
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x370, 0x400), *range(0x1D2C, 0x1D6B)]
SIGNS = [*range(0x2010, 0x2040), *range(0x2070, 0x20A0), *range(0x2190, 0x2200)]
SIGNS += [*range(0x2200, 0x2300), *range(0x25A0, 0x2600), *range(0x3000, 0x3020)]
SIGNS += [*range(0xFF01, 0xFF60)]


def han() -> set[int]:
    """Return every Han character in the repository's texts."""
    found: set[int] = set()
    for pattern in ("*.py", "*.md", "*.json", "*.txt", "*.toml"):
        for file in ROOT.rglob(pattern):
            if not {"build", ".git"} & set(file.parts):
                found |= {ord(c) for c in file.read_text("utf-8") if "\u4e00" <= c <= "\u9fff"}
    return found


def cut(font: TTFont, characters: set[int], target: Path) -> set[int]:
    """Write a subset; return the characters that it holds."""
    options = subset.Options(
        layout_features=[], hinting=False, desubroutinize=False, notdef_outline=True
    )
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["DSIG", "GDEF", "GPOS", "GSUB", "BASE", "VORG", "vhea", "vmtx", "MATH"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    held = characters & set(font.getBestCmap())
    cutter.subset(font)
    font["head"].modified = font["head"].created  # the same bytes on every day
    font.save(target)
    return held


def main(latin: str, chinese: str) -> None:
    """Write both subsets."""
    held = cut(TTFont(latin, recalcTimestamp=False), {*LATIN, *SIGNS}, HERE / "NotoSans.ttf")
    fonts = TTCollection(chinese).fonts
    font = next(f for f in fonts if f["name"].getDebugName(1) == SIMPLIFIED)
    font.recalcTimestamp = False
    common = {ord(c) for c in (HERE / "common.txt").read_text("utf-8") if c > " "}
    cut(font, ({*SIGNS} - held) | han() | common, HERE / "NotoSansSC.otf")


if __name__ == "__main__":
    main(*sys.argv[1:])
