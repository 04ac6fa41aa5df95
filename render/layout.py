"""Where the boxes go: Graphviz places them, and nothing more."""

import json
import shutil
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path
from typing import Any

from cutaway.graph.errors import explain
from cutaway.render.dot import to_dot
from cutaway.render.errors import RenderError
from cutaway.render.scene import Bounds, Frame, Layout, Point, Scene


def place(scene: Scene) -> Layout:
    """Return the places of a scene's boxes, frames and arrows.

    Raises
    ------
    RenderError
        If there is no layout program, or it fails.
    """
    program = engine()
    source = to_dot(scene, labels=False).encode()
    try:
        done = subprocess.run([program, "-Tjson"], input=source, capture_output=True, check=False)
    except OSError as error:
        raise _failed(program, str(error)) from None
    if done.returncode:
        came = done.stderr.decode(errors="replace").strip()[:500]
        raise _failed(program, came or f"exit status {done.returncode}")
    try:
        return _read(json.loads(done.stdout), scene)
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


def _read(answer: dict[str, Any], scene: Scene) -> Layout:
    left, bottom, right, top = _numbers(answer["bb"])

    def point(text: str) -> Point:
        x, y = _numbers(text)[:2]
        return x - left, top - y

    frames = scene.frames()
    centres: dict[str, Point] = {}
    bounds: dict[Frame, Bounds] = {}
    names: dict[int, str] = {}
    for item in answer.get("objects", ()):
        name = names[item["_gvid"]] = item["name"]
        if name.startswith("cluster_"):
            x0, y0, x1, y1 = _numbers(item["bb"])
            frame = frames[int(name.removeprefix("cluster_"))]
            bounds[frame] = (x0 - left, top - y1, x1 - left, top - y0)
        else:
            centres[name] = point(item["pos"])
    curves: dict[tuple[str, str], list[tuple[Point, ...]]] = {}
    for edge in answer.get("edges", ()):
        parts = edge["pos"].split()
        tip = next(part for part in parts if part.startswith("e,")).removeprefix("e,")
        points = [point(part) for part in parts if part[0] not in "es"]
        key = names[edge["tail"]], names[edge["head"]]
        curves.setdefault(key, []).append((*points, point(tip)))
    ordered = tuple(curves[arrow.tail, arrow.head].pop(0) for arrow in scene.arrows)
    outer_first = {frame: bounds[frame] for frame in frames}
    return Layout(right - left, top - bottom, centres, outer_first, ordered)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]
