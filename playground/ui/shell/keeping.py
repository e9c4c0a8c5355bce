"""Keeps what is in no file: while one works, when one leaves a project, and after a crash. Nothing is asked."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from playground.document.files import to_json
from playground.document.kept_work import KeptWork, SafetyCopy
from playground.document.project import Project
from playground.ui.open_document import OpenDocument
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.trainer import Trainer
from playground.ui.threads.training_news import Frame, Saved

log = logging.getLogger(__name__)

AUTOSAVE_MS = 60_000
"""Most that a crash may cost: an edit is in a finished copy before, as long as a copy takes less than half of it."""
SHORTEST_REST_MS = AUTOSAVE_MS // 12
"""Between two copies, that training goes on where a copy takes long."""
PATIENCE_MS = 60_000
"""How long the window waits for the training thread to write; a single step may be long."""
PICTURE_WIDTH = 640  # pixels

Composer = Callable[[], Project]
"""Gives the project as it goes into a file: with the open views and where one looks."""


class Keeper(QObject):
    """Knows whether there is work in no file, and keeps it."""

    unsaved_changed = Signal()
    """There is work in no file now, or no longer."""
    told = Signal(str, str)
    """(sentence, tone) for the message bar."""

    def __init__(self, document: OpenDocument, trainer: Trainer, feed: LiveFeed, compose: Composer,
                 parent: QObject) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._trainer, self._feed, self._compose = document, trainer, feed, compose
        self.copy = SafetyCopy()
        self.source: Path | None = None
        """The file or preset that the open project came from."""
        self._learned = False
        self._moved_on = False
        """Whether it is only that the run is elsewhere than in the file, so that undo may bring it back there."""
        self._stand: tuple[int, int] | None = None
        """Run and step that lie in the project's file; None until the first frame of the project has come."""
        self._from_file = False
        self._copied: tuple[Project, tuple[int, int]] | None = None
        """What lies in the safety copy."""
        self._tickets = itertools.count(1)
        self._awaited: dict[int, Saved | None] = {}
        """Tickets of what the window waits for."""
        self._copying: tuple[int, Project] | None = None
        """Ticket and project of the safety copy that is being written."""
        self._warned = False
        self._loop = QEventLoop(self)
        self._unsaved = False
        trainer.saved.connect(self._on_saved)
        feed.live_arrived.connect(self._on_frame)
        document.undo_stack.cleanChanged.connect(self._look)
        self._took = 0
        """Milliseconds from the start to the end of the last safety copy."""
        self._since = QElapsedTimer()
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self.autosave)
        self.timer.start(AUTOSAVE_MS)

    # What is in no file ---------------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether there are edits, or anything that was learned, in no file of the person's."""
        return self._learned or not self._document.undo_stack.isClean()

    def begin(self, source: Path | None, *, with_weights: bool) -> None:
        """Another project is about to open; call before OpenDocument.open."""
        self.source = source
        self._learned, self._stand, self._from_file, self._copied = False, None, with_weights, None
        self._moved_on = False

    def go_on(self, source: Path | None) -> None:
        """Kept work is about to open; it is in no file yet."""
        self.begin(source, with_weights=True)
        self._learned = True

    def saved_as(self, path: Path, saved: Saved) -> None:
        """All there is stands in this file now."""
        self.source = path
        self._learned, self._stand, self._copied = False, (saved.run, saved.step), None
        self._moved_on = False
        self.copy.discard()
        self.claim(path)
        self._look()

    @Slot(object)
    def _on_frame(self, frame: Frame) -> None:
        here = (frame.run, frame.step)
        if self._stand is None:
            self._stand = here if self._from_file else (frame.run, 0)
        if not self._learned and frame.step and here != self._stand:
            self._learned = self._moved_on = True
        elif self._moved_on and here == self._stand:
            self._learned = self._moved_on = False
        else:
            return
        self._look()

    @Slot()
    def _look(self) -> None:
        if self.unsaved != self._unsaved:
            self._unsaved = self.unsaved
            self.unsaved_changed.emit()

    def give_up(self) -> None:
        """Nothing of the open project is to be kept, as after a picture was taken."""
        self._learned = False
        self._stand, self._from_file = None, True
        self._document.undo_stack.setClean()
        self._look()

    def look_again(self) -> None:
        """Compare after a project was opened."""
        self._look()

    # Writing --------------------------------------------------------------------------------------------------------

    def write(self, path: Path, project: Project) -> Saved:
        """Write a project and its runs to a file, and wait for both; painting goes on, keys and clicks wait."""
        ticket = next(self._tickets)
        self._awaited[ticket] = None
        self._trainer.save(path, to_json(project).encode(), self._feed.runs.book(), ticket)
        patience = QTimer()
        patience.setSingleShot(True)
        patience.timeout.connect(self._loop.quit)
        patience.start(PATIENCE_MS)
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            while self._awaited[ticket] is None and patience.isActive():
                self._loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        finally:
            QApplication.restoreOverrideCursor()
            patience.stop()
        answer = self._awaited.pop(ticket)
        return answer or Saved(path, "the network is still busy with one long step", 0, 0, ticket)

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        if saved.ticket in self._awaited:
            self._awaited[saved.ticket] = saved
            self._loop.quit()
        elif self._copying is not None and saved.ticket == self._copying[0]:
            project, self._copying = self._copying[1], None
            self._took = self._since.elapsed()
            if self.timer.isActive():  # else the window is closed
                self.timer.start(rest_before_next(self._took, self._took))
            if saved.error:
                self._warn(saved.error)
            else:
                self._copied, self._warned = (project, (saved.run, saved.step)), False

    # Safety copies --------------------------------------------------------------------------------------------------

    @Slot()
    def autosave(self) -> None:
        """Write the safety copy when something was changed or learned that is in no file yet."""
        self.timer.start(rest_before_next(self._took))
        live, project = self._feed.live, self._document.project
        here = (0, 0) if live is None else (live.run, live.step)
        if not self.unsaved or self._copying is not None or self._copied == (project, here):
            return
        try:
            path = self.copy.describe(project.title, self.source)
        except OSError as error:
            self._warn(error.strerror or str(error))
            return
        ticket = next(self._tickets)
        self._copying = (ticket, project)
        self._since.start()
        # Each minute, a step may take longer: it must come to its end.
        self._trainer.save(path, to_json(self._compose()).encode(), self._feed.runs.book(), ticket, patient=True)

    def _warn(self, reason: str) -> None:
        """Once until it works again: a full disk is told once, not every minute."""
        if not self._warned:
            self._warned = True
            self.told.emit(f"The safety copy could not be written: {reason}. Save the project yourself.", "warning")

    def keep(self, picture: QPixmap | None = None) -> str:
        """Leave the work so that it can be continued later. Returns why that failed; empty when it stands."""
        project = self._compose()
        self._trainer.pause()
        try:
            path = self.copy.describe(project.title, self.source)
        except OSError as error:
            return error.strerror or str(error)
        saved = self.write(path, project)
        if saved.error:
            return saved.error
        if saved.left_out:
            self.told.emit(f"“{project.title}” is kept. {saved.left_out}", "warning")
        if picture is not None and not picture.isNull():
            smooth = Qt.TransformationMode.SmoothTransformation
            picture.scaledToWidth(PICTURE_WIDTH, smooth).save(str(path.with_suffix(".png")))
        try:
            self.copy.leave(project.title, self.source)
        except OSError as error:
            return error.strerror or str(error)
        self._learned = False
        return ""

    def claim(self, path: Path) -> None:
        """Let other windows know that this one has the file open."""
        with suppress(OSError):
            self.copy.describe(self._document.project.title, path)

    def take_over(self, work: KeptWork) -> bool:
        """Go on with kept work as the safety copy of this window; False when another window has it."""
        return self.copy.adopt(work)

    def close(self) -> None:
        """The program ends, and nothing is unsaved that was not kept or given up."""
        self.timer.stop()
        self.copy.close()


def rest_before_next(took: int, since_begin: int = 0) -> int:
    """Milliseconds until the next safety copy begins, so that it is finished `AUTOSAVE_MS` after the last one began.

    `took` is what a copy takes, `since_begin` how long ago the last one began.
    """
    return max(SHORTEST_REST_MS, AUTOSAVE_MS - took - since_begin)
