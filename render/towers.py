"""Towers: values that go up through boxes and, as residuals, round them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, takewhile

from cutaway.render.scene import Arrow, Box, Place, Scene

ROOM = 16.0  # points that a residual needs at a side of what it goes round
LARGEST = 200  # boxes: in a larger picture nobody follows a tower, and Graphviz takes long
LEAVES = ("parameter", "constant")


@dataclass(frozen=True, slots=True)
class Junction:
    """Where a value parts into residuals and what they go round.

    ``arrows`` are the numbers of all arrows that part here; the residuals among them are
    ``loops``.
    """

    id: str
    tail: str
    place: Place
    arrows: tuple[int, ...]
    loops: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Towers:
    """The junctions of a scene, what needs room for a residual beside it, and what stands level.

    ``roomy`` are ids of boxes and places of frames; ``level`` are pairs of boxes that stand side
    by side, in this order: the feet of towers, and masks beside what stands on a foot.
    ``beside`` are boxes that a tower reads past its foot, such as a memory, and those inside it
    that read nothing else.
    """

    junctions: tuple[Junction, ...] = ()
    roomy: frozenset[str | Place] = frozenset()
    level: tuple[tuple[str, str], ...] = ()
    beside: frozenset[str] = frozenset()

    @property
    def loops(self) -> frozenset[int]:
        """The numbers of the arrows that go round a tower: not Graphviz but we draw them."""
        return frozenset(number for junction in self.junctions for number in junction.loops)


def upright(scene: Scene) -> bool:
    """Say whether values go up or down in a scene, and nothing back, so that it has towers."""
    back = scene.mirrored or any(arrow.line == "gradient" for arrow in scene.arrows)
    return scene.direction in ("BT", "TB") and len(scene.boxes) <= LARGEST and not back


def towers(scene: Scene, apart: Collection[int] = ()) -> Towers:
    """Find the towers of a scene whose values go up or down.

    Parameters
    ----------
    apart
        Residuals that find no way round a tower: they are arrows like others.
    """
    if not upright(scene):
        return Towers()
    found = tuple(_junctions(scene, apart))
    return Towers(
        found,
        frozenset(_roomy(scene, found)),
        tuple(_level(scene, found)),
        _beside(scene, found),
    )


def _junctions(scene: Scene, apart: Collection[int]) -> Iterator[Junction]:
    frames = {box.id: box.frame for box in scene.boxes}
    leaving: dict[str, list[int]] = {}
    for number, arrow in enumerate(scene.arrows):
        if arrow.stroke in ("data", "residual") and not arrow.free:
            leaving.setdefault(arrow.tail, []).append(number)
    for tail, numbers in leaving.items():
        loops = [n for n in numbers if scene.arrows[n].stroke == "residual" and n not in apart]
        if loops and len(loops) < len(numbers):
            place = common(frames[scene.arrows[number].head] for number in numbers)
            yield Junction(f"j{tail}", tail, place, tuple(numbers), tuple(loops))


def _roomy(scene: Scene, junctions: Iterable[Junction]) -> Iterator[str | Place]:
    """Return the boxes and the frames that residuals go round."""
    places = {box.id: number for number, box in enumerate(scene.boxes)}
    frames = {box.id: box.frame for box in scene.boxes}
    into: dict[str, list[str]] = {}
    for arrow in scene.arrows:
        if arrow.stroke == "data":
            into.setdefault(arrow.head, []).append(arrow.tail)
    for junction in junctions:
        depth = len(junction.place)
        for number in junction.loops:
            waiting, seen = [scene.arrows[number].head], set[str]()
            while waiting:
                for box in into.get(waiting.pop(), ()):
                    if box not in seen and places[box] > places[junction.tail]:
                        seen.add(box)
                        waiting.append(box)
            for box in seen:
                if within(frames[box], junction.place):
                    yield box if len(frames[box]) == depth else frames[box][: depth + 1]


def _level(scene: Scene, junctions: Collection[Junction]) -> Iterator[tuple[str, str]]:
    """Return what stands side by side.

    Inputs that are the queries, keys and values of an attention stand beside each other. What
    gives a memory stands left of what reads it. Masks stand right of a tower; left of one that
    reads a memory, if no other has them. What is added and reads nothing, as positions are,
    stands at the other side.
    """
    boxes = {box.id: box for box in scene.boxes}
    yield from pairwise(_operands(scene, boxes))
    into: dict[str, list[str]] = {}
    for arrow in scene.arrows:
        into.setdefault(arrow.head, []).append(arrow.tail)
    parting = {number for junction in junctions for number in junction.arrows}
    feet = _feet(junctions, boxes, into)
    entering = {
        foot: [
            arrow
            for number, arrow in enumerate(scene.arrows)
            if number not in parting and _enters(arrow, place, boxes)
        ]
        for foot, place in feet.items()
    }
    reading = {foot for foot in feet if any(a.stroke == "data" for a in entering[foot])}
    order = sorted(feet, key=lambda foot: foot in reading)
    yield from pairwise(order)
    taken = set[str]()
    for foot in order:
        above = (a.head for a in scene.arrows if a.tail == foot and a.stroke == "data")
        anchors = (b for b in above if not boxes[b].frame and boxes[b].family != "mask")
        anchor = next(anchors, "")
        for mask in dict.fromkeys(a.tail for a in entering[foot] if a.stroke == "mask"):
            if anchor and mask not in taken and not boxes[mask].frame:
                taken.add(mask)
                yield (mask, anchor) if foot in reading else (anchor, mask)
        met = {a.head for a in scene.arrows if a.tail == anchor}
        for box in scene.boxes:
            plain = box.role == "group" and not box.frame and box.id not in into
            if plain and any(a.tail == box.id and a.head in met for a in scene.arrows):
                yield (anchor, box.id) if foot in reading else (box.id, anchor)


def _feet(
    junctions: Iterable[Junction], boxes: Mapping[str, Box], into: Mapping[str, list[str]]
) -> dict[str, Place]:
    """Return the inputs that towers stand on, each with the place of its tower."""
    feet: dict[str, Place] = {}
    for junction in junctions:
        if junction.place not in feet.values():
            found = (box for box in _above(junction.tail, into) if boxes[box].role == "input")
            foot = next((box for box in found if not boxes[box].frame), "")
            if foot and foot not in feet:
                feet[foot] = junction.place
    return feet


def _operands(scene: Scene, boxes: dict[str, Box]) -> list[str]:
    """Return the inputs that are query, key and value, if there is one of each."""
    found = {
        line: [t for t in _tails(scene, line) if boxes[t].role == "input"]
        for line in ("query", "key", "value")
    }
    inputs = [tails[0] for tails in found.values() if len(tails) == 1]
    return inputs if len(set(inputs)) == len(found) else []


def _tails(scene: Scene, line: str) -> Iterable[str]:
    return dict.fromkeys(arrow.tail for arrow in scene.arrows if arrow.line == line)


def _beside(scene: Scene, junctions: Iterable[Junction]) -> frozenset[str]:
    boxes = {box.id: box for box in scene.boxes}
    parting = {number for junction in junctions for number in junction.arrows}
    places = {junction.place for junction in junctions}
    tails, outer, own = set[str](), set[str](), set[str]()
    for number, arrow in enumerate(scene.arrows):
        if arrow.stroke == "data" and boxes[arrow.tail].role not in LEAVES:
            enters = any(_enters(arrow, place, boxes) for place in places)
            if enters and number not in parting:
                tails.add(arrow.tail)
                outer.add(arrow.head)
            else:
                own.add(arrow.head)
    return frozenset(tails | outer - own)


def _above(box: str, into: Mapping[str, list[str]]) -> Iterator[str]:
    """Return what a box is made of, nearest first."""
    waiting, seen = [box], {box}
    for reader in waiting:
        yield reader
        new = [tail for tail in into.get(reader, ()) if tail not in seen]
        seen.update(new)
        waiting += dict.fromkeys(new)


def _enters(arrow: Arrow, place: Place, boxes: dict[str, Box]) -> bool:
    tail, head = boxes[arrow.tail], boxes[arrow.head]
    inside = within(head.frame, place) and not within(tail.frame, place)
    return inside and tail.role not in LEAVES


def within(place: Place, outer: Place) -> bool:
    """Say whether a place is another, or inside of it."""
    return place[: len(outer)] == outer


def common(places: Iterable[Place]) -> Place:
    """Return the innermost place around all."""
    first, *others = places
    for other in others:
        pairs = takewhile(lambda pair: pair[0] == pair[1], zip(first, other, strict=False))
        first = tuple(name for name, _ in pairs)
    return first
