"""Random sequences of edits: the graph stays sound, and a stack of values undoes and redoes to identical JSON."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.document import edits
from playground.document.copies import unrolled, unrolled_size
from playground.document.files import graph_problems, parse, to_json
from playground.document.graph import Edge, Graph, Group, Node, Note, Position
from playground.document.project import Project
from playground.editing.same_weights import with_weights_of
from playground.network.sharing import owner_of

Step = Callable[[Graph, "Choice"], Graph]


class Choice:
    """Picks things of a graph by drawn numbers, so that a sequence can be replayed and shrunk."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers = numbers or [0]
        self._at = 0

    def number(self, below: int) -> int:
        self._at += 1
        return self._numbers[self._at % len(self._numbers)] % max(1, below)

    def some(self, names: list[str]) -> list[str]:
        return [name for name in names if self.number(3) == 0]


def _ids(graph: Graph) -> list[str]:
    return sorted(graph.taken_ids())


def _node_ids(graph: Graph) -> list[str]:
    return [node.id for node in graph.nodes]


def add(graph: Graph, choice: Choice) -> Graph:
    block = ("dense", "tanh", "add", "spirals")[choice.number(4)]
    place = Position(x=float(choice.number(900)), y=float(choice.number(900)))
    return edits.add_node(graph, Node(id=edits.free_id(graph, block), block=block, position=place))


def connect(graph: Graph, choice: Choice) -> Graph:
    names = _node_ids(graph)
    if len(names) < 2:
        return graph
    source, target = names[choice.number(len(names))], names[choice.number(len(names))]
    if edits.would_cycle(graph, source, target):
        return graph
    port = ("input", "target")[choice.number(2)]
    return edits.connect(graph, Edge(source=source, target=target, target_port=port), many=choice.number(2) == 0)


def disconnect(graph: Graph, choice: Choice) -> Graph:
    return edits.disconnect(graph, [edge.key for edge in graph.edges if choice.number(3) == 0])


def delete(graph: Graph, choice: Choice) -> Graph:
    return edits.delete(graph, choice.some(_ids(graph)), close_gap=choice.number(4) > 0)


def move(graph: Graph, choice: Choice) -> Graph:
    wild = (float("nan"), float("inf"), -1e12, 17.123456, 3.0)
    chosen = choice.some(_ids(graph))
    return edits.move(graph, {name: (wild[choice.number(5)], wild[choice.number(5)]) for name in chosen})


def insert(graph: Graph, choice: Choice) -> Graph:
    if not graph.edges:
        return graph
    key = graph.edges[choice.number(len(graph.edges))].key
    node = Node(id=edits.free_id(graph, "relu"), block="relu")
    return edits.insert_on_edge(graph, key, node, input_port="input", output_port="output")


def parameters(graph: Graph, choice: Choice) -> Graph:
    names = _node_ids(graph)
    if not names:
        return graph
    return edits.set_parameters(graph, names[choice.number(len(names))], {"units": choice.number(64)})


def paste(graph: Graph, choice: Choice) -> Graph:
    return edits.merge(graph, edits.extract(graph, choice.some(_ids(graph))), (24.0, 24.0))[0]


def note(graph: Graph, choice: Choice) -> Graph:
    if graph.notes and choice.number(2):
        old = graph.notes[choice.number(len(graph.notes))]
        return edits.replace_note(graph, old.replace(text=f"text {choice.number(9)}", width=100.0 + choice.number(50)))
    homes = [None, *(one.id for one in graph.groups)]
    fresh = Note(id=edits.free_id(graph, "note"), text="note", inside=homes[choice.number(len(homes))])
    return edits.add_note(graph, fresh)


def group(graph: Graph, choice: Choice) -> Graph:
    members = tuple(choice.some(_node_ids(graph)))
    return edits.add_group(graph, Group(id=edits.free_id(graph, "group"), nodes=members)) if members else graph


def nest(graph: Graph, choice: Choice) -> Graph:
    """Put a group, or some blocks of one, into a new group where it lies."""
    if not graph.groups:
        return graph
    old = graph.groups[choice.number(len(graph.groups))]
    name = edits.free_id(graph, "group")
    if choice.number(2):
        outer = Group(id=name, inside=old.inside)
        return edits.replace_group(graph, old.replace(inside=name)).replace(
            groups=(*(one.replace(inside=name) if one is old else one for one in graph.groups), outer)
        )
    members = tuple(choice.some(list(old.nodes)))
    return edits.add_group(graph, Group(id=name, nodes=members, inside=old.id)) if members else graph


def ungroup(graph: Graph, choice: Choice) -> Graph:
    return edits.ungrouped(graph, choice.some([one.id for one in graph.groups]))


def repeat(graph: Graph, choice: Choice) -> Graph:
    if not graph.groups:
        return graph
    old = graph.groups[choice.number(len(graph.groups))]
    return edits.replace_group(graph, old.replace(repeat=1 + choice.number(4), shared=choice.number(2) == 1))


def borrow(graph: Graph, choice: Choice) -> Graph:
    names = _node_ids(graph)
    if len(names) < 2:
        return graph
    one, other = names[choice.number(len(names))], names[choice.number(len(names))]
    return graph if owner_of(graph, other) == one else with_weights_of(graph, one, other)


STEPS: tuple[Step, ...] = (
    add, add, connect, connect, disconnect, delete, move, insert, parameters, paste, note, group, nest,
    ungroup, repeat, borrow,
)  # fmt: skip
sequences = st.lists(st.tuples(st.sampled_from(STEPS), st.lists(st.integers(0, 10_000), max_size=12)), max_size=30)


def _json(graph: Graph) -> str:
    return to_json(Project(graph=graph))


@settings(max_examples=150, deadline=None)
@given(sequences)
def test_every_edit_keeps_the_graph_sound(steps: list[tuple[Step, list[int]]]) -> None:
    graph = Graph()
    for step, numbers in steps:
        before, text = graph, _json(graph)
        graph = step(graph, Choice(numbers))
        assert _json(before) == text, "an edit must not change the value it was given"
        assert graph_problems(graph) == []
        assert graph.order() is not None
        written_out = unrolled(graph)
        assert len(written_out.by_id) == len(written_out.nodes) == unrolled_size(graph).nodes
        assert len(written_out.edges) == unrolled_size(graph).edges
        assert all(edge.source in written_out.by_id and edge.target in written_out.by_id for edge in written_out.edges)
        assert all(node.weights_of is None or node.weights_of in written_out.by_id for node in written_out.nodes)
    assert parse(_json(graph)).graph == graph


@settings(max_examples=60, deadline=None)
@given(sequences)
def test_undo_and_redo_are_exact(steps: list[tuple[Step, list[int]]]) -> None:
    past, present = [], Graph()
    for step, numbers in steps:
        past.append(present)
        present = step(present, Choice(numbers))
    texts = [_json(graph) for graph in (*past, present)]
    future: list[Graph] = []
    while past:
        future.append(present)
        present = past.pop()
        assert _json(present) == texts[len(past)]
    assert present == Graph()
    while future:
        present = future.pop()
    assert _json(present) == texts[-1]
