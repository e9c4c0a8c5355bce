"""Two runs side by side: every open view shows the other run, too, at the same step as the one on screen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from playground.analysis.question import Question
from playground.training.trail import nearest
from playground.ui.shell.view_dock import ViewDock
from playground.ui.shell.view_docks import ViewDocks
from playground.ui.threads.analyst import Analyst, Refusal, Request
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.run_log import Run
from playground.ui.views.base import View
from playground.ui.widgets.qt_access import in_sight

KEY = "beside:"


class SideBySide(QObject):
    """Puts a second view into each dock whose analysis looks at a snapshot, and feeds it with the other run."""

    changed = Signal()
    """Another run, or none, is beside the one on screen."""

    def __init__(self, views: ViewDocks, feed: LiveFeed, analyst: Analyst, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = views
        self._feed = feed
        self._analyst = analyst
        self.number = 0
        """The run that is beside; 0 for none."""
        self.other_views: dict[str, View] = {}
        self._asked_for: dict[str, tuple[Any, ...]] = {}
        self._waited: dict[str, int] = {}
        feed.pulse.connect(self._ask)
        feed.runs.changed.connect(self._check)
        views.changed.connect(self._match)
        analyst.result_ready.connect(self._on_result)

    def put(self, number: int) -> None:
        """Put a run beside the one on screen; 0 or the same again takes it away."""
        self.number = 0 if number == self.number else number
        self._asked_for.clear()
        self._match()
        self.changed.emit()

    @property
    def run(self) -> Run | None:
        """The run that is beside, if it is still there."""
        return next((run for run in self._feed.runs.runs if run.number == self.number), None)

    @Slot()
    def _check(self) -> None:
        if self.number and (self.run is None or self.run is self._feed.runs.current):
            self.put(self.number)

    @Slot()
    def _match(self) -> None:
        """Have a second view in each dock that can show one, or in none."""
        wanted = [name for name in self._views.open_ids() if self.number and self._fits(self._views.dock(name))]
        for name in [name for name in self.other_views if name not in wanted or name not in self._views.open_ids()]:
            del self.other_views[name]
            if name in self._views.open_ids():
                self._views.dock(name).panel.put_beside(None)
        for name in wanted:
            if name not in self.other_views:
                dock = self._views.dock(name)
                self.other_views[name] = type(dock.view)()
                dock.panel.put_beside(self.other_views[name])

    @staticmethod
    def _fits(dock: ViewDock) -> bool:
        return "snapshot" in dock.view.analysis.needs

    @Slot()
    def _ask(self) -> None:
        run, frame, current = self.run, self._feed.frame, self._feed.runs.current
        if run is None or frame is None or current is None:
            return
        snapshot = nearest((*run.trail, run.frame.snapshot), frame.step)
        for name, other in self.other_views.items():
            dock = self._views.dock(name)
            self._waited[name] = self._waited.get(name, 0) + 1
            key = f"{KEY}{name}"
            if not in_sight(other) or self._waited[name] < dock.view.pulses or self._analyst.busy(key):
                continue
            dock.panel.name_both(f"{current.title}, step {frame.step:,}", f"{run.title}, step {snapshot.step:,}")
            if (options := dock.view.saved_options()) != other.saved_options():
                other.take_options(options)
            analysis = dock.view.wanted()
            question = Question(
                graph=run.project.graph,
                snapshot=snapshot,
                history=run.curves() if "history" in analysis.needs else None,
                node=self._views.node or None,
                trail=run.trail,
                example=self._views.example,
                weights=self._views.weights,
                project=run.project,
            ).limited_to(analysis.needs)
            asked_for = (analysis, *question.compared(analysis.needs))
            if self._asked_for.get(name) == asked_for:
                continue
            self._asked_for[name], self._waited[name] = asked_for, 0
            self._analyst.request(Request(key, analysis, question))

    @Slot(str)
    def _on_result(self, key: str) -> None:
        if not key.startswith(KEY):
            return
        answer, other = self._analyst.take(key), self.other_views.get(key.removeprefix(KEY))
        if other is None or answer is None:
            return
        if isinstance(answer, Refusal):
            other.show_message(answer.message)
        else:
            other.show_result(answer)
