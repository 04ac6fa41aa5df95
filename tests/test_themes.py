"""Themes: data that changes how a picture looks and nothing else."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from geometry import SVG, check, parse

import cutaway as ca
from cutaway.models.catalogue import MODELS
from cutaway.render import RenderError
from cutaway.render.layout import place
from cutaway.render.theme import THEMES, read_theme

FILE = Path(__file__).parent.parent / "render" / "themes.toml"


def attention(**options: Any) -> Any:
    graph = MODELS["encoder-layer"].graph()
    return ca.draw(graph, open=["self_attention"], **options)


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_moves_nothing(name: str) -> None:
    picture = attention(theme=name, lang="both")
    check(picture)
    plain = attention(lang="both")
    assert place(picture.scene) == place(plain.scene)
    assert (picture.svg == plain.svg) == (name == "light")
    assert picture.svg == attention(theme=name, lang="both").svg


def test_themes_have_the_same_entries() -> None:
    themes = tomllib.loads(FILE.read_text("utf-8"))
    assert [*themes] == [*THEMES]
    names = [[name for name, _ in read_theme(name).colours()] for name in THEMES]
    assert names[0] == names[1] == names[2]


def test_print_is_grey_and_told_apart_without_colour() -> None:
    theme = read_theme("print")
    assert all(c[1:3] == c[3:5] == c[5:7] for _, c in theme.colours())
    looks = [(theme.boxes[family], theme.bands.get(family)) for family in theme.boxes]
    same = {  # the same in every theme: a feed-forward is what its activation makes of it
        look for look in looks if looks.count(look) > 1
    }
    assert same <= {(theme.boxes["activation"], theme.bands["activation"]), ("#ffffff", None)}
    assert len({theme.widths[role] for role in ("query", "key", "value")}) == 3
    svg = parse(attention(theme="print"))
    bands = {
        (g.findtext(f"{SVG}title") or ""): path.attrib["stroke-dasharray"]
        for g in svg.iterfind(f".//{SVG}g[@data-path]")
        for path in g.iterfind(f"{SVG}path")
    }
    assert bands["Linear, query"] == theme.bands["matmul"]
    assert bands["Feed-forward"] == theme.bands["feed_forward"]


def test_no_band_reaches_a_text() -> None:
    for group in parse(attention(theme="print", lang="zh")).iterfind(f".//{SVG}g[@data-path]"):
        for path in group.iterfind(f"{SVG}path"):
            x = float(path.attrib["d"].removeprefix("M").partition(",")[0])
            for text in group.iterfind(f"{SVG}text"):
                begin = float(text.attrib["x"]) - float(text.attrib["textLength"]) / 2
                assert x + float(path.attrib["stroke-width"]) / 2 < begin


def test_a_theme_of_ones_own(tmp_path: Path) -> None:
    given = {"base": "dark", "lit_width": 4, "boxes": {"attention": "#123456"}}
    file = tmp_path / "mine.toml"
    file.write_text('base = "dark"\nlit_width = 4\n[boxes]\nattention = "#123456"\n', "utf-8")
    assert read_theme(given) == read_theme(file) == read_theme(str(file))
    svg = attention(theme=file).svg
    assert 'fill="#123456"' in svg
    assert f'fill="{read_theme("dark").background}"' in svg
    assert read_theme(tomllib.loads(FILE.read_text("utf-8"))["print"]) == read_theme("print")


@pytest.mark.parametrize(
    ("theme", "words"),
    [
        ("sepia", ["no theme 'sepia'", "light, dark, print", ".toml", "themes.toml"]),
        (7, ["no theme 7"]),
        ({"base": "sepia"}, ["a base that there is not", "light, dark, print", "'sepia'"]),
        ({"base": []}, ["a base that there is not"]),
        ({"inc": "#000000"}, ["means nothing", "ink", "inc"]),
        ({"boxes": {"attn": "#000000"}}, ["attention", "boxes.attn"]),
        ({"boxes": "#000000"}, ["boxes of a theme is no table"]),
        ({"ink": "black"}, ["ink of a theme", "#rrggbb", "'black'"]),
        ({"lines": {"query": '#000"/>'}}, ["lines.query", "#rrggbb"]),
        ({"shades": ["#000000"]}, ["two colours"]),
        ({"bands": {"softmax": "1 x"}}, ["bands.softmax", '"2 1"']),
        ({"widths": {"key": True}}, ["widths.key", "0.1 to 10"]),
    ],
)
def test_errors_say_what_is_wrong(theme: Any, words: list[str]) -> None:
    with pytest.raises(RenderError) as caught:
        ca.draw(ca.input("x", "N"), theme=theme)
    for word in words:
        assert word in str(caught.value)


def test_errors_of_a_file_name_it(tmp_path: Path) -> None:
    for text, word in (("ink = ", "Invalid value"), ('ink = "red"', "#rrggbb")):
        file = tmp_path / "mine.toml"
        file.write_text(text, "utf-8")
        with pytest.raises(RenderError, match=word) as caught:
            ca.draw(ca.input("x", "N"), theme=file)
        assert str(file) in str(caught.value)
    with pytest.raises(RenderError, match="No such file"):
        ca.draw(ca.input("x", "N"), theme=tmp_path / "none.toml")


def test_dot_is_themed_too() -> None:
    dark, dot = read_theme("dark"), attention(theme="dark").dot
    assert f'bgcolor="{dark.background}"' in dot
    assert f'fillcolor="{dark.boxes["feed_forward"]}"' in dot
    assert "penwidth=2.2" in attention(theme="print").dot
