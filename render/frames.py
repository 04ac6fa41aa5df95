"""Frames no wider than what is in them: Graphviz keeps room for a title beside every arrow."""

from dataclasses import replace

from cutaway.render.geometry import around, bounds, holds, polyline
from cutaway.render.labels import area
from cutaway.render.scene import Bounds, Layout, Place, Scene
from cutaway.render.titles import INSET, STEP, free_begins

MARGIN = 8.0  # points, from a frame to what is in it


def trimmed(scene: Scene, layout: Layout) -> Layout:
    """Return the layout with every frame as wide as its boxes, inner frames, arrows and title."""
    begins = free_begins(scene, layout)
    parts = _parts(scene, layout)
    frames = dict(layout.frames)
    for frame in reversed(scene.frames):  # inner ones before those around them
        place, (x0, y0, x1, y1) = frame.place, layout.frames[frame.place]
        inside = around(parts[place])
        sides = [
            (
                max(x0, min(inside[0] - MARGIN, begin - INSET)),
                min(x1, max(inside[2] + MARGIN, begin + frame.width + INSET + STEP)),
            )
            for begin in begins[place]
        ]
        left, right = min(sides, key=lambda side: side[1] - side[0], default=(x0, x1))
        frames[place] = left, y0, right, y1
        parts.setdefault(place[:-1], []).append(frames[place])
    return replace(layout, frames=frames)


def _parts(scene: Scene, layout: Layout) -> dict[Place, list[Bounds]]:
    """Return what stands in each frame: boxes, and the arrows and texts that don't leave it."""
    found: dict[Place, list[Bounds]] = {(): [], **{frame.place: [] for frame in scene.frames}}
    homes = {box.id: box.frame for box in scene.boxes}
    for box in scene.boxes:
        found.setdefault(box.frame, []).append(layout.area(box))
    for arrow, curve, label in zip(scene.arrows, layout.curves, layout.labels, strict=True):
        for part in (bounds(polyline(curve)), *([area(arrow, label)] if label else [])):
            place = homes[arrow.head]
            while place and not holds(layout.frames[place], part):
                place = place[:-1]
            found[place].append(part)
    return found


def fitted(scene: Scene, layout: Layout) -> Layout:
    """Return the layout as wide as what is in it, or a little wider."""
    parts = [layout.area(box) for box in scene.boxes]
    parts += [*layout.frames.values(), *(bounds(polyline(curve)) for curve in layout.curves)]
    parts += [area(a, at) for a, at in zip(scene.arrows, layout.labels, strict=True) if at]
    if not parts:
        return layout
    left, _, right, _ = around(parts)
    if 0 <= left < MARGIN and 0 <= layout.width - right < MARGIN:
        return layout

    return layout.moved(lambda point: (point[0] - left, point[1]), right - left)
