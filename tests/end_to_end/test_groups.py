"""Three blocks become a part of the network that is closed, repeated six times, trained, entered, and taken back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from playground.document.files import to_json
from playground.document.graph import Edge, Graph
from playground.document.project import Project
from tests.end_to_end.conftest import LEFT, NONE, Person, node, spirals

CONTROL = Qt.KeyboardModifier.ControlModifier


def deep() -> Project:
    """Two spirals -> 6 tanh -> [6 units -> layer norm -> tanh] -> 2 logits -> cross-entropy."""
    project = spirals()
    graph = Graph(
        nodes=(
            node("data", "spirals", 0, 0, examples=200),
            node("dense-1", "dense", 240, 0, units=6),
            node("dense-2", "dense", 480, 0, units=6, activation="identity"),
            node("norm", "layer-norm", 720, 0),
            node("tanh", "tanh", 960, 0),
            node("dense-3", "dense", 1200, 0, units=2, activation="identity"),
            node("loss", "cross-entropy", 1440, 0),
        ),
        edges=(
            Edge(source="data", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"),
            Edge(source="dense-2", target="norm"),
            Edge(source="norm", target="tanh"),
            Edge(source="tanh", target="dense-3"),
            Edge(source="dense-3", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
        ),
    )
    return project.replace(graph=graph)


def test_three_blocks_are_grouped_repeated_trained_entered_and_taken_back(person: Person, tmp_path) -> None:
    person.opens(deep(), tmp_path)
    before = to_json(person.project)
    canvas, scene = person.place.canvas, person.place.canvas.canvas_scene
    canvas.setFocus()

    # Three clicks choose the blocks, two keys make one card of them.
    for number, name in enumerate(("dense-2", "norm", "tanh")):
        QTest.mouseClick(canvas.viewport(), LEFT, CONTROL if number else NONE, person.card(name))
    person.presses(Qt.Key.Key_G, CONTROL, on=canvas)
    group = person.graph.groups[0].id
    assert set(person.graph.members(group)) == {"dense-2", "norm", "tanh"}
    person.presses(Qt.Key.Key_E, CONTROL, on=canvas)
    assert group in scene.nodes
    assert "norm" not in scene.nodes
    panel = person.place.inspector.group
    person.sees(panel.isVisible)

    # The number is typed on the card, and told everywhere.
    canvas.camera.zoom_to(1.0)
    canvas.go_to(group)
    item = scene.nodes[group]
    person.clicks(canvas.mapFromScene(item.repeat_rect().center() + item.pos()))
    field = canvas.repeat.field
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "6")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert person.graph.group(group).repeat == 6
    assert item.face.parameters == "324 params"
    assert panel.count.text() == "3 blocks · 324 parameters in 6 copies, 54 in each"
    assert person.place.document.report.total_parameters == 18 + 6 * 54 + 14

    # All six copies learn, and the card shows what the last one gives.
    person.place.actions.act["play"].trigger()
    person.sees(lambda: person.step > 200)
    person.place.actions.act["play"].trigger()
    person.rests()
    person.sees(lambda: item.picture is not None)
    names = {place.node for place in person.place.feed.frame.snapshot.layout.places}
    assert {f"{group}/{number}/dense-2" for number in range(2, 7)} <= names
    weights = [person.place.feed.frame.snapshot.of_node(name)["weight"] for name in ("dense-2", f"{group}/6/dense-2")]
    assert not np.array_equal(*weights)

    # Inside, one looks at a copy; the view of weights follows.
    spot = person.card(group)
    QTest.mouseDClick(canvas.viewport(), LEFT, NONE, spot)
    assert scene.entered == group
    person.sees(lambda: scene.nodes["tanh"].picture is not None)
    canvas.entering.line.copy.setValue(3)
    person.clicks(person.card("dense-2"))
    assert person.place.views.node == f"{group}/3/dense-2"
    assert person.place.inspector.block.node.id == "dense-2"
    canvas.setFocus()
    person.presses(Qt.Key.Key_Backspace, on=canvas)
    assert scene.entered == ""

    # Two undo steps for the number and the card, one for the group, and all is as it was.
    while person.place.document.undo_stack.canUndo():
        person.undoes()
    assert to_json(person.project) == before
    assert {"dense-2", "norm", "tanh"} <= scene.nodes.keys()
    while person.place.document.undo_stack.canRedo():
        person.redoes()
    assert person.graph.group(group).repeat == 6
    assert person.graph.group(group).closed


def test_the_panel_repeats_in_one_step_and_enters(person: Person, tmp_path) -> None:
    person.opens(deep(), tmp_path)
    canvas = person.place.canvas
    canvas.select(["dense-2", "norm", "tanh"])
    person.presses(Qt.Key.Key_G, CONTROL, on=canvas)
    group, panel = person.graph.groups[0].id, person.place.inspector.group
    count = person.place.document.undo_stack.count()
    slider = panel.form.rows["repeat"].field.slider
    for position in range(slider.minimum(), slider.minimum() + 5):
        slider.setValue(position)
    assert person.graph.group(group).repeat == 5
    assert person.place.document.undo_stack.count() == count + 1
    panel.form.rows["shared"].field.toggle.click()
    assert person.graph.group(group).shared
    assert person.place.document.report.total_parameters == 18 + 54 + 14
    person.button("Enter", panel).click()
    assert canvas.canvas_scene.entered == group
    canvas.canvas_scene.enter("")
    canvas.select([group])
    person.button("Close", panel).click()
    assert person.graph.group(group).closed
    person.button("Ungroup", panel).click()
    assert not person.graph.groups
