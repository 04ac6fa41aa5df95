"""Frames made wider where nothing is beside them, for their titles and the texts in them."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise

from cutaway.render.frames import MARGIN
from cutaway.render.geometry import around, crosses, holds, meet, polyline
from cutaway.render.labels import Free, area
from cutaway.render.scene import Arrow, Bounds, Frame, Layout, Place, Scene
from cutaway.render.titles import INSET, STEP, begins_in, crossed_titles
from cutaway.render.towers import LARGEST, within

RIM = 2.0  # points, from a frame to a text that it is made wider for


def titled(scene: Scene, layout: Layout) -> Layout:
    """Return the layout with frames whose titles stand beside the arrows that come in there."""
    crossed = crossed_titles(scene, layout)
    for frame in reversed(scene.frames):  # inner ones before those around them
        if frame.place in crossed:
            parts = _with_title(scene, layout, frame)
            wider = (_wider(scene, layout, frame.place, part) for part in parts)
            layout = next(filter(None, wider), layout)
    return layout


def spread(scene: Scene, layout: Layout, reserved: Collection[Bounds]) -> Layout:
    """Return the layout with texts beside their arrows that lay on one, in frames that hold them.

    Parameters
    ----------
    reserved
        Where the titles of frames go.
    """
    if len(scene.boxes) > LARGEST:
        return layout
    places = list(layout.labels)
    free = Free(scene, layout, reserved)
    for number, place in enumerate(places):
        if place is None or free.holds(number, places):
            continue
        for new in free.near(number, places):
            wider = _holding(scene, layout, scene.arrows[number], area(scene.arrows[number], new))
            if wider is not None:
                layout, places[number] = wider, new
                break
    return replace(layout, labels=tuple(places))


def _holding(scene: Scene, layout: Layout, arrow: Arrow, text: Bounds) -> Layout | None:
    """Return the layout with frames around an arrow that hold its text; or None if one meets it."""
    homes = {box.id: box.frame for box in scene.boxes}
    for frame in reversed(scene.frames):
        now = layout.frames[frame.place]
        if not meet(text, now) or holds(now, text):
            continue
        inside = all(within(homes[end], frame.place) for end in (arrow.tail, arrow.head))
        part = (text[0] - RIM, text[1], text[2] + RIM, text[3])
        wider = _wider(scene, layout, frame.place, part) if inside else None
        if wider is None or not holds(wider.frames[frame.place], text):
            return None
        layout = wider
    return layout


def stretched(scene: Scene, layout: Layout) -> Layout:
    """Return the layout with frames that hold the texts at arrows inside of them.

    A text may have found no place in a narrow frame.
    """
    homes = {box.id: box.frame for box in scene.boxes}
    frames = dict(layout.frames)
    for arrow, at in zip(scene.arrows, layout.labels, strict=True):
        if at is None:
            continue
        text = area(arrow, at)
        for frame in reversed(scene.frames):
            place, now = frame.place, frames[frame.place]
            inside = within(homes[arrow.tail], place) and within(homes[arrow.head], place)
            if not inside or not meet(text, now) or holds(now, text):
                continue
            wider = around([now, (text[0] - RIM, text[1], text[2] + RIM, text[3])])
            if not any(meet(wider, other) for other in _others(scene, layout, frames, place)):
                frames[place] = wider
    return replace(layout, frames=frames)


def _with_title(scene: Scene, layout: Layout, frame: Frame) -> list[Bounds]:
    """Return what a frame may become to have room for its title, the narrowest first."""
    x0, y0, x1, y1 = layout.frames[frame.place]
    far = frame.width + 2 * INSET + STEP
    begins = begins_in(scene, layout, (x0 - far, y0, x1 + far, y1), frame)
    ends = ((min(x0, b - INSET), max(x1, b + frame.width + INSET + STEP)) for b in begins)
    return [(a, y0, b, y1) for a, b in sorted(ends, key=lambda end: end[1] - end[0])]


def _wider(scene: Scene, layout: Layout, place: Place, wanted: Bounds) -> Layout | None:
    """Return the layout with a frame as wide as that, and those around it; or None if it meets.

    Neither another box or frame may be there, nor an arrow that has nothing to do with it.
    """
    homes = {box.id: box.frame for box in scene.boxes}
    frames = dict(layout.frames)
    for depth in range(len(place), 0, -1):
        around_it = place[:depth]
        if around_it not in frames:
            continue
        old = frames[around_it]
        new = min(old[0], wanted[0]), old[1], max(old[2], wanted[2]), old[3]
        sides = [(new[0], new[1], old[0], new[3]), (old[2], new[1], new[2], new[3])]
        grown = [side for side in sides if side[0] < side[2]]
        others = _others(scene, layout, frames, around_it)
        if any(meet(side, other) for side in grown for other in others):
            return None
        for arrow, curve in zip(scene.arrows, layout.curves, strict=True):
            own = (within(homes[end], around_it) for end in (arrow.tail, arrow.head))
            steps = list(pairwise(polyline(curve)))
            if not any(own) and any(crosses(a, b, side) for side in grown for a, b in steps):
                return None
        frames[around_it] = new
        wanted = new[0] - MARGIN, new[1], new[2] + MARGIN, new[3]
    return replace(layout, frames=frames)


def _others(
    scene: Scene, layout: Layout, frames: dict[Place, Bounds], place: Place
) -> Iterator[Bounds]:
    """Yield the boxes and the frames that have no part in a frame."""
    for box in scene.boxes:
        if not within(box.frame, place):
            yield layout.area(box)
    for other, bounds in frames.items():
        if not within(other, place) and not within(place, other):
            yield bounds
