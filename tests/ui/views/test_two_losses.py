"""Several losses in one network: their curves side by side, and whose answers a view shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from playground.ui.views.answers.confusion_matrix import ConfusionMatrixView
from playground.ui.views.answers.prediction_wall import PredictionWallView
from playground.ui.views.run.curves import MARKED_POINTS, CurvesView
from playground.ui.views.shared import curve_lines
from tests.ui.views import results
from tests.ui.views.results_autoencoder import curves_of_two_losses


def opened(qtbot: Any) -> CurvesView:
    view = CurvesView()
    view.smoothing.setValue(0)
    qtbot.addWidget(view)
    view.resize(500, 320)
    view.show()
    view.show_result(curves_of_two_losses())
    view.settle()
    return view


def test_both_losses_are_shown_at_first_and_told_apart_by_dots(qtbot: Any) -> None:
    view = opened(qtbot)
    assert (view.quantity, view.heading) == ("loss.*", "Loss of each")
    assert list(view.lines) == ["train_loss.digit", "test_loss.digit", "train_loss.odd", "test_loss.odd"]
    assert [(entry.text, entry.sample, entry.symbol) for entry in view.legend.entries] == [
        ("train", "line", ""), ("test", "dot", ""), ("digit", "line", ""), ("odd", "line", "o"),
    ]  # fmt: skip
    marked = view.lines["train_loss.odd"]
    x, y = marked.points.getData()
    assert len(x) == MARKED_POINTS and np.isin(x, marked.x).all() and np.isin(y, marked.y).all()
    assert not len(view.lines["train_loss.digit"].points.getData()[0])


def test_each_quantity_can_be_chosen_for_all_or_for_one(qtbot: Any) -> None:
    view = opened(qtbot)
    box = view.quantity_box
    offered = {box.itemData(row): box.itemText(row) for row in range(box.count())}
    assert list(offered)[:4] == ["loss", "loss.*", "loss.digit", "loss.odd"]
    assert offered["accuracy.*"] == "Accuracy of each"
    view.quantity_box.setCurrentIndex(view.quantity_box.findData("accuracy.*"))
    assert list(view.lines) == [
        "train_accuracy.digit", "test_accuracy.digit", "train_accuracy.odd", "test_accuracy.odd",
    ]  # fmt: skip
    view.quantity_box.setCurrentIndex(view.quantity_box.findData("accuracy.odd"))
    assert [entry.text for entry in view.legend.entries] == ["train", "validation", "test"]
    assert not len(view.lines["train_accuracy.odd"].points.getData()[0])
    view.show_result(curves_of_two_losses(80))
    assert view.quantity == "accuracy.odd"


def test_a_chosen_quantity_stays_although_there_are_several_losses(qtbot: Any) -> None:
    view = opened(qtbot)
    view.quantity_box.setCurrentIndex(view.quantity_box.findData("loss"))
    view.show_result(results.curves())
    view.show_result(curves_of_two_losses())
    assert view.quantity == "loss"


def test_the_readout_names_the_loss(qtbot: Any) -> None:
    view = opened(qtbot)
    view.plot.hovered.emit(QPointF(2.0, 0.5))
    assert "train digit 0.0952, test digit 0.115, train odd 0.0238" in view.legend.readout


def test_one_loss_is_shown_as_ever(qtbot: Any) -> None:
    view = opened(qtbot)
    view.show_result(results.curves())
    assert (view.quantity, [entry.text for entry in view.legend.entries]) == ("loss", ["train", "validation", "test"])


def test_many_nodes_are_compared_on_one_part() -> None:
    names = [f"{part}_loss.{node}" for part in ("train", "validation", "test") for node in "abc"]
    assert curve_lines.of_quantity(names, "loss.*") == ["test_loss.a", "test_loss.b", "test_loss.c"]
    assert curve_lines.of_quantity(names[:3], "loss.*") == ["train_loss.a", "train_loss.b", "train_loss.c"]


def test_dots_are_spread_along_the_axis_not_along_the_points() -> None:
    x = np.concatenate([np.linspace(0, 1, 90), np.linspace(2, 10, 9)])
    chosen = x[curve_lines.spread(x, 6)]
    np.testing.assert_allclose(chosen, [0, 2, 4, 6, 8, 10])
    assert not len(curve_lines.spread(np.zeros(0), 6))


@pytest.mark.parametrize(("view_class", "make", "heading"), [
    (ConfusionMatrixView, results.matrix, "Confusion matrix: Digit"),
    (PredictionWallView, results.wall, "Predictions: Digit"),
])  # fmt: skip
def test_the_heading_and_the_line_below_say_whose_answers_are_shown(
    qtbot: Any, view_class: type, make: Any, heading: str
) -> None:
    view = view_class()
    qtbot.addWidget(view)
    view.show_result(make())
    assert view.heading == view.title and not view.legend.entries[0].text.startswith("Digit")
    with qtbot.waitSignal(view.heading_changed) as changed:
        view.show_result(replace(make(), title="Digit"))
    assert changed.args == [heading] == [view.heading]
    assert view.legend.entries[0].text.startswith("Digit · test: ")
