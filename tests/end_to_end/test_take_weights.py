"""Taking weights from elsewhere in the real window: by the menu, by a drop, by hand and by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton
from torch import nn

from playground.document import edits
from playground.ui.weights.dialog import TakeWeightsDialog
from playground.ui.weights.pairs import TAKES, WHY
from tests.end_to_end.conftest import Person, spirals


def opened(person: Person, folder: Path, steps: int = 0) -> None:
    person.opens(spirals(), folder)
    person.sees(lambda: person.place.feed.live is not None)
    if steps:
        person.place.trainer.take_step(steps)
        person.sees(lambda: person.place.feed.live.step == steps)
        person.rests()


def dialog(person: Person) -> TakeWeightsDialog:
    person.sees(lambda: person.place.weights.dialog is not None and person.place.weights.dialog.isVisible())
    found = person.place.weights.dialog
    assert found is not None
    return found


def drop(person: Person, path: Path) -> None:
    """Let go of a file over the window."""
    data, copy, spot = QMimeData(), Qt.DropAction.CopyAction, QPointF(700, 400)
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    entering = QDragEnterEvent(spot.toPoint(), copy, data, left, none)
    QApplication.sendEvent(person.window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(person.window, QDropEvent(spot, copy, data, left, none))


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def state() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))


def weight(person: Person, name: str) -> np.ndarray:
    return person.place.feed.live.snapshot.array(name)


def test_a_dropped_state_dict_is_asked_about_and_its_maps_are_seen(person: Person, tmp_path: Path) -> None:
    """A person loads their own .pt and sees what its units do."""
    opened(person, tmp_path, 30)
    before, net = person.place.feed.live, state()
    torch.save({"epoch": 9, "state_dict": net.state_dict()}, tmp_path / "mine.pt")
    drop(person, tmp_path / "mine.pt")
    found = dialog(person)
    person.sees(lambda: found.match is not None)
    assert found.sentence.text() == "All 4 fit: 42 numbers."
    assert [found.table.model().index(row, WHY).data() for row in range(4)] == ["by order and shape"] * 4
    click(found.take)
    person.sees(lambda: np.array_equal(weight(person, "dense-1.weight"), net[0].weight.detach().numpy()))
    np.testing.assert_array_equal(weight(person, "dense-2.bias"), net[2].bias.detach().numpy())
    assert [mark.text for mark in person.place.feed.live.marks] == ["weights of mine.pt: 4 of 4"]
    # The card shows the maps of the new weights.
    card = person.place.canvas.canvas_scene.nodes["dense-1"]
    person.sees(lambda: card.picture is not None)
    person.place.document.undo_stack.undo()
    person.sees(lambda: person.place.feed.live.run == before.run)
    np.testing.assert_array_equal(person.place.feed.live.snapshot.parameters, before.snapshot.parameters)
    assert not person.place.feed.live.marks
    person.place.document.undo_stack.redo()
    person.sees(lambda: np.array_equal(weight(person, "dense-1.weight"), net[0].weight.detach().numpy()))


def test_rewind_goes_back_to_the_weights_that_were_taken_first(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path)
    torch.save(state().state_dict(), tmp_path / "mine.pth")
    person.place.open(tmp_path / "mine.pth")
    found = dialog(person)
    person.sees(lambda: found.match is not None)
    found.accept()
    wanted = state()[0].weight.detach().numpy()
    person.sees(lambda: np.array_equal(weight(person, "dense-1.weight"), wanted))
    person.place.trainer.take_step(5)
    person.sees(lambda: person.place.feed.live.step == 5)
    person.place.run.rewind()
    person.sees(lambda: person.place.feed.live.step == 0)
    np.testing.assert_array_equal(weight(person, "dense-1.weight"), wanted)


def test_pairing_by_keyboard_alone(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path)
    first = person.place.feed.live.snapshot
    net = state()
    torch.save({"a.weight": net[0].weight, "b.weight": net[0].weight * 2.0}, tmp_path / "two.pt")
    person.place.open(tmp_path / "two.pt")
    found = dialog(person)
    person.sees(lambda: found.match is not None)
    view = found.table
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))
    assert view.model().index(0, TAKES).data() == "a.weight"
    person.presses(Qt.Key.Key_Delete, on=view)
    assert view.model().index(0, TAKES).data() == "– nothing –" and not found.take.isEnabled()
    person.presses(Qt.Key.Key_Return, on=view)
    person.sees(lambda: view.findChild(QComboBox) is not None)
    box = view.findChild(QComboBox)
    assert [box.itemText(number) for number in range(3)] == ["– nothing –", "a.weight", "b.weight"]
    popup = box.view()
    person.presses(Qt.Key.Key_End, on=popup)
    person.presses(Qt.Key.Key_Return, on=popup)
    person.sees(lambda: view.model().index(0, TAKES).data() == "b.weight")
    assert view.model().index(0, WHY).data() == "paired by hand"
    assert found.sentence.text().startswith("1 of 4 fit: 16 of 42 numbers.")
    found.accept()
    person.sees(lambda: np.array_equal(weight(person, "dense-1.weight"), 2.0 * net[0].weight.detach().numpy()))
    np.testing.assert_array_equal(weight(person, "dense-2.weight"), first.array("dense-2.weight"))


def test_an_earlier_run_lends_its_weights(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path, 40)
    learned = person.place.feed.live.snapshot
    person.place.run.rewind()
    person.sees(lambda: person.place.feed.live.step == 0)
    person.place.actions.act["take-weights"].trigger()
    found = dialog(person)
    person.sees(lambda: found.match is not None)
    assert found.list.currentItem().text() == "Run 1\nstep 40, epoch 3"
    found.accept()
    person.sees(lambda: np.array_equal(weight(person, "dense-1.weight"), learned.array("dense-1.weight")))


def test_the_data_are_prepared_as_the_weights_know_them(person: Person, tmp_path: Path) -> None:
    """Another project with its kept weights; both changes are one step of undo."""
    opened(person, tmp_path, 20)
    person.place.document.edit_graph("Scale", edits.set_parameters(person.graph, "data", {"scaling": "standardize"}))
    person.place.trainer.take_step(10)
    person.sees(lambda: person.place.feed.live.step == 30)
    person.rests()
    assert person.place.files.save_to(tmp_path / "scaled.playground.json")
    learned = weight(person, "dense-1.weight")
    person.opens(spirals().replace(seed=5), tmp_path)
    person.sees(lambda: person.place.feed.live is not None and person.place.feed.live.step == 0)
    before = person.project
    person.place.weights.open(tmp_path / "scaled.playground.json")
    found = dialog(person)
    person.sees(lambda: found.match is not None)
    assert found.adapt.isVisible() and found.adapt.isChecked()
    assert found.adaption.text().startswith("Spirals: scaled like the data of the weights, (x ")
    found.accept()
    person.sees(lambda: np.array_equal(weight(person, "dense-1.weight"), learned))
    assert person.graph.node("data").parameters["scaling"] == "given"
    person.place.document.undo_stack.undo()
    assert person.project == before
    person.sees(lambda: not np.array_equal(weight(person, "dense-1.weight"), learned))


@pytest.mark.parametrize("content", ["nothing", "code"])
def test_what_cannot_be_taken_is_told_in_the_dialog(person: Person, tmp_path: Path, content: str) -> None:
    opened(person, tmp_path, 5)
    before = person.place.feed.live
    torch.save({"x.weight": torch.zeros(9, 9)} if content == "nothing" else nn.Linear(2, 2), tmp_path / "bad.pt")
    person.place.open(tmp_path / "bad.pt")
    found = dialog(person)
    if content == "nothing":
        person.sees(lambda: found.match is not None)
        assert "neither names nor shapes are alike" in found.sentence.text()
    else:
        person.sees(lambda: "pickled Python objects" in found.hint.text())
    assert not found.take.isEnabled()
    found.reject()
    assert person.place.feed.live.run == before.run


def test_without_a_complete_network_a_sentence_says_so(person: Person, tmp_path: Path) -> None:
    opened(person, tmp_path)
    person.place.files.new()
    person.place.actions.act["take-weights"].trigger()
    person.sees(lambda: "as soon as the network is complete" in person.place.messages.text)
    assert person.place.weights.dialog is None
