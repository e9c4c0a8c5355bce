"""What a view writes on the canvas: labels that keep to their wires, rings that keep to their cards."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QSizeF

from playground.document import edits
from playground.ui.canvas.wire_notes import WireLabel
from playground.ui.widgets.canvas_notes import NO_NOTES, CanvasNotes, WireNote
from tests.ui.canvas.conftest import Hands


def notes(hands: Hands, *lines: str) -> CanvasNotes:
    wire = next(key for key in hands.view.canvas_scene.wires if key.target == "dense-1")
    both = WireNote(lines), WireNote(("−0.2",), "backward", fresh=True)
    return CanvasNotes({wire: both}, frozenset({"dense-1"}), "backward")


def label_of(hands: Hands) -> WireLabel:
    (label,) = hands.view.canvas_scene.wire_notes.labels.values()
    return label


def test_a_label_says_what_goes_forward_and_what_comes_back(hands: Hands) -> None:
    scene = hands.view.canvas_scene
    scene.wire_notes.show(notes(hands, "0.1", "0.3"))
    assert label_of(hands).text == "→ 0.1\n→ 0.3\n← −0.2"
    assert scene.nodes["dense-1"].marked == "backward" and not scene.nodes["dense-2"].marked
    scene.wire_notes.show(NO_NOTES)
    assert not scene.wire_notes.labels and not scene.nodes["dense-1"].marked
    assert not any(isinstance(item, WireLabel) for item in scene.items())


@pytest.mark.parametrize("text", ["0.1", "a number too long for the room between two cards"])
def test_a_label_covers_at_most_the_edge_of_a_card_and_keeps_to_its_wire(hands: Hands, text: str) -> None:
    scene = hands.view.canvas_scene
    scene.wire_notes.show(notes(hands, text))
    for place in ((260.0, 0.0), (330.0, 120.0)):
        scene.place({"dense-1": place})
        label = label_of(hands)
        (wire,) = scene.wire_notes.labels
        middle = scene.wires[wire].middle()
        assert label.pos().x() == pytest.approx(middle.x())
        assert label.sceneBoundingRect().adjusted(-1, -1, 1, 1).contains(middle)
        own = [QRectF(item.pos(), QSizeF(*item.size)) for item in scene.nodes.values()]
        box = label.box().adjusted(8, 0, -8, 0).translated(label.pos())
        assert not any(box.intersects(card) for card in own)


def test_labels_of_wires_side_by_side_do_not_cover_each_other(hands: Hands) -> None:
    scene = hands.view.canvas_scene
    scene.place({"mean-squared-error-1": (260.0, 8.0), "dense-1": (780.0, 0.0)})
    note = (WireNote(("0.1", "0.3")),)
    scene.wire_notes.show(CanvasNotes(dict.fromkeys(scene.wires, note)))
    boxes = [label.box().translated(label.pos()) for label in scene.wire_notes.labels.values()]
    assert len(boxes) == 4
    for number, box in enumerate(boxes):
        assert not any(box.adjusted(8, 1, -8, -1).intersects(other) for other in boxes[:number])


def test_a_label_goes_with_its_wire(hands: Hands) -> None:
    scene = hands.view.canvas_scene
    scene.wire_notes.show(notes(hands, "0.1"))
    hands.document.edit_graph("Delete", edits.delete(hands.graph, ["dense-1"]))
    assert not scene.wire_notes.labels
