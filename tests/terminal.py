"""Driving the terminal UI in a test: keys are pressed, and the screen is read."""

import asyncio
import io
from collections.abc import Callable, Iterable

from rich.console import Console
from textual.pilot import Pilot
from textual.widgets import Input

import cutaway as ca
from cutaway.graph import Title
from cutaway.step.terminal.app import StepApp

Size = tuple[int, int]
Check = Callable[[StepApp], None]


def screen(app: StepApp) -> str:
    """Return what stands on the screen, a line each."""
    width, height = app.size
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=True, record=True
    )
    console.print(app.screen._compositor.render_update(full=True))
    return "\n".join(line.rstrip() for line in console.export_text().splitlines()) + "\n"


def drive(
    stepper: ca.Stepper,
    keys: Iterable[str] = (),
    size: Size = (80, 24),
    *,
    lang: str = "en",
    title: str | Title = "model",
    check: Check | None = None,
) -> str:
    """Press keys, and return the screen; or look at the app while it runs."""

    async def run() -> str:
        app = StepApp(stepper, title=title, lang="zh" if lang == "zh" else "en")
        async with app.run_test(size=size) as pilot:
            await press(pilot, keys)
            if check is not None:
                check(app)
            return screen(app)

    return asyncio.run(run())


async def press(pilot: Pilot[None], keys: Iterable[str]) -> None:
    """Press keys; what stands in quotation marks is typed."""
    await pilot.pause()
    for key in keys:
        if key.startswith('"'):
            pilot.app.query_one(Input).value = key[1:-1]
        else:
            await pilot.press(key)
    await pilot.pause()
