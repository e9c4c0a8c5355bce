"""A search in the real window: it runs beside the training, and its best settings become the project's by one edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from playground.analysis.run import search as analysis
from playground.ui.views.run.search import SearchView
from tests.end_to_end.conftest import LEFT, Person, spirals


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in this process, and keep nothing."""
    monkeypatch.setattr(analysis, "usual_workers", lambda: 0)
    monkeypatch.setattr(analysis, "usual_store", lambda: None)
    monkeypatch.setattr("playground.experiments.search.storage.user_data", lambda: tmp_path)


def test_the_best_settings_of_a_search_become_the_projects_and_undo_takes_them_back(
    person: Person, tmp_path: Path
) -> None:
    person.opens(spirals(), tmp_path)
    place, before = person.place, person.project
    place.views.show_only(["curves", "search"])
    view = place.views.dock("search").view
    assert isinstance(view, SearchView)
    person.sees(lambda: view.settings.add_box.count() > 5)
    for name, value in (("trials", 4), ("epochs", 1), ("sampler", "random")):
        view.parameters.choose(name, value)
    place.trainer.play()
    person.sees(lambda: place.feed.live.step > 20)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    place.trainer.pause()
    person.waits_for("paused")
    assert view.result.best is not None
    assert "Under 3 fresh seeds" in view.words.text()
    result = view.result
    QTest.mouseClick(view.use_button, LEFT)
    best = dict(result.settings.values)
    assert person.project.training.optimizer.parameters["learning_rate"] == best["Learning rate"]
    assert person.graph.node("dense-1").parameters["units"] == best["Dense 1: Units"]
    assert place.document.undo_stack.undoText() == "Use the best settings of the search"
    assert view.result is result  # what was found stays in sight
    person.undoes()
    assert person.project == before
