"""Does what the companion offers: edit blocks, look at a moment, branch off there, or open a view."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from playground.analysis.advice import Offer
from playground.document import edits
from playground.ui.open_document import OpenDocument
from playground.ui.shell.view_docks import ViewDocks
from playground.ui.time.branching import CHOICES, Branching
from playground.ui.time.machine import TimeMachine


class Offers(QObject):
    """Carries out an Offer; edits are undo commands, and a branch leaves the run before it as it was."""

    def __init__(
        self, document: OpenDocument, views: ViewDocks, time: TimeMachine, branching: Branching, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._views, self._time, self._branching = document, views, time, branching

    @Slot(object)
    def take(self, offer: Offer) -> None:
        """Do it."""
        if offer.edits:
            graph = self._document.graph
            for node, parameters in offer.edits:
                graph = edits.set_parameters(graph, node, dict(parameters))
            self._document.edit_graph(offer.words, graph)
        if offer.step is not None:
            self._time.go_to(offer.step)
            choice = next((one for one in CHOICES if one.factor == offer.rate_factor), CHOICES[0])
            if choice.factor != 1.0:
                self._branching.branch(choice)
        if offer.view:
            self._views.open(offer.view)
