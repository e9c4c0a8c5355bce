"""The optimizer x-ray: a plot for every quantity, and the weight that is chosen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt

from playground.ui.views.panel import ViewPanel
from playground.ui.views.run.optimizer_xray import OptimizerXrayView
from tests.ui.views import results_xray


def shown(qtbot: Any, view: Any, result: Any, size: QSize) -> Any:
    panel = ViewPanel(view)
    qtbot.addWidget(panel)
    panel.resize(size)
    panel.show()
    view.show_result(result)
    view.settle()
    return panel


def test_every_quantity_has_its_plot_and_the_numbers_their_rule(qtbot: Any) -> None:
    panel = shown(qtbot, OptimizerXrayView(), results_xray.under_adam(), QSize(700, 600))
    view = panel.view
    assert [plot.quantity for plot in view.plots if plot.isVisibleTo(view)] == [
        "weight", "gradient", "exp_avg", "exp_avg_sq", "step", "rate",
    ]  # fmt: skip
    text = view.numbers.text()
    assert "0.0200 → 0.0210" in text and "0.9⁵⁷¹" in text and "Adam, η = 0.00500, step 570" in text
    assert [entry.text for entry in view.legend.entries] == [
        "Hidden 1, unit 1, input 2", "Hidden 1, unit 3, input 1", "Output, bias 1",
    ]  # fmt: skip
    view.plots[0].hovered.emit(QPointF(31.0, 0.0))
    assert view.legend.readout.startswith("step 30: weight 0.480, 0.495")
    view.show_result(results_xray.before_the_first_step())
    assert sum(plot.isVisibleTo(view) for plot in view.plots) == 4
    view.shown_box.setCurrentIndex(view.shown_box.findData("numbers"))
    assert not view.grid_widget.isVisible() and view.numbers.isVisible()


def test_a_weight_is_chosen_with_the_keyboard(qtbot: Any) -> None:
    panel = shown(qtbot, OptimizerXrayView(), results_xray.under_adam(), QSize(500, 500))
    view = panel.view
    view.parameter_box.setCurrentIndex(2)
    assert view.number_box.maximum() == 8
    view.number_box.setValue(5)
    assert view.place_label.text() == "dense-2.weight[0, 4]"
    assert view.look_button.text() == "Look at this weight"
    with qtbot.waitSignal(view.weight_pointed_at) as caught:
        qtbot.keyClick(view.look_button, Qt.Key.Key_Space)
    assert caught.args == [("dense-2.weight", (0, 4))]
    view.parameter_box.setCurrentIndex(0)
    view.number_box.setValue(2)
    assert view.look_button.text() == "Let this weight go"
