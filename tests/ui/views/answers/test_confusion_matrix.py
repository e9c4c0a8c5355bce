"""The confusion matrix: counts, shares and labels."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF

from playground.analysis.answers.confusion_matrix import ConfusionMatrixAnalysis
from playground.ui.views.answers.confusion_matrix import ConfusionMatrixView
from playground.ui.widgets.painted import metrics
from tests.ui.views import results
from tests.ui.views.showing import shown


def test_the_matrix_says_counts_and_shares_and_asks_for_another_part(qtbot: Any) -> None:
    view = shown(qtbot, ConfusionMatrixView(), results.matrix())
    canvas = view.canvas
    words = canvas.words_at(canvas.cell(1, 2).center())
    assert words == "4 of 15 that are versicolor were predicted as virginica (27%)"
    assert canvas.words_at(QPointF(1, 1)) == ""
    assert view.legend.entries[0].text == "test: 33 of 37 right (89.2%)"
    assert view.wanted() == ConfusionMatrixAnalysis(part="test")
    with qtbot.waitSignal(view.wanted_changed):
        view.part_box.setCurrentIndex(0)
    assert view.wanted() == ConfusionMatrixAnalysis(part="train")


def test_long_and_many_labels_are_never_cut(qtbot: Any) -> None:
    names = tuple(f"a rather long class name {number}" for number in range(12))
    view = shown(qtbot, ConfusionMatrixView(), results.matrix(names), 300, 220)
    canvas = view.canvas
    widest = max(metrics().horizontalAdvance(name) for name in names)
    assert canvas.upright()
    assert canvas.grid().left() >= widest and canvas.grid().top() >= widest
    assert canvas.width() > 300
    digits = metrics().horizontalAdvance("21")
    assert canvas.cell(0, 0).width() >= digits and canvas.cell(0, 0).height() >= metrics().height()
