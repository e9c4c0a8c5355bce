"""Feature maps, the sliding window and the kernels: where things are, what the numbers say, mouse and keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QSize, Qt

from playground.analysis.inside.sliding import Sliding
from playground.blocks.windows import Along
from playground.ui.views.inside.feature_maps import FeatureMapsView
from playground.ui.views.inside.maps_canvas import Cell, heading
from playground.ui.views.inside.window_panel import MOST_WRITTEN, WindowCanvas, cell_words
from tests.ui.views import results_images

LARGE, DOCK = QSize(1100, 700), QSize(400, 240)


def shown(qtbot: Any, view: Any, result: Any, size: QSize) -> Any:
    qtbot.addWidget(view)
    view.resize(size)
    view.show()
    view.show_result(result)
    view.settle()
    return view


def maps(qtbot: Any, size: QSize = LARGE, chosen: str = "") -> FeatureMapsView:
    return shown(qtbot, FeatureMapsView(), results_images.feature_maps(chosen), size)  # type: ignore[no-any-return]


def grids(view: FeatureMapsView) -> list[np.ndarray]:
    return [box.values for box in view.panel.canvas.boxes]


def test_every_map_has_a_box_of_its_own_inside_the_view(qtbot: Any) -> None:
    view = maps(qtbot)
    canvas = view.canvas
    boxes = [box for section in canvas.sections() for box in section.boxes]
    assert len(boxes) == 1 + 2 + 2 + 3
    for number, box in enumerate(boxes):
        assert canvas.rect().toRectF().contains(box)
        assert not any(box.intersects(other) for other in boxes[:number])
    for section in canvas.sections():
        assert not any(section.heading.intersects(box) for box in boxes)


def test_the_maps_of_the_chosen_block_are_larger(qtbot: Any) -> None:
    view = maps(qtbot, chosen="pool")
    sides = {layer.node: section.boxes[0].width() for layer, section in zip(
        view.canvas.layers, view.canvas.sections(), strict=True
    )}  # fmt: skip
    assert sides["pool"] > 1.5 * sides["conv"] == pytest.approx(1.5 * sides["data"])
    assert view.canvas.cell is not None and view.canvas.cell.node == "pool"
    view.show_result(results_images.feature_maps("conv"))
    assert view.canvas.cell.node == "conv"


def test_the_numbers_are_those_of_the_cell_under_the_mouse(qtbot: Any) -> None:
    view = maps(qtbot)
    cell = Cell("conv", 1, 2, 3)
    place = view.canvas.box_of(cell).center()
    assert view.canvas.cell_at(place) == cell
    qtbot.mouseMove(view.canvas, (place + QPointF(1, 1)).toPoint())
    qtbot.mouseMove(view.canvas, place.toPoint())
    assert view.canvas.cell == cell
    picture = results_images.bar()[0]
    window, kernel, products = grids(view)
    np.testing.assert_array_equal(window, picture[1:4, 2:5])
    np.testing.assert_array_equal(kernel, results_images.KERNELS[1, 0])
    np.testing.assert_array_equal(products, window * kernel)
    total = float(products.sum())
    assert view.panel.canvas.lines == (
        f"sum of the products {total:.2f}".replace("-", "−"),
        f"+ bias −0.250 = {total - 0.25:.2f}".replace("-", "−"),
        f"relu({total - 0.25:.2f}) = 0".replace("-", "−"),
    )
    assert "Conv2D 1, map 2, row 3, column 4: relu(−2.00 + bias −0.250) = 0" in view.legend.readout


def test_a_click_keeps_a_cell_and_the_mouse_may_leave(qtbot: Any) -> None:
    view = maps(qtbot)
    cell = Cell("pool", 0, 1, 2)
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=view.canvas.box_of(cell).center().toPoint())
    view.canvas.leaveEvent(QEvent(QEvent.Type.Leave))
    assert view.canvas.cell == cell
    assert view.panel.canvas.lines[0].startswith("largest: ")
    marked = view.panel.canvas.boxes[0].marked
    assert marked is not None and grids(view)[0][marked] == grids(view)[0].max()


def test_keys_move_the_cell_and_turn_to_other_maps_and_blocks(qtbot: Any) -> None:
    view = maps(qtbot)
    view.canvas.keep(Cell("conv", 0, 0, 0))
    for key, expected in (
        (Qt.Key.Key_Left, Cell("conv", 0, 0, 0)),
        (Qt.Key.Key_Right, Cell("conv", 0, 0, 1)),
        (Qt.Key.Key_Down, Cell("conv", 0, 1, 1)),
        (Qt.Key.Key_PageDown, Cell("conv", 1, 1, 1)),
        (Qt.Key.Key_PageDown, Cell("pool", 0, 1, 1)),
        (Qt.Key.Key_PageUp, Cell("conv", 1, 1, 1)),
    ):
        qtbot.keyClick(view.canvas, key)
        assert view.canvas.cell == expected
    assert view.canvas.accessibleDescription() == view.legend.readout != ""
    qtbot.keyClick(view.panel.canvas, Qt.Key.Key_Up)
    assert view.canvas.cell == Cell("conv", 1, 0, 1)


def test_zeros_around_the_image_are_told_from_black_pixels(qtbot: Any) -> None:
    view = maps(qtbot)
    view.canvas.keep(Cell("conv", 0, 0, 0))
    outside = view.panel.canvas.boxes[0].outside
    assert outside is not None
    assert outside.tolist() == [[True, True, True], [True, False, False], [True, False, False]]


def test_another_channel_is_shown_and_the_sum_stays(qtbot: Any) -> None:
    view = maps(qtbot, chosen="deep")
    view.canvas.keep(Cell("deep", 2, 1, 0))
    assert view.panel.channel_box.isVisible() and view.panel.channel_box.maximum() == 2
    first, total = grids(view)[0], view.panel.canvas.lines[1]
    view.panel.channel_box.setValue(2)
    np.testing.assert_array_equal(grids(view)[0], results_images.layers()[2].maps[1, 1:4, 0:3])
    assert not np.array_equal(grids(view)[0], first)
    assert view.panel.canvas.lines[1] == total and total.startswith("over all 2 channels")
    assert len(view.panel.canvas.lines) == 2  # neither bias nor activation
    view.canvas.keep(Cell("conv", 0, 0, 0))
    assert not view.panel.channel_box.isVisible()


def test_beside_below_or_by_turns(qtbot: Any) -> None:
    view = maps(qtbot, LARGE)
    assert view.panel.isVisible() and view.maps_area.isVisible() and not view.numbers_button.isVisible()
    assert view.panel.geometry().left() > view.maps_area.geometry().right()
    view.resize(320, 900)
    view.settle()
    assert view.panel.geometry().top() > view.maps_area.geometry().bottom() and not view.numbers_button.isVisible()
    view.resize(DOCK)
    view.settle()
    assert not view.panel.isVisible() and view.numbers_button.isVisible()
    qtbot.mouseClick(view.numbers_button, Qt.MouseButton.LeftButton)
    assert view.panel.isVisible() and not view.maps_area.isVisible()
    assert len(view.panel.canvas.scene_places()) == 2


def test_nothing_moves_while_the_mouse_goes_from_block_to_block(qtbot: Any) -> None:
    view = maps(qtbot)
    view.canvas.keep(Cell("conv", 0, 0, 0))
    before = view.canvas.size(), view.canvas.sections()
    for cell in (Cell("pool", 0, 1, 1), Cell("deep", 0, 0, 0), Cell("data", 0, 0, 0)):
        view.canvas.point(cell)
        view.settle()
        assert (view.canvas.size(), view.canvas.sections()) == before


def test_the_map_beside_the_numbers_can_be_pointed_at(qtbot: Any) -> None:
    view = maps(qtbot)
    view.canvas.keep(Cell("conv", 1, 0, 0))
    panel = view.panel.canvas
    place = panel.scene_places()[1]
    corner = place.topLeft() + QPointF(place.width() * 0.99, place.height() * 0.4)
    qtbot.mouseClick(panel, Qt.MouseButton.LeftButton, pos=corner.toPoint())
    assert view.canvas.cell == Cell("conv", 1, 3, 7)


def test_grids_do_not_overlap_and_stay_inside(qtbot: Any) -> None:
    view = maps(qtbot)
    for cell in (Cell("conv", 0, 3, 3), Cell("pool", 0, 1, 1), Cell("deep", 1, 0, 0)):
        view.canvas.keep(cell)
        panel = view.panel.canvas
        places, words = panel.places(panel.steady_width())
        every = [*places, words, *panel.scene_places()]
        for number, place in enumerate(every):
            assert place.right() <= panel.width() and place.bottom() <= panel.height()
            assert not any(place.intersects(other) for other in every[:number])


def test_numbers_fit_into_their_cells() -> None:
    words = [cell_words(value) for value in (0.0, 0.004, -0.004, -0.126, 9.99, 9.999, -12.34, 123.4)]
    assert words == ["0", "0.00", "−0.00", "−0.13", "9.99", "10.0", "−12.3", "123"]


def test_a_large_kernel_has_colours_only(qtbot: Any) -> None:
    view = maps(qtbot)
    layer = view.canvas.layers[1]
    size = MOST_WRITTEN + 2
    kernels = np.ones((2, 1, size, size), dtype=np.float32)
    sliding = Sliding("weigh", (Along(size, 1, size // 2),) * 2, "data", results_images.bar(), "relu", kernels, None)
    large = type(layer)("conv", "Conv2D 1", layer.maps, 2, False, sliding)
    view.panel.show_cell(large, Cell("conv", 0, 4, 4), (view.canvas.layers[0], large))
    assert [len(values) for values in grids(view)] == [size] * 3
    canvas = view.panel.canvas
    assert isinstance(canvas, WindowCanvas)
    assert canvas.places(canvas.steady_width())[0][0].width() < size * 20
    assert canvas.lines[0] == "sum of the products 8.00"


def test_the_box_and_the_answer(qtbot: Any) -> None:
    view = maps(qtbot)
    assert view.example_box.value() == 5 and view.example_box.maximum() == 100
    with qtbot.waitSignal(view.example_chosen) as caught:
        view.example_box.setValue(8)
    assert caught.args == [7]
    words = [entry.text for entry in view.legend.entries]
    assert words[:2] == ["test example 5", "✓ says 1, 93%"]
    assert heading(view.canvas.layers[3]).startswith("Conv2D 2 · 40 × 2 × 2, first 3 · ±")


def test_a_result_without_the_kept_block_finds_another(qtbot: Any) -> None:
    view = maps(qtbot)
    view.canvas.keep(Cell("deep", 2, 1, 1))
    result = results_images.feature_maps()
    view.show_result(type(result)(result.layers[:2], "", "test", 0, 10, None))
    assert view.canvas.cell is not None and view.canvas.cell.node == "conv"
