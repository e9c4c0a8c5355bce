"""Tells the gallery what is open behind it, and brings the person back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from playground.ui.gallery.running_bar import RunningBar
from playground.ui.open_document import OpenDocument
from playground.ui.threads.run_control import RunControl
from playground.ui.threads.trainer import Trainer
from playground.ui.threads.training_news import Frame


class BehindGallery(QObject):
    """Feeds the slim line of the gallery from the document and its run."""

    def __init__(
        self, bar: RunningBar, document: OpenDocument, trainer: Trainer, run: RunControl,
        back: Callable[[], None], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._bar, self._document, self._trainer, self._run, self._back = bar, document, trainer, run, back
        trainer.state_changed.connect(self._show_state)
        bar.toggle_wanted.connect(run.toggle)
        bar.back_wanted.connect(self.go_back)

    @property
    def is_open(self) -> bool:
        """Whether there is a project to go back to."""
        return bool(self._document.project.graph.nodes)

    @Slot()
    def go_back(self) -> None:
        """Show the project again, if there is one."""
        if self.is_open:
            self._back()

    @Slot()
    def renew(self) -> None:
        """Take over title and state; called when the gallery opens."""
        self._bar.show_project(self._document.project.title if self.is_open else "")
        self._show_state(self._trainer.state)

    @Slot(object)
    def show_frame(self, frame: Frame) -> None:
        """Say how far the run is."""
        loss = next((part for part in ("train_loss", "validation_loss", "test_loss") if part in frame.latest), "")
        words = [f"step {frame.step:,}"]
        if loss:
            words.append(f"{loss.replace('_', ' ')} {frame.latest[loss]:.4g}")
        self._bar.show_loss(", ".join(words))

    @Slot(str)
    def _show_state(self, state: str) -> None:
        self._bar.show_state(state, not self._run.why_not_play() if self.is_open else False)
