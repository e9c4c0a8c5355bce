"""Gradient flow and distributions in the real window: a sick net is seen, looked back at, and mended by a button."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest

from playground.document import files, library
from playground.ui.views.run.distributions import DistributionsView
from playground.ui.views.run.gradient_flow import GradientFlowView
from tests.end_to_end.conftest import LEFT, Person
from tests.end_to_end.test_time_machine import drag

HIDDEN = [f"hidden-{number}" for number in range(1, 11)]


def sick(person: Person, folder: Path, epochs: int = 4) -> GradientFlowView:
    person.opens(files.read(library.find("deep-sigmoid")), folder)
    person.sees(lambda: person.place.feed.live is not None)
    person.place.trainer.take_epochs(epochs)
    person.sees(lambda: person.place.feed.live.epoch >= epochs)
    person.rests()
    view = person.place.views.dock("gradient-flow").view
    assert isinstance(view, GradientFlowView)
    person.sees(lambda: view.result is not None and view.result.step == person.step)
    return view


def activations(person: Person) -> list[object]:
    return [person.graph.node(name).parameters["activation"] for name in HIDDEN]


def test_the_button_of_a_warning_mends_the_net_and_undo_takes_it_back(person: Person, tmp_path: Path) -> None:
    view = sick(person, tmp_path)
    row = view.warning_rows.rows[0]
    assert row.warning.kind == "vanishing" and row.button is not None
    QTest.mouseClick(row.button, LEFT)
    assert activations(person) == ["relu"] * 10
    person.sees(lambda: view.result is not None and not any(one.kind == "vanishing" for one in view.result.warnings))
    person.place.document.undo_stack.undo()
    assert activations(person) == ["sigmoid"] * 10


def test_looking_back_shows_the_numbers_of_that_moment(person: Person, tmp_path: Path) -> None:
    view = sick(person, tmp_path)
    last, steps = person.step, len(view.result.layers[0].step)
    drag(person, 0.5)
    person.sees(lambda: view.result is not None and view.result.step < last)
    assert view.result.step == person.step and len(view.result.layers[0].step) == steps
    assert view.now.value() == person.step


def test_distributions_follow_the_block_that_is_clicked(person: Person, tmp_path: Path) -> None:
    sick(person, tmp_path)
    person.place.views.open("distributions")
    view = person.place.views.dock("distributions").view
    assert isinstance(view, DistributionsView)
    person.sees(lambda: view.result is not None and view.result.node == "hidden-1")
    person.clicks(person.card("output"))
    person.sees(lambda: view.result is not None and view.result.node == "output")
    view.what_box.setCurrentIndex(view.what_box.findData("activations"))
    person.sees(lambda: view.result is not None and view.result.what == "activations")
    assert view.result.counts.sum(axis=1).min() > 0


def test_the_wires_tell_how_much_comes_back(person: Person, tmp_path: Path) -> None:
    sick(person, tmp_path)
    wires = person.place.canvas.canvas_scene.wires
    first = next(wire for key, wire in wires.items() if key.source == "hidden-1")
    last = next(wire for key, wire in wires.items() if key.source == "output")
    person.sees(lambda: first.gradient is not None and first.vanished)
    assert "vanished" in first.words and not last.vanished and last.gradient == 1.0
