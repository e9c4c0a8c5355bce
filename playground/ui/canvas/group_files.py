"""Groups in files, in the window: put them on the canvas, keep a group among one's own, rename, remove, hand on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from playground.document.edits import replace_group
from playground.document.files import ProjectFileError
from playground.document.graph import EdgeKey
from playground.document.group_files import ENDING, GroupFile
from playground.editing import group_library
from playground.editing.geometry import Point
from playground.editing.group_library import KeptGroup
from playground.editing.group_parts import project_as_group, taken_out
from playground.network.check import check
from playground.network.opening import open_group, open_project
from playground.ui.canvas.surface import CanvasSurface
from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.question import ask

FILTER = f"Projects and groups (*.json *{ENDING});;All files (*)"
_LONGEST_TITLE = 200


class GroupFiles(QObject):
    """Belongs to one canvas. What cannot be done is said in a sentence, and changes nothing."""

    changed = Signal()
    """Other groups are kept than before."""
    told = Signal(str, str)
    """(sentence, tone) for the message bar."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._document = view.document
        self._kept: tuple[KeptGroup, ...] | None = None

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the File menu."""
        tip = "The network of another project, or a group from a file, as one card"
        return (MenuAction("insert-project", "&Insert project as group…", self.ask_and_insert, tip=tip),)

    # What there is ---------------------------------------------------------------------------------------------------

    def all(self) -> tuple[KeptGroup, ...]:
        """All kept groups; read when first asked for."""
        if self._kept is None:
            self._kept = group_library.kept_groups()
        return self._kept

    def kept(self, path: str) -> KeptGroup | None:
        """The kept group of a file."""
        return next((one for one in self.all() if str(one.path) == path), None)

    def renew(self) -> None:
        """Read the files again."""
        self._kept = None
        self.changed.emit()

    # Onto the canvas -------------------------------------------------------------------------------------------------

    def put(self, path: str, at: Point | None = None, on_edge: EdgeKey | None = None) -> str:
        """Put a kept group on the canvas: at a place, into a wire, or after the selected block. Returns its id."""
        kept = self.kept(path)
        if kept is None or kept.file is None:
            self.told.emit(kept.problem if kept is not None else "The file of this group is gone.", "warning")
            self.renew()
            return ""
        return self._insert(kept.file, at, on_edge)

    def _insert(self, file: GroupFile, at: Point | None = None, on_edge: EdgeKey | None = None) -> str:
        view, after = self._view, None
        if at is None and on_edge is None:
            after = view.output_of(view.canvas_scene.selection.single)
        name = group_library.insert(self._document, file, at, after=after, on_edge=on_edge)
        view.go_to(name)
        return name

    @Slot()
    def ask_and_insert(self) -> None:
        """Choose a project or a group, and put it on the canvas."""
        folder = str(self._document.path.parent) if self._document.path is not None else ""
        name, _ = QFileDialog.getOpenFileName(self._view, "Insert a project as a group", folder, FILTER)
        if name:
            self.insert_file(Path(name))

    def insert_file(self, path: Path, at: Point | None = None) -> str:
        """Put a group file, or the network of a project file, on the canvas. Returns its id, or "" with a sentence."""
        try:
            if path.name.endswith(ENDING):
                return self._insert(open_group(path), at)
            project = open_project(path)
            found = project_as_group(project, check(project.graph))
        except ProjectFileError as error:
            self.told.emit(f"{path.name} cannot be inserted: {error.problems[0]}", "warning")
            return ""
        except (OSError, ValueError) as error:
            self.told.emit(f"{path.name} cannot be inserted: {error}", "warning")
            return ""
        name = self._insert(found.file, at)
        if found.left_out:
            self.told.emit(found.left_out, "good")
        return name

    # One's own -------------------------------------------------------------------------------------------------------

    @Slot(str)
    def ask_and_keep(self, group: str) -> None:
        """Ask for a title, and keep a group of the canvas among one's own."""
        graph = self._document.graph
        if group not in graph.groups_by_id:
            return
        title, good = QInputDialog.getText(
            self._view, "Save as my block", "Title of the block", text=graph.group(group).title or "Group"
        )
        if good and title.strip():
            self.keep(group, title.strip()[:_LONGEST_TITLE])

    def keep(self, group: str, title: str) -> Path | None:
        """Keep a group of the canvas under a title. Returns its file, or None with a sentence."""
        try:
            found = taken_out(self._document.graph, self._document.report, group)
            path = group_library.keep(_titled(found.file, title))
        except ValueError as error:
            self.told.emit(str(error), "warning")
            return None
        except OSError as error:
            self.told.emit(f"“{title}” cannot be saved: {error.strerror or error}.", "warning")
            return None
        self.renew()
        words = f"“{title}” is kept: it stands in the palette under My blocks."
        self.told.emit(f"{words} {found.left_out}".strip(), "good")
        return path

    def ask_and_rename(self, path: str) -> None:
        """Type another title for a group of one's own."""
        kept = self.kept(path)
        if kept is None or kept.shelf != "own" or kept.file is None:
            return
        title, good = QInputDialog.getText(self._view, "Rename", "Title of the block", text=kept.title)
        if good and title.strip():
            self.rename(path, title.strip()[:_LONGEST_TITLE])

    def rename(self, path: str, title: str) -> None:
        """Give a group of one's own another title."""
        kept = self.kept(path)
        if kept is None or kept.file is None:
            return
        try:
            group_library.keep(_titled(kept.file, title), kept.path)
        except OSError as error:
            self.told.emit(f"“{kept.title}” cannot be renamed: {error.strerror or error}.", "warning")
        self.renew()

    def ask_and_remove(self, path: str) -> None:
        """Delete the file of a group of one's own, once that is confirmed."""
        kept, choice = self.kept(path), QMessageBox.StandardButton
        if kept is None or kept.shelf != "own":
            return
        words = f"Delete “{kept.title}” from my blocks?"
        more = "Projects that use it keep it; only the file goes."
        answers = {choice.Yes: "Delete", choice.Cancel: ""}
        if ask(self._view, "Delete", words, answers, choice.Cancel, more=more) == choice.Yes:
            self.remove(path)

    def remove(self, path: str) -> None:
        """Delete the file of a group of one's own."""
        kept = self.kept(path)
        if kept is None:
            return
        try:
            group_library.forget(kept)
        except (OSError, ValueError) as error:
            self.told.emit(f"“{kept.title}” cannot be deleted: {error}.", "warning")
        self.renew()

    def reveal(self, path: str) -> None:
        """Show the folder of a group's file in the file manager, to hand it on."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).parent)))


def _titled(file: GroupFile, title: str) -> GroupFile:
    return file.replace(graph=replace_group(file.graph, file.group.replace(title=title)))
