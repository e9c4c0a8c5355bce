"""The time machine: which moment of the run the window shows, and how it moves through them."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from playground.training.snapshot import Snapshot
from playground.training.trail import nearest
from playground.ui.threads.live_feed import PULSE_MS, LiveFeed
from playground.ui.widgets.menu_action import MenuAction

REPLAY_SECONDS = 10.0
"""A whole run is played back in so long, unless a person chooses otherwise."""
AN_EYEFUL = 0.1
"""Part of the run that a large step goes."""


class TimeMachine(QObject):
    """Moves through the moments that the run has kept. Every view follows; the run itself goes on meanwhile."""

    replay_changed = Signal(bool)
    """The run is played back, or no longer."""

    def __init__(self, feed: LiveFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self.seconds = REPLAY_SECONDS
        """How long a whole run takes when it is played back."""
        self._timer = QTimer(self, interval=PULSE_MS)
        self._timer.timeout.connect(self._replay)
        self._began = (0.0, 0.0)
        """When the playing back began, and at which step."""
        feed.moved.connect(self._on_moved)

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the Time menu."""
        return (
            MenuAction("earlier", "&Earlier", self.earlier, "Ctrl+,", "earlier", "The moment kept before this one"),
            MenuAction("later", "&Later", self.later, "Ctrl+.", "later", "The moment kept after this one"),
            MenuAction("replay", "&Play the run back", self.toggle_replay, "Ctrl+Shift+P", "replay", "Or stop it"),
            MenuAction("best", "&Best moment", self.best, "Ctrl+Shift+B", "best", "The least validation loss"),
            MenuAction("now", "&Now", self.now, "Ctrl+Shift+N", "now", "Show what is newest again"),
        )

    @property
    def replaying(self) -> bool:
        """Whether the run is played back."""
        return self._timer.isActive()

    @property
    def looks_back(self) -> bool:
        """Whether another moment than now is shown."""
        return self._feed.past is not None

    def go_to(self, step: float) -> None:
        """Show the kept moment that is nearest to a step; the last one is now."""
        moments = self._feed.moments
        if moments:
            chosen = nearest(moments, step)
            self._show(None if chosen is moments[-1] else chosen)

    @Slot()
    def now(self) -> None:
        """Show what is newest again."""
        self.stop()
        self._show(None)

    @Slot()
    def earlier(self) -> None:
        """The kept moment before the one that is shown."""
        self._move(-1)

    @Slot()
    def later(self) -> None:
        """The kept moment after the one that is shown."""
        self._move(1)

    def far(self, direction: int) -> None:
        """A tenth of the run back (−1) or on (1)."""
        moments, frame = self._feed.moments, self._feed.frame
        if frame is not None and len(moments) > 1:
            self.stop()
            self.go_to(frame.step + direction * AN_EYEFUL * (moments[-1].step - moments[0].step))

    def _move(self, direction: int) -> None:
        moments, frame = self._feed.moments, self._feed.frame
        if frame is None or not moments:
            return
        self.stop()
        steps = [one.step for one in moments]
        if direction < 0:
            index = max(0, bisect_left(steps, frame.step) - 1)
        else:
            index = min(len(steps) - 1, bisect_right(steps, frame.step))
        self._show(None if index == len(steps) - 1 else moments[index])

    @Slot()
    def best(self) -> None:
        """The moment of the least validation loss, or of the least training loss where nothing is validated."""
        moments, live = self._feed.moments, self._feed.live
        if live is None or not moments:
            return
        self.stop()
        best = live.best
        if best is None:
            best = nearest(moments, self._best_step())
        self._show(None if best.step == moments[-1].step else best)

    def _best_step(self) -> float:
        curves = self._feed.curves()
        curve = curves.get("validation_loss") or curves.get("train_loss")
        return float(curve.step[int(curve.low.argmin())]) if curve is not None and len(curve.step) else 0.0

    # Playing back ---------------------------------------------------------------------------------------------------

    @Slot()
    def toggle_replay(self) -> None:
        """Play the run back from the moment that is shown, from its beginning when that is now; or stop."""
        if self.replaying:
            self.stop()
            return
        moments, frame = self._feed.moments, self._feed.frame
        if frame is None or len(moments) < 2:
            return
        start = frame.step if self.looks_back else moments[0].step
        self._began = time.monotonic(), float(start)
        self.go_to(start)
        self._timer.start()
        self.replay_changed.emit(True)

    def set_seconds(self, seconds: float) -> None:
        """Let a whole run take so long."""
        self.seconds = seconds
        if self.replaying and self._feed.frame is not None:
            self._began = time.monotonic(), float(self._feed.frame.step)

    @Slot()
    def stop(self) -> None:
        """Stand still at the moment that is shown."""
        if self.replaying:
            self._timer.stop()
            self.replay_changed.emit(False)

    @Slot()
    def _replay(self) -> None:
        moments = self._feed.moments
        if not moments:
            self.stop()
            return
        began, start = self._began
        step = start + (time.monotonic() - began) / self.seconds * (moments[-1].step - moments[0].step)
        if step >= moments[-1].step:
            self.now()
        else:
            self.go_to(step)

    def _show(self, snapshot: Snapshot | None) -> None:
        self._feed.look_back(snapshot)

    @Slot()
    def _on_moved(self) -> None:
        if self._feed.live is None:
            self.stop()
