"""The time machine: scrubbing, what the views cost the training, and a run of a million steps."""

from __future__ import annotations

import statistics
import time

from tests.benchmarks import projects
from tests.benchmarks.memory import resident
from tests.benchmarks.table import Row
from tests.benchmarks.window import open_window, pause, play, rest, wait_until

SCRUBS = 60
TURNS = 7
TURN_SECONDS = 1.5
MILLION = 1_000_000


def measure_scrubbing() -> list[Row]:
    """Moments a second that all visible views, the canvas and the numbers show one after the other."""
    with open_window(projects.spirals()) as place:
        place.trainer.take_step(5_000)
        wait_until(lambda: place.feed.live.step >= 5_000)
        pause(place)
        rest(0.5)
        moments = place.feed.moments
        chosen = [moments[index * (len(moments) - 2) // SCRUBS] for index in range(SCRUBS)]
        views = [place.views.dock(name) for name in place.views.open_ids() if "snapshot" in _needs(place, name)]
        spent = []
        for moment in chosen:
            began = time.perf_counter()
            place.feed.look_back(moment)
            place.views.ask()
            wait_until(lambda step=moment.step: all(_shows(dock, step) for dock in views))
            spent.append(time.perf_counter() - began)
    rate = 1.0 / statistics.median(spent)
    detail = f"median of {SCRUBS}; {', '.join(dock.identifier for dock in views)}; slowest {1e3 * max(spent):.0f} ms"
    return [Row("scrubbing, spirals", rate, "views/s", 30.0, "more", detail)]


def _needs(place, name: str) -> frozenset[str]:
    return place.views.dock(name).view.analysis.needs


def _shows(dock, step: int) -> bool:
    return dock.view.result is not None and dock.view.result.step == step


def measure_views() -> list[Row]:
    """Steps a second with all default views open against the same window without views."""
    with open_window(projects.spirals()) as place:
        names = place.views.open_ids()
        ratios, rates = [], []
        for turn in range(TURNS + 1):
            found = {}
            for shown in (names, []) if turn % 2 else ([], names):
                place.views.show_only(shown)
                found[bool(shown)] = _rate(place)
            if turn:  # the first fills caches
                ratios.append(found[True] / found[False])
                rates.append(found)
    with_views = statistics.median(rate[True] for rate in rates)
    without = statistics.median(rate[False] for rate in rates)
    detail = f"{with_views:,.0f} against {without:,.0f} steps/s; {', '.join(names)}; median of {TURNS} turns"
    return [Row("training with the default views, spirals", statistics.median(ratios), "x none", 0.85, "more", detail)]


def _rate(place) -> float:
    play(place)
    rest(0.3)
    first, began = place.feed.live, time.perf_counter()
    rest(TURN_SECONDS)
    newest = place.feed.live
    wait_until(lambda: place.feed.live is not newest)
    last, spent = place.feed.live, time.perf_counter() - began
    pause(place)
    return float((last.step - first.step) / spent)


def measure_million() -> list[Row]:
    """A run of a million steps: what its snapshots take, and how long its curves take to draw."""
    from playground.analysis.question import Question
    from playground.analysis.run.curves import CurvesAnalysis
    from playground.training.session.session import Session
    from playground.ui.shell.app import make_application
    from playground.ui.views.run.curves import CurvesView

    session = Session(projects.small(projects.SGD), device="cpu")
    session.advance(1_000)
    before, began = resident(), time.perf_counter()
    while session.step < MILLION:
        session.advance(min(10_000, MILLION - session.step))
    seconds, grown = time.perf_counter() - began, resident() - before
    kept = session.trail.nbytes / 2**20
    app = make_application()
    view = CurvesView()
    view.resize(500, 320)
    view.show()
    history = {name: curve.data() for name, curve in session.history.curves.items()}
    result = CurvesAnalysis().compute(Question(history=history))
    spent = []
    for _ in range(30):
        view.show_result(result)
        app.processEvents()
        start = time.perf_counter()
        view.draw()
        view.plot.viewport().repaint()
        spent.append(1e3 * (time.perf_counter() - start))
    view.close()
    points = max(len(curve.step) for curve in history.values())
    return [
        Row(
            "curves of 1,000,000 steps drawn", statistics.median(spent), "ms", 8.0,
            detail=f"median of 30; up to {points:,} points a curve",
        ),
        Row(
            "snapshots of 1,000,000 steps", kept, "MB", session.trail.budget / 2**20,
            detail=f"{len(session.trail.snapshots):,} moments; the process grew by {grown:.0f} MB; {seconds:.0f} s",
        ),
    ]  # fmt: skip
