"""The window: it opens at once with the gallery, and furnishes itself while the person is still looking.

Nothing here imports torch, so that the first picture is there in a second; the workplace with canvas, views and
training follows as soon as a thread has loaded the libraries.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QCoreApplication, QEventLoop, QSettings, Qt, QThread, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent

from playground.document.kept_work import KeptWork
from playground.ui.shell.fitting import fit_to_screen
from playground.ui.shell.frame import Frame

if TYPE_CHECKING:
    from playground.ui.shell.workplace import Workplace


USUAL_SIZE = (1440, 900)
"""Width and height of the first window, where the screen has room for it."""


class MainWindow(Frame):
    """Gallery first, workplace soon after. `workplace` is None until then."""

    furnished = Signal()
    """The workplace is there."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.resize(*USUAL_SIZE)
        self.workplace: Workplace | None = None
        self._pending: Callable[[Workplace], None] | None = None
        """What the person asked for before the workplace was there."""
        self.gallery.preset_chosen.connect(self.open_path)
        self.gallery.file_chosen.connect(self.open_path)
        self.gallery.link_pasted.connect(self.open_link)
        self.gallery.experiment_chosen.connect(self.open_experiment)
        self.gallery.work_chosen.connect(self.continue_work)
        self.gallery.new_chosen.connect(self.open_new)
        self.gallery.open_chosen.connect(self.ask_and_open)
        self.gallery.data_chosen.connect(self.ask_and_open_data)
        self.gallery.pictures_chosen.connect(self.ask_and_open_pictures)
        self._loader = Loader()
        self._loader.finished.connect(self.furnish)
        geometry = QSettings().value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def show_first(self) -> None:
        """Show the window as it was left, or in its usual size; never beyond the screen."""
        self.text_size.apply()
        fit_to_screen(self, framed=False)
        self.show()
        # Only now is it known how thick the frame is.
        fit_to_screen(self, framed=True)

    def load(self) -> None:
        """Start loading the libraries; call once the window is painted."""
        self._loader.start()

    @Slot()
    def furnish(self) -> None:
        """Build the workplace; does nothing the second time."""
        if self.workplace is not None:
            return
        from playground.ui.shell.workplace import Workplace

        self.workplace = Workplace(self)
        self.workplace.show_gallery()
        if self._pending is not None:
            self._pending(self.workplace)
            self._pending = None
        self.workplace.offer_recovery()
        self.furnished.emit()

    @Slot(object)
    def open_path(self, path: Path) -> None:
        """Open a project file, a preset or data, now or as soon as that is possible."""
        self._do(lambda place: place.open(Path(path)))

    @Slot(str)
    def open_link(self, text: str) -> None:
        """Open a link to a network of another program, now or as soon as that is possible."""
        self._do(lambda place: place.transfers.open_link(text))

    @Slot(object)
    def open_experiment(self, path: Path) -> None:
        """Open an experiment with the preset that it varies, now or as soon as that is possible."""
        self._do(lambda place: place.experiments.begin(Path(path)))

    @Slot(object)
    def continue_work(self, work: KeptWork) -> None:
        """Go on with work that was left, now or as soon as that is possible."""
        self._do(lambda place: place.files.restore(work))

    @Slot()
    def open_new(self) -> None:
        """Start with an empty canvas, now or as soon as that is possible."""
        self._do(lambda place: place.files.new())

    @Slot()
    def ask_and_open(self) -> None:
        """Choose a file and open it, now or as soon as that is possible."""
        self._do(lambda place: place.files.ask_and_open())

    @Slot()
    def ask_and_open_pictures(self) -> None:
        """Choose a folder of pictures and open it, now or as soon as that is possible."""
        self._do(lambda place: place.own_files.ask_folder())

    @Slot()
    def ask_and_open_data(self) -> None:
        """Choose a table or a text and open it, now or as soon as that is possible."""
        self._do(lambda place: place.own_files.ask_file())

    def _do(self, wish: Callable[[Workplace], None]) -> None:
        if self.workplace is not None:
            wish(self.workplace)
            return
        self._pending = wish
        self.pages.setCurrentWidget(self.starting)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            spot = self.mapToGlobal(event.position())
            insert = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._do(lambda place: place.open_dropped(files, spot, insert=insert))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.workplace is None or not self.workplace.key_pressed(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.workplace is not None and not self.workplace.files.may_leave():
            event.ignore()
            return
        QSettings().setValue("window/geometry", self.saveGeometry())
        # A single step may be long: it is waited for out of sight.
        self.hide()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """Stop all threads and timers."""
        self._loader.wait(30_000)
        if self.workplace is not None:
            self.workplace.shut_down()


class Loader(QThread):
    """Imports the libraries that take a second, without holding up the window."""

    def run(self) -> None:
        import playground.analysis.registry
        import playground.network.opening
        import playground.training.session.session  # noqa: F401
