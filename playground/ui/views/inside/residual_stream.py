"""One token's vector behind every Add of the network, written out with bars."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.residual_stream import ResidualStream, ResidualStreamAnalysis
from playground.ui.views.base import View
from playground.ui.views.shared.number_sheet import NumberSheet, Row, Section, number_cell
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import in_scroll_area


class ResidualStreamView(View):
    """Length and drift of one vector, layer by layer."""

    analysis: ClassVar[type[Analysis]] = ResidualStreamAnalysis
    title: ClassVar[str] = "A vector through the layers"
    empty: ClassVar[str] = "Press play to follow the vector of a token."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ResidualStream | None = None
        self.sheet = NumberSheet()
        self.sheet.setAccessibleName("Vector of a token, layer by layer")
        self.legend = Legend()
        self.add_more([
            ("Token", self.parameters.control("token")), ("Compared with", self.parameters.control("other")),
        ])  # fmt: skip
        self.body_layout.addWidget(in_scroll_area(self.sheet), 1)
        self.body_layout.addWidget(self.legend)
        self.sheet.pointed.connect(self.legend.show_readout)

    def picture_widget(self) -> QWidget:
        return self.sheet if self.sheet.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        longest = max(max(one.norm, one.added) for one in result.stations)
        rows = [
            Row(one.title, [
                number_cell(one.norm, longest), number_cell(one.added, longest), number_cell(one.turned, 1.0),
                number_cell(one.likeness, 1.0),
            ])
            for one in result.stations
        ]  # fmt: skip
        columns = ["length", "added", "cosine with the start", f"cosine with {result.label(result.other)}"]
        self.sheet.show_sections([
            Section(f"The vector of {result.label(result.token)} behind each block", columns, rows, label="behind")
        ])  # fmt: skip
        words = result.words
        alike = bool(words) and words[result.token] == words[result.other] and result.token != result.other
        said = "the same token at two places" if alike else "choose a place with the same token to see context at work"
        self.legend.show_entries([Entry("cosine 1: it points the same way"), Entry(said)])
