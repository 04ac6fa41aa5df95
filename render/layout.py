"""Where the boxes go: Graphviz places them, and nothing more."""

import json
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from cutaway.graph import CutawayError
from cutaway.graph.errors import explain
from cutaway.render.dot import frames_of, to_dot
from cutaway.render.scene import Layout, Point, Scene


class RenderError(CutawayError, RuntimeError):
    """A picture that cannot be made."""


def place(scene: Scene) -> Layout:
    """Return the places of a scene's boxes, frames and arrows.

    Raises
    ------
    RenderError
        If there is no layout program, or it fails.
    """
    program = engine()
    done = subprocess.run(
        [program, "-Tjson"], input=to_dot(scene).encode(), capture_output=True, check=False
    )
    if done.returncode:
        raise RenderError(
            explain(
                "the picture could not be laid out",
                came=done.stderr.decode(errors="replace").strip()[:500],
                where=program,
            )
        )
    return _read(json.loads(done.stdout), scene)


def engine() -> str:
    """Return the layout program: the one of ``graphviz-pure``, else a system ``dot``."""
    own = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    found = shutil.which(str(own)) or shutil.which("graphviz-pure") or shutil.which("dot")
    if found is None:
        raise RenderError(
            explain(
                "no layout program was found",
                required="graphviz-pure, which is installed with cutaway, or dot",
                fix="pip install graphviz-pure",
            )
        )
    return found


def _read(answer: dict[str, Any], scene: Scene) -> Layout:
    left, bottom, right, top = map(float, answer["bb"].split(","))

    def point(text: str) -> Point:
        x, y = map(float, text.split(",")[:2])
        return x - left, top - y

    frames = frames_of(scene)
    centres: dict[str, Point] = {}
    boxes: dict[tuple[str, ...], tuple[float, float, float, float]] = {}
    for item in answer.get("objects", ()):
        if item["name"].startswith("cluster_"):
            x0, y0, x1, y1 = map(float, item["bb"].split(","))
            frame = frames[int(item["name"].removeprefix("cluster_"))]
            boxes[frame] = (x0 - left, top - y1, x1 - left, top - y0)
        else:
            centres[item["name"]] = point(item["pos"])
    names = {item["_gvid"]: item["name"] for item in answer.get("objects", ())}
    curves: dict[tuple[str, str], list[tuple[Point, ...]]] = {}
    for edge in answer.get("edges", ()):
        parts = edge["pos"].split()
        end = next(part for part in parts if part.startswith("e,"))
        points = [point(part) for part in parts if part[0] not in "es"]
        key = names[edge["tail"]], names[edge["head"]]
        curves.setdefault(key, []).append((*points, point(end[2:])))
    ordered = tuple(curves[arrow.tail, arrow.head].pop(0) for arrow in scene.arrows)
    return Layout(right - left, top - bottom, centres, boxes, ordered)
