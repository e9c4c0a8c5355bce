"""New, open, save, continue: nothing here ever loses the open project, nor what its runs have learned."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QPointF, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from playground.data.own.places import located, stored
from playground.document.chapters import EXPERIMENT_ENDING
from playground.document.files import ProjectFileError
from playground.document.graph import Position
from playground.document.kept_work import KeptWork, is_open_elsewhere, kept_work_on, kept_works
from playground.document.pairing import fingerprint, weights_of
from playground.document.project import Camera, Project
from playground.exchange.into.files import SOURCES
from playground.paths import PRESETS
from playground.training.opening import open_project
from playground.ui.canvas.view import CanvasView
from playground.ui.gallery.recent import remember
from playground.ui.open_document import OpenDocument
from playground.ui.shell.keeping import Keeper
from playground.ui.shell.view_docks import ViewDocks
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.run_control import RunControl
from playground.ui.threads.trainer import Trainer
from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.question import ask

ENDING = ".playground.json"
FILTER = f"Playground project (*{ENDING} *.json)"
OTHERS = " ".join(f"*{one.ending}" for one in SOURCES)
OPENED = f"{FILTER};;Experiments (*{EXPERIMENT_ENDING});;Networks of other programs ({OTHERS})"
MOST_PROBLEMS = 8
"""Faults of a file that are listed in the window; the rest is counted."""
YES, NO, CANCEL = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No, QMessageBox.StandardButton.Cancel


class FileActions(QObject):
    """Opens and saves the document together with its runs."""

    opened = Signal()
    file_chosen = Signal(object)
    """The path of a file that a person wants to open: a project, or data."""
    told = Signal(str, str)
    """(sentence, tone) for the message bar."""
    offered = Signal(str, object, str)
    """(sentence, buttons, tone) for the message bar: something that a person may want to do about a file."""

    def __init__(
        self,
        window: QWidget,
        document: OpenDocument,
        trainer: Trainer,
        run: RunControl,
        views: ViewDocks,
        feed: LiveFeed,
        canvas: CanvasView,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._run = run
        self._views = views
        self._canvas = canvas
        self._known = ""
        """Fingerprint of the project's file when it was last read or written here; empty when it is not known."""
        self._told_of = ""
        """The change of the file that was told already."""
        self._leaving = False
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self.look_outside)
        self.keeper = Keeper(document, trainer, feed, self.composed, self)
        self.keeper.told.connect(self.told)

    # Opening --------------------------------------------------------------------------------------------------------

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the File menu."""
        keys = QKeySequence.StandardKey
        return (
            MenuAction("new", "&New", self.new, keys.New, "plus"),
            MenuAction("open", "&Open…", self.ask_and_open, keys.Open, "open"),
            MenuAction("save", "&Save", self.save, keys.Save, "save"),
            MenuAction("save-as", "Save &as…", self.ask_and_save, "Ctrl+Shift+S"),
        )

    @Slot()
    def new(self) -> None:
        """An empty canvas."""
        self.begin(Project(title="Untitled"))

    @Slot(object)
    def begin(self, project: Project) -> bool:
        """Open a project that was just made and is in no file yet. Returns whether it was opened."""
        if not self.may_leave():
            return False
        self._take(project, None, None)
        return True

    @Slot(object, object)
    def begin_with(self, project: Project, weights: Path | None) -> None:
        """Open a project that was just made and is in no file yet, with weights that a file holds for now."""
        if not self.may_leave():
            return
        self._run.open_with(weights)
        self.keeper.copy.discard()
        if weights is None:
            self.keeper.begin(None, with_weights=False)
        else:
            self.keeper.go_on(None)
        self._show(project, None)

    @Slot()
    def ask_and_open(self) -> None:
        """Choose a file and open it."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open a project", self._folder(), OPENED)
        if chosen:
            self.file_chosen.emit(Path(chosen))

    def open(self, path: Path) -> bool:
        """Open a project file or preset; a bad file leaves everything as it was. Returns whether it was opened."""
        path = path.absolute()
        try:
            project = open_project(path)
        except ProjectFileError as error:
            self._tell_problems(path, error)
            return False
        if not self.may_leave():
            return False
        preset = path.is_relative_to(PRESETS)
        weights = None if preset else weights_of(path)
        self._run.open_with(weights.path if weights else None)
        self._take(project, None if preset else path, path, with_weights=weights is not None)
        remember(path)
        self._offer_about(path, preset)
        return True

    def _take(self, project: Project, path: Path | None, source: Path | None, *, with_weights: bool = False) -> None:
        self.keeper.copy.discard()
        self.keeper.begin(source, with_weights=with_weights)
        self._show(project, path)

    def _show(self, project: Project, path: Path | None) -> None:
        self._known = _fingerprint_of(path)
        self._document.open(project, path)
        self.keeper.look_again()
        self.opened.emit()
        camera = project.camera
        if camera is not None:
            self._canvas.camera.look_at(QPointF(camera.centre.x, camera.centre.y), camera.zoom)

    def _offer_about(self, path: Path, preset: bool) -> None:
        """Say what one should know of the file that was just opened, and offer to continue newer work on it."""
        if not preset and is_open_elsewhere(path, self.keeper.copy):
            self.offered.emit(
                f"“{path.name}” is open in another window too. Save under another name, or the last one to save "
                "replaces what the other has saved.", [("Save as…", self.ask_and_save)], "warning",
            )  # fmt: skip
        else:
            self._offer_newer(path, preset)
        if not preset:
            self.keeper.claim(path)

    def _offer_newer(self, path: Path, preset: bool) -> None:
        written = 0.0 if preset else path.stat().st_mtime
        work = kept_work_on(path)
        if work is not None and work.saved > written:
            self.offered.emit(
                f"You left this {'at ' if work.step else ''}{work.words()}.",
                [("Continue where you were", lambda: self.restore(work))], "good",
            )  # fmt: skip

    @Slot(object)
    def look_outside(self, state: Qt.ApplicationState) -> None:
        """When the person comes back to the window: say when the file has been changed elsewhere in the meantime."""
        path = self._document.path
        if state != Qt.ApplicationState.ApplicationActive or path is None or not self._known:
            return
        found = _fingerprint_of(path)
        if found and found not in (self._known, self._told_of):
            self._told_of = found
            self.offered.emit(
                f"“{path.name}” was changed by another window or program. What you see here is as you left it.",
                [("Load the changed file", lambda: self.open(path)), ("Save as…", self.ask_and_save)], "warning",
            )  # fmt: skip

    def _tell_problems(self, path: Path, error: ProjectFileError) -> None:
        lines = [str(problem) for problem in error.problems[:MOST_PROBLEMS]]
        if len(error.problems) > MOST_PROBLEMS:
            lines.append(f"… and {len(error.problems) - MOST_PROBLEMS} more.")
        heading = f"“{path.name}” cannot be opened. The project that is open stays as it is."
        self.told.emit(heading + "\n" + "\n".join(lines), "error")

    # Saving ---------------------------------------------------------------------------------------------------------

    def composed(self) -> Project:
        """The project as it goes into a file: with the views that are open, and where one looks on the canvas."""
        camera = None
        centre, zoom, fitted = self._canvas.entering.outermost()
        if not fitted:
            camera = Camera(zoom=zoom, centre=Position(x=centre.x(), y=centre.y()))
        return self._document.project.replace(views=self._views.saved_views(), camera=camera)

    @Slot()
    def save(self) -> bool:
        """Save to the project's file, asking for one when there is none. Returns whether it was saved."""
        path = self._document.path
        if path is None:
            return self.ask_and_save()
        if path.exists() and self._known != _fingerprint_of(path):
            answer = self._ask_about_change(path)
            if answer != YES:
                return self.ask_and_save() if answer == NO else False
        return self.save_to(path)

    def _ask_about_change(self, path: Path) -> QMessageBox.StandardButton:
        """What to do about a file that somebody else has changed: Yes replaces it, No asks for another name."""
        return ask(
            self._window,
            "The file has changed",
            f"“{path.name}” was changed by another window or program since it was opened here.",
            {YES: "Replace", NO: "Save as…", CANCEL: ""},
            NO,
            more="Replace it with what you see here, or save under another name?",
        )

    @Slot()
    def ask_and_save(self) -> bool:
        """Choose a file and save."""
        stem = "".join(c if c.isalnum() else "-" for c in self._document.project.title.lower()).strip("-") or "untitled"
        suggestion = str(Path(self._folder()) / f"{stem}{ENDING}")
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the project", suggestion, FILTER)
        if not chosen:
            return False
        path = Path(chosen)
        if path.suffix != ".json":
            path = path.with_name(path.name + ENDING)
            # The dialog could not know of it, as the ending was added afterwards.
            if path.exists() and not self._may_replace(f"“{path.name}” exists already. Replace it?"):
                return False
        if path.absolute() != self._document.path and is_open_elsewhere(path, self.keeper.copy):
            question = f"“{path.name}” is open in another window. Replace it? What is open there does not change."
            if not self._may_replace(question):
                return False
        return self.save_to(path)

    def _may_replace(self, question: str) -> bool:
        return ask(self._window, "Replace the file?", question, {YES: "Replace", NO: "Keep it"}, NO) == YES

    def save_to(self, path: Path) -> bool:
        """Save project and runs, and wait until both stand. Returns whether they do."""
        path = path.absolute()
        mark = self._document.undo_stack.index()
        project = self.composed()
        saved = self.keeper.write(path, project.replace(graph=stored(project.graph, path.parent)))
        if saved.error:
            self.told.emit(f"“{path.name}” was not saved: {saved.error}. Choose another folder.", "error")
            return False
        self._known = _fingerprint_of(path)
        if self._document.undo_stack.index() == mark:
            self._document.mark_saved(path)
        self.keeper.saved_as(path, saved)
        remember(path)
        if saved.left_out:
            self.told.emit(f"“{path.name}” is saved. {saved.left_out}", "warning")
        return True

    # Leaving --------------------------------------------------------------------------------------------------------

    def may_leave(self) -> bool:
        """Keep what is in no file, so that it can be continued; ask only when that fails. Returns whether to go on."""
        if self._leaving:
            return False
        if not self.keeper.unsaved:
            return True
        self._leaving = True
        try:
            problem = self.keeper.keep(self._canvas.grab() if self._canvas.isVisible() else None)
            return not problem or self._may_lose(problem)
        finally:
            self._leaving = False

    def _may_lose(self, problem: str) -> bool:
        buttons = QMessageBox.StandardButton
        answer = ask(
            self._window,
            "Save your work?",
            f"“{self._document.project.title}” has work that is in no file, and it could not be kept for later: "
            f"{problem}.",
            {buttons.Save: "", buttons.Discard: "", buttons.Cancel: ""},
            buttons.Save,
        )
        if answer == buttons.Save:
            return self.save()
        return bool(answer == buttons.Discard)

    # Continuing -----------------------------------------------------------------------------------------------------

    def crashed(self) -> KeptWork | None:
        """The newest work of a program that did not end regularly."""
        return next((work for work in kept_works() if not work.left), None)

    @Slot(object)
    def restore(self, work: KeptWork) -> None:
        """Continue kept work: the project, its runs, and from now on its safety copy."""
        try:
            project = open_project(work.path)
        except ProjectFileError as error:
            self._tell_problems(work.path, error)
            return
        if work.source is not None:
            project = project.replace(graph=located(project.graph, work.source.parent))
        if not self.may_leave():
            return
        if not self.keeper.take_over(work):
            self.told.emit(f"“{work.title}” is open in another window, or has gone.", "warning")
            return
        weights = work.weights
        self._run.open_with(weights.path if weights else None)
        path = work.source if work.source is not None and not work.source.is_relative_to(PRESETS) else None
        self.keeper.go_on(work.source)
        self._show(project, path)
        if path is not None and path.is_file() and path.stat().st_mtime > work.saved:
            self._known = ""  # Saving will ask.
            self.told.emit(f"“{path.name}” was saved after this work; saving asks before it replaces that.", "warning")

    @staticmethod
    def words(work: KeptWork) -> str:
        """The question that offers the work of a crashed program."""
        return f"Playground did not end regularly. “{work.title}” is kept: {work.words()}."

    def close(self) -> None:
        """The program ends regularly."""
        self.keeper.close()

    def _folder(self) -> str:
        if self._document.path is not None:
            return str(self._document.path.parent)
        return str(QSettings().value("folder", str(Path.home())))


def _fingerprint_of(path: Path | None) -> str:
    try:
        return "" if path is None or not path.is_file() else fingerprint(path.read_bytes())
    except OSError:
        return ""
