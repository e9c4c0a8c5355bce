"""Beginning another run at a moment of a run: with the same settings, with another learning rate, or to go on."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from playground.document.project import Project, TrainingSettings
from playground.training.optimizers import optimizer_of
from playground.training.snapshot import Snapshot
from playground.ui.open_document import OpenDocument
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.run_control import RunControl
from playground.ui.threads.trainer import Trainer
from playground.ui.threads.training_news import Origin
from playground.ui.widgets.menu_action import MenuAction


@dataclass(frozen=True)
class Choice:
    """One way to branch."""

    name: str
    words: str
    factor: float
    """What the learning rate is multiplied by."""


CHOICES = (
    Choice("same", "With the &same settings", 1.0),
    Choice("tenth", "With a &tenth of the learning rate", 0.1),
    Choice("half", "With &half the learning rate", 0.5),
    Choice("twice", "With t&wice the learning rate", 2.0),
    Choice("ten", "With t&en times the learning rate", 10.0),
)


class Branching(QObject):
    """Branches off the run that is shown. The run before stays in the list of runs, and on the curves."""

    told = Signal(str, str)
    """(sentence, tone) for the person."""

    def __init__(
        self, document: OpenDocument, feed: LiveFeed, trainer: Trainer, run: RunControl, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._feed = feed
        self._trainer = trainer
        self._run = run

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the Time menu."""
        keys = {"same": "Ctrl+Shift+K", "tenth": "Ctrl+Shift+T"}
        tip = "Begin another run at the moment that is shown; the run before stays on the curves"
        return tuple(
            MenuAction(
                "branch" if choice.factor == 1.0 else f"branch-{choice.name}",
                f"Branch {choice.words[0].lower()}{choice.words[1:]}",
                functools.partial(self.branch, choice), keys.get(choice.name), "branch", tip,
            )
            for choice in CHOICES
        )  # fmt: skip

    def why_not(self) -> str:
        """Why one cannot branch now; empty when one can."""
        return self._run.why_not_play() or ("" if self._feed.snapshot is not None else "There is no run yet.")

    @Slot()
    def branch(self, choice: Choice = CHOICES[0]) -> None:
        """Begin another run at the moment that is shown."""
        feed, frame, current = self._feed, self._feed.frame, self._feed.runs.current
        why_not = self.why_not()
        if why_not or frame is None or current is None:
            self.told.emit(why_not, "warning")
            return
        origin = Origin(frame.run, frame.step)
        begin = functools.partial(
            self._trainer.branch, self._document.project, frame.snapshot, feed.history.until(frame.step), feed.trail,
            origin,
        )  # fmt: skip
        stack = self._document.undo_stack
        stack.beginMacro(f"Branch at step {frame.step:,}")
        self._run.begin_another("Branch", begin)
        if choice.factor != 1.0:
            self._multiply_rate(choice.factor)
        stack.endMacro()
        self.told.emit(
            f"Another run goes on from step {frame.step:,}; run {current.number} stays on the curves. "
            "Change what you like.", "good",
        )  # fmt: skip

    @Slot(object, object, str)
    def go_back(self, snapshot: Snapshot, training: TrainingSettings, words: str) -> None:
        """Begin another run at a moment of this one with other settings, as after the loss has exploded; one step of
        undo."""
        feed, live = self._feed, self._feed.live
        if live is None or self.why_not():
            self.told.emit(self.why_not(), "warning")
            return
        begin = functools.partial(
            self._trainer.branch, self._document.project, snapshot, feed.history.until(snapshot.step), feed.trail,
            Origin(live.run, snapshot.step),
        )  # fmt: skip
        stack = self._document.undo_stack
        stack.beginMacro(f"Go back to step {snapshot.step:,}")
        self._run.begin_another("Go back", begin)
        self._document.apply(words, self._document.project.replace(training=training))
        stack.endMacro()
        self.told.emit(f"Another run goes on from step {snapshot.step:,}.", "good")

    def _multiply_rate(self, factor: float) -> None:
        project = self._document.project
        optimizer = project.training.optimizer
        rate = optimizer_of(optimizer).learning_rate * factor
        parameters = {**optimizer.parameters, "learning_rate": float(f"{rate:.6g}")}
        training = project.training.replace(optimizer=optimizer.replace(parameters=parameters))
        self._document.apply(f"Learning rate {rate:g} from here", project.replace(training=training))

    def go_on_with(self, number: int) -> None:
        """Go on with a run that rests, from where it stood and with its settings, as a run of its own."""
        runs = self._feed.runs
        run = runs.run(number)
        project: Project = run.project
        snapshot = run.frame.snapshot
        origin = Origin(run.frame.run, snapshot.step)
        begin = functools.partial(
            self._trainer.branch, project, snapshot, run.history.until(snapshot.step), run.trail, origin
        )
        text = f"Go on with {run.title}"
        if project == self._document.project:
            self._run.begin_another(text, begin)
            return
        with self._run.left_alone():
            self._document.apply(text, project)
        if not self._run.why_not_play():
            begin(self._document.edition)
