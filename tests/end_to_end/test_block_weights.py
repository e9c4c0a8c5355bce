"""The lock of a card and its key, a block drawn anew, a wider layer, and one that changes nothing at first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu

from playground.editing.geometry import Hit
from playground.ui.canvas.menus import context_menu
from tests.end_to_end.conftest import LEFT, NONE, Person, spirals


def opened(person: Person, folder: Path, steps: int = 30) -> None:
    person.opens(spirals(), folder)
    person.sees(lambda: person.place.feed.live is not None)
    if steps:
        person.place.trainer.take_step(steps)
        person.sees(lambda: person.place.feed.live.step == steps)
        person.rests()


def lock(person: Person, name: str) -> QPoint:
    item = person.place.canvas.canvas_scene.nodes[name]
    rect = item.lock_rect(person.place.canvas.camera.zoom)
    assert not rect.isEmpty()
    return person.place.canvas.mapFromScene(item.pos() + QPointF(rect.center()))


def trainable(person: Person, name: str) -> bool:
    return person.graph.node(name).training.trainable


def array(person: Person, name: str) -> np.ndarray:
    return person.place.feed.live.snapshot.array(name)


@pytest.mark.parametrize("zoom", [1.0, 0.6, 0.4])
def test_the_lock_of_a_selected_card_freezes_it_and_the_change_is_exactly_zero(
    person: Person, tmp_path: Path, zoom: float
) -> None:
    opened(person, tmp_path, 0)
    canvas = person.place.canvas
    canvas.camera.zoom_to(zoom)
    canvas.centerOn(canvas.canvas_scene.nodes["dense-1"])
    assert canvas.canvas_scene.nodes["dense-1"].lock_rect(zoom).isEmpty(), "it is shown where it is of use"
    canvas.select(["dense-1"])
    QTest.mouseClick(canvas.viewport(), LEFT, NONE, lock(person, "dense-1"))
    assert not trainable(person, "dense-1") and trainable(person, "dense-2")
    canvas.select([])
    first = person.place.feed.live.snapshot
    person.place.trainer.take_step(25)
    person.sees(lambda: person.place.feed.live.step == 25)
    person.rests()
    np.testing.assert_array_equal(array(person, "dense-1.weight"), first.array("dense-1.weight"))
    canvas.select(["dense-1"])
    words = person.place.inspector.block.weights.change
    person.sees(lambda: words.text() == "frozen · change since step 0: 0 (norm)")
    canvas.select(["dense-2"])
    person.sees(lambda: words.text().startswith("change since step 0: ") and "frozen" not in words.text())
    assert words.text() != "change since step 0: 0 (norm)"
    canvas.select([])
    QTest.mouseClick(canvas.viewport(), LEFT, NONE, lock(person, "dense-1"))
    assert trainable(person, "dense-1"), "the lock of a frozen card is there without a selection"


def test_the_key_freezes_what_is_selected(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path, 0)
    person.place.canvas.select(["dense-1", "dense-2"])
    person.presses(Qt.Key.Key_L, on=person.place.canvas)
    assert not trainable(person, "dense-1") and not trainable(person, "dense-2")
    assert "frozen" in person.place.canvas.canvas_scene.nodes["dense-1"].face.words()
    person.presses(Qt.Key.Key_L, on=person.place.canvas)
    assert trainable(person, "dense-1") and trainable(person, "dense-2")


def test_the_factor_of_the_learning_rate_is_seen_on_the_card(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path, 0)
    training = person.graph.node("dense-1").training.replace(learning_rate_factor=0.1)
    nodes = tuple(n.replace(training=training) if n.id == "dense-1" else n for n in person.graph.nodes)
    person.place.document.edit_graph("Slower", person.graph.replace(nodes=nodes))
    face = person.place.canvas.canvas_scene.nodes["dense-1"].face
    assert face.subtitle.startswith("rate × 0.1 · ") and "rate × 0.1" in face.words()


def test_a_block_is_drawn_anew_and_comes_back(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path)
    before = person.place.feed.live
    person.place.canvas.select(["dense-2"])
    person.sees(lambda: person.place.inspector.block.weights.isVisible())
    QTest.mouseClick(person.place.inspector.block.weights.reset, LEFT)
    person.sees(lambda: person.place.feed.live.run != before.run)
    np.testing.assert_array_equal(array(person, "dense-1.weight"), before.snapshot.array("dense-1.weight"))
    assert not np.array_equal(array(person, "dense-2.weight"), before.snapshot.array("dense-2.weight"))
    assert [mark.text for mark in person.place.feed.live.marks] == ["Dense 2 drawn anew"]
    person.undoes()
    person.sees(lambda: person.place.feed.live.run == before.run)
    np.testing.assert_array_equal(person.place.feed.live.snapshot.parameters, before.snapshot.parameters)


def test_a_layer_is_widened_from_its_menu(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(person, tmp_path)
    before = person.place.feed.live
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (12, True))
    person.place.canvas.select(["dense-1"])
    menu = context_menu(person.place.canvas, person.place.canvas.verbs, Hit("node", "dense-1"), (0.0, 0.0))
    chosen(menu, "Widen …").trigger()
    person.sees(lambda: person.place.feed.live.run != before.run)
    assert person.graph.node("dense-1").parameters["units"] == 12
    assert array(person, "dense-1.weight").shape == (12, 2)
    losses = [frame.latest["train_loss"] for frame in (before, person.place.feed.live)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    person.undoes()
    person.sees(lambda: person.place.feed.live.run == before.run)
    np.testing.assert_array_equal(person.place.feed.live.snapshot.parameters, before.snapshot.parameters)
    person.redoes()
    person.sees(lambda: person.place.feed.live.snapshot.layout.by_name()["dense-1.weight"].shape == (12, 2))
    assert person.place.feed.live.latest["train_loss"] == pytest.approx(losses[0], abs=1e-5)


def test_what_cannot_be_widened_says_why(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path, 0)
    person.place.canvas.select(["dense-2"])
    person.place.actions.act["widen"].trigger()
    person.sees(lambda: "compares it with the target" in person.place.messages.text)


def test_an_inserted_layer_starts_as_the_identity(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path)
    before = person.place.feed.live
    wire = next(edge.key for edge in person.graph.edges if edge.target == "dense-2")
    menu = context_menu(person.place.canvas, person.place.canvas.verbs, Hit("wire", edge=wire), (0.0, 0.0))
    chosen(menu, "Insert a Dense that changes nothing at first").trigger()
    person.sees(lambda: person.place.feed.live.run != before.run)
    np.testing.assert_array_equal(array(person, "dense-3.weight"), np.eye(8))
    assert person.place.feed.live.latest["train_loss"] == pytest.approx(before.latest["train_loss"], abs=1e-6)


def chosen(menu: QMenu, text: str):
    return next(action for action in menu.actions() if action.text() == text)
