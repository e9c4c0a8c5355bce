"""Whose weights a block uses, with the menu of those that it could use."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from playground.network.naming import titles
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.labels import on_button, plain_tip
from playground.ui.widgets.rows import Row
from playground.ui.widgets.weights_menu import weights_menu


class SameWeightsRow(QWidget):
    """Hidden for a block without weights."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__()
        self._document = document
        self._node = ""
        self.button = QToolButton()
        self.button.setProperty("role", "button")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setAccessibleName("Whose weights the block uses")
        self.button.setToolTip(plain_tip("Use the same weights as another block: counted once, learned by both."))
        self.menu = QMenu(self.button)
        self.menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self.menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Row("Weights", self.button, "Whose weights the block uses"))

    def show_node(self, node: str) -> None:
        """Show whose weights a block uses."""
        self._node = node
        graph, report = self._document.graph, self._document.report
        owner = graph.node(node).weights_of if graph.has(node) else None
        self.setVisible(owner is not None or report.parameters.get(node, 0) > 0)
        words = "its own" if owner is None else f"those of {titles(graph).get(owner, owner)}"
        self.button.setText(on_button(words))

    @Slot()
    def _fill(self) -> None:
        self.menu.clear()
        weights_menu(self._document, self._node, self.menu)
        if self.menu.isEmpty():
            action = self.menu.addAction("No other block has weights")
            action.setEnabled(False)
