"""Kernels: their weights in words, and room for them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, QSize

from playground.ui.views.inside.kernels import KernelsView
from tests.ui.views import results_images

LARGE, DOCK = QSize(1100, 700), QSize(400, 240)


def shown(qtbot: Any, view: Any, result: Any, size: QSize) -> Any:
    qtbot.addWidget(view)
    view.resize(size)
    view.show()
    view.show_result(result)
    view.settle()
    return view


def test_kernels_say_their_weights_and_follow_the_chosen_block(qtbot: Any) -> None:
    view = shown(qtbot, KernelsView(), results_images.kernels(), LARGE)
    assert [len(section.boxes) for section in view.canvas.sections()] == [2, 3]
    box = view.canvas.sections()[0].boxes[1][0]
    words = view.canvas.words_at(box.topLeft() + QPointF(box.width() * 0.5, 1.0))
    assert words == "Conv2D 1, filter 2, row 1, column 2: 1.00; bias −0.250"
    deep = view.canvas.sections()[1]
    words = view.canvas.words_at(deep.boxes[1][1].topLeft() + QPointF(1, 1))
    assert words == "Conv2D 2, filter 2, channel 2, row 1, column 1: −1.00"
    view.show_result(results_images.kernels("deep"))
    assert [layer.node for layer in view.canvas.layers] == ["deep"]


@pytest.mark.parametrize("size", [LARGE, DOCK, QSize(240, 500)])
def test_kernels_have_room(qtbot: Any, size: QSize) -> None:
    view = shown(qtbot, KernelsView(), results_images.kernels(), size)
    boxes = [box for section in view.canvas.sections() for row in section.boxes for box in row]
    assert len(boxes) == 2 + 6
    for number, box in enumerate(boxes):
        assert view.canvas.rect().toRectF().contains(box)
        assert not any(box.intersects(other) for other in boxes[:number])
