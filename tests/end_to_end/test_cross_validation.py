"""Cross-validation in the real window: folds are seen before, scored beside the training, and a click takes one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest

from playground.analysis.run import cross_validation as analysis
from playground.experiments.folding import in_fold
from playground.training.session.session import Session
from playground.ui.views.run.cross_validation import CrossValidationView
from tests.end_to_end.conftest import LEFT, Person, spirals


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process, and keep nothing."""
    monkeypatch.setattr(analysis, "usual_workers", lambda: 0)
    monkeypatch.setattr(analysis, "usual_store", lambda: None)


def test_a_fold_that_is_clicked_becomes_the_project_and_learns_anew(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    place, before = person.place, person.project
    place.views.show_only(["curves", "cross-validation"])
    view = place.views.dock("cross-validation").view
    assert isinstance(view, CrossValidationView)
    person.sees(lambda: view.result is not None and view.result.folds == 5)
    assert "34 others" in view.words.text() and not view.scores.isVisible()
    view.folds_box.setValue(4)
    person.sees(lambda: view.result is not None and view.result.folds == 4)
    view.epochs_box.setValue(2)
    place.trainer.play()
    person.sees(lambda: place.feed.live.step > 50)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    place.trainer.pause()
    person.waits_for("paused")
    result = view.result
    assert np.isfinite(result.scores).all() and "over 4 folds" in view.words.text()
    view.scores.clicked.emit(QPointF(result.scores[0, 2], -2.1))
    data = person.graph.node("data").parameters
    assert (data["folds"], data["fold"]) == (4, 3)
    person.sees(lambda: place.feed.live.step == 0)  # nothing that was learned with these rows is kept
    assert view.result is result
    session = Session(in_fold(before, 4, 3), "cpu")
    session.advance(round(2 * session.steps_per_epoch))
    assert session.evaluate(full=True, observe=False)["validation_accuracy"] == result.scores[0, 2]
    person.undoes()
    assert person.project.graph == before.graph
