"""A picture is dragged in the real window: the cards on the canvas follow, and the answer is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest

from playground.analysis.shared.given import Move
from playground.document import files, library
from playground.document.project import OpenView
from playground.ui.views.use.move_picture import MovePictureView
from tests.end_to_end.conftest import LEFT, NONE, Person


def test_a_digit_is_dragged_until_its_answer_breaks_and_put_back(person: Person, tmp_path: Path) -> None:
    views = OpenView(view="move-picture"), OpenView(view="use-it")
    person.opens(files.read(library.find("digits-8x8")).replace(views=views), tmp_path)
    person.waits_for("ready")
    place = person.place
    view = place.views.dock("move-picture").view
    assert isinstance(view, MovePictureView)
    place.trainer.take_step(600)
    person.sees(lambda: person.step >= 600 and view.result is not None and view.result.share == 1.0, timeout=60_000)
    person.rests()
    middle, pixel = view.hand.area().center(), view.hand.pixel
    QTest.mousePress(view.hand, LEFT, NONE, middle.toPoint())
    QTest.mouseMove(view.hand, (middle + QPointF(3 * pixel, 0)).toPoint())
    QTest.mouseRelease(view.hand, LEFT, NONE, (middle + QPointF(3 * pixel, 0)).toPoint())
    person.sees(lambda: view.result is not None and view.result.move == Move(across=3.0) and view.result.share == 1.0)
    assert view.result.row == -1 and "3 px right" in view.where.text()
    (answer,) = view.result.answers
    assert answer.accuracy > 0.9 > 0.6 > answer.accuracy_moved
    used = place.views.dock("use-it").view
    person.sees(lambda: used.result is not None and used.result.given is view.result.given)
    assert np.allclose(used.result.answers[0].values[0], answer.after, atol=1e-5)
    view.back_button.click()
    person.sees(lambda: view.result is not None and view.result.row >= 0 and view.result.move == Move())
