"""Cross-validation: which rows are in which fold, what each fold reaches, and how far to trust the mean."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.cross_validation import CrossValidationAnalysis, FoldScores
from playground.data.base import PARTS
from playground.ui.views.run.contest import StartedView, as_title
from playground.ui.views.run.fold_charts import FoldRows, FoldScoresPlot, room_below
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.theme import THEME

ADVICE = "Press Start."
TIP = "Click on a fold to make the project that fold: train, validation and test are then as in its run"


class CrossValidationView(StartedView):
    """One run for each fold."""

    analysis: ClassVar[type[Analysis]] = CrossValidationAnalysis
    title: ClassVar[str] = "Cross-validation"
    empty: ClassVar[str] = "The folds of the data appear here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: FoldScores | None = None
        self.words = Label()
        self.words.setWordWrap(True)
        self.rows, self.scores = FoldRows(), FoldScoresPlot()
        self.charts = QWidget()
        row = QHBoxLayout(self.charts)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.px(6))
        for chart in (self.rows, self.scores):
            chart.setToolTip(plain_tip(TIP))
            chart.fold_chosen.connect(self.take_fold)
            row.addWidget(chart, 1)
            chart.hovered.connect(self._say_fold)
            chart.left.connect(self._say_nothing)
        self.legend = Legend()
        self.body_layout.addWidget(self.words)
        self.body_layout.addWidget(self.charts, 1)
        self.body_layout.addWidget(self.legend)
        self.folds_box = self.parameters.integer("folds")
        self.folds_box.setSpecialValueText("leave one out")
        self.repeats_box = self.parameters.integer("repeats")
        self.epochs_box = self.parameters.integer("epochs")
        self.epochs_box.setSpecialValueText("as the goals")
        self.options_layout.addWidget(self.start_button)
        self.add_more([("Folds", self.folds_box), ("Repeats", self.repeats_box), ("Epochs", self.epochs_box)])
        self.restyle()

    def restyle(self) -> None:
        self.rows.restyle()
        self.scores.restyle()
        self.words.setFont(THEME.font(13))

    def settle(self) -> None:
        super().settle()
        self.rows.fit()
        self.scores.fit()

    @Slot(int)
    def take_fold(self, fold: int) -> None:
        """Make the project the one that learned in this fold, as one step that can be undone."""
        if self.result is not None:
            parameters = {"folds": self.result.folds, "fold": fold}
            wanted = {node: dict(parameters) for node in self.result.nodes}
            self.edit_wanted.emit(f"Take fold {fold} of {self.result.folds}", "", wanted)

    @Slot(QPointF)
    def _say_fold(self, place: QPointF) -> None:
        result, fold = self.result, round(-place.y())
        if result is None or not 0 <= fold < result.folds:
            self._say_nothing()
            return
        counts = [int((result.division[fold] == number).sum()) for number in range(len(PARTS))]
        words = ", ".join(f"{count:,} {part}" for count, part in zip(counts, PARTS, strict=True) if count)
        known = [f"{value:.3g}" for value in result.scores[:, fold] if np.isfinite(value)]
        score = f"; {result.measure} {', '.join(known)}" if known else ""
        self.legend.show_readout(f"fold {fold + 1}: {words}{score}")

    @Slot()
    def _say_nothing(self) -> None:
        self.legend.show_readout("")

    def ask_anew(self, name: str = "") -> None:
        """Other folds are shown at once, and scored from the next start on."""
        if name in ("folds", "repeats") and not self.running:
            self._idle = self.parameters.analysis(start=0)
            self.result = None
            self.wanted_changed.emit()

    def show_result(self, result: Any) -> None:
        if not result.begun and self.result is not None and self.result.begun and not self.running:
            return  # what was measured stays in sight until it is measured anew
        if result is not self.result:  # it comes again while nothing is new
            super().show_result(result)

    def draw(self) -> None:
        result = self.result
        assert result is not None
        below = room_below(result.folds) if result.classes is not None else 0.0
        self.words.setText(result.sentence if result.begun or self.running else f"{result.sentence} {ADVICE}")
        self.rows.draw(result.division, result.classes, in_time=result.in_time)
        self.scores.name_axes(as_title(result.measure), "")
        self.scores.draw(result.scores, result.train_scores, result.mean, result.spread, below)
        self.scores.setVisible(result.begun or self.running)
        entries = [Entry(part, "square", THEME.tokens.part_color(part)) for part in PARTS]
        if result.classes is not None:
            entries.append(Entry("last row: classes"))
        if result.begun:
            entries.append(Entry("line: mean; band: standard deviation"))
        self.legend.show_entries(entries)
