"""From the click on a card to the first motion: every preset, in a window that is already up."""

from __future__ import annotations

import statistics
import time

from playground.document import files, library
from playground.ui.shell.background_loading import load
from playground.ui.shell.workplace import Workplace
from tests.benchmarks import projects
from tests.benchmarks.table import Row
from tests.benchmarks.window import open_window, wait_until

GOAL = 1.0
SLOWEST = 3
"""Presets that are named."""


def measure() -> list[Row]:
    """Seconds until a frame has arrived whose step is past the first, with canvas and views asked for."""
    load()  # as the program does some seconds after its start
    spent: dict[str, float] = {}
    with open_window(projects.spirals()) as place:
        for name in library.paths():
            spent[name] = _to_motion(place, name)
    slowest = sorted(spent, key=lambda name: -spent[name])[:SLOWEST]
    detail = "slowest: " + ", ".join(f"{name} {spent[name]:.2f} s" for name in slowest)
    return [
        Row("a preset to first motion, median of all", statistics.median(spent.values()), "s", GOAL, detail=detail),
        Row("a preset to first motion, slowest of all", max(spent.values()), "s", GOAL, detail=f"{len(spent)} presets"),
    ]


def _to_motion(place: Workplace, name: str) -> float:
    began = time.perf_counter()
    place.files.keeper.give_up()
    place.document.open(files.read(library.paths()[name]))
    place.run.toggle()
    wait_until(lambda: place.feed.frame is not None and place.feed.frame.step > 0)
    spent = time.perf_counter() - began
    place.trainer.pause()
    wait_until(lambda: place.trainer.state in ("paused", "finished"))
    return spent
