"""The line below the canvas: it says what stands out, and its buttons do something about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from playground.document import files, library
from tests.end_to_end.conftest import LEFT, Person


def opened(person: Person, preset: str, folder: Path, **changes: object) -> None:
    person.opens(files.read(library.find(preset)).replace(**changes), folder)
    person.sees(lambda: person.place.feed.live is not None)


def press(person: Person, words: str) -> None:
    buttons = person.place.companion.findChildren(QPushButton)
    button = next(one for one in buttons if one.isVisible() and one.text() == words)
    QTest.mouseClick(button, LEFT)


def test_unscaled_inputs_are_told_before_learning_and_standardized_by_the_button(person, tmp_path):
    opened(person, "wine-unscaled", tmp_path, goals=())
    line, height = person.place.companion, person.place.companion.height()
    person.sees(lambda: "not scaled" in line.text)
    press(person, "Standardize the inputs")
    assert person.graph.node("data").parameters["scaling"] == "standardize"
    person.sees(lambda: "not scaled" not in line.text)
    person.place.document.undo_stack.undo()
    person.sees(lambda: "not scaled" in line.text)
    assert line.height() == height, "nothing moves when the line has something to say"


def test_dead_units_are_told_and_another_activation_offered(person, tmp_path):
    opened(person, "dying-relu", tmp_path, goals=())
    person.place.trainer.take_epochs(10)
    line = person.place.companion
    person.sees(lambda: line.advice is not None and line.advice.kind == "none")
    press(person, "Look at the gradient flow")
    assert "gradient-flow" in person.place.views.open_ids()
    QTest.mouseClick(line.findChild(type(line._close)), LEFT)
    person.sees(lambda: line.advice is not None and line.advice.kind == "dead")
    press(person, line.offers()[0].words)
    assert "leaky-relu" in {node.parameters.get("activation") for node in person.graph.nodes}


def test_overfitting_offers_the_moment_before_it(person, tmp_path):
    opened(person, "learning-by-heart", tmp_path, goals=())
    person.place.trainer.take_epochs(120)
    line = person.place.companion
    person.sees(lambda: line.advice is not None and line.advice.kind == "overfitting", timeout=30_000)
    press(person, line.offers()[0].words)
    step = line.offers()[0].step
    assert person.place.time.looks_back and abs(person.place.feed.frame.step - step) <= 0.1 * step


def test_what_is_dismissed_is_not_said_again_until_another_run(person, tmp_path):
    opened(person, "wine-unscaled", tmp_path, goals=())
    line = person.place.companion
    person.sees(lambda: "not scaled" in line.text)
    QTest.mouseClick(line.findChild(type(line._close)), LEFT)
    assert line.text == ""
    person.place.trainer.take_epochs(1)
    person.rests()
    assert "not scaled" not in line.text
    person.place.trainer.rewind()
    person.sees(lambda: "not scaled" in line.text)
