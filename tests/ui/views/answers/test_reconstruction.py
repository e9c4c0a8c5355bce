"""Reconstruction: pairs with their errors, and the example that is chosen, there and in the latent plane."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt

from playground.analysis.answers.reconstruction import ReconstructionAnalysis
from playground.ui.views.answers.latent_plane import LatentPlaneView
from playground.ui.views.answers.reconstruction import ReconstructionView
from playground.ui.widgets.theme import THEME
from tests.ui.views import results_autoencoder as results
from tests.ui.views.showing import active


def test_the_reconstruction_stands_below_its_original_with_its_error(qtbot: Any) -> None:
    view = active(qtbot, ReconstructionView(), results.reconstruction())
    above, below = view.canvas.stack(3)
    assert below.top() >= above.bottom() and below.left() == above.left()
    image = view.canvas.grab().toImage()
    column = round(above.left() + above.width() * 3.5 / 8)
    ink = [image.pixelColor(column, round(box.center().y())).value() for box in (above, below)]
    assert ink[0] > 250 and 140 < ink[1] < 165
    assert view.canvas.words_at(below.center()) == "test example 4 (3): mean squared error 0.0285"
    assert view.legend.entries[0].text == "test: mean squared error 0.0500 of 40 pictures"


def test_the_pictures_are_as_large_as_there_is_room_and_never_overlap(qtbot: Any) -> None:
    view = active(qtbot, ReconstructionView(), results.reconstruction(), 900, 700)
    large = view.canvas.stack(0)[0].width()
    view.resize(360, 260)
    view.settle()
    small = view.canvas.stack(0)[0].width()
    assert THEME.px(56) == small < large <= THEME.px(112)
    boxes = [box for number in range(14) for box in view.canvas.stack(number)]
    assert not any(one.intersects(other) for i, one in enumerate(boxes) for other in boxes[:i])
    assert max(box.right() for box in boxes) <= view.canvas.width()
    assert max(box.bottom() for box in boxes) < view.canvas.height()


def test_a_click_on_a_pair_and_the_arrows_examine_another_example(qtbot: Any) -> None:
    view = active(qtbot, ReconstructionView(), results.reconstruction(chosen=2))
    centre = view.canvas.stack(5)[1].center().toPoint()
    with qtbot.waitSignal(view.example_chosen) as clicked:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=centre)
    assert clicked.args == [5]
    view.setFocus()
    for key, row in ((Qt.Key.Key_Right, 3), (Qt.Key.Key_Left, 1)):
        with qtbot.waitSignal(view.example_chosen) as pressed:
            qtbot.keyClick(view.canvas.parentWidget().parentWidget(), key)
        assert pressed.args == [row]


@pytest.mark.parametrize(("view_class", "make"), [
    (ReconstructionView, lambda: results.reconstruction(chosen=-1)),
    (LatentPlaneView, lambda: replace(results.latent_plane(), chosen=-1, can_choose=False)),
])  # fmt: skip
def test_examples_of_another_part_cannot_be_examined(qtbot: Any, view_class: type, make: Any) -> None:
    view = active(qtbot, view_class(), make())
    with qtbot.assertNotEmitted(view.example_chosen):
        view.choose(3)
        view.choose_next()


def test_the_options_ask_for_another_result(qtbot: Any) -> None:
    view = active(qtbot, ReconstructionView(), results.reconstruction())
    assert view.wanted() == ReconstructionAnalysis()
    with qtbot.waitSignals([view.wanted_changed] * 2):
        view.worst_box.setChecked(True)
        view.part_box.setCurrentIndex(0)
    assert view.wanted() == ReconstructionAnalysis(part="train", worst_first=True)
