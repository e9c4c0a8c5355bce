"""The line below the canvas: it says what stands out, and its buttons do something about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from playground.document import files, library
from playground.document.graph import Choice
from tests.end_to_end.conftest import LEFT, Person, spirals


def opened(person: Person, preset: str, folder: Path, **changes: object) -> None:
    person.opens(files.read(library.find(preset)).replace(**changes), folder)
    person.sees(lambda: person.place.feed.live is not None)


def press(person: Person, words: str) -> None:
    buttons = person.place.companion.findChildren(QPushButton)
    button = next(one for one in buttons if one.isVisible() and one.accessibleName() == words)
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
    QTest.mouseClick(line.findChild(type(line.close_button)), LEFT)
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
    QTest.mouseClick(line.findChild(type(line.close_button)), LEFT)
    assert line.text == ""
    person.place.trainer.take_epochs(1)
    person.rests()
    assert "not scaled" not in line.text
    person.place.trainer.rewind()
    person.sees(lambda: "not scaled" in line.text)


def test_an_exploded_loss_is_led_back_to_a_change_that_holds(person, tmp_path):
    project = spirals()
    optimizer = Choice(id="momentum", parameters={"learning_rate": 0.01})
    person.opens(project.replace(training=project.training.replace(optimizer=optimizer)), tmp_path)
    person.place.trainer.take_step(60)
    person.sees(lambda: person.step == 60)
    wild = person.project.training.replace(optimizer=Choice(id="momentum", parameters={"learning_rate": 9.0}))
    person.place.document.apply("Rate", person.project.replace(training=wild))
    person.place.trainer.take_step(60)
    person.sees(lambda: person.step == 120)
    line = person.place.companion
    person.sees(lambda: line.advice is not None and line.advice.kind == "exploding")
    press(person, "Find a way back")
    bar = person.place.messages
    person.sees(lambda: any(label.startswith("Lower the rate") for label in bar.buttons()), timeout=30_000)
    assert "500 steps" in bar.text
    bar.press(next(label for label in bar.buttons() if label.startswith("Lower the rate")))
    person.sees(lambda: person.step <= 60)
    start = person.step
    person.place.trainer.take_step(500)
    person.sees(lambda: person.step == start + 500)
    person.sees(lambda: line.advice is None or line.advice.kind != "exploding")
    person.undoes()
    person.sees(lambda: person.step == 120)
    assert person.project.training == wild


def test_where_the_room_is_short_it_says_the_same_in_fewer_words(person, tmp_path):
    opened(person, "wine-unscaled", tmp_path, goals=())
    line = person.place.companion
    person.sees(lambda: "not scaled" in line.text)
    shown = line.label
    line.resize(1_400, line.height())
    assert shown.text() == line.text
    line.resize(560, line.height())
    assert shown.text() == "The inputs of Wine are not scaled."
    assert shown.fontMetrics().horizontalAdvance(shown.text()) <= line.room()
    assert line.text in shown.toolTip().replace("\n", " ")
