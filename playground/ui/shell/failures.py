"""What the window says when training stops by itself: by a stop rule, or by a failure, with remedies as buttons."""

from __future__ import annotations

import functools
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from playground.analysis.use.answering import why_not
from playground.blocks.base import Fix
from playground.document.graph import Choice
from playground.editing import commands
from playground.paths import log_file
from playground.training.recovery import Recovery
from playground.ui.open_document import OpenDocument
from playground.ui.shell.message_bar import Button, MessageBar
from playground.ui.threads.trainer import Trainer
from playground.ui.threads.training_news import Failure, Frame


def _way_back(recovery: Recovery | None) -> str:
    """What is said of the moment with the last sane loss."""
    if recovery is None:
        return " Rewind, or look back to before it with the slider and branch off there."
    back = f" At step {recovery.snapshot.step:,} the loss was still {recovery.loss:.3g}."
    if recovery.remedies:
        steps = min(remedy.tried_steps for remedy in recovery.remedies)
        return f"{back} Go back there with a change, which was tried for {steps:,} steps:"
    return back


class Failures(QObject):
    """Turns failures of the trainer into a message with buttons."""

    back_wanted = Signal(object, object, str)
    """The snapshot that a person wants to go back to, the training settings from there on, and words for the Undo menu;
    None for the settings as they are."""
    rewind_wanted = Signal()
    use_wanted = Signal()
    """A person wants to use what was learned."""

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
            "memory": self._for_memory,
            "optimizer": self._for_optimizer,
            "objective": self._for_objective,
        }
        text = failure.message
        if failure.kind == "diverged":
            text += _way_back(failure.recovery)
        if failure.kind == "unexpected":
            text += f" Details are in {log_file()}."
        if failure.kind == "diverged":
            self._messages.tell(text, self._for_divergence(failure.recovery))
            return
        remedies = [(fix.label, functools.partial(self._apply_fix, failure.node, fix)) for fix in failure.fixes]
        self._messages.tell(text, [*remedies, *offers.get(failure.kind, list)()])

    @Slot(object)
    def show_end(self, frame: Frame) -> None:
        """Say why a run is over; the message goes when learning goes on."""
        if frame.finished == self._ended:
            return
        if frame.finished:
            self._messages.tell(frame.finished, self._after_the_end(), tone="good")
        elif self._messages.text == self._ended:
            self._messages.dismiss()
        self._ended = frame.finished

    def _after_the_end(self) -> list[Button]:
        report = self._document.report
        return [("Use it", self.use_wanted.emit)] if report.ok and not why_not(report) else []

    def _for_divergence(self, recovery: Recovery | None) -> list[Button]:
        buttons: list[Button] = [("Rewind", self.rewind_wanted.emit)]
        if recovery is None:
            return buttons
        for remedy in recovery.remedies:
            words = remedy.words[:1].upper() + remedy.words[1:]
            go_back = functools.partial(self.back_wanted.emit, recovery.snapshot, remedy.training, words)
            buttons.append((words, go_back))
        return buttons

    def _for_memory(self) -> list[Button]:
        return [("Halve the batch", self._halve_batch)]

    def _apply_fix(self, node: str, fix: Fix) -> None:
        if not commands.apply_fix(self._document, node, fix):
            self._messages.tell("The canvas has changed, so this remedy has lost its place.")

    def _for_optimizer(self) -> list[Button]:
        return [("Use Adam", self._use_adam)]

    def _for_objective(self) -> list[Button]:
        return [("Learn without objectives", self._without_objectives)]

    def _without_objectives(self) -> None:
        project = self._document.project
        training = project.training.replace(objectives=())
        self._document.apply("Learn without objectives", project.replace(training=training))

    def _use_adam(self) -> None:
        project = self._document.project
        adam = Choice(id="adam")
        phases = tuple(phase.replace(optimizer=None) for phase in project.training.phases)
        training = project.training.replace(optimizer=adam, phases=phases)
        self._document.apply("Use Adam", project.replace(training=training))

    def _halve_batch(self) -> None:
        project = self._document.project
        size = project.training.batch_size or 1024
        training = project.training.replace(batch_size=max(1, size // 2))
        self._document.apply("Halve the batch", project.replace(training=training))
