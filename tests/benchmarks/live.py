"""The window while a network learns in it: speed, smoothness, obedience."""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from playground.document.project import Project
from playground.ui.shell.workplace import Workplace
from tests.benchmarks import projects
from tests.benchmarks.table import Row
from tests.benchmarks.textbook import TextbookLoop
from tests.benchmarks.timing import Comparison, percentile, rate_of
from tests.benchmarks.window import PaintCounter, open_window, pause, play, rest, wait_until

CASES: dict[str, Callable[[], Project]] = {
    "spirals": projects.spirals,
    "784-128-64-10": lambda: projects.mnist(projects.ADAM),
}
STEP_GOALS = {"spirals": 3.0, "784-128-64-10": 1.0}
"""Against the textbook loop."""
TURNS = 7
TURN_SECONDS = 1.5
TICK_MS = 10
LATENESS_SECONDS = 15.0


# Steps a second ----------------------------------------------------------------------------------------------------


def measure_steps() -> list[Row]:
    """Steps a second with everything shown, against the textbook loop with the window at rest."""
    return [row for name, make in CASES.items() for row in _steps_of(name, make(), STEP_GOALS[name])]


def measure_lenet() -> list[Row]:
    """The same for LeNet-5 with its feature maps open: a textbook with as many threads as the trainer, or with all."""
    cores = os.cpu_count() or 2
    rows: list[Row] = []
    for threads, goal in ((max(1, cores - 1), 0.95), (cores, 0.85)):
        torch.set_num_threads(threads)
        rows += _steps_of(f"LeNet-5, textbook on {threads} of {cores} cores", projects.lenet(), goal)
    return rows


def measure_maps() -> list[Row]:
    """How often in a second the feature maps of all layers of LeNet-5 are shown anew while it learns, and how late a
    timer of the GUI thread is meanwhile."""
    with open_window(projects.lenet()) as place:
        play(place)
        rest(1.0)
        counter, ticker = AnswerCounter(place), Ticker()
        began = time.perf_counter()
        late = ticker.run(LATENESS_SECONDS)
        spent = time.perf_counter() - began
        speed = place.feed.live.steps_per_second if place.feed.live is not None else 0.0
        pause(place)
    shown = counter.counts["view:feature-maps"] / spent
    detail = f"{speed:,.0f} steps/s; a picture needs a step, so there are no more than that"
    longest = f"longest {max(late):.0f} ms; {len(late)} ticks"
    return [
        Row("feature maps of all layers, LeNet-5", shown, "a second", 30.0, "more", detail),
        Row("lateness of a GUI timer, LeNet-5, p99", percentile(late, 0.99), "ms", 30.0, detail=longest),
    ]


def _steps_of(name: str, project: Project, goal: float | None) -> list[Row]:
    found = compare_live(project)
    speed = found.speed
    detail = f"{speed.rate:,.0f} against {speed.base_rate:,.0f} steps/s; {speed.spread}; canvas, {found.views} live"
    return [
        Row(f"steps with the window, {name}", speed.ratio, "x textbook", goal, "more", detail),
        Row(f"canvas painted, {name}", found.painted, "frames/s", detail=found.words),
    ]


@dataclass(frozen=True)
class Live:
    """How fast a network learns in the window, and what is seen of it."""

    speed: Comparison
    """Against the textbook loop, with the window at rest."""
    painted: float
    """How often the canvas is painted in a second."""
    answers: Mapping[str, float]
    """Answers a second that are shown, by what asks: `canvas:maps`, `view:curves`."""
    views: str

    @property
    def words(self) -> str:
        """The answers a second in words."""
        seen = {key.partition(":")[2]: rate for key, rate in sorted(self.answers.items()) if ":" in key}
        return ", ".join(f"{name} {rate:.0f}" for name, rate in seen.items())


class AnswerCounter(QObject):
    """Counts the answers that are shown, by the kind of their key: `canvas:maps`, `view:curves`."""

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        place.analyst.result_ready.connect(self._count)

    @Slot(str)
    def _count(self, key: str) -> None:
        self.counts[":".join(key.split(":")[:2])] += 1  # without the number of the project


def compare_live(project: Project) -> Live:
    """Let the window and the textbook loop learn in turns."""
    textbook = TextbookLoop(project)
    with open_window(project) as place:
        textbook(200)
        block = max(20, int(rate_of(textbook, 200) * TURN_SECONDS))
        play(place)
        rest(1.0)  # All views open, all caches filled.
        pause(place)
        painted, answers = PaintCounter({"canvas": place.canvas.viewport()}), AnswerCounter(place)
        turns, bare = [], []
        for _ in range(TURNS):
            bare.append(rate_of(textbook, block))
            turns.append(_live_turn(place, painted, answers))
        views = ", ".join(place.views.open_ids())
    live = [turn.rate for turn in turns]
    ratios = tuple(mine / theirs for mine, theirs in zip(live, bare, strict=True))
    speed = Comparison(statistics.median(live), statistics.median(bare), ratios)
    keys = {key for turn in turns for key in turn.answers}
    shown = {key: statistics.median(turn.answers.get(key, 0.0) for turn in turns) for key in keys}
    return Live(speed, statistics.median(turn.painted for turn in turns), shown, views)


@dataclass(frozen=True)
class _Turn:
    """Steps, canvas frames and answers a second."""

    rate: float
    painted: float
    answers: Mapping[str, float]


def _live_turn(place: Workplace, painted: PaintCounter, answers: AnswerCounter) -> _Turn:
    """What happens between two frames that arrive some time apart."""
    play(place)
    start = place.feed.frame
    wait_until(lambda: place.feed.frame is not start)
    first, began = place.feed.frame, time.perf_counter()
    painted.counts.clear()
    answers.counts.clear()
    rest(TURN_SECONDS)
    newest = place.feed.frame
    wait_until(lambda: place.feed.frame is not newest)
    last, spent = place.feed.frame, time.perf_counter() - began
    frames, shown = painted.counts["canvas"] / spent, {key: count / spent for key, count in answers.counts.items()}
    pause(place)
    return _Turn((last.step - first.step) / spent, frames, shown)


# Lateness ----------------------------------------------------------------------------------------------------------


class Ticker(QObject):
    """A timer that notes how late it fires, and then starts anew."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fired)

    def run(self, seconds: float) -> list[float]:
        """Tick for a while; returns the lateness of every tick in milliseconds."""
        self.begin()
        rest(seconds)
        self.end()
        return self.late

    def begin(self) -> None:
        """Tick until `end`."""
        self.late = []
        self._start()

    def end(self) -> None:
        """Stand still."""
        self._timer.stop()

    def _start(self) -> None:
        self._due = time.perf_counter() + TICK_MS / 1000
        self._timer.start(TICK_MS)

    @Slot()
    def _fired(self) -> None:
        self.late.append(max(0.0, 1000.0 * (time.perf_counter() - self._due)))
        self._start()


def measure_lateness() -> list[Row]:
    """How late a timer of 10 ms fires on the GUI thread while the preset learns; at rest beside it."""
    return [row for name, make in CASES.items() for row in _lateness_of(name, make())]


def _lateness_of(name: str, project: Project) -> list[Row]:
    with open_window(project) as place:
        ticker = Ticker()
        idle = ticker.run(LATENESS_SECONDS / 3)
        play(place)
        rest(1.0)
        busy = ticker.run(LATENESS_SECONDS)
        pause(place)
    goals = {0.5: None, 0.95: 10.0, 0.99: 30.0}
    return [
        Row(
            f"lateness of a GUI timer, {name}, p{100 * share:.0f}",
            percentile(busy, share),
            "ms",
            goal,
            detail=f"{percentile(idle, share):.1f} ms while paused; longest {max(busy):.0f} ms; {len(busy)} ticks",
        )
        for share, goal in goals.items()
    ]


# Pause -------------------------------------------------------------------------------------------------------------


def measure_pause() -> list[Row]:
    """From the call of pause to the news that the run stands; the longest of 20."""
    rows = []
    for name, make in CASES.items():
        with open_window(make()) as place:
            spent = [_pause_once(place) for _ in range(20)]
        detail = f"longest of {len(spent)}; median {statistics.median(spent):.1f} ms"
        rows.append(Row(f"pause takes effect, {name}", max(spent), "ms", 30.0, detail=detail))
    return rows


def _pause_once(place: Workplace) -> float:
    play(place)
    rest(0.3)
    began = time.perf_counter()
    place.trainer.pause()
    wait_until(lambda: place.trainer.state == "paused")
    return 1000.0 * (time.perf_counter() - began)
