"""VGG-16 with pictures of 224 × 224 in a window that is up: opened, checked and drawn, and what memory that takes."""

from __future__ import annotations

import statistics
import time

from PySide6.QtWidgets import QApplication

from playground.document import files, library
from playground.ui.shell.background_loading import load
from playground.ui.shell.workplace import Workplace
from tests.benchmarks import projects
from tests.benchmarks.checking import forget_everything
from tests.benchmarks.memory import resident
from tests.benchmarks.table import Row
from tests.benchmarks.window import open_window, rest, wait_until

GOAL = 2.0
REPEATS = 3
MOST_MEGABYTES = 200.0
NAME = "vgg-16"


def measure() -> list[Row]:
    """Seconds until its cards are painted and the run is ready, with cold caches; its weights are 528 MB."""
    load()  # as the program does some seconds after its start
    with open_window(projects.spirals()) as place:
        before = resident()
        spent = []
        for _ in range(REPEATS):
            spent.append(_opened(place))
            rest(0.5)
        grown = resident() - before
    detail = "cold caches; " + ", ".join(f"{one:.2f} s" for one in spent)
    return [
        Row("VGG-16 opened, checked and drawn", statistics.median(spent), "s", GOAL, detail=detail),
        Row("memory that it takes before it is played", grown, "MB", MOST_MEGABYTES, detail="weights would take 528"),
    ]


def _opened(place: Workplace) -> float:
    place.files.keeper.give_up()
    place.document.open(projects.spirals())
    wait_until(lambda: place.feed.frame is not None and not place.analyst.any_busy())
    forget_everything()
    began = time.perf_counter()
    place.document.open(files.read(library.find(NAME)))
    assert place.document.report.ok
    wait_until(lambda: place.trainer.state == "ready")
    QApplication.processEvents()
    for window in QApplication.topLevelWidgets():
        window.repaint()
    return time.perf_counter() - began
