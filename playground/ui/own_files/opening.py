"""Everything about a person's own files in the window: from the drop, through the dialog, to the canvas."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPointF, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from playground.data.base import Dataset
from playground.data.own.delimited import Table, decoded
from playground.data.own.files import FileRefused, encoding_of, head_of, stop_all_readings
from playground.data.own.formats import is_project
from playground.data.own.images import OwnPictures, PictureFolder
from playground.data.own.labelled_texts import LabelledTexts
from playground.data.own.look import look_at
from playground.data.own.text import TextFile
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.graph import Node
from playground.editing import fixes
from playground.editing.geometry import CARD_HEIGHT, CARD_WIDTH, Rect
from playground.editing.room import drawn, with_room
from playground.editing.starting import starting_project
from playground.network.check import block_of
from playground.ui.open_document import OpenDocument
from playground.ui.own_files.dialog import OwnFileDialog, Wish
from playground.ui.own_files.file_page import FilePage
from playground.ui.own_files.labelled_texts_page import LabelledTextsPage
from playground.ui.own_files.picture_page import PicturePage
from playground.ui.own_files.table_page import TablePage
from playground.ui.own_files.text_page import TextPage
from playground.ui.threads.reader import Reader, Work
from playground.ui.widgets.menu_action import MenuAction

FILES = (
    "Data (*.csv *.tsv *.tab *.psv *.txt *.dat *.data *.arff *.json *.jsonl *.ndjson *.zip *.npz *.npy *-ubyte *.gz);;"
    "All files (*)"
)
PAGES: dict[type, type[FilePage]] = {
    Table: TablePage, PictureFolder: PicturePage, TextFile: TextPage, LabelledTexts: LabelledTextsPage,
}  # fmt: skip
"""The page for what was found."""
PATIENCE_MS = 200
"""A reading that is done sooner shows no progress."""


def is_data(path: Path) -> bool:
    """Whether a path is that of data rather than of a project: of JSON, its content tells."""
    if path.is_dir() or path.suffix.lower() != ".json":
        return True
    try:
        head = head_of(path)
        return not is_project(decoded(head, encoding_of(head, path.name)))
    except FileRefused:
        return False


class OwnFiles(QObject):
    """Reads a file, asks what to make of it, and does so. Whatever goes wrong, the open project stays as it was."""

    told = Signal(str, str)
    """(sentence, tone) for the message bar."""
    project_made = Signal(object)
    """A Project to open."""
    placed = Signal(str)
    """The id of a node that has just got its data."""

    def __init__(self, window: QWidget, document: OpenDocument, canvas: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._canvas = canvas
        self._reader = Reader(self)
        self._reader.answered.connect(self._on_answered)
        self.dialog: OwnFileDialog | None = None
        self._path = Path()
        self._node = ""
        self._spot: QPointF | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._show_dialog)
        document.file_wanted.connect(self.ask_for)

    # Asking ---------------------------------------------------------------------------------------------------------

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the File menu."""
        return (
            MenuAction("open-data", "Open &data…", self.ask_file, "Ctrl+Shift+D", tip="A table or a text of yours"),
            MenuAction("open-pictures", "Open &pictures…", self.ask_folder, tip="A folder of yours, by class"),
        )

    @Slot()
    def ask_file(self) -> None:
        """Choose a table or a text, and open it."""
        self._ask_file("")

    @Slot()
    def ask_folder(self) -> None:
        """Choose a folder of pictures, and open it."""
        self._ask_folder("")

    @Slot(str)
    def ask_for(self, node: str) -> None:
        """Choose the data of a block that reads a file: its own file if it is still there, else another."""
        if not self._document.graph.has(node):
            return
        path = self._file_of(node)
        if path is not None and path.exists():
            self.open(path, node=node)
        else:
            self._ask_another(node)

    def _ask_another(self, node: str) -> None:
        block = CATALOGUE.get(self._document.graph.node(node).block) if node else None
        if self._path.is_dir() if block is None else issubclass(block, OwnPictures):
            self._ask_folder(node)
        else:
            self._ask_file(node)

    def _ask_file(self, node: str) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open data", self._folder(), FILES)
        if chosen:
            self.open(Path(chosen), node=node)

    def _ask_folder(self, node: str) -> None:
        title = "Open a folder of pictures, best with one sub-folder for each class"
        chosen = QFileDialog.getExistingDirectory(self._window, title, self._folder())
        if chosen:
            self.open(Path(chosen), node=node)

    def _folder(self) -> str:
        return str(self._path.parent) if self._path.name else str(Path.home())

    def _file_of(self, node: str) -> Path | None:
        file = self._document.graph.node(node).parameters.get("file")
        return Path(file) if isinstance(file, str) and file else None

    # Reading --------------------------------------------------------------------------------------------------------

    def open(self, path: Path, *, node: str = "", spot: QPointF | None = None) -> None:
        """Read what lies there, then ask what to make of it. `spot` is a place of the canvas, in scene units."""
        self._close_dialog()
        self._path, self._node, self._spot = path.absolute(), node, spot
        wishes: tuple[Wish, ...] = ("project",)
        if node:
            wishes = ("node",)
        elif self._canvas.isVisible():
            wishes = ("canvas", "project")
        dialog = OwnFileDialog(self._window, wishes)
        dialog.finished.connect(self._on_finished)
        dialog.other_wanted.connect(self._on_other_wanted)
        self.dialog = dialog
        self._read(functools.partial(look_at, self._path, earlier=self._earlier()))
        self._patience.start(PATIENCE_MS)

    @Slot(object)
    def _read(self, work: Work) -> None:
        assert self.dialog is not None
        self._reader.start(work)
        self.dialog.other.setText("Another folder…" if self._path.is_dir() else "Another file…")
        self.dialog.show_reading(self._path.name, str(self._path.parent), self._reader.reading)

    @Slot()
    def _show_dialog(self) -> None:
        if self.dialog is not None and not self.dialog.isVisible():
            self.dialog.open()

    @Slot()
    def _on_answered(self) -> None:
        if self.dialog is None:
            return
        self._patience.stop()
        if self._reader.refusal and self.dialog.page is not None:
            self.dialog.show_refusal(self._reader.refusal)
            return
        if self._reader.refusal:
            self._close_dialog()
            self.told.emit(self._reader.refusal, "error")
            return
        self._show_found(self._reader.answer)
        self._show_dialog()

    def _show_found(self, found: Any) -> None:
        assert self.dialog is not None
        page, wanted = self.dialog.page, PAGES[type(found)]
        if not isinstance(page, wanted):
            page = wanted()
            page.again.connect(self._read)
        page.show_found(found, self._earlier())
        self.dialog.show_page(page)

    def _earlier(self) -> Dataset | None:
        """The block that asks, with the choices it made before."""
        if not self._node or not self._document.graph.has(self._node):
            return None
        try:
            block = block_of(self._document.graph.node(self._node))
        except (KeyError, ValueError):
            return None
        return block if isinstance(block, Dataset) else None

    @Slot()
    def _on_other_wanted(self) -> None:
        self._ask_another(self._node)

    def _close_dialog(self) -> None:
        self._patience.stop()
        self._reader.stop()
        if self.dialog is not None:
            dialog, self.dialog = self.dialog, None
            dialog.finished.disconnect(self._on_finished)
            dialog.close()
            dialog.deleteLater()

    # Doing what was chosen ------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        wish, page = dialog.wish, dialog.page
        self._close_dialog()
        if result != QDialog.DialogCode.Accepted or page is None:
            return
        try:
            dataset = page.dataset()
        except FileRefused as refused:
            self.told.emit(str(refused), "error")
            return
        if wish == "project":
            self.project_made.emit(starting_project(dataset, self._path.stem))
        elif wish == "node" and self._document.graph.has(self._node):
            self._give(self._node, dataset)
        else:
            self._put(dataset)

    def _give(self, node: str, dataset: Dataset) -> None:
        """Give data to a node that is there; its wires stay."""
        parameters = dataset.model_dump(mode="json", exclude_defaults=True)
        graph = fixes.replace_block(self._document.graph, node, dataset.id, parameters)
        self._document.edit_graph(f"Read {self._path.name}", graph)
        self.placed.emit(node)

    def _put(self, dataset: Dataset) -> None:
        """Put a new data block on the canvas: where the file was dropped, else left of everything."""
        graph = self._document.graph
        cards = [Rect(node.position.x, node.position.y, CARD_WIDTH, CARD_HEIGHT) for node in graph.nodes]
        wanted = Rect(min((card.x for card in cards), default=0.0), 0.0, CARD_WIDTH, CARD_HEIGHT)
        if self._spot is not None:
            wanted = Rect(self._spot.x() - CARD_WIDTH / 2, self._spot.y() - CARD_HEIGHT / 2, CARD_WIDTH, CARD_HEIGHT)
        node = Node(
            id=edits.free_id(graph, dataset.id),
            block=dataset.id,
            parameters=dataset.model_dump(mode="json", exclude_defaults=True),
            position=edits.bounded(wanted.x, wanted.y),
        )
        grown = with_room(graph, edits.add_node(graph, node), drawn(self._document))
        self._document.edit_graph(f"Add {self._path.name}", grown)
        self.placed.emit(node.id)

    def shut_down(self) -> None:
        """Stop all readings: those of the dialog, and those of the data blocks in other threads."""
        self._close_dialog()
        self._reader.shut_down()
        stop_all_readings()
