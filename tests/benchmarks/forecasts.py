"""A forecast with its fan, from a new snapshot and another origin to the screen."""

from __future__ import annotations

import functools
import statistics
import time

from playground.analysis.answers.forecast import Forecast, ForecastAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.project import Project
from playground.training.session.session import Session
from playground.ui.views.answers.forecast import ForecastView
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Spent, percentile, spent_on
from tests.benchmarks.window import open_window, pause, play, rest, wait_until

PRESETS = {"co2-lstm": "LSTM, 526 months", "sunspots-ar-lstm": "AR(9) and LSTM, 309 years"}
FRAMES = 200
SECONDS = 6.0
GOAL = 10.0


def measure() -> list[Row]:
    """Analysis and drawing by themselves, and how often a forecast comes while the line is dragged and it learns."""
    return [row for name, words in PRESETS.items() for row in _of(files.read(library.find(name)), words)]


def _of(project: Project, words: str) -> list[Row]:
    project = project.replace(training=project.training.replace(stop=Project().training.stop))
    with open_window(project) as window:
        view = window.views.dock("forecast").view
        assert isinstance(view, ForecastView)
        spent = _alone(project, view)
        play(window)
        rest(1.0)
        rate = _dragged(view)
        pause(window)
    walls = [each.wall for each in spent]
    detail = f"median {statistics.median(walls):.1f} ms, {statistics.median(s.processor for s in spent):.1f} ms of the "
    detail += f"processor; p95 {percentile(walls, 0.95):.1f} ms; {FRAMES} frames of {view.width()} x {view.height()}"
    return [
        Row(f"forecast with fan, {words}", 1000.0 / statistics.median(walls), "a second", GOAL, "more", detail),
        Row(f"the same in the window, dragged while it learns, {words}", rate, "a second", GOAL, "more"),
    ]


def _alone(project: Project, view: ForecastView) -> list[Spent]:
    """Time of one forecast: from a new snapshot to pixels."""
    session, subject = Session(project, "cpu"), Subject(project.graph)
    found: list[Spent] = []
    for frame in range(FRAMES + 10):
        session.advance(1)
        question = Question(subject, session.snapshot(), example=frame)
        found.append(spent_on(functools.partial(_show, question, view)))
    return found[10:]


def _show(question: Question, view: ForecastView) -> None:
    view.show_result(ForecastAnalysis().compute(question))
    view.grab()


def _dragged(view: ForecastView) -> float:
    """Forecasts a second, each from another origin than the one before, as one follows the other."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        result: Forecast = view.result
        last = result.part_origins[0] + result.part_origins[1] - 1
        view.choose_origin(result.part_origins[0] if result.origin == last else result.origin + 1)
        wanted = view.chosen_origin
        wait_until(functools.partial(_shows, view, wanted))
        count += 1
    return count / (time.perf_counter() - began)


def _shows(view: ForecastView, origin: int) -> bool:
    return view.result is not None and view.result.origin == origin
