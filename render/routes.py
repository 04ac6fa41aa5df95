"""Arrows with corners: residuals round their tower, masks and memories into a tower's side."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from cutaway.render.corners import HEAD, Way, length, middle_of, rounded
from cutaway.render.dot import label_width
from cutaway.render.geometry import bounds, crosses, holds, polyline
from cutaway.render.labels import area
from cutaway.render.scene import Arrow, Bounds, Box, Layout, Place, Point, Scene
from cutaway.render.towers import Towers, common, upright, within

AWAY = 12.0  # points between a way and what it goes round
NEAR = 3.0  # … and the least of it
CLEAR = 5.0  # … more of a frame than of a box
CROSSING = 300.0  # … that a way may be longer, if it so crosses one arrow less
OVER = 16.0  # … and the frame that it leaves at the top
ROW = 100.0
Side = int  # -1 is left, 1 is right


def risen(scene: Scene, layout: Layout, towers: Towers) -> tuple[Layout, set[int]]:
    """Draw what goes up a tower upright, and residuals round it, where boxes leave room.

    Returns the layout, and the residuals that found no way.
    """
    if not upright(scene):
        return layout, set()
    router = _Router(scene, layout, towers)
    loops, labels = dict(router.loops()), list(layout.labels)
    ways = {number: way for number, way in loops.items() if way}
    for number, way in router.upright():
        arrow, place = scene.arrows[number], labels[number]
        if place is None:
            ways[number] = way
        elif _within(arrow, place, moved := _kept(place, layout.curves[number], way), layout):
            ways[number], labels[number] = way, moved
    lost = {number for number, way in loops.items() if way is None}
    return _with_ways(replace(layout, labels=tuple(labels)), ways), lost


def entered(scene: Scene, layout: Layout, towers: Towers) -> Layout:
    """Draw what comes into a tower from beside with corners, where boxes leave room for that.

    Other arrows stay as Graphviz drew them.
    """
    if not upright(scene):
        return layout
    ways = dict(_Router(scene, layout, towers).entries())
    labels = list(layout.labels)
    for number, way in ways.items():
        if labels[number]:
            labels[number] = middle_of(way, label_width(scene.arrows[number]) + AWAY)
    return _with_ways(replace(layout, labels=tuple(labels)), ways)


def _with_ways(layout: Layout, ways: Mapping[int, Way]) -> Layout:
    curves = enumerate(layout.curves)
    drawn = tuple(rounded(ways[n]) if n in ways else curve for n, curve in curves)
    return replace(layout, curves=drawn)


class _Router:
    def __init__(self, scene: Scene, layout: Layout, towers: Towers) -> None:
        self._scene, self._layout, self._towers = scene, layout, towers
        self._up = -1.0 if scene.direction == "BT" else 1.0
        self._boxes = {box.id: box for box in scene.boxes}
        self._areas = {box.id: layout.area(box) for box in scene.boxes}
        self._rows: dict[int, dict[str, Bounds]] = {}
        for name, place in self._areas.items():
            for row in _rows(place):
                self._rows.setdefault(row, {})[name] = place
        self._drawn = {n: polyline(curve) for n, curve in enumerate(layout.curves)}
        self._starts = {n: layout.centres[j.id] for j in towers.junctions for n in j.arrows}

    def loops(self) -> Iterator[tuple[int, Way | None]]:
        """Return the way of each residual: at the side of its tower where less comes in."""
        for junction in self._towers.junctions:
            begin = self._layout.centres[junction.id]
            first = self._freer(junction.place, begin[0])
            for number in junction.loops:
                head = self._scene.arrows[number].head
                ways = (self._round(begin, head, junction.place, s) for s in (first, -first))
                yield number, next(filter(None, ways), None)

    def entries(self) -> Iterator[tuple[int, Way]]:
        """Return the ways of what comes in at a side; at each side they keep their order."""
        wanted: dict[int, Callable[[float], Way | None]] = {}
        at: dict[tuple[str, Side], list[int]] = {}
        for number, arrow in enumerate(self._scene.arrows):
            find = self._entry(arrow)
            if find is None:
                continue
            wanted[number] = find
            here, there = self._centre(arrow.tail), self._centre(arrow.head)
            at.setdefault((arrow.head, 1 if here[0] > there[0] else -1), []).append(number)
        for (head, _), numbers in at.items():
            _, top, _, bottom = self._areas[head]
            numbers.sort(key=lambda n: self._centre(self._scene.arrows[n].tail)[1])
            for place, number in enumerate(numbers, 1):
                way = wanted[number](top + (bottom - top) * place / (len(numbers) + 1))
                if way is not None:
                    yield number, way

    def upright(self) -> Iterator[tuple[int, Way]]:
        """Return the ways of data that goes straight on into a box, if not into its middle."""
        for number, arrow in enumerate(self._scene.arrows):
            if arrow.stroke != "data" or arrow.free:
                continue
            tail = self._boxes[arrow.tail]
            x, y = self._starts.get(number, (self._centre(tail.id)[0], self._end(tail)))
            left, top, right, bottom = self._areas[arrow.head]
            way = ((x, y), (x, bottom if self._up < 0 else top))
            if (
                left + NEAR < x < right - NEAR
                and self._ahead(way)
                and self._free(way, {arrow.tail, arrow.head})
            ):
                yield number, way

    def _entry(self, arrow: Arrow) -> Callable[[float], Way | None] | None:
        """Return how an arrow that comes from beside is drawn, given where it arrives."""
        tail, head = self._boxes[arrow.tail], self._boxes[arrow.head]
        if arrow.free and arrow.stroke == "data":
            return lambda y: self._over(tail, head, y)
        if head.family == "mask" and tail.role == "input":
            return lambda y: self._under(tail, head)
        other = tail.id in self._towers.beside and arrow.stroke == "data" and tail.role == "input"
        alone = arrow.stroke == "data" and not any(a.head == tail.id for a in self._scene.arrows)
        beside = alone and tail.role == "group" and tail.frame == head.frame
        if arrow.stroke == "mask" or beside or other:
            return lambda y: self._beside(tail, head, y) or self._aside(tail, head, y)
        return None

    def _freer(self, place: Place, middle: float) -> Side:
        """Return the side of a tower at which less comes in; the left of two alike."""
        balance = 0
        parting = {n for junction in self._towers.junctions for n in junction.arrows}
        for number, arrow in enumerate(self._scene.arrows):
            tail, head = self._boxes[arrow.tail], self._boxes[arrow.head]
            if number in parting or not within(head.frame, place):
                continue
            if arrow.stroke == "mask" or (not within(tail.frame, place) and tail.role == "group"):
                balance += 1 if self._centre(arrow.tail)[0] > middle else -1
        return 1 if balance < 0 else -1

    def _round(self, begin: Point, head: str, place: Place, side: Side) -> Way | None:
        """Return the nearest way from a junction to a side of a box that meets nothing."""
        area = self._areas[head]
        end = area[2 if side > 0 else 0], (area[1] + area[3]) / 2
        return next(self._lanes(begin, end, side, place, {head}), None)

    def _aside(self, tail: Box, head: Box, y: float) -> Way | None:
        """Return the shortest way out of a box, up at a side, and into that side of another."""
        place, own = common((tail.frame, head.frame)), {tail.id, head.id}
        here, there = self._areas[tail.id], self._areas[head.id]
        middle, (x, _) = (here[1] + here[3]) / 2, self._centre(tail.id)
        start = x, self._end(tail)
        row = [box for box in self._areas.values() if box[1] < here[3] and here[1] < box[3]]
        levels = {box[1 if self._up < 0 else 3] + self._up * AWAY for box in row}
        ways: list[Way] = []
        for side, edge in ((-1, 0), (1, 2)):
            end = there[edge], y
            ways += self._lanes((here[edge], middle), end, side, place, own)
            for level in levels:
                if self._up * (level - start[1]) > 0 and self._free((start, (x, level)), own):
                    lanes = self._lanes((x, level), end, side, place, own)
                    ways += ((start, *way) for way in lanes)
        return min(ways, key=self._cost, default=None)

    def _lanes(
        self, begin: Point, end: Point, side: Side, place: Place, own: set[str]
    ) -> Iterator[Way]:
        """Return ways out to a side, along, and back that meet nothing, the nearest first."""
        frames = self._layout.frames.items()
        inside = [frame for at, frame in frames if within(place, at)]
        foreign = [_grown(frame, CLEAR) for at, frame in frames if not within(place, at)]
        walls = [*self._areas.values(), *foreign]
        clearings = [_grown(wall, NEAR) for wall in walls]
        low, high = sorted((begin[1], end[1]))
        edges = {wall[2 if side > 0 else 0] for wall in walls if wall[1] < high and low < wall[3]}
        for lane in sorted((edge + side * AWAY for edge in edges), key=lambda lane: side * lane):
            way = (begin, (lane, begin[1]), (lane, end[1]), end)
            far = min(side * (lane - end[0]), side * (lane - begin[0])) >= AWAY
            kept = all(f[0] + NEAR <= lane <= f[2] - NEAR for f in inside)
            if not (far and kept) or any(crosses(way[1], way[2], wall) for wall in clearings):
                continue
            if self._free(way, own):
                yield way

    def _beside(self, tail: Box, head: Box, y: float) -> Way | None:
        """Return a way straight on, then into the side of a box; or from below, if it is above."""
        left, top, right, bottom = self._areas[head.id]
        x, _ = self._centre(tail.id)
        low = max(left, self._areas[tail.id][0]) + AWAY
        high = min(right, self._areas[tail.id][2]) - AWAY
        start = self._end(tail)
        if low < high:
            at = min(max(x, low), high)
            way: Way = ((at, start), (at, bottom if self._up < 0 else top))
        elif left - AWAY < x < right + AWAY:
            return None
        else:
            way = ((x, start), (x, y), (left if x < left else right, y))
        return way if self._ahead(way[:2]) and self._free(way, {tail.id, head.id}) else None

    def _under(self, tail: Box, head: Box) -> Way | None:
        """Return a way out of the side of a box, then straight on into another."""
        left, top, right, bottom = self._areas[tail.id]
        x, _ = self._centre(head.id)
        _, start, _, end = self._areas[head.id]
        if left - AWAY < x < right + AWAY:
            return None
        y = (top + bottom) / 2
        way = ((left if x < left else right, y), (x, y), (x, end if self._up < 0 else start))
        return way if self._ahead(way[1:]) and self._free(way, {tail.id, head.id}) else None

    def _over(self, tail: Box, head: Box, y: float) -> Way | None:
        """Return a way out of the end of a stack, over it, and into the side of a box."""
        frames, others = self._frames(tail, head), self._frames(head, tail)
        x, _ = self._centre(tail.id)
        left, _, right, _ = self._areas[head.id]
        end = min(f[1] for f in frames) - OVER if self._up < 0 else max(f[3] for f in frames) + OVER
        if x < left:
            lane = (max(f[2] for f in frames) + min(f[0] for f in others)) / 2
        else:
            lane = (min(f[0] for f in frames) + max(f[2] for f in others)) / 2
        way = (
            (x, self._end(tail)),
            (x, end),
            (lane, end),
            (lane, y),
            (left if x < left else right, y),
        )
        inside = 0 <= end <= self._layout.height
        return way if inside and self._free(way, {tail.id, head.id}) else None

    def _frames(self, box: Box, other: Box) -> list[Bounds]:
        """Return the frames around a box that are not around another, or else the box alone."""
        found = [
            frame
            for place, frame in self._layout.frames.items()
            if within(box.frame, place) and not within(other.frame, place)
        ]
        return found or [self._areas[box.id]]

    def _ahead(self, way: Way) -> bool:
        """Say whether an upright way goes on, and has room for an arrow's head."""
        return self._up * (way[-1][1] - way[0][1]) > HEAD

    def _end(self, box: Box) -> float:
        """Return where what a box makes leaves it."""
        return self._areas[box.id][1 if self._up < 0 else 3]

    def _centre(self, box: str) -> Point:
        return self._layout.centres[box]

    def _cost(self, way: Way) -> float:
        """Return how long a way is, with something for each line that it crosses."""
        legs = [bounds([a, b]) for a, b in pairwise(way)]
        cost = sum(length(a, b) for a, b in pairwise(way))
        for line in self._drawn.values():
            if any(crosses(a, b, leg) for leg in legs for a, b in pairwise(line)):
                cost += CROSSING
        return cost

    def _free(self, way: Way, own: set[str]) -> bool:
        """Say whether a way meets no box but those at its ends."""
        near: dict[str, Bounds] = {}
        for row in _rows(_grown(bounds(list(way)), NEAR)):
            near |= self._rows.get(row, {})
        walls = [_grown(area, NEAR) for box, area in near.items() if box not in own]
        walls += [_grown(self._areas[box], -1.0) for box in own]
        return not any(crosses(a, b, wall) for a, b in pairwise(way) for wall in walls)


def _rows(area: Bounds) -> range:
    """Return the rows of the picture in which something is, to find what is near."""
    return range(int(area[1] // ROW), int(area[3] // ROW) + 1)


def _grown(area: Bounds, by: float) -> Bounds:
    return area[0] - by, area[1] - by, area[2] + by, area[3] + by


def _within(arrow: Arrow, old: Point, new: Point, layout: Layout) -> bool:
    """Say whether a text stays in the frames that it was in."""
    around = (f for f in layout.frames.values() if holds(f, area(arrow, old)))
    return all(holds(frame, area(arrow, new)) for frame in around)


def _kept(place: Point, curve: tuple[Point, ...], way: Way) -> Point:
    """Return the place of a text as far from an upright way as it was from the curve."""
    near = min(polyline(curve), key=lambda point: abs(point[1] - place[1]))
    return place[0] + way[0][0] - near[0], place[1]
