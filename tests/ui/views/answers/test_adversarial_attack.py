"""The pane of attacks: three rows of pictures, the curve, and the slider of the budget."""

from __future__ import annotations

from typing import Any

import pytest

from playground.analysis.answers.adversarial_attack import AdversarialAttackAnalysis
from playground.ui.views.answers.adversarial_attack import AdversarialAttackView
from tests.ui.views import results_images
from tests.ui.views.showing import active


def test_pictures_stand_in_three_rows_with_words(qtbot: Any) -> None:
    view = active(qtbot, AdversarialAttackView(), results_images.attacked(), 900, 420)
    boxes = [view.canvas.box(number, row) for number in range(4) for row in range(3)]
    assert all(not a.intersects(b) for number, a in enumerate(boxes) for b in boxes[:number])
    assert all(view.canvas.rect().contains(box.toRect()) for box in boxes)
    assert view.canvas.words_at(boxes[5].center()) == "test example 4, truly a: said a (73%), now b (53%)"
    words = [entry.text for entry in view.legend.entries]
    assert words == ["test accuracy 95.0% → 70.0%", "budget 0.1", "256 examples"]


def test_the_slider_asks_for_another_budget(qtbot: Any) -> None:
    view = active(qtbot, AdversarialAttackView(), results_images.attacked(), 900, 420)
    assert view.wanted() == AdversarialAttackAnalysis()
    with qtbot.waitSignal(view.wanted_changed):
        view.budget.setValue(40)
    assert view.wanted() == AdversarialAttackAnalysis(budget=0.2)
    assert view.plot.chosen.value() == pytest.approx(0.1)


def test_without_pictures_the_curve_has_all_the_room(qtbot: Any) -> None:
    view = active(qtbot, AdversarialAttackView(), results_images.attack_begun(), 700, 420)
    assert not view.area.isVisible() and view.plot.width() > 600
