"""The drawings that a page holds: blocks opened, alone and together, and where a click leads."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from cutaway.graph import OptionError
from cutaway.render.scene import Scene

State = tuple[str, ...]  # the scopes that a reader has opened, sorted
Opened = Callable[[Collection[str]], Scene]
MOST = 60  # drawings
LARGEST = 2_500_000  # characters of all drawings in which blocks are opened one in another
TOGETHER = 300_000  # … and of those with blocks opened beside each other


@dataclass(frozen=True, slots=True)
class Views:
    """Drawings as SVG, the first as it was asked for.

    ``boxes`` and ``frames`` say for each drawing which other one a click on a box or a frame
    leads to, by path and by scope.
    """

    svgs: tuple[str, ...]
    boxes: tuple[dict[str, int], ...]
    frames: tuple[dict[str, int], ...]


def views(scene: Scene, opened: Opened, write: Callable[[Scene], str]) -> Views:
    """Draw what a reader may open.

    Every block is opened once, inside of those around it; then, while there is room, blocks are
    opened together with others. Where a drawing of just these blocks is not there, a click leads
    to the one that has the most of them.
    """
    scenes: dict[State, Scene] = {(): scene}
    svgs: dict[State, str] = {(): write(scene)}

    def add(state: State, room: int) -> bool:
        if state in scenes:
            return True
        if len(scenes) >= MOST or sum(map(len, svgs.values())) > room:
            return False
        try:
            made = opened(state)
        except OptionError:  # a block that is no scope, as a mask
            return False
        scenes[state], svgs[state] = made, write(made)
        return True

    home: dict[str, State] = {}
    waiting: list[State] = [()]
    for state in waiting:
        for path in _openable(scenes[state]):
            if path not in home:
                home[path] = _with(state, path)
                if add(home[path], LARGEST):
                    waiting.append(home[path])
    waiting = list(scenes)
    for state in waiting:
        for path in _openable(scenes[state]):
            both = _with(state, path)
            if home.get(path) in scenes and both not in scenes and add(both, TOGETHER):
                waiting.append(both)
    places = {state: number for number, state in enumerate(scenes)}

    def nearest(wanted: Iterable[str], path: str = "") -> int | None:
        room = set(wanted)
        fits = [s for s in places if room.issuperset(s) and (not path or path in s)]
        return places[max(fits, key=len)] if fits else None

    boxes: list[dict[str, int]] = []
    frames: list[dict[str, int]] = []
    for state, made in scenes.items():
        leads: dict[str, int] = {}
        closes: dict[str, int] = {}
        for box in made.boxes:
            place = nearest({*state, box.opens}, box.opens) if box.opens else None
            if place is not None:
                leads[box.path] = place
        for frame in made.frames:
            if frame.opens in state:
                left = [p for p in state if not f"{p}/".startswith(f"{frame.opens}/")]
                closes["/".join(frame.place)] = nearest(left) or 0
        boxes.append(leads)
        frames.append(closes)
    return Views(tuple(svgs.values()), tuple(boxes), tuple(frames))


def _openable(scene: Scene) -> Iterable[str]:
    return dict.fromkeys(box.opens for box in scene.boxes if box.opens)


def _with(state: State, path: str) -> State:
    return tuple(sorted({*state, path}))
