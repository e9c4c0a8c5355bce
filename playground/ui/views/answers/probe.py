"""The probe point in a view of its own: the boundary view with the point always there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.probe import ProbeAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.answers.decision_boundary import DecisionBoundaryView
from playground.ui.views.parameters import Option


class ProbeView(DecisionBoundaryView):
    """A point on its way through the network."""

    analysis: ClassVar[type[Analysis]] = ProbeAnalysis
    title: ClassVar[str] = "Probe point"
    empty: ClassVar[str] = "Press play to send a point through the network."
    by_gesture: ClassVar[frozenset[str]] = frozenset({"placed", "x", "y"})
    rank: ClassVar[int] = 0
    can_put_away: ClassVar[bool] = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.probe_button.setChecked(True)
        self.probe_button.hide()
        self.marker.toggle_wanted.disconnect(self.probe_button.toggle)

    def wanted(self) -> Analysis:
        return self.parameters.analysis()

    def take_options(self, options: Mapping[str, Option]) -> None:
        super().take_options(options)
        self._placed = self.parameters.value("placed")

    @Slot()
    def _on_moved(self) -> None:
        super()._on_moved()
        for name, value in zip(("x", "y"), self.marker.place, strict=True):
            self.parameters.choose(name, float(value))
        self.parameters.choose("placed", True)

    @Slot()
    def _return(self) -> None:
        super()._return()
        for name in ("placed", "x", "y"):
            self.parameters.choose(name, None)
