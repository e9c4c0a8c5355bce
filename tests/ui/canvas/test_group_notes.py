"""What lies on and in the frames of groups: notes, and titles above the wires."""

from __future__ import annotations

from playground.document.graph import Graph, Note, Position
from playground.editing import groups
from tests.ui.canvas.conftest import canvas_with
from tests.ui.canvas.test_groups import chain


def noted(**group: object) -> Graph:
    """The chain with a note in the group and one outside."""
    inner = Note(id="note-1", text="In here", position=Position(x=560, y=-120), inside="part")
    return chain(**group).replace(notes=(inner, Note(id="note-2", text="Out there", position=Position(x=0, y=-200))))


def test_a_note_in_a_group_is_seen_with_its_blocks(qtbot) -> None:
    hands = canvas_with(noted(), qtbot)
    scene = hands.view.canvas_scene
    assert set(scene.notes) == {"note-1", "note-2"}
    frame = scene.groups["part"].frame
    assert frame.y < -120 and frame.contains((560.0, -110.0)), "the frame holds the note, too"
    groups.set_closed(hands.document, ["part"], True)
    assert set(scene.notes) == {"note-2"}
    scene.enter("part")
    assert set(scene.notes) == {"note-1"}
    hands.view.verbs.add_note()
    assert hands.graph.notes[-1].inside == "part" and len(scene.notes) == 2
    scene.enter("")
    assert set(scene.notes) == {"note-2"}


def test_notes_go_with_their_group(qtbot) -> None:
    hands = canvas_with(noted(closed=True, position=Position(x=520, y=0)), qtbot)
    place = hands.graph.notes[0].position
    hands.view.select(["part"])
    hands.view.verbs.nudge(30.0, 10.0)
    moved = hands.graph.notes[0].position
    assert (moved.x - place.x, moved.y - place.y) == (30.0, 10.0)
    hands.view.verbs.duplicate()
    copy = hands.graph.notes[-1]
    assert copy.text == "In here" and copy.inside == hands.graph.groups[-1].id != "part"
    hands.view.select(["part"])
    hands.view.verbs.delete()
    assert [note.text for note in hands.graph.notes] == ["Out there", "In here"]
    hands.view.select([hands.graph.groups[0].id])
    hands.view.verbs.ungroup()
    assert [note.inside for note in hands.graph.notes] == [None, None]
    hands.view.select(["dense-1", "note-2"])
    hands.view.verbs.group()
    assert hands.graph.notes[0].inside == hands.graph.groups[-1].id
    hands.view.select(["note-2"])
    hands.view.verbs.put_into("")
    assert hands.graph.notes[0].inside is None
    while hands.document.undo_stack.canUndo():
        hands.document.undo_stack.undo()
    assert hands.graph == noted(closed=True, position=Position(x=520, y=0))


def test_a_title_lies_above_the_wires(qtbot) -> None:
    hands = canvas_with(chain(repeat=3), qtbot)
    scene = hands.view.canvas_scene
    title = scene.group_titles.titles["part"]
    assert title.words == "Part ×\N{NO-BREAK SPACE}3"
    assert all(title.zValue() > wire.zValue() for wire in scene.wires.values())
    strip = scene.groups["part"].title_rect()
    assert (title.strip.x(), title.strip.y()) == (strip.x, strip.y)
    groups.set_closed(hands.document, ["part"], True)
    assert not scene.group_titles.titles
