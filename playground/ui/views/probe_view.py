"""The probe point in a view of its own: the boundary view with the point always there."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.probe import ProbeAnalysis
from playground.ui.views.boundary_view import BoundaryView


class ProbeView(BoundaryView):
    """A point on its way through the network."""

    analysis: ClassVar[type[Analysis]] = ProbeAnalysis
    title: ClassVar[str] = "Probe point"
    empty: ClassVar[str] = "Press play to send a point through the network."
    rank: ClassVar[int] = 0
    can_put_away: ClassVar[bool] = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.probe_button.setChecked(True)
        self.probe_button.hide()
        self.marker.toggle_wanted.disconnect(self.probe_button.toggle)
