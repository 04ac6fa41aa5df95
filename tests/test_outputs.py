"""PDF, pages and notebooks: what is in them, and that nothing else is."""

import base64
import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fonts import font
from geometry import SVG

import cutaway as ca
from cutaway.models.catalogue import MODELS
from cutaway.render import Picture, RenderError, fontfiles
from cutaway.render.theme import read_theme

SMILE = "\N{GRINNING FACE}"


def layer(level: str = "sublayer", **options: Any) -> Picture:
    return ca.draw(MODELS["encoder-layer"].graph(), level, **options)


class Page(HTMLParser):
    """What a page holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.feed(html)
        self.close()
        drawings = re.findall(r"<svg .*?</svg>", html, re.DOTALL)
        self.svgs = [ElementTree.fromstring(text) for text in drawings]
        [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html)
        self.data = json.loads(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag if not attrs else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("style", "script"):
            self.texts[self.inside] = self.texts.get(self.inside, "") + data

    def find(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def opened(self, number: int) -> list[str]:
        """The labels of the boxes of a drawing."""
        groups = self.svgs[number].iterfind(f".//{SVG}g[@data-path]")
        return [group.findtext(f"{SVG}title") or "" for group in groups]


def test_a_page_loads_nothing_and_runs_only_its_own_script() -> None:
    page = Page(layer().html)
    [policy] = [m["content"] for m in page.find("meta") if "http-equiv" in m]
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for directive, text in (("style-src", "style"), ("script-src", "script")):
        digest = base64.b64encode(hashlib.sha256(page.texts[text].encode()).digest()).decode()
        assert rules[directive] == f"'sha256-{digest}'"
    for _, attributes in page.tags:
        assert not {"src", "href", "style", "srcset"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in page.texts["style"]
    assert "@import" not in page.texts["style"]
    assert not re.search(r"fetch|XMLHttpRequest|innerHTML|eval\(", page.texts["script"])


def test_every_block_opens_and_closes() -> None:
    picture = layer("layer")
    page = Page(picture.html)
    views = page.data["views"]
    assert len(views) == len(page.svgs) == len(page.find("template")) + 1
    attention = views[0]["boxes"]["self_attention"]
    assert "Linear, query" in page.opened(attention)
    assert "Linear, query" not in page.opened(0)
    back = views[attention]["frames"]["self_attention"]
    assert page.opened(back) == page.opened(0)
    for number, (view, svg) in enumerate(zip(views, page.svgs, strict=True)):
        paths = {g.attrib["data-path"] for g in svg.iterfind(f".//{SVG}g[@data-path]")}
        scopes = {g.attrib["data-scope"] for g in svg.iterfind(f".//{SVG}g[@data-scope]")}
        assert set(view["boxes"]) <= paths
        assert set(view["frames"]) <= scopes
        groups = {g.attrib["data-path"] for g in svg.iterfind(f".//{SVG}g[@class='group']")}
        assert set(view["boxes"]) == groups
        for path, target in view["boxes"].items():
            assert target != number
            inside = [frame for frame in views[target]["frames"] if frame == path]
            assert inside, "what was opened can be closed"
    first = views[0]["boxes"]
    both = views[first["self_attention"]]["boxes"]["feed_forward"]
    assert set(views[both]["frames"]) == {"self_attention", "feed_forward"}


def test_a_mask_and_the_pieces_of_a_scope() -> None:
    x = ca.input("x", "B T D")
    y = ca.layers.encoder(
        x, layers=2, heads="H", hidden="F", norm="pre", mask=ca.ops.causal_mask("T")
    )
    page = Page(ca.draw(y).html)
    boxes = page.data["views"][0]["boxes"]
    norms = [path for path in boxes if "norm" in path]
    assert {path.rpartition(".")[0] in boxes for path in norms} == {True, False}
    for path in norms:
        view = page.data["views"][boxes[path]]
        assert path in view["frames"]
    assert not any("mask" in path for path in boxes)


def test_a_drawing_in_a_page_is_the_picture() -> None:
    page = layer(lang="both").html
    for number, picture in ((0, layer(lang="both")), (1, None)):
        assert f'id="view-{number}"' in page or number == 0
        if picture is not None:
            drawn = page[page.index("<svg") : page.index("</svg>")]
            theme = read_theme("light")
            for name, colour in theme.colours():
                drawn = drawn.replace(f"var(--{name})", colour)
            assert picture.svg.startswith(drawn)
    assert page == layer(lang="both").html


@pytest.mark.parametrize(("theme", "schemes"), [("light", True), ("dark", True), ("print", False)])
def test_light_and_dark_in_a_page(theme: str, schemes: bool) -> None:
    page = Page(layer(theme=theme).html)
    style = page.texts["style"]
    assert ("prefers-color-scheme: dark" in style) == schemes
    assert (page.find("html")[0].get("data-theme") == "dark") == (theme == "dark")
    assert any(button["id"] == "theme" for button in page.find("button")) == schemes
    used = set(re.findall(r"var\(--([\w-]+)\)", layer(theme=theme).html))
    for name in used:
        assert style.count(f"--{name}:") == (3 if schemes else 1)


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_a_page_speaks_its_language(lang: str) -> None:
    page = Page(layer(lang=lang).html)
    assert page.find("html")[0]["lang"] == ("en" if lang == "en" else "zh-CN")
    words = page.data["words"]["open"]
    assert ("open" in words, "展开" in words) == (lang != "zh", lang != "en")
    assert all(b.get("aria-label") or b["id"] not in ("in", "out") for b in page.find("button"))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "</template></svg>", "]]>&amp;'\""])
def test_names_in_a_page_are_text(name: str) -> None:
    with ca.scope(name, kind="sublayer"):
        y = ca.ops.relu(ca.input(name, "N"))
    page = Page(ca.draw(y, title=name).html)
    assert len(page.find("script")) == 2
    assert len(page.find("template")) == len(page.svgs) - 1
    assert page.data["views"][0]["boxes"]


def test_a_large_model_in_a_page_keeps_within_bounds() -> None:
    y = ca.input("x", "B T D")
    for number in range(70):
        with ca.scope(f"block{number}"):
            y = ca.ops.relu(y) if number % 3 else ca.ops.exp(y)
    html = ca.draw(y, fold=False).html
    page = Page(html)
    assert len(page.svgs) <= 60
    assert sum(map(len, html.split("<svg")[1:])) < 2_700_000
    assert 0 < len(page.data["views"][0]["boxes"]) < 70


def test_a_pdf_is_one_page_with_text_and_the_same_bytes() -> None:
    pdf = layer(lang="both").pdf()
    assert pdf.startswith(b"%PDF-")
    assert pdf == layer(lang="both").pdf()
    assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
    assert b"NotoSans" in pdf
    assert b"CJK" in pdf
    assert b"ToUnicode" in pdf  # text that can be searched
    assert b"/Subtype /Image" not in pdf
    assert b"CreationDate" not in pdf
    assert b"<pdfuaid:part>1<" in pdf  # it says that it is accessible: PDF/UA
    assert b"/Alt" in pdf


def test_without_the_extra_an_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(RenderError, match=r"pip install 'cutaway\[pdf\]'"):
        layer().save(tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has no font but those in a folder."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    monkeypatch.setattr(fontfiles, "FOLDERS", {sys.platform: (str(folder),)})
    return folder


def test_a_font_of_the_machine_draws_what_the_bundled_fonts_lack(machine: Path) -> None:
    (machine / "broken.ttf").write_bytes(b"no font")
    font(machine / "A-Bold.ttf", SMILE)
    font(machine / "Squares.ttf", SMILE)
    picture = ca.draw(ca.input(SMILE, "N"))
    with pytest.warns(UserWarning, match=r"lack '😀': drawn with Squares\.ttf of this machine"):
        smile = picture.png()
    blank = ca.draw(ca.input("\u3000", "N")).png()
    assert smile != blank
    with pytest.warns(UserWarning, match="Squares"):
        assert b"Squares" in picture.pdf()


def test_an_error_names_what_no_font_has(machine: Path, tmp_path: Path) -> None:
    font(machine / "Squares.ttf", SMILE)
    picture = ca.draw(ca.input(f"\N{PILE OF POO}{SMILE}\N{LINEAR B SYLLABLE B008 A}", "N"))
    for ending in ("png", "pdf"):
        with pytest.raises(RenderError, match="no font has") as caught:
            picture.save(tmp_path / f"x.{ending}")
        assert "\N{PILE OF POO} (U+1F4A9), \N{LINEAR B SYLLABLE B008 A}" in str(caught.value)
        assert SMILE not in str(caught.value)
    assert picture.save(tmp_path / "x.svg").exists()


def test_two_pictures_in_a_notebook_share_no_ids() -> None:
    """There are none to share: nothing in a drawing refers to another part of it."""
    for theme in ("light", "dark", "print"):
        svg = layer(theme=theme)._repr_svg_()
        assert not re.search(r'[\s"](id|xlink:href|href|clip-path|marker-end)="', svg)
        assert "url(" not in svg
        assert "<style" not in svg
