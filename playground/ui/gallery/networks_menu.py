"""The menu of the networks of the literature, which is filled when it is first opened."""

from __future__ import annotations

from PySide6.QtCore import SignalInstance, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from playground.document.known_networks import known_networks
from playground.ui.widgets.labels import plain_tip


class NetworksMenu(QMenu):
    """One line for each network, with how many numbers it learns; `chosen` is emitted with the path of its file."""

    def __init__(self, chosen: SignalInstance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        self.triggered.connect(self._open)

    @Slot()
    def fill(self) -> None:
        """List the networks, once."""
        if self.actions():
            return
        for network in known_networks():
            action = self.addAction(f"{network.title} · {network.parameters:,} parameters")
            action.setToolTip(plain_tip(network.summary))
            action.setData(network.path)

    @Slot(QAction)
    def _open(self, action: QAction) -> None:
        self._chosen.emit(action.data())
