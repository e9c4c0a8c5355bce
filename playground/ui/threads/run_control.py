"""Keeps the training thread in step with the document, and says why one cannot play."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand

from playground.document.project import Project
from playground.network.naming import titles
from playground.ui.open_document import Edition, OpenDocument
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.trainer import Trainer
from playground.ui.widgets.menu_action import MenuAction

if TYPE_CHECKING:
    from playground.training.session.changing import NewWeights


class RunControl(QObject):
    """Edits travel from here: document changed, session told."""

    playable_changed = Signal(str)
    """Why one cannot play; empty when one can."""
    refused = Signal(str)
    """Why an edit of a weight was not carried out."""

    def __init__(self, document: OpenDocument, trainer: Trainer, feed: LiveFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._trainer = trainer
        self._feed = feed
        self._weights: Path | None = None
        self._left_alone = False
        document.changed.connect(self._on_changed)
        document.opened.connect(self._on_opened)

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the Train menu."""
        return (
            MenuAction("play", "&Play or pause", self.toggle, "Ctrl+Return", "play", "Learn, or pause"),
            MenuAction("step", "&Step", self.take_step, "F10", "step", "One step: one batch"),
            MenuAction("epoch", "&Epoch", self.take_epoch, "Ctrl+F10", "epoch", "On to the end of the epoch"),
            MenuAction("rewind", "&Rewind", self.rewind, "Ctrl+R", "rewind", "Back to the same first weights"),
            MenuAction("seed", "New see&d", self.new_seed, "Ctrl+Shift+R", "dice", "Other first weights"),
        )

    def open_with(self, weights: Path | None) -> None:
        """Weights to start the next project from; call before OpenDocument.open."""
        self._weights = weights

    def why_not_play(self) -> str:
        """One sentence that says what must be mended first; empty when one can play."""
        errors = self._document.report.errors()
        if not errors:
            return ""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return errors[0].message + more

    @Slot()
    def toggle(self) -> None:
        """Play or pause."""
        if self._trainer.state == "running":
            self._trainer.pause()
        elif not self.why_not_play():
            self._feed.look_back(None)
            self._trainer.play()

    @Slot()
    def take_step(self) -> None:
        """One step."""
        if not self.why_not_play():
            self._feed.look_back(None)
            self._trainer.take_step()

    @Slot()
    def take_epoch(self) -> None:
        """On to the end of the epoch."""
        if not self.why_not_play():
            self._feed.look_back(None)
            self._trainer.take_epoch()

    @Slot()
    def rewind(self) -> None:
        """Back to the same first weights; can be undone when something had been learned."""
        live = self._feed.live
        if self._trainer.state == "running" or (live is not None and live.step):
            self.begin_another("Rewind", self._trainer.rewind)
        else:
            self._trainer.rewind()

    def begin_another(self, text: str, begin: Callable[[Edition], None]) -> None:
        """Leave the present run for another one of the same project, which `begin` starts; can be undone."""
        self._document.undo_stack.push(AnotherRun(self._document, self._trainer, text, begin))

    def take(self, text: str, new: NewWeights, project: Project | None = None) -> None:
        """Give the run other weights, and with them another project where one is named, as one step of undo."""
        self._feed.look_back(None)
        if project is None or project == self._document.project:
            self.begin_another(text, lambda edition: self._trainer.take(new, None, edition))
            return
        with self.left_alone():
            self._document.apply(text, project)
        if not self.why_not_play():
            self._trainer.take(new, project, self._document.edition)

    def reset(self, nodes: Sequence[str]) -> None:
        """Draw the weights of some blocks anew, as one step of undo."""
        names = titles(self._document.graph)
        owned = [node for node in nodes if self._document.report.parameters.get(node)]
        if not owned or self.why_not_play():
            return
        words = f"{' and '.join(names[node] for node in owned)} drawn anew"
        self._feed.look_back(None)
        self.begin_another(
            f"Reset {' and '.join(names[node] for node in owned)}",
            lambda edition: self._trainer.reset(tuple(owned), words, edition),
        )

    @Slot()
    def new_seed(self) -> None:
        """Other first weights and another order, from step 0; can be undone."""
        seed = random.SystemRandom().randint(1, 9_999)
        self._document.apply("New seed", self._document.project.replace(seed=seed))

    def edit_weight(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Type a value into a weight, as an undo command."""
        snapshot = self._feed.snapshot
        if snapshot is None:
            return
        if self._feed.past is not None:
            self.refused.emit(
                f"You look back at step {snapshot.step:,}, where nothing can be changed any more. "
                "Go to now, or branch off a run that begins here."
            )
            return
        old = float(snapshot.array(name)[index])
        self._document.undo_stack.push(EditWeight(self._trainer, name, index, old, value))

    @contextmanager
    def left_alone(self) -> Iterator[None]:
        """Within, the document changes and the present run does not: another run is about to begin."""
        self._left_alone = True
        try:
            yield
        finally:
            self._left_alone = False

    @Slot(object, object)
    def _on_changed(self, before: Project, after: Project) -> None:
        why_not = self.why_not_play()
        self.playable_changed.emit(why_not)
        if self._left_alone:
            return
        if why_not:
            self._trainer.pause()
        elif before.seed != after.seed or before.training != after.training or before.graph is not after.graph:
            self._trainer.apply(after, self._document.edition)

    @Slot()
    def _on_opened(self) -> None:
        self._feed.forget()
        self._feed.runs.clear()
        why_not = self.why_not_play()
        if why_not and self._weights is None:
            self._trainer.close_project()
        else:
            # With errors, what was learned waits until they are mended.
            self._trainer.open(self._document.project, self._weights, self._document.edition.version)
        self._weights = None
        self.playable_changed.emit(why_not)


class AnotherRun(QUndoCommand):
    """Another run of the same project takes the place of the present one, which undo brings back."""

    def __init__(
        self, document: OpenDocument, trainer: Trainer, text: str, begin: Callable[[Edition], None]
    ) -> None:
        super().__init__(text)
        self._document, self._trainer, self._begin = document, trainer, begin
        self._before, self._after = document.edition.version, document.next_version()
        self._begun = False

    def redo(self) -> None:
        self._document.turn_to(self._after)
        if self._begun:
            self._trainer.come_back(self._document.edition)
        else:
            self._begin(self._document.edition)
        self._begun = True

    def undo(self) -> None:
        self._document.turn_to(self._before)
        self._trainer.come_back(self._document.edition)


class EditWeight(QUndoCommand):
    """One typed weight. It changes the run, not the document, but nobody wants to lose it either."""

    def __init__(self, trainer: Trainer, name: str, index: tuple[int, ...], old: float, new: float) -> None:
        super().__init__(f"Set {name} to {new:g}")
        self._trainer = trainer
        self._name, self._index, self._old, self._new = name, index, old, new

    def redo(self) -> None:
        self._trainer.set_parameter(self._name, self._index, self._new)

    def undo(self) -> None:
        self._trainer.set_parameter(self._name, self._index, self._old)
