"""Pruning from its view: the slider chooses, the button takes away, the rest learns on, and undo brings all back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest

from tests.end_to_end.conftest import LEFT, Person, spirals


def test_the_button_prunes_and_undo_brings_back(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.sees(lambda: person.place.feed.live is not None)
    person.place.trainer.take_step(30)
    person.sees(lambda: person.place.feed.live.step == 30)
    person.rests()
    before, project = person.place.feed.live, person.place.document.project
    person.place.views.open("pruning")
    view = person.place.views.docks["pruning"].panel.view
    view.sparsity.setValue(70)
    person.sees(lambda: view.result is not None and view.result.whole and view.result.sparsity == 0.7)
    QTest.mouseClick(view.prune_button, LEFT)
    person.sees(lambda: person.place.feed.live.run != before.run)
    names = view.result.pruned.what.weights

    def zeros() -> int:
        return sum(int((person.place.feed.live.snapshot.array(name) == 0.0).sum()) for name in names)

    gone = zeros()
    assert gone == round(0.7 * sum(before.snapshot.array(name).size for name in names))
    assert person.place.document.project.training.pruning.share == 0.7
    assert person.place.document.undo_stack.undoText() == "Prune 70%"
    person.place.trainer.take_step(10)
    person.sees(lambda: person.place.feed.live.step == 40)
    person.rests()
    assert zeros() == gone
    person.undoes()
    person.sees(lambda: person.place.feed.live.run == before.run)
    assert person.place.document.project == project and zeros() == 0
