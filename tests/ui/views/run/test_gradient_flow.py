"""The view of gradient flow: lines and bars of the layers, what was chosen, warnings with buttons, looking back."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QBoxLayout

from playground.ui.views.run.gradient_flow import GradientFlowView
from playground.ui.views.run.layer_bars import depth_color
from playground.ui.widgets.theme import THEME
from tests.ui.views import results_flow


def shown(qtbot: Any, result: Any, width: int = 700, height: int = 420) -> GradientFlowView:
    view = GradientFlowView()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.show_result(result)
    view.settle()
    return view


def test_lines_and_bars_have_the_numbers_of_the_size_that_was_chosen(qtbot: Any) -> None:
    result = results_flow.vanishing()
    view = shown(qtbot, result)
    for size in ("gradient", "weights", "update", "ratio"):
        view.size_box.setCurrentIndex(view.size_box.findData(size))
        for line, layer, bar in zip(view.lines, result.layers, view.bars.bars, strict=True):
            x, y = line.getData()
            np.testing.assert_allclose(10.0**y, layer.over_time(size))
            np.testing.assert_array_equal(x, layer.step)
            assert bar.value == layer.now[size] and bar.name == layer.title
        (left, right), (low, high) = view.plot.box.viewRange()
        every = np.log10(np.concatenate([layer.over_time(size) for layer in result.layers]))
        assert low < every.min() and high > every.max() and left <= 1 and right >= 40


def test_the_limit_is_drawn_where_there_is_one(qtbot: Any) -> None:
    view = shown(qtbot, results_flow.vanishing())
    assert view.limit.isVisible() and view.limit.value() == -6.0
    view.size_box.setCurrentIndex(view.size_box.findData("ratio"))
    assert view.limit.isVisible() and view.limit.value() == -3.0
    assert any("healthy" in entry.text for entry in view.legend.entries)
    view.size_box.setCurrentIndex(view.size_box.findData("weights"))
    assert not view.limit.isVisible()


def test_the_chosen_block_stands_out_and_faulty_ones_are_marked(qtbot: Any) -> None:
    view = shown(qtbot, results_flow.vanishing())
    assert [bar.chosen for bar in view.bars.bars] == [False, True, False, False, False, False]
    assert view.bars.bars[0].faulty and not view.bars.bars[5].faulty
    widths = [line.opts["pen"].widthF() for line in view.lines]
    assert widths[1] > widths[0] == widths[2]


def test_looking_back_moves_the_bars_and_the_line_of_now(qtbot: Any) -> None:
    view = shown(qtbot, results_flow.vanishing())
    before = [bar.words for bar in view.bars.bars]
    view.show_result(results_flow.vanishing(now=7))
    assert view.now.value() == 7 and len(view.lines[0].getData()[0]) == 40
    assert [bar.words for bar in view.bars.bars] != before
    assert "now, step 7" in [entry.text for entry in view.legend.entries]


def test_a_warning_says_what_to_try_and_its_button_asks_for_every_block(qtbot: Any) -> None:
    view = shown(qtbot, results_flow.vanishing())
    vanishing, saturated = view.warning_rows.rows
    assert "vanishes in Dense 1" in vanishing.words.text() and "Try ReLU" in vanishing.words.text()
    assert "90% of Dense 1" in saturated.words.text()
    asked: list[tuple[str, str, object]] = []
    view.edit_wanted.connect(lambda *edit: asked.append(edit))
    assert vanishing.button is not None
    qtbot.mouseClick(vanishing.button, Qt.MouseButton.LeftButton)
    ((words, node, changes),) = asked
    assert words.startswith("Use ReLU in Dense 1") and node == ""
    assert changes == {f"dense-{number}": {"activation": "relu"} for number in range(1, 6)}
    row = view.warning_rows.rows[0]
    view.show_result(results_flow.vanishing())
    assert view.warning_rows.rows[0] is row
    view.show_result(results_flow.before_the_first_step())
    assert not view.warning_rows.isVisible()


def test_before_the_first_step_there_are_bars_alone(qtbot: Any) -> None:
    view = shown(qtbot, results_flow.before_the_first_step())
    assert not view.plot.isVisible() and view.bars.bars[0].words == "0.2"
    view.size_box.setCurrentIndex(view.size_box.findData("update"))
    assert view.bars.bars[0].words == "—"


def test_narrow_views_put_the_bars_below(qtbot: Any) -> None:
    view = shown(qtbot, results_flow.vanishing(), 300, 500)
    assert view.parts.direction() == QBoxLayout.Direction.TopToBottom
    view.resize(800, 400)
    view.settle()
    assert view.parts.direction() == QBoxLayout.Direction.LeftToRight


def test_the_line_under_the_mouse_is_read(qtbot: Any) -> None:
    view = shown(qtbot, results_flow.vanishing())
    layer = view.result.layers[5]  # type: ignore[union-attr]
    view.plot.hovered.emit(QPointF(10.2, float(np.log10(layer.gradient[9]))))
    assert view.legend.readout.startswith("Dense 6, step 10: gradient")
    view.plot.left.emit()
    assert view.legend.readout == ""


def test_colours_run_over_the_depth_in_both_themes(qtbot: Any) -> None:
    for theme in ("light", "dark"):
        THEME.use(theme)
        colors = [depth_color(number, 5) for number in range(5)]
        assert len({color.name() for color in colors}) == 5
        ground = THEME.color("panel").lightnessF()
        assert all(abs(color.lightnessF() - ground) > 0.1 for color in colors)
    THEME.use("light")
