"""Does what the companion offers: edit blocks, look at a moment, find a way back to it, or open a view."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from playground.analysis.run.advice import Offer
from playground.document import edits
from playground.ui.open_document import OpenDocument
from playground.ui.shell.view_docks import ViewDocks
from playground.ui.threads.trainer import Trainer
from playground.ui.time.machine import TimeMachine


class Offers(QObject):
    """Carries out an Offer; edits are undo commands, and a way back is told as the remedies of a failure are."""

    def __init__(
        self, document: OpenDocument, views: ViewDocks, time: TimeMachine, trainer: Trainer, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._views, self._time, self._trainer = document, views, time, trainer

    @Slot(object)
    def take(self, offer: Offer) -> None:
        """Do it."""
        if offer.edits:
            graph = self._document.graph
            for node, parameters in offer.edits:
                graph = edits.set_parameters(graph, node, dict(parameters))
            self._document.edit_graph(offer.words, graph)
        if offer.step is not None and offer.way_back:
            self._time.now()
            self._trainer.find_way_back(offer.step)
        elif offer.step is not None:
            self._time.go_to(offer.step)
        if offer.view:
            self._views.open(offer.view)
