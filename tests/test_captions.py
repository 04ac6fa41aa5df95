"""Captions: whole, in lines that fit, under the picture."""

import pytest
from geometry import SVG, check, parse
from hypothesis import given
from hypothesis import strategies as st

import cutaway as ca
from cutaway.models.catalogue import MODELS
from cutaway.render import Picture
from cutaway.render.caption import SIZE, WIDEST, wrapped
from cutaway.render.layout import place
from cutaway.render.measure import text_width
from cutaway.render.wrap import CLOSING

ENGLISH = "Queries meet keys, and the scores become weights that sum to one over the keys. " * 3
CHINESE = "查询与键相遇，得分经过缩放与掩码，变成对键求和为一的权重。" * 6


def captioned(text: str, direction: str = "BT") -> Picture:
    return ca.draw(MODELS["attention"].graph(), caption=text, direction=direction)


def lines(picture: Picture) -> list[str]:
    return [t.text or "" for t in parse(picture).iterfind(f".//{SVG}text[@class='caption']")]


@pytest.mark.parametrize("direction", ["BT", "LR"])
@pytest.mark.parametrize(
    "text", [ENGLISH, CHINESE, "W" * 500, "<b>&", "one\ntwo", "混合 mixed 文字"]
)
def test_a_caption_stands_under_the_picture_whole(text: str, direction: str) -> None:
    picture = captioned(text, direction)
    check(picture)
    assert "".join("".join(lines(picture)).split()) == "".join(text.split())
    plain = captioned("", direction)
    assert place(picture.scene) == place(plain.scene)
    told = parse(picture).findtext(f"{SVG}desc") or ""
    assert told.startswith(" ".join(text.split()))
    legend = max(
        float(t.attrib["y"]) for t in parse(picture).iterfind(".//*[@class='legend']/*[@y]")
    )
    written = [float(t.attrib["y"]) for t in parse(picture).iterfind(".//*[@class='caption']")]
    assert written == sorted(written)
    assert legend + SIZE < written[0]


def test_no_caption_changes_nothing() -> None:
    assert captioned("").svg == ca.draw(MODELS["attention"].graph()).svg


@given(st.text(max_size=300), st.floats(0, 2000))
def test_lines_fit(text: str, width: float) -> None:
    found = wrapped(text, width)
    assert all(text_width(line, SIZE) <= min(max(width, 320), WIDEST) + 0.01 for line in found)


def test_chinese_breaks_anywhere_but_before_its_stops() -> None:
    found = wrapped(CHINESE, 0)
    assert len(found) > 5
    assert all(line[0] not in CLOSING for line in found)
    assert all(text_width(line, SIZE) > 320 - 3 * SIZE for line in found[:-1])


def test_a_caption_is_in_every_form() -> None:
    picture = captioned("Weights <sum> to one.")
    assert 'label="Weights <sum> to one."' in picture.dot
    assert picture.html.count('class="caption"') >= 1
    assert picture.png().startswith(b"\x89PNG")
