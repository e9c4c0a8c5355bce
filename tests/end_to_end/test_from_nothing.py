"""A network built block by block on an empty canvas."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.end_to_end.conftest import Person


def test_a_network_built_from_nothing_is_mended_and_watched(person: Person) -> None:
    person.place.actions.act["new"].trigger()
    person.sees(lambda: person.place.canvas.isVisible())
    for number, block in enumerate(("moons", "dense", "cross-entropy")):
        person.drops(block, person.at(-500 + 300 * number, 0))
    data, dense, loss = (node.id for node in person.graph.nodes)
    person.drags(person.port(data, "output", "features"), person.port(dense, "input", "input"))
    person.drags(person.port(data, "output", "target"), person.port(loss, "input", "target"))
    assert not person.place.views.open_ids()

    # Eight outputs for two classes: refused, said once, beside the block, with buttons that can be read.
    person.drags(person.port(dense, "output", "output"), person.port(loss, "input", "prediction"))
    bubble = person.place.canvas.messages.bubble
    assert "2 classes" in bubble.text.text() and person.place.messages.text == ""
    labels = [button.text() for button in bubble.buttons()]
    assert labels == ["Set units to 2", "Insert Dense of 2", "Connect anyway"]
    for button in bubble.buttons():
        assert bubble.rect().contains(button.geometry()) and button.width() >= button.sizeHint().width()
    person.qtbot.mouseClick(bubble.buttons()[0], Qt.MouseButton.LeftButton)
    assert person.place.document.report.ok

    assert "curves" in person.place.views.open_ids()
    person.waits_for("ready")
    person.place.trainer.take_step(5)
    person.sees(lambda: person.step == 5)
