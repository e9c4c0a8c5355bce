"""What goes to other programs and comes from them: files are read and written beside the window, which says so."""

from __future__ import annotations

import functools
import queue
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from playground.data.base import Dataset
from playground.data.own.files import FileRefused, Reading
from playground.data.preparation import prepare
from playground.document.project import Project
from playground.exchange.into.files import SOURCES, read_network
from playground.exchange.links import link_to, project_from_link
from playground.exchange.out.exported import exported
from playground.exchange.out.formats import FORMATS, Format, described, write_content
from playground.exchange.refusals import ExchangeRefused
from playground.network.check import Report
from playground.training.snapshot import Snapshot
from playground.ui.open_document import OpenDocument
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.reader import Reader
from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.question import ask

YES, NO, CANCEL = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No, QMessageBox.StandardButton.Cancel
FILTER = f"Networks of other programs ({' '.join(f'*{one.ending}' for one in SOURCES)})"


class Transfers(QObject):
    """Opens and writes what other programs know. Whatever goes wrong, the open project stays as it was."""

    told = Signal(str, str)
    """(sentence, tone) for the message bar."""
    made = Signal(object, object)
    """A Project to open, and the path of its weights, or None."""

    def __init__(self, window: QWidget, document: OpenDocument, feed: LiveFeed) -> None:
        super().__init__(window)
        self._window, self._document, self._feed = window, document, feed
        self._reader, self._writer = Reader(self), Reader(self)
        self._reader.answered.connect(self._on_read)
        self._writer.answered.connect(self._on_written)
        self._folder = tempfile.TemporaryDirectory(prefix="playground-", ignore_cleanup_errors=True)
        """Where weights of opened networks lie until the project is saved."""
        self._opened = 0
        self._chosen: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        """Where the export under way is to be written; None where a person wants none after all."""

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the File menu."""
        exports = (
            MenuAction(f"export-{one.id}", f"{one.title}…", functools.partial(self.export, one),
                       tip=f"The trained network as a file that ends in {one.ending}")
            for one in FORMATS
        )  # fmt: skip
        return (
            MenuAction("open-network", "Open a &network of another program…", self.ask_and_open, tip=FILTER),
            MenuAction("open-link", "Open a TensorFlow Playground &link…", self.ask_link),
            *exports,
            MenuAction("copy-link", "Copy as TensorFlow Playground link", self.copy_link),
        )

    # Opening --------------------------------------------------------------------------------------------------------

    @Slot()
    def ask_and_open(self) -> None:
        """Choose a file and open it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a network", _last_folder(), FILTER)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open the network of a file."""
        QSettings().setValue("exchange/folder", str(path.absolute().parent))
        self._opened += 1
        weights = Path(self._folder.name) / f"{self._opened}.safetensors"
        self.told.emit(f"Opening “{path.name}” …", "good")
        self._reader.start(functools.partial(_read, path.absolute(), weights))

    @Slot()
    def _on_read(self) -> None:
        if self._reader.refusal:
            self.told.emit(self._reader.refusal, "error")
            return
        project, weights, sentences = self._reader.answer
        self.made.emit(project, weights)
        if self._document.project is project:
            self.told.emit(" ".join(sentences), "good")

    @Slot()
    def ask_link(self) -> None:
        """Ask for a link, the one in the clipboard if there is one, and open it."""
        copied = QGuiApplication.clipboard().text().strip()
        text, good = QInputDialog.getText(
            self._window, "Open a link", "A link to TensorFlow Playground", text=copied if len(copied) < 2_000 else ""
        )
        if good and text.strip():
            self.open_link(text)

    @Slot(str)
    def open_link(self, text: str) -> None:
        """Open a link to TensorFlow Playground."""
        try:
            found = project_from_link(text)
        except ExchangeRefused as refused:
            self.told.emit(str(refused), "error")
            return
        self.made.emit(found.project, None)
        if self._document.project is found.project:
            self.told.emit(found.difference, "good")

    # Writing --------------------------------------------------------------------------------------------------------

    @Slot()
    def copy_link(self) -> None:
        """Put the link that opens this project into the clipboard, or say why there is none."""
        try:
            link = link_to(self._document.project)
        except (ExchangeRefused, KeyError, ValueError) as refused:
            reason = str(refused) if isinstance(refused, ExchangeRefused) else "This project has errors."
            self.told.emit(reason, "warning")
            return
        QGuiApplication.clipboard().setText(link)
        self.told.emit("The link is copied.", "good")

    def export(self, format_: Format) -> None:
        """Choose a file, and write the network with the weights of the moment.

        Its content is made meanwhile: the first time in a run of the program that takes seconds.
        """
        frame, report = self._feed.live, self._document.report
        if frame is None or not report.ok:
            self.told.emit("A network can be exported as soon as it is complete.", "warning")
            return
        scaled = self._asked_scaling(report)
        if scaled is None:
            return
        self._chosen.put(None)  # an older export that nobody waits for any more
        self._chosen = queue.SimpleQueue()
        self._writer.start(functools.partial(
            _write, self._document.project, report, frame.snapshot, format_, self._chosen, scaled
        ))  # fmt: skip
        path = self._asked_path(format_)
        self._chosen.put(path)
        if path is not None and self.writing:
            self.told.emit(f"Writing “{path.name}” …", "good")

    def _asked_path(self, format_: Format) -> Path | None:
        """Where to write; None for nowhere."""
        stem = "".join(c if c.isalnum() else "-" for c in self._document.project.title.lower()).strip("-") or "network"
        suggestion = str(Path(_last_folder()) / f"{stem}{format_.ending}")
        name, _ = QFileDialog.getSaveFileName(
            self._window, f"Export as {format_.title}", suggestion, f"{format_.title} (*{format_.ending})"
        )
        if not name:
            return None
        path = Path(name) if name.lower().endswith(format_.ending) else Path(name + format_.ending)
        QSettings().setValue("exchange/folder", str(path.absolute().parent))
        return path

    @property
    def writing(self) -> bool:
        """Whether an export goes on."""
        return self._writer.reading is not None

    def _asked_scaling(self, report: Report) -> bool | None:
        """Whether the scaling of the data is to go along; None to write nothing. Asked only where data are scaled."""
        datasets = (report.blocks[name].model_dump() for name in report.data_nodes())
        if not any(one.get("scaling", "none") != "none" for one in datasets):
            return False
        answer = ask(
            self._window, "Export the network", "The data of this project are scaled before the network reads them.",
            {YES: "Put the scaling into the file", NO: "Leave it out", CANCEL: ""}, YES,
            more="With it, the file takes and gives numbers in the units of the data.",
        )  # fmt: skip
        return None if answer == CANCEL else answer == YES

    @Slot()
    def _on_written(self) -> None:
        self.told.emit(self._writer.refusal or self._writer.answer, "error" if self._writer.refusal else "good")

    def shut_down(self) -> None:
        """Wait for what goes on, and remove the weights that nobody saved."""
        self._chosen.put(None)
        self._reader.shut_down()
        self._writer.shut_down()
        self._folder.cleanup()


def _last_folder() -> str:
    return str(QSettings().value("exchange/folder", str(Path.home())))


def _refused_as_file(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ExchangeRefused as refused:
        raise FileRefused(str(refused)) from refused


def _read(path: Path, weights: Path, reading: Reading) -> tuple[Project, Path | None, tuple[str, ...]]:
    """Read a network, and leave its weights where a run can take them; in a thread of its own."""
    found = _refused_as_file(lambda: read_network(path))
    if found.checkpoint is not None:
        weights.write_bytes(found.checkpoint.to_bytes())
    return found.project, weights if found.checkpoint is not None else None, found.sentences


def _write(
    project: Project,
    report: Report,
    snapshot: Snapshot,
    format_: Format,
    chosen: queue.SimpleQueue[Path | None],
    scaled: bool,
    reading: Reading,
) -> str | None:
    """Make the content of a file, write it as soon as a place is chosen, and say what is in it; in a thread of its own.

    None where no place was chosen.
    """

    def made() -> tuple[bytes, tuple[str, ...]]:
        blocks = ((name, report.blocks[name]) for name in report.data_nodes())
        prepared = {name: prepare(block) for name, block in blocks if scaled and isinstance(block, Dataset)}
        network = exported(project.graph, report, snapshot, prepared)
        return format_.make(network, project.title), described(network, prepared)

    try:
        content, sentences = made()
    except ExchangeRefused as refused:
        if chosen.get() is None:
            return None
        raise FileRefused(str(refused)) from refused
    path = chosen.get()
    if path is None:
        return None
    _refused_as_file(lambda: write_content(content, path))
    return " ".join((f"“{path.name}” is written.", *sentences))
