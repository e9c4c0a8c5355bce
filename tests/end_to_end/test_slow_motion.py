"""Backpropagation by hand in the real window: step by step, with the numbers on the wires, then for real."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from playground.document import files, library
from playground.ui.views.inside.backpropagation import BackpropagationView
from tests.end_to_end.conftest import Person


def labels(person: Person) -> dict[str, str]:
    """What the wires say, by the block where they end and the port."""
    found = person.place.canvas.canvas_scene.wire_notes.labels
    return {f"{key.target}.{key.target_port}": label.text for key, label in found.items()}


def test_a_teacher_steps_through_the_two_layer_net_and_lets_it_take_the_step(person: Person, tmp_path) -> None:
    person.opens(files.read(library.find("two-layer-by-hand")), tmp_path)
    dock = person.place.views.dock("backpropagation")
    view = dock.view
    assert isinstance(view, BackpropagationView)
    person.sees(lambda: view.result is not None)
    assert labels(person) == {"hidden.input": "→ 0.1\n→ 0.3", "loss.target": "→ 1"}
    for _ in range(5):
        person.presses(Qt.Key.Key_Right, on=view)
    assert labels(person)["output.input"] == "→ 0.495" and labels(person)["loss.prediction"] == "→ 0.5124"
    person.presses(Qt.Key.Key_End, on=view)
    assert labels(person)["output.input"] == "→ 0.495\n← −0.01218"
    assert person.place.canvas.canvas_scene.nodes["output"].marked == "good"
    assert "0.13015" in view.text.lines.text()

    person.place.actions.act["step"].trigger()
    person.sees(lambda: person.step == 1)
    person.rests()
    person.sees(lambda: view.result is not None and view.result.loss == pytest.approx(0.117079, abs=1e-6))
    assert view.step == len(view.result.steps) - 1

    person.place.views.close("backpropagation")
    assert not labels(person) and not person.place.canvas.canvas_scene.nodes["output"].marked


def test_a_student_looks_into_the_time_steps_of_a_plain_rnn_by_keys_mouse_and_time_machine(
    person: Person, tmp_path
) -> None:
    person.opens(files.read(library.find("remember-rnn")), tmp_path)
    view = person.place.views.dock("backpropagation").view
    assert isinstance(view, BackpropagationView)
    person.sees(lambda: view.result is not None)
    assert view.step == 10 and "time step 30" in view.text.title.text()
    view.setFocus()
    person.presses(Qt.Key.Key_Up, on=view)
    person.sees(lambda: "time step 29" in view.text.title.text())
    assert view.choices.slider.value() == 29
    person.presses(Qt.Key.Key_Right, on=view)
    assert "what comes in and the state before, time step 29" in view.text.title.text()
    view.choices.boxes["time"].setValue(1)
    person.sees(lambda: "time step 1" in view.text.title.text())
    person.presses(Qt.Key.Key_Right, on=view)
    assert "sum over all 30 time steps" in view.text.title.text()
    assert any(line.startswith("∂L/∂U") for line in view.result.steps[view.step].lines)
    before = view.result.loss

    person.place.actions.act["step"].trigger()
    person.sees(lambda: person.step == 1)
    person.rests()
    person.sees(lambda: view.result is not None and view.result.loss != before)
    view.moment_chosen.emit(0.0)
    person.sees(lambda: view.result is not None and view.result.loss == before)
