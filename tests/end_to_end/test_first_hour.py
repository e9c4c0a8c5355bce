"""A new user's first hour, in the order in which it happens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from playground.document.files import to_json
from tests.end_to_end.conftest import Person, spirals


def test_the_spirals_preset_learns_before_their_eyes(person: Person) -> None:
    assert person.window.pages.currentWidget() is person.window.gallery
    card = next(card for card in person.window.gallery.cards() if card.path.stem == "spirals")
    person.qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    person.waits_for("ready")
    person.qtbot.mouseClick(person.place.top_bar.play, Qt.MouseButton.LeftButton)
    person.sees(lambda: person.step > 100)
    first = person.place.feed.curves()["train_loss"].value[:8].mean()
    person.sees(lambda: person.train_loss < 0.7 * first)
    person.sees(lambda: person.place.views.dock("decision-boundary").view.result is not None)
    person.qtbot.mouseClick(person.place.top_bar.play, Qt.MouseButton.LeftButton)
    person.waits_for("paused")
    assert person.place.top_bar.play.text() == "Play"


def test_drag_change_break_mend_undo_save_reopen(person: Person, tmp_path: Path) -> None:
    path = person.opens(spirals(), tmp_path)
    before = to_json(person.project)
    person.waits_for("ready")

    # Two more blocks: one onto a wire, one into the open, wired by hand.
    person.drops("dense", person.wire_middle("dense-1", "dense-2"))
    added = next(node for node in person.graph.nodes if node.id not in ("data", "dense-1", "dense-2", "loss"))
    assert {(edge.source, edge.target) for edge in person.graph.edges} >= {("dense-1", added.id), (added.id, "dense-2")}
    person.drops("relu", person.at(300, 400))
    relu = next(node for node in person.graph.nodes if node.block == "relu")
    person.drags(person.port("data", "output", "features"), person.port(relu.id, "input", "input"))
    assert any(edge.target == relu.id for edge in person.graph.edges)

    # Another optimizer, while it learns.
    person.presses(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    person.waits_for("running")
    person.sees(lambda: person.step > 20)
    person.place.inspector.setCurrentWidget(person.place.inspector.training)
    combo = person.place.inspector.training.optimizer.combo
    combo.setFocus()
    person.qtbot.keyClicks(combo, "SGD")
    assert person.project.training.optimizer.id == "sgd"
    person.sees(lambda: any("optimizer" in mark.text for mark in person.place.feed.marks))
    person.presses(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    person.waits_for("paused")

    # Break a shape: the second block now gives three logits for two classes. One click mends it.
    person.place.canvas.select(["dense-2"])
    person.place.inspector.block.form.changed.emit("units", 3)
    assert not person.place.document.report.ok
    assert not person.place.actions.act["play"].isEnabled()
    assert "Cannot play yet" in person.place.top_bar.play.toolTip()
    person.place.canvas.go_to("loss")
    person.qtbot.mouseClick(person.button("Set units to 2", person.place.canvas), Qt.MouseButton.LeftButton)
    assert person.place.document.report.ok
    assert person.place.actions.act["play"].isEnabled()

    # Undo to the beginning and forward again.
    changed = to_json(person.project)
    count = person.place.document.undo_stack.count()
    for _ in range(count):
        person.undoes()
    assert to_json(person.project) == before
    for _ in range(count):
        person.redoes()
    assert to_json(person.project) == changed

    # Learn, save, close, reopen: the same weights go on.
    person.sees(lambda: person.place.trainer.state != "running")
    person.rests()
    start = person.step
    person.place.trainer.take_step(50)
    person.sees(lambda: person.step == start + 50)
    person.rests()
    with person.qtbot.waitSignal(person.place.trainer.saved, timeout=10_000):
        person.place.actions.act["save"].trigger()
    frame = person.place.feed.frame
    assert frame is not None
    weights, step = frame.snapshot.parameters.copy(), frame.step
    assert path.read_text() and path.with_suffix(".safetensors").is_file()
    person.place.show_gallery()
    person.window.open_path(path)
    person.sees(lambda: person.place.feed.frame is not None and person.place.feed.frame.run > frame.run)
    again = person.place.feed.frame
    assert again is not None and again.step == step
    np.testing.assert_array_equal(again.snapshot.parameters, weights)
    assert person.place.feed.history.curves["train_loss"].data().step[-1] == step
    person.place.trainer.take_step(5)
    person.sees(lambda: person.step == step + 5)


def test_a_typed_weight_can_be_undone(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.sees(lambda: person.place.feed.frame is not None)
    old = float(person.place.feed.snapshot.array("dense-1.weight")[0, 1])
    person.place.canvas.weight_edit_requested.emit("dense-1.weight", (0, 1), 2.5)
    person.sees(lambda: person.place.feed.snapshot.array("dense-1.weight")[0, 1] == 2.5)
    person.undoes()
    person.sees(lambda: float(person.place.feed.snapshot.array("dense-1.weight")[0, 1]) == old)


def test_rewind_brings_back_the_same_first_weights_and_a_new_seed_others(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.sees(lambda: person.place.feed.frame is not None)
    first = person.place.feed.snapshot.parameters.copy()
    person.place.actions.act["epoch"].trigger()
    person.sees(lambda: person.place.trainer.state == "paused" and person.step == 14)
    assert not np.array_equal(person.place.feed.snapshot.parameters, first)
    person.place.actions.act["rewind"].trigger()
    person.sees(lambda: person.step == 0)
    np.testing.assert_array_equal(person.place.feed.snapshot.parameters, first)
    person.place.actions.act["seed"].trigger()
    person.sees(lambda: not np.array_equal(person.place.feed.snapshot.parameters, first))
    person.undoes()
    person.sees(lambda: np.array_equal(person.place.feed.snapshot.parameters, first))


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_the_speed_is_kept(person: Person, tmp_path: Path, speed: float) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.place.trainer.set_speed(speed)
    person.place.trainer.play()
    person.sees(lambda: person.step >= 2)
    frame = person.place.feed.frame
    assert frame is not None and frame.step < 200
    person.place.trainer.pause()
    person.waits_for("paused")
