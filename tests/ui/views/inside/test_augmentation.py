"""Augmentation: the grid of versions, what is said of each, and other versions at a press."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from playground.analysis.inside.augmentation import AugmentationAnalysis
from playground.ui.views.inside.augmentation import AugmentationView
from tests.ui.views import results_images
from tests.ui.views.showing import active


def test_every_version_has_a_place_and_words(qtbot: Any) -> None:
    view = active(qtbot, AugmentationView(), results_images.augmented(), 700, 400)
    boxes = [view.canvas.box(row, column) for row in range(3) for column in range(6)]
    assert all(not a.intersects(b) for number, a in enumerate(boxes) for b in boxes[:number])
    assert all(view.canvas.rect().contains(box.toRect()) for box in boxes)
    words = view.canvas.words_at
    assert words(boxes[0].center()) == "train example 5 (a), as it is in the data"
    assert words(boxes[1].center()) == "train example 5 (a), version 1: brightness changed by 0 (root mean square)"
    assert "version 3" in words(boxes[9].center()) and "example 6" in words(boxes[9].center())
    assert "Random crop → Cutout" in [entry.text for entry in view.legend.entries]


def test_a_button_asks_for_other_versions(qtbot: Any) -> None:
    view = active(qtbot, AugmentationView(), results_images.augmented(), 700, 400)
    assert view.wanted() == AugmentationAnalysis()
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mouseClick(view.again, Qt.MouseButton.LeftButton)
    assert view.wanted() == AugmentationAnalysis(draw=1)
    assert view.saved_options() == {"draw": 1}
