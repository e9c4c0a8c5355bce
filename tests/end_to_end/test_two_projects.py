"""Two projects, opened one after the other and saved over each other, keep what is theirs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from playground.document.files import read, write
from playground.document.kept_work import SafetyCopy, kept_works
from playground.document.pairing import weights_of
from tests.end_to_end.conftest import LEFT, Person, spirals

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
YES, NO = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is chosen in the next file dialogs."""
    waiting: list[Path] = []
    for dialog in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, dialog, lambda *_: (str(waiting.pop(0)), ""))
    return waiting


def two(folder: Path) -> tuple[Path, Path]:
    """Two project files of networks that differ."""
    first, second = folder / "first.playground.json", folder / "second.playground.json"
    write(spirals().replace(title="First"), first)
    graph = spirals().graph
    wide = graph.node("dense-1").replace(parameters={"units": 5})
    nodes = tuple(wide if one.id == wide.id else one for one in graph.nodes)
    write(spirals().replace(title="Second", graph=graph.replace(nodes=nodes)), second)
    return first, second


def opens(person: Person, chosen: list[Path], path: Path) -> None:
    chosen.append(path)
    title = read(path).title
    person.presses(Qt.Key.Key_O, CONTROL)
    live = person.place.feed
    person.sees(lambda: person.project.title == title and live.live is not None and live.live.project == person.project)


def plays(person: Person, steps: int) -> None:
    """Press play, and wait until it has learned for so many steps; it goes on."""
    start = person.step
    QTest.mouseClick(person.place.top_bar.play, LEFT)
    person.sees(lambda: person.step >= start + steps)


def pauses(person: Person) -> int:
    QTest.mouseClick(person.place.top_bar.play, LEFT)
    person.rests()
    return person.step


def weights(person: Person) -> np.ndarray:
    assert person.place.feed.live is not None
    return person.place.feed.live.snapshot.parameters.copy()


def test_each_goes_on_where_it_was_though_the_other_was_opened_while_it_ran(
    person: Person, tmp_path: Path, chosen: list[Path]
) -> None:
    first, second = two(tmp_path)
    before = first.read_bytes()
    opens(person, chosen, first)
    plays(person, 30)
    opens(person, chosen, second)  # while the first one runs
    assert person.step == 0 and len(person.place.feed.runs.runs) == 1
    plays(person, 30)
    step, learned = pauses(person), weights(person)
    person.presses(Qt.Key.Key_S, CONTROL)
    assert person.place.document.path == second and not person.place.files.keeper.unsaved
    opens(person, chosen, first)
    (work,) = kept_works()
    assert (work.title, work.source) == ("First", first) and work.step >= 30
    assert f"step {work.step:,}" in person.place.messages.text
    person.place.messages.press("Continue where you were")
    person.sees(lambda: person.step == work.step)
    assert len(weights(person)) == 8 * 3 + 2 * 9 and first.read_bytes() == before
    opens(person, chosen, second)
    person.sees(lambda: person.step == step)
    np.testing.assert_array_equal(weights(person), learned)
    assert len(learned) == 5 * 3 + 2 * 6 and person.place.messages.text == ""


def test_saved_over_the_file_of_another_it_is_whole_and_the_others_work_is_kept(
    person: Person, tmp_path: Path, chosen: list[Path], answers: list[QMessageBox.StandardButton]
) -> None:
    first, second = two(tmp_path)
    opens(person, chosen, first)
    plays(person, 30)
    pauses(person)
    person.presses(Qt.Key.Key_S, CONTROL)
    plays(person, 30)  # more than the file has
    opens(person, chosen, second)
    plays(person, 30)
    chosen.append(first)
    person.presses(Qt.Key.Key_S, CONTROL | SHIFT)  # while it runs
    assert person.place.document.path == first and read(first).title == "Second"
    step = pauses(person)
    found = weights_of(first)
    assert found is not None and found.matches and 30 <= found.step <= step
    assert read(second).title == "Second" and weights_of(second) is None
    person.presses(Qt.Key.Key_S, CONTROL)
    learned = weights(person)
    opens(person, chosen, second)
    opens(person, chosen, first)
    person.sees(lambda: person.step == step)
    np.testing.assert_array_equal(weights(person), learned)
    assert person.place.messages.text == "", "the work of before is older than the file"
    (work,) = kept_works()
    assert (work.title, work.source) == ("First", first)
    person.place.files.restore(work)
    person.sees(lambda: person.project.title == "First" and person.step == work.step)
    assert "was saved after this work" in person.place.messages.text
    answers.append(NO)
    chosen.append(tmp_path / "third.json")
    person.presses(Qt.Key.Key_S, CONTROL)
    assert read(first).title == "Second" and read(tmp_path / "third.json").title == "First" and not answers
    found = weights_of(tmp_path / "third.json")
    assert found is not None and found.matches and found.step == work.step


def test_a_file_that_another_window_has_open_is_not_saved_over_without_a_question(
    person: Person, tmp_path: Path, chosen: list[Path], answers: list[QMessageBox.StandardButton]
) -> None:
    first, second = two(tmp_path)
    other = SafetyCopy()
    other.describe("First", first)
    before = first.read_bytes()
    opens(person, chosen, second)
    answers.append(NO)
    chosen.append(first)
    person.presses(Qt.Key.Key_S, CONTROL | SHIFT)
    assert first.read_bytes() == before and not answers and person.place.document.path == second
    answers.append(YES)
    chosen.append(first)
    person.presses(Qt.Key.Key_S, CONTROL | SHIFT)
    assert read(first).title == "Second" and not answers and person.place.document.path == first
    other.close()
    chosen.append(first)
    person.presses(Qt.Key.Key_S, CONTROL | SHIFT)  # its own file: nothing to ask
    assert not chosen and person.place.document.path == first and not person.place.files.keeper.unsaved
