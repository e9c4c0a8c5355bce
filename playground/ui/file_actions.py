"""New, open, save, recover: nothing here ever loses the open project."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from playground.document.autosave import Autosave, Leftover, leftovers
from playground.document.files import ProjectFileError, write
from playground.document.project import Project
from playground.paths import PRESETS
from playground.training.checkpoint import weights_path
from playground.training.opening import open_project
from playground.ui.gallery.recent import remember
from playground.ui.live_feed import LiveFeed
from playground.ui.open_document import OpenDocument
from playground.ui.run_control import RunControl
from playground.ui.trainer import Trainer
from playground.ui.view_docks import ViewDocks

ENDING = ".playground.json"
FILTER = f"Playground project (*{ENDING} *.json)"
AUTOSAVE_MS = 60_000
MOST_PROBLEMS = 8
"""Faults of a file that are listed in the window; the rest is counted."""


class FileActions(QObject):
    """Opens and saves the document together with the weights of its run."""

    opened = Signal()
    told = Signal(str, str)
    """(sentence, tone) for the message bar."""

    def __init__(
        self,
        window: QWidget,
        document: OpenDocument,
        trainer: Trainer,
        run: RunControl,
        views: ViewDocks,
        feed: LiveFeed,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._trainer = trainer
        self._run = run
        self._views = views
        self._feed = feed
        self._autosave = Autosave()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.autosave)
        self._timer.start(AUTOSAVE_MS)
        self._saved_step = 0
        """Step of the run whose weights are in a file or a safety copy."""
        trainer.saved.connect(self._on_saved)

    # Opening --------------------------------------------------------------------------------------------------------

    @Slot()
    def new(self) -> None:
        """An empty canvas."""
        if self.may_leave():
            self._take(Project(title="Untitled"), None)

    @Slot(object)
    def begin(self, project: Project) -> None:
        """Open a project that was just made and is in no file yet."""
        if self.may_leave():
            self._take(project, None)

    @Slot()
    def ask_and_open(self) -> None:
        """Choose a file and open it."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open a project", self._folder(), FILTER)
        if chosen:
            self.open(Path(chosen))

    def open(self, path: Path) -> bool:
        """Open a project file or preset; a bad file leaves everything as it was. Returns whether it was opened."""
        try:
            project = open_project(path)
        except ProjectFileError as error:
            self._tell_problems(path, error)
            return False
        if not self.may_leave():
            return False
        preset = path.is_relative_to(PRESETS)
        weights = weights_path(path)
        if weights.is_file() and not preset:
            self._run.open_with(weights)
        self._take(project, None if preset else path)
        remember(path)
        return True

    def _take(self, project: Project, path: Path | None) -> None:
        self._saved_step = 0
        self._autosave.discard()
        self._document.open(project, path)
        self.opened.emit()

    def _tell_problems(self, path: Path, error: ProjectFileError) -> None:
        lines = [str(problem) for problem in error.problems[:MOST_PROBLEMS]]
        if len(error.problems) > MOST_PROBLEMS:
            lines.append(f"… and {len(error.problems) - MOST_PROBLEMS} more.")
        heading = f"“{path.name}” cannot be opened. The project that is open stays as it is."
        self.told.emit(heading + "\n" + "\n".join(lines), "error")

    # Saving ---------------------------------------------------------------------------------------------------------

    @Slot()
    def save(self) -> bool:
        """Save to the project's file, asking for one when there is none. Returns whether it was saved."""
        if self._document.path is None:
            return self.ask_and_save()
        return self.save_to(self._document.path)

    @Slot()
    def ask_and_save(self) -> bool:
        """Choose a file and save."""
        stem = "".join(c if c.isalnum() else "-" for c in self._document.project.title.lower()).strip("-") or "untitled"
        suggestion = str(Path(self._folder()) / f"{stem}{ENDING}")
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the project", suggestion, FILTER)
        if not chosen:
            return False
        path = Path(chosen)
        return self.save_to(path if path.suffix == ".json" else path.with_name(path.name + ENDING))

    def save_to(self, path: Path) -> bool:
        """Save project and weights. The weights are written by the training thread."""
        project = self._document.project.replace(views=self._views.saved_views())
        try:
            write(project, path)
        except OSError as error:
            self.told.emit(f"“{path.name}” was not saved: {error.strerror or error}. Choose another folder.", "error")
            return False
        self._trainer.save(weights_path(path))
        self._saved_step = 0 if self._feed.live is None else self._feed.live.step
        self._document.mark_saved(path)
        remember(path)
        return True

    @Slot(str, str)
    def _on_saved(self, path: str, error: str) -> None:
        if error:
            self.told.emit(error, "error")

    def may_leave(self) -> bool:
        """Ask about unsaved changes. Returns whether the open project may be left."""
        if self._document.undo_stack.isClean():
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Save changes?",
            f"“{self._document.project.title}” has changes that are not saved.",
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        if answer == buttons.Save:
            return self.save()
        return bool(answer == buttons.Discard)

    # Safety copies --------------------------------------------------------------------------------------------------

    @Slot()
    def autosave(self) -> None:
        """Write the safety copy when something was changed or learned that is in no file yet."""
        step = 0 if self._feed.live is None else self._feed.live.step
        if self._document.undo_stack.isClean() and step == self._saved_step:
            return
        try:
            self._autosave.save(self._document.project, self._document.path)
            self._trainer.save(weights_path(self._autosave.path))
            self._saved_step = step
        except OSError as error:
            self.told.emit(f"The safety copy could not be written: {error.strerror or error}.", "warning")

    def crashed(self) -> Leftover | None:
        """The newest safety copy of a program that did not end regularly."""
        found = sorted(leftovers(), key=lambda item: item.saved)
        return found[-1] if found else None

    def restore(self, leftover: Leftover) -> None:
        """Open a safety copy."""
        try:
            project = leftover.read()
        except ProjectFileError as error:
            self._tell_problems(leftover.project_path, error)
            return
        if leftover.weights_path.is_file():
            self._run.open_with(leftover.weights_path)
        self._take(project, leftover.source)
        self._document.undo_stack.resetClean()

    @staticmethod
    def words(leftover: Leftover) -> str:
        """The question that offers a safety copy."""
        when = time.strftime("%H:%M on %d %B", time.localtime(leftover.saved))
        return f"Playground did not end regularly. There is a safety copy from {when}."

    def close(self) -> None:
        """The program ends regularly: no safety copy stays."""
        self._timer.stop()
        self._autosave.close()

    def _folder(self) -> str:
        if self._document.path is not None:
            return str(self._document.path.parent)
        return str(QSettings().value("folder", str(Path.home())))
