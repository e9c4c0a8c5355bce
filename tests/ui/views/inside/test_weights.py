"""Weights as heat maps: one scale, words, and the weight that is pointed at."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from playground.analysis.inside.weights import WeightMatrix, Weights
from playground.ui.views.inside.weights import WeightsView
from playground.ui.widgets.theme import MIDDLE, NEGATIVE, POSITIVE
from tests.ui.views import results
from tests.ui.views.showing import shown


def near(color: QColor, other: str, tolerance: int = 60) -> bool:
    wanted = QColor(other)
    parts = zip(color.getRgb()[:3], wanted.getRgb()[:3], strict=True)
    return all(abs(one - two) <= tolerance for one, two in parts)


def test_weights_of_a_kernel_are_named_by_their_place(qtbot: Any) -> None:
    values = np.arange(2 * 3 * 2 * 2, dtype=np.float32).reshape(2, 12)
    result = Weights((WeightMatrix("conv", "Conv2D", "weight", values, None, (3, 2, 2)),), "", 1)
    view = shown(qtbot, WeightsView(), result)
    area, _ = view.canvas.areas(0)
    last = view.canvas.words_at(area.bottomRight() - QPointF(2, 2))
    assert last == "Conv2D, filter 2, channel 3, row 2, column 2: 23.0"


def test_weights_share_one_scale_and_follow_the_canvas(qtbot: Any) -> None:
    view = shown(qtbot, WeightsView(), results.weights())
    assert view.canvas.limit == 3.0
    assert [matrix.node for matrix in view.canvas.matrices] == ["dense-1", "dense-2"]
    view.show_result(results.weights("dense-2"))
    assert [matrix.node for matrix in view.canvas.matrices] == ["dense-2"]
    view.node_box.setCurrentIndex(0)
    view.show_result(results.weights("dense-2"))
    assert len(view.canvas.matrices) == 2


def test_weights_have_signed_colours_and_words(qtbot: Any) -> None:
    view = shown(qtbot, WeightsView(), results.weights("dense-2"))
    area, _ = view.canvas.areas(0)
    picture = view.canvas.grab().toImage()
    quarters = [area.left() + area.width() * share for share in (0.125, 0.375, 0.625)]
    found = [picture.pixelColor(round(x), round(area.center().y())).name() for x in quarters]
    assert found == [POSITIVE, NEGATIVE, MIDDLE] or all(
        near(QColor(one), other, 4) for one, other in zip(found, (POSITIVE, NEGATIVE, MIDDLE), strict=True)
    )
    assert view.canvas.words_at(QPointF(quarters[1], area.center().y())) == "Second, unit 1, input 2: −3.00"


def test_clicking_a_weight_points_at_it_and_what_is_pointed_at_has_a_mark(qtbot: Any) -> None:
    kernel = np.arange(2 * 3 * 2 * 2, dtype=np.float32).reshape(2, -1)
    matrices = (
        WeightMatrix("conv", "Conv", "weight", kernel, np.zeros(2, dtype=np.float32), (3, 2, 2), (2, 3, 2, 2)),
        WeightMatrix("scale", "Scale", "weight", np.ones((1, 5), dtype=np.float32), None, (), (5,)),
    )
    view = shown(qtbot, WeightsView(), Weights(matrices, "", 1))
    canvas = view.canvas
    for number, weight in ((0, ("conv.weight", (1, 2, 0, 1))), (0, ("conv.bias", (1,))), (1, ("scale.weight", (3,)))):
        cell = canvas.cell_area(number, weight)
        assert cell is not None
        with qtbot.waitSignal(view.weight_pointed_at) as pointed:
            qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
        assert pointed.args == [weight]
    assert canvas.cell_area(1, ("scale.weight", (7,))) is None
    before = canvas.grab().toImage()
    view.show_result(Weights(matrices, "", 1, (("conv.weight", (1, 2, 0, 1)), ("gone.weight", (0, 0)))))
    assert canvas.grab().toImage() != before
    assert "followed: 2" in [entry.text for entry in view.legend.entries]
    assert canvas.weight_under(QPointF(0.0, 0.0)) is None


def test_weights_are_chosen_by_keyboard(qtbot: Any) -> None:
    view = shown(qtbot, WeightsView(), results.weights())
    canvas = view.canvas
    canvas.setFocus()
    ways: list[tuple[list[Qt.Key], tuple[str, tuple[int, ...]]]] = [
        ([Qt.Key.Key_Right], ("dense-1.weight", (0, 0))),
        ([Qt.Key.Key_Right, Qt.Key.Key_Down], ("dense-1.weight", (1, 1))),
        ([Qt.Key.Key_Right], ("dense-1.bias", (1,))),
        ([Qt.Key.Key_Left], ("dense-1.weight", (1, 1))),
        ([Qt.Key.Key_Down] * 3, ("dense-2.weight", (0, 0))),
        ([Qt.Key.Key_Up], ("dense-1.weight", (0, 0))),
    ]
    for keys, weight in ways:
        for key in keys:
            qtbot.keyClick(canvas, key)
        assert canvas.cursor_weight == weight
        with qtbot.waitSignal(view.weight_pointed_at) as pointed:
            qtbot.keyClick(canvas, Qt.Key.Key_Return)
        assert pointed.args == [weight]
    assert view.legend.readout.startswith("First, unit 1, input 1")
