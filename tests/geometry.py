"""A picture's rules, read off its SVG alone."""

import re
from collections.abc import Iterator
from itertools import combinations
from math import dist
from typing import NamedTuple
from xml.etree import ElementTree

from cutaway.render import Picture
from cutaway.render.measure import missing, text_width

SVG = "{http://www.w3.org/2000/svg}"
Element = ElementTree.Element
Point = tuple[float, float]


class Area(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Area", slack: float = 0.15) -> bool:
        """Say whether another lies inside; coordinates have one decimal."""
        return (
            self.left - slack <= other.left
            and self.top - slack <= other.top
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def touches(self, point: Point, slack: float = 1.0) -> bool:
        """Say whether a point is on its border."""
        inner = Area(self.left + slack, self.top + slack, self.right - slack, self.bottom - slack)
        there = Area(*point, *point)
        return self.holds(there, slack) and not inner.holds(there, 0.0)

    def meets(self, other: "Area", slack: float = 0.15) -> bool:
        """Say whether another lies over it."""
        return (
            self.left + slack < other.right
            and other.left + slack < self.right
            and self.top + slack < other.bottom
            and other.top + slack < self.bottom
        )


def area(element: Element) -> Area:
    """Return where a ``rect`` or a ``text`` is."""
    x, y = float(element.get("x", 0)), float(element.get("y", 0))
    if element.tag == f"{SVG}rect":
        return Area(x, y, x + float(element.attrib["width"]), y + float(element.attrib["height"]))
    size = float(element.attrib["font-size"])
    width = text_width(element.text or "", size)
    if not missing(element.text or ""):
        assert abs(width - float(element.attrib["textLength"])) <= 0.06
    begin = (
        x - {"start": 0.0, "middle": width / 2, "end": width}[element.get("text-anchor", "start")]
    )
    return Area(begin, y - 0.8 * size, begin + width, y + 0.25 * size)


def hull(path: Element) -> Area:
    """Return where an outline is: its curves lie between their points."""
    xs, ys = zip(*places(path.attrib["d"]), strict=True)
    return Area(min(xs), min(ys), max(xs), max(ys))


def places(data: str) -> Iterator[Point]:
    """Yield the points of a path, and those that pull its curves, wherever they are counted from.

    Its commands are those that pictures have: ``M L C``, and ``m l h v q t z``.
    """
    x = y = 0.0
    begin = pull = (x, y)
    for letter, text in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", data):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        if letter == "z":
            x, y = pull = begin
            continue
        each = {"h": 1, "v": 1, "q": 4}.get(letter, 2)
        assert letter in "MLCmlhvqt", data
        assert numbers, data
        for n in range(0, len(numbers), each):
            step = numbers[n : n + each]
            assert len(step) == each, data
            if letter in "hv":
                step = [*step, 0.0] if letter == "h" else [0.0, *step]
            left, top = (0.0, 0.0) if letter.isupper() else (x, y)
            found = [(left + a, top + b) for a, b in zip(step[::2], step[1::2], strict=True)]
            if letter == "t":
                found.insert(0, (2 * x - pull[0], 2 * y - pull[1]))
            yield from found
            x, y = found[-1]
            pull = found[0] if letter in "qt" else (x, y)
            begin = (x, y) if letter in "mM" else begin


def points(element: Element) -> list[Point]:
    """Return the corners of a ``polygon``, or points along a ``path`` of cubic curves."""
    text = element.get("points") or element.attrib["d"].replace("M", "").replace("C", "")
    found = [(float(x), float(y)) for x, y in (part.split(",") for part in text.split())]
    if element.tag == f"{SVG}polygon":
        return found
    return [point for n in range(0, len(found) - 3, 3) for point in _along(found[n : n + 4])]


def _along(curve: list[Point]) -> Iterator[Point]:
    """Return points of a Bézier curve, which its middle points pull but need not touch."""
    for part in range(21):
        t = part / 20
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        pairs = tuple(zip(weights, curve, strict=True))
        yield sum(w * p[0] for w, p in pairs), sum(w * p[1] for w, p in pairs)


def parse(picture: Picture) -> Element:
    """Return the SVG's root."""
    return ElementTree.fromstring(picture.svg)


def boxes(svg: Element) -> dict[str, Area]:
    """Return where each box is, by its path."""
    found = [
        (g.attrib["data-path"], g.find(f"{SVG}rect")) for g in svg.iterfind(".//*[@data-path]")
    ]
    areas = {path: area(rect) for path, rect in found if rect is not None}
    assert len(areas) == len(found), "two boxes with one path, or a box without a shape"
    return areas


def arrows(svg: Element) -> list[Element]:
    """Return the arrows."""
    return list(svg.iterfind(f".//{SVG}g[@data-from]"))


def check(picture: Picture) -> None:
    """Assert that all lies where it should, has a title, and is told apart."""
    svg = parse(picture)
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    [margin] = {g.attrib["transform"] for g in svg.iterfind(f"{SVG}g[@transform]")}
    shift = float(margin.removeprefix("translate(").partition(",")[0])
    canvas = Area(left - shift, top - shift, left + width - shift, top + height - shift)
    for element in svg.iter():
        if element.tag in (f"{SVG}rect", f"{SVG}text") and element is not svg.find(f"{SVG}rect"):
            assert canvas.holds(area(element)), ElementTree.tostring(element)
    placed = boxes(svg)
    for (a, here), (b, there) in combinations(placed.items(), 2):
        assert not here.meets(there), (a, b)
    for group in svg.iterfind(".//*[@data-path]"):
        own = placed[group.attrib["data-path"]]
        words = [text.text or "" for text in group.iterfind(f"{SVG}text")]
        assert words
        assert (group.findtext(f"{SVG}title") or "").strip()
        for text in group.iterfind(f"{SVG}text"):
            assert own.holds(area(text), 0.3), words
        for path in group.iterfind(f"{SVG}g[@class='formula']/{SVG}path"):
            assert own.holds(hull(path)), words
            assert not any(hull(path).meets(area(t)) for t in group.iterfind(f"{SVG}text")), words
    dots = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in svg.iterfind(f".//{SVG}circle")]
    for arrow in arrows(svg):
        assert arrow.attrib["data-from"] in placed
        assert arrow.attrib["data-to"] in placed
        [path] = arrow.iterfind(f"{SVG}path")
        [head] = arrow.iterfind(f"{SVG}polygon")
        for x, y in (*points(path), *points(head)):
            assert canvas.holds(Area(x, y, x, y), 1.0)
        ends = arrow.attrib["data-from"], arrow.attrib["data-to"]
        begin, tip = points(path)[0], points(head)[0]
        assert placed[ends[1]].touches(tip), (ends, tip)
        assert placed[ends[0]].touches(begin) or any(dist(begin, dot) < 2 for dot in dots), ends
        for x, y in points(path):
            passed = (p for p, there in placed.items() if there.holds(Area(x, y, x, y), -2.0))
            assert set(passed) <= {*ends}, ends
        dashed = path.get("stroke-dasharray") == "5 3"
        assert dashed == (arrow.attrib["class"] == "residual")
    for label in svg.iterfind(f".//{SVG}text[@class='label']"):
        for path_, there in placed.items():
            assert not area(label).meets(there, 1.0), (label.text, path_)
