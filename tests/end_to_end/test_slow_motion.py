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
