"""Where the boxes go: Graphviz places them, and nothing more."""

import json
import shutil
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from cutaway.graph.errors import explain
from cutaway.render.dot import AROUND, to_dot
from cutaway.render.ends import landed
from cutaway.render.errors import RenderError
from cutaway.render.frames import fitted, trimmed
from cutaway.render.labels import settled
from cutaway.render.routes import entered, risen
from cutaway.render.scene import Bounds, Layout, Place, Point, Scene
from cutaway.render.titles import crossed_titles, reserved
from cutaway.render.towers import Junction, Towers, towers
from cutaway.render.wider import spread, stretched, titled


def place(scene: Scene) -> Layout:
    """Return the places of a scene's boxes, frames and arrows.

    Raises
    ------
    RenderError
        If there is no layout program, or it fails.
    """
    try:
        return _placed(scene)
    except RenderError:
        if not scene.mirrored:
            raise
    return _placed(replace(scene, mirrored=()))  # heights across large frames: not always found


def _placed(scene: Scene) -> Layout:
    layout, found = _towered(scene, ())
    crowded = crossed_titles(scene, entered(scene, layout, found))
    if crowded:
        layout, found = _towered(scene, crowded)
    frames = trimmed(scene, entered(scene, layout, found)).frames  # titles stand beside what enters
    layout = fitted(scene, replace(layout, frames=frames))
    layout = fitted(scene, titled(scene, entered(scene, layout, found)))
    titles = reserved(scene, layout)
    layout = spread(scene, settled(scene, layout, titles), titles)
    return fitted(scene, stretched(scene, layout))


def _towered(scene: Scene, wide: Collection[Place]) -> tuple[Layout, Towers]:
    """Lay out a scene; residuals that find no way round their tower are left to Graphviz."""
    apart = set[int]()
    while True:
        found = towers(scene, apart)
        layout = _rightwards(landed(scene, _lay_out(scene, wide, found), found), scene)
        layout, lost = risen(scene, layout, found)
        if not lost:
            return layout, found
        apart |= lost


def _lay_out(scene: Scene, wide: Collection[Place], found: Towers) -> Layout:
    program = engine()
    source = to_dot(scene, labels=False, wide=wide, towers=found).encode()
    try:
        done = subprocess.run([program, "-Tjson"], input=source, capture_output=True, check=False)
    except OSError as error:
        raise _failed(program, str(error)) from None
    if done.returncode:
        came = done.stderr.decode(errors="replace").strip()[:500]
        raise _failed(program, came or f"exit status {done.returncode}")
    try:
        return _read(json.loads(done.stdout), scene, found.junctions)
    except (ValueError, KeyError, StopIteration):
        raise _failed(program, "an answer that is not Graphviz's JSON") from None


def engine() -> str:
    """Return the layout program: the one of ``graphviz-pure``, else a system ``dot``.

    Warns
    -----
    UserWarning
        If it is a system ``dot``: its version may place boxes otherwise.
    """
    folders = (Path(sys.executable).parent, Path(sysconfig.get_path("scripts")))
    for own in (*(str(folder / "graphviz-pure") for folder in folders), "graphviz-pure"):
        if found := shutil.which(own):
            return found
    if found := shutil.which("dot"):
        warnings.warn(f"graphviz-pure was not found; {found} lays out instead", stacklevel=2)
        return found
    raise RenderError(
        explain(
            "no layout program was found",
            required="graphviz-pure, which is installed with cutaway, or dot",
            fix="pip install graphviz-pure",
        )
    )


def _failed(program: str, came: str) -> RenderError:
    return RenderError(
        explain(
            "the picture could not be laid out",
            came=came,
            where=program,
            fix='save it as ".dot", which needs no layout; or draw a smaller graph',
        )
    )


def _read(answer: dict[str, Any], scene: Scene, junctions: Collection[Junction]) -> Layout:
    left, bottom, right, top = _numbers(answer["bb"])

    def point(text: str) -> Point:
        x, y = _numbers(text)[:2]
        return x - left, top - y

    centres: dict[str, Point] = {}
    bounds: dict[Place, Bounds] = {}
    for item in answer.get("objects", ()):
        name = item["name"]
        if name.startswith(AROUND):
            continue
        if name.startswith("cluster_"):
            x0, y0, x1, y1 = _numbers(item["bb"])
            frame = scene.frames[int(name.removeprefix("cluster_"))]
            bounds[frame.place] = (x0 - left, top - y1, x1 - left, top - y0)
        elif "pos" in item:
            centres[name] = point(item["pos"])
    curves: dict[str, tuple[Point, ...]] = {}
    labels: dict[str, Point] = {}
    for edge in answer.get("edges", ()):
        if "id" not in edge:  # it only keeps two boxes side by side
            continue
        name, parts = edge["id"], edge["pos"].split()
        tip = next(part[2:] for part in parts if part[0] in "es")
        bends = [point(part) for part in parts if part[0] not in "es"]
        back = edge.get("dir") == "back"
        curves[name] = (*(reversed(bends) if back else bends), point(tip))
        if "lp" in edge:
            labels[name] = point(edge["lp"])
    for junction in junctions:
        for number in junction.loops:
            curves[f"e{number}"] = (centres[junction.id],) * 5
    names = [f"e{number}" for number in range(len(scene.arrows))]
    return Layout(
        right - left,
        top - bottom,
        centres,
        {frame.place: bounds[frame.place] for frame in scene.frames},
        tuple(curves[name] for name in names),
        tuple(labels.get(name) for name in names),
        tuple(curves[junction.id] for junction in junctions),
    )


def _rightwards(layout: Layout, scene: Scene) -> Layout:
    """Mirror a layout whose arrows from stack to stack go left: encoders stand before decoders."""
    places = layout.centres
    shifts = [
        places[arrow.head][0] - places[arrow.tail][0]
        for arrow in scene.arrows
        if arrow.free and arrow.stroke == "data"
    ]
    if sum(shifts) >= 0 or scene.direction in ("LR", "RL"):
        return layout

    return layout.moved(lambda point: (layout.width - point[0], point[1]), layout.width)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]
