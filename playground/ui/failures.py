"""What the window says when training stops by itself: by a stop rule, or by a failure, with remedies as buttons."""

from __future__ import annotations

import functools
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from playground.blocks.base import Fix
from playground.document.graph import Choice
from playground.paths import log_file
from playground.ui.canvas import commands
from playground.ui.message_bar import Button, MessageBar
from playground.ui.open_document import OpenDocument
from playground.ui.trainer import Trainer
from playground.ui.training_news import Failure, Frame


class Failures(QObject):
    """Turns failures of the trainer into a message with buttons."""

    def __init__(self, document: OpenDocument, trainer: Trainer, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._trainer = trainer
        self._messages = messages
        self._ended = ""
        trainer.failed.connect(self.show_failure)

    @Slot(object)
    def show_failure(self, failure: Failure) -> None:
        """Show one failure."""
        offers: dict[str, Callable[[], list[Button]]] = {
            "diverged": self._for_divergence,
            "memory": self._for_memory,
            "optimizer": self._for_optimizer,
        }
        text = failure.message
        if failure.kind == "diverged":
            text += " The last good weights are still there."
        if failure.kind == "unexpected":
            text += f" Details are in {log_file()}."
        remedies = [(fix.label, functools.partial(self._apply_fix, failure.node, fix)) for fix in failure.fixes]
        self._messages.tell(text, [*remedies, *offers.get(failure.kind, list)()])

    @Slot(object)
    def show_end(self, frame: Frame) -> None:
        """Say why a run is over; the message goes when learning goes on."""
        if frame.finished == self._ended:
            return
        if frame.finished:
            self._messages.tell(frame.finished, tone="good")
        elif self._messages.text == self._ended:
            self._messages.dismiss()
        self._ended = frame.finished

    def _for_divergence(self) -> list[Button]:
        buttons: list[Button] = [("Rewind", self._trainer.rewind)]
        optimizer = self._document.project.training.optimizer
        rate = optimizer.parameters.get("learning_rate")
        if isinstance(rate, int | float):
            buttons.append((f"Lower the rate to {rate / 10:g}", self._lower_rate))
        if self._document.project.training.clipping.kind == "none":
            buttons.append(("Clip the gradient", self._clip))
        return buttons

    def _for_memory(self) -> list[Button]:
        return [("Halve the batch", self._halve_batch)]

    def _apply_fix(self, node: str, fix: Fix) -> None:
        if not commands.apply_fix(self._document, node, fix):
            self._messages.tell("The canvas has changed, so this remedy has lost its place.")

    def _for_optimizer(self) -> list[Button]:
        return [("Use Adam", self._use_adam)]

    def _use_adam(self) -> None:
        project = self._document.project
        adam = Choice(id="adam")
        phases = tuple(phase.replace(optimizer=None) for phase in project.training.phases)
        training = project.training.replace(optimizer=adam, phases=phases)
        self._document.apply("Use Adam", project.replace(training=training))

    def _lower_rate(self) -> None:
        project = self._document.project
        optimizer = project.training.optimizer
        parameters = {**optimizer.parameters, "learning_rate": optimizer.parameters["learning_rate"] / 10}
        training = project.training.replace(optimizer=optimizer.replace(parameters=parameters))
        self._document.apply("Lower the learning rate", project.replace(training=training))

    def _clip(self) -> None:
        project = self._document.project
        clipping = project.training.clipping.replace(kind="norm", limit=1.0)
        self._document.apply("Clip the gradient", project.replace(training=project.training.replace(clipping=clipping)))

    def _halve_batch(self) -> None:
        project = self._document.project
        size = project.training.batch_size or 1024
        training = project.training.replace(batch_size=max(1, size // 2))
        self._document.apply("Halve the batch", project.replace(training=training))
