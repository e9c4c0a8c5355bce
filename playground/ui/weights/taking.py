"""Take weights from elsewhere: ask where from, show what fits, and give it to the run as one step of undo."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from playground.data.own.files import Reading
from playground.document.project import Project
from playground.training.weights.adapting import adaption
from playground.training.weights.reading import ENDINGS
from playground.training.weights.source import Values
from playground.training.weights.wanted import wanted_of
from playground.ui.open_document import OpenDocument
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.reader import Reader
from playground.ui.threads.run_control import RunControl
from playground.ui.weights.dialog import Chosen, TakeWeightsDialog
from playground.ui.weights.offers import Offer, of_file, offers_of
from playground.ui.widgets.menu_action import MenuAction

FILTER = f"Weights and projects ({' '.join(f'*{ending}' for ending in ENDINGS)} *.json);;All files (*)"


def is_weights(path: Path) -> bool:
    """Whether a file that is dropped holds weights by its name; archives of numpy may hold data too."""
    return path.suffix.lower() in ENDINGS and path.suffix.lower() != ".npz" and not path.is_dir()


class TakeWeights(QObject):
    """Asks for weights and gives them to the run. Whatever goes wrong, the run stays as it was."""

    told = Signal(str, str)
    """(sentence, tone) for the message bar."""

    def __init__(self, window: QWidget, document: OpenDocument, feed: LiveFeed, run: RunControl) -> None:
        super().__init__(window)
        self._window, self._document, self._feed, self._run = window, document, feed, run
        self._reader = Reader(self)
        self._reader.answered.connect(self._on_answered)
        self._files: list[Offer] = []
        self.dialog: TakeWeightsDialog | None = None

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the Train menu."""
        tip = "Begin with what another run, project or file has learned, as far as it fits"
        return (MenuAction("take-weights", "Take &weights from…", self.ask, "Ctrl+Shift+W", tip=tip),)

    @Slot()
    def ask(self) -> None:
        """Ask where weights come from."""
        self._show(None)

    def open(self, path: Path) -> None:
        """Ask what to take of a file."""
        offer = of_file(path.absolute())
        self._files = [offer]
        self._show(offer)

    def _show(self, chosen: Offer | None) -> None:
        why_not, frame = self._run.why_not_play(), self._feed.live
        if why_not or frame is None:
            words = why_not or "There is no network yet."
            self.told.emit(f"Weights can be taken as soon as the network is complete. {words}", "warning")
            return
        self._close()
        wanted = wanted_of(self._document.graph, self._document.report.order, frame.snapshot)
        if not wanted:
            self.told.emit("This network has no weights that could be taken from elsewhere.", "warning")
            return
        dialog = TakeWeightsDialog(self._window, wanted)
        dialog.offer_chosen.connect(self._read)
        dialog.file_wanted.connect(self._ask_file)
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        self._list(chosen)
        dialog.open()

    def _list(self, chosen: Offer | None) -> None:
        assert self.dialog is not None
        offers = [*self._files, *offers_of(self._feed.runs.runs[:-1])]
        self.dialog.show_offers(offers, chosen or next(iter(offers), None))

    @Slot()
    def _ask_file(self) -> None:
        folder = str(QSettings().value("weights/folder", str(Path.home())))
        name, _ = QFileDialog.getOpenFileName(self.dialog or self._window, "Take weights from a file", folder, FILTER)
        if name and self.dialog is not None:
            path = Path(name)
            QSettings().setValue("weights/folder", str(path.parent))
            offer = of_file(path)
            self._files = [offer, *(one for one in self._files if (one.title, one.words) != (offer.title, offer.words))]
            self._list(offer)

    @Slot(object)
    def _read(self, offer: Offer) -> None:
        self._reader.start(functools.partial(_read, offer, self._document.project))

    @Slot()
    def _on_answered(self) -> None:
        if self.dialog is None:
            return
        if self._reader.refusal:
            self.dialog.show_refusal(self._reader.refusal)
        else:
            self.dialog.show_found(self._reader.answer)

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        found, adapted = dialog.match, dialog.adapted
        self._close()
        if result != QDialog.DialogCode.Accepted or found is None or not found.fitting:
            return
        project = adapted.applied(self._document.project)
        self._run.take(f"Take weights from {found.source.title}", Values(found.values(), found.mark()), project)
        self.told.emit(f"{found.words()} Undo brings back what was there before.", "good")

    def _close(self) -> None:
        self._reader.stop()
        if self.dialog is not None:
            dialog, self.dialog = self.dialog, None
            dialog.finished.disconnect(self._on_finished)
            dialog.close()
            dialog.deleteLater()

    def shut_down(self) -> None:
        """Stop the reading."""
        self._close()
        self._reader.shut_down()


def _read(offer: Offer, project: Project, reading: Reading) -> Chosen:
    """Read an offer and find out what it asks of the data; in a thread of its own."""
    source = offer.read()
    return Chosen(source, adaption(source.project, project))
