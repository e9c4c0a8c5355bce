"""How much memory grows from step 10,000 to step 100,000."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from tests.benchmarks.projects import spirals
from tests.benchmarks.table import Row

BEFORE, AFTER = 10_000, 100_000
GOAL = 5.0
"""Megabytes that count as flat: curves fill their bounded arrays (of the session, of the window, and as views get
them), and the allocator keeps a few pages."""


def resident() -> float:
    """Megabytes of memory in use by this process."""
    gc.collect()
    if sys.platform.startswith("linux"):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    import resource  # Elsewhere only the peak is to be had, which serves as well: it must not rise.

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def measure_session() -> list[Row]:
    """The session with its history, without a window."""
    from playground.training.session.session import Session

    session = Session(spirals(), device="cpu")
    session.advance(BEFORE)
    before = resident()
    session.advance(AFTER - BEFORE)
    return [_row("session", before, resident())]


def measure_window() -> list[Row]:
    """The whole window with its views, while the preset learns.

    It is counted at rest, when all views have drawn: a fast run is at the first count within a second of its start.
    """
    from tests.benchmarks.window import open_window, pause, play, rest, wait_until

    def learned_until(step: int) -> float:
        play(place)
        wait_until(lambda: place.feed.frame.step >= step, patience=600.0)
        pause(place)
        wait_until(lambda: not place.analyst.any_busy())
        rest(0.5)
        return resident()

    with open_window(spirals()) as place:
        before, after = learned_until(BEFORE), learned_until(AFTER)
    return [_row("window", before, after)]


def _row(name: str, before: float, after: float) -> Row:
    detail = f"from {before:.0f} to {after:.0f} MB"
    return Row(f"memory of the {name}, step {BEFORE:,} to {AFTER:,}", after - before, "MB", GOAL, detail=detail)
