"""Random sequences of canvas commands: undo all gives the first file again, redo all the last one."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.document.files import graph_problems, to_json
from playground.document.graph import Edge
from playground.document.project import Project
from playground.editing import adding, commands, group_library, groups
from playground.editing.same_weights import lenders, use_weights_of
from playground.ui.canvas.scene import CanvasScene
from playground.ui.open_document import OpenDocument
from tests.ui.canvas.conftest import framed

BLOCKS = ("dense", "tanh", "dropout", "flatten", "add", "mean-squared-error", "cross-entropy", "moons")
READY = [kept for kept in group_library.kept_groups() if kept.shelf == "ready"]
Pick = Callable[[int], int]
Act = Callable[[CanvasScene, Pick], object]


def _some(scene: CanvasScene, pick: Pick) -> list[str]:
    return [name for name in sorted(scene.document.graph.taken_ids()) if pick(3) == 0]


def _one(scene: CanvasScene, pick: Pick) -> str:
    names = [node.id for node in scene.document.graph.nodes]
    return names[pick(len(names))] if names else ""


def _group(scene: CanvasScene, pick: Pick) -> list[str]:
    names = [group.id for group in scene.document.graph.groups]
    return [names[pick(len(names))]] if names else []


def _add(scene: CanvasScene, pick: Pick) -> object:
    document = scene.document
    edges = document.graph.edges
    on = edges[pick(len(edges))].key if edges and pick(3) == 0 else None
    return adding.add_block(document, BLOCKS[pick(len(BLOCKS))], after=_one(scene, pick), on_edge=on)


def _connect(scene: CanvasScene, pick: Pick) -> object:
    source, target = _one(scene, pick), _one(scene, pick)
    if not source:
        return None
    ports = scene.faces[target].inputs, scene.faces[source].outputs
    if not all(ports):
        return None
    edge = Edge(source=source, source_port=ports[1][0].name, target=target, target_port=ports[0][0].name)
    try:
        return commands.connect(scene.document, edge)
    except ValueError:
        return None  # a circle


def _paste(scene: CanvasScene, pick: Pick) -> object:
    text = commands.copied(scene.document, _some(scene, pick))
    return commands.paste(scene.document, text, (float(pick(500)), float(pick(500)))) if text else None


def _borrow(scene: CanvasScene, pick: Pick) -> object:
    name, document = _one(scene, pick), scene.document
    offered = lenders(document.graph, document.report, name) if name else ()
    found = [one for one in offered if not one.reason]
    if not found:
        return None
    return use_weights_of(scene.document, name, found[pick(len(found))].node if pick(3) else None)


def _insert(scene: CanvasScene, pick: Pick) -> object:
    ready = [kept.file for kept in READY if kept.file is not None]
    return group_library.insert(scene.document, ready[pick(len(ready))], after=_one(scene, pick) or None)


def _note(scene: CanvasScene, pick: Pick) -> object:
    notes = scene.document.graph.notes
    if not notes or pick(2):
        return commands.add_note(scene.document, (float(pick(99)), 0.0), "words")
    commands.edit_note(scene.document, notes[0].id, f"text {pick(5)}")
    return commands.resize_note(scene.document, notes[0].id, float(pick(400)), float("nan"))


ACTS: tuple[Act, ...] = (
    _add,
    _add,
    _connect,
    _paste,
    _note,
    lambda scene, pick: commands.delete(scene.document, _some(scene, pick), list(scene.wires)[: pick(3)]),
    lambda scene, pick: commands.nudge(scene.document, _some(scene, pick), float(pick(9)), 3.0),
    lambda scene, pick: commands.duplicate(scene.document, _some(scene, pick)),
    lambda scene, pick: groups.group(scene.document, _some(scene, pick)),
    lambda scene, pick: groups.group(scene.document, _some(scene, pick)),
    lambda scene, pick: groups.ungroup(scene.document, _some(scene, pick)),
    lambda scene, pick: groups.toggle_closed(scene.document, _group(scene, pick)),
    lambda scene, pick: groups.toggle_closed(scene.document, _some(scene, pick)),
    lambda scene, pick: groups.put_into(scene.document, _some(scene, pick), "".join(_group(scene, pick)[: pick(2)])),
    _borrow,
    _insert,
    lambda scene, pick: [groups.set_repeat(scene.document, name, 1 + pick(3)) for name in _group(scene, pick)],
    lambda scene, pick: [groups.set_shared(scene.document, name, True) for name in _group(scene, pick)],
    lambda scene, pick: scene.enter("".join(_group(scene, pick)[: pick(3)])),
    lambda scene, pick: commands.drop(
        scene.document, {name: (rect.x + pick(300), rect.y) for name, rect in scene.rects(_some(scene, pick)).items()}
    ),
    lambda scene, pick: commands.toggle_unfolded(scene.document, _some(scene, pick)),
    lambda scene, pick: commands.toggle_trainable(scene.document, _some(scene, pick)),
    lambda scene, pick: commands.rename(scene.document, _one(scene, pick), "Name") if scene.nodes else None,
    lambda scene, pick: commands.align(scene.document, scene.rects(_some(scene, pick)), "middle"),
    lambda scene, pick: commands.distribute(scene.document, scene.rects(_some(scene, pick)), "vertical"),
    lambda scene, pick: commands.tidy(scene.document, scene.sizes()),
    lambda scene, pick: scene.document.undo_stack.undo(),
    lambda scene, pick: scene.document.undo_stack.redo(),
)
sequences = st.lists(st.tuples(st.integers(0, len(ACTS) - 1), st.lists(st.integers(0, 999), min_size=1)), max_size=20)


def _picker(numbers: list[int]) -> Pick:
    state = [0]

    def pick(below: int) -> int:
        state[0] += 1
        return numbers[state[0] % len(numbers)] % max(1, below)

    return pick


def _card(scene: CanvasScene, block: str) -> str:
    """Which card shows a block, by walking outwards from it."""
    graph, card, inside = scene.document.graph, block, not scene.entered
    home = next((group for group in graph.groups if block in group.nodes), None)
    while home is not None:
        if home.id == scene.entered:
            return card
        if home.closed:
            card = home.id
        home = next((group for group in graph.groups if group.id == home.inside), None)
    return card if inside else ""


def _in_sight(scene: CanvasScene, group: str | None) -> bool:
    """Whether what lies in this group is seen: up to the entered one, or to the whole, all are open."""
    while group is not None and group != scene.entered:
        home = scene.document.graph.group(group)
        if home.closed:
            return False
        group = home.inside
    return (group or "") == scene.entered


def _in_step(scene: CanvasScene) -> None:
    graph = scene.document.graph
    assert graph_problems(graph) == []
    cards = {node.id: _card(scene, node.id) for node in graph.nodes}
    shown = set(cards.values()) - {""}
    assert {name for name in scene.nodes if not name.startswith(":")} == shown
    assert set(scene.notes) == {note.id for note in graph.notes if _in_sight(scene, note.inside)}
    drawn = set()
    for edge in graph.edges:
        ends = cards[edge.source], cards[edge.target]
        if any(ends) and (ends[0] != ends[1]):
            key = scene.wire_of(edge.key)
            wire = scene.level.wires[key]
            drawn.add(key)
            assert edge.key in wire.edges
            output = f"{edge.source}.{edge.source_port}"
            assert (wire.start.node, wire.end.node) == (ends[0] or f":in:{output}", ends[1] or f":out:{output}")
            curve = scene.wires[key].curve
            assert curve[0] == scene.nodes[wire.start.node].box().port("output", wire.start.name)
            assert curve[-1] == scene.nodes[wire.end.node].box().port("input", wire.end.name)
    assert set(scene.wires) == drawn
    for node in graph.nodes:
        if node.id in scene.nodes:
            place = scene.nodes[node.id].pos()
            assert (place.x(), place.y()) == (node.position.x, node.position.y)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequences)
def test_undo_all_and_redo_all_are_exact(qapp, steps: list[tuple[int, list[int]]]) -> None:
    document = OpenDocument()
    scene = CanvasScene(document, document)
    document.open(Project(graph=framed()))
    start = to_json(document.project)
    for number, numbers in steps:
        ACTS[number](scene, _picker(numbers))
        _in_step(scene)
    stack = document.undo_stack
    stack.setIndex(stack.count())
    end = to_json(document.project)
    stack.setIndex(0)
    assert to_json(document.project) == start
    _in_step(scene)
    stack.setIndex(stack.count())
    assert to_json(document.project) == end
    _in_step(scene)
    document.deleteLater()
