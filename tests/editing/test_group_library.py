"""Groups kept as files: those that come with the program work where they are put, a person's own are kept and found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.document import edits
from playground.document.files import ProjectFileError, graph_problems
from playground.document.graph import Edge, Graph, Group, Node
from playground.document.group_files import GROUP, GroupFile, group_json, group_schema
from playground.document.project import Project
from playground.editing import group_library
from playground.editing.group_library import kept_groups, own_folder
from playground.editing.group_parts import OpenPorts, open_ports, project_as_group, put_in, taken_out
from playground.network.check import Report, check
from playground.network.opening import group_from
from playground.training.opening import choice_problems
from tests.network.small_graphs import chain, node, wired

READY = {kept.id: kept for kept in kept_groups(choice_problems) if kept.shelf == "ready"}
DIGITS, SEQUENCES = node("data", "digits"), node("data", "remember-first", examples=100)
FED_BY: dict[str, tuple[Node, Node]] = {
    "bottleneck": (DIGITS, node("before", "conv2d", filters=16)),
    "convolution-norm-relu": (DIGITS, node("before", "conv2d", filters=8)),
    **dict.fromkeys(
        ("dense-layer", "inception-pool", "inverted-residual", "residual-pre-activation", "separable-convolution",
         "u-net-level", "vgg-block"),
        (node("data", "mnist"), node("before", "conv2d", filters=8, padding="same")),
    ),
    "dense-connections": (DIGITS, node("before", "conv2d", filters=8)),
    "gate": (node("data", "circles"), node("before", "dense", units=8)),
    "inception": (DIGITS, node("before", "conv2d", filters=8)),
    "layers": (node("data", "circles"), node("before", "dense", units=8)),
    "recurrent-layers": (SEQUENCES, node("before", "embedding", units=16)),
    "residual-convolution": (DIGITS, node("before", "conv2d", filters=8)),
    "residual-dense": (node("data", "circles"), node("before", "dense", units=8)),
    "squeeze-excite": (DIGITS, node("before", "conv2d", filters=8)),
    "transformer-decoder": (SEQUENCES, node("before", "embedding", units=16)),
    "transformer-encoder": (SEQUENCES, node("before", "embedding", units=16)),
}
"""What each ready group is put behind in the test below."""


def file_of(name: str) -> GroupFile:
    found = READY[name].file
    assert found is not None, READY[name].problem
    return found


def test_every_ready_group_has_a_place_to_be_tried() -> None:
    assert FED_BY.keys() == READY.keys()


@pytest.mark.parametrize("repeat", [1, 3])
@pytest.mark.parametrize("name", READY)
def test_a_ready_group_works_where_it_is_put_and_repeated(name: str, repeat: int) -> None:
    data, before = FED_BY[name]
    graph = wired([data, before], "data.features > before")
    put = put_in(graph, file_of(name), (300.0, 0.0), feeding=("before", "output"))
    assert put.wired, "it has one input that waits for a wire"
    ports = open_ports(put.graph, put.graph.members(put.group))
    assert ports.inputs == () and len(ports.outputs) == 1
    node_id, port = ports.outputs[0]
    end = edits.add_node(put.graph, node("end", "identity"))
    end = edits.connect(end, Edge(source=node_id, source_port=port, target="end"))
    repeated = edits.replace_group(end, end.group(put.group).replace(repeat=repeat))
    report = check(repeated)
    assert all("loss" in error.message for error in report.errors()), report.problems
    assert ("end", "output") in report.signals
    own = sum(report.parameters[one] for one in report.graph.members(put.group))
    assert own > 0 and len(report.graph.members(put.group)) == repeat * len(put.graph.members(put.group))
    assert put.graph.group(put.group).closed and graph_problems(put.graph) == []


def test_what_it_says_is_a_sentence_and_the_file_is_as_it_would_be_saved() -> None:
    for kept in READY.values():
        found = file_of(kept.id)
        assert found.summary.endswith(".") and found.title != "Group"
        assert kept.path.read_text() == group_json(found)


def residual() -> Graph:
    """A residual block between two layers, not yet repeated; the block is the group g."""
    graph = wired(
        [
            node("data", "circles", labels="zero-one"), node("in", "dense", units=4), node("a", "dense", units=4),
            node("join", "concatenate"), node("out", "dense", units=1, activation="sigmoid"),
            node("loss", "binary-cross-entropy"),
        ],
        "data.features > in", "in > a", "a > join", "in > join", "join > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    return edits.add_group(graph, Group(id="g", title="Mine", nodes=("a", "join")))


def test_a_group_taken_out_has_one_entrance_and_comes_back_as_it_was() -> None:
    graph = residual()
    file = taken_out(graph, check(graph), "g").file
    assert [(one.id, one.block) for one in file.graph.nodes] == [
        ("input-1", "identity"), ("a", "dense"), ("join", "concatenate"),
    ]  # fmt: skip
    assert [f"{edge.source} > {edge.target}" for edge in file.graph.edges] == [
        "input-1 > a", "a > join", "input-1 > join",
    ]  # fmt: skip
    again = group_from(group_json(file))
    assert again == file
    without = edits.delete(graph, ["a", "join"], close_gap=True)
    put = put_in(without, again, (0.0, 0.0), on_edge=next(edge.key for edge in without.edges if edge.target == "out"))
    assert put.wired and check(put.graph).ok
    assert check(put.graph).total_parameters == check(graph).total_parameters


def test_a_project_becomes_a_group_without_its_data_and_losses() -> None:
    project = Project(title="Rings", summary="Two rings.", graph=residual())
    taken = project_as_group(project, check(project.graph))
    assert taken.left_out == "Circles and Binary cross-entropy are left out: a group takes what arrives at it."
    assert taken.file.title == "Rings" and taken.file.summary == "Two rings."
    assert {one.id for one in taken.file.graph.nodes} == {"in", "a", "join", "out"}
    assert [(group.title, group.inside) for group in taken.file.graph.groups] == [("Mine", "group-1"), ("Rings", None)]
    ports = open_ports(taken.file.graph, taken.file.graph.by_id)
    assert ports == OpenPorts((("in", "input"),), (("out", "output"),))
    other = wired([node("data", "circles", labels="zero-one"), node("loss", "binary-cross-entropy")],
                  "data.features > loss.prediction", "data.target > loss.target")  # fmt: skip
    put = put_in(other, taken.file, (0.0, 0.0), on_edge=other.edges[0].key)
    assert check(put.graph).ok and graph_problems(put.graph) == []
    bare = Project(graph=other)
    with pytest.raises(ValueError, match="nothing in it but data"):
        project_as_group(bare, check(other))


def test_tokens_keep_an_entrance_of_each_block() -> None:
    graph = chain(
        node("data", "remember-first", examples=100), node("one", "embedding", units=3), node("out", "dense", units=3),
        loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    graph = edits.connect(
        edits.add_node(graph, node("two", "embedding", units=3)),
        Edge(source="data", source_port="features", target="two"),
    )
    taken = project_as_group(Project(graph=graph), check(graph))
    assert len(open_ports(taken.file.graph, taken.file.graph.by_id).inputs) == 2


def test_ones_own_groups_are_kept_found_and_deleted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(group_library, "user_data", lambda: tmp_path)
    graph = residual()
    file = taken_out(graph, check(graph), "g", "Mine alone.").file
    paths = [group_library.keep(file), group_library.keep(file)]
    assert [path.name for path in paths] == ["mine.group.json", "mine-2.group.json"]
    (own_folder() / "broken.group.json").write_text("{")
    (own_folder() / "other.json").write_text("{}")
    own = [kept for kept in kept_groups(choice_problems) if kept.shelf == "own"]
    assert [(kept.id, kept.file is None) for kept in own] == [("broken", True), ("mine", False), ("mine-2", False)]
    assert own[0].problem.startswith("broken.group.json cannot be read:")
    group_library.forget(own[1])
    assert not paths[0].exists()
    with pytest.raises(ValueError, match="came with the program"):
        group_library.forget(READY["gate"])


FAULTS = [
    ({"format": "playground-project"}, "not a Playground group"),
    ({"schema_version": 2}, "from a newer Playground"),
    ({"graph": {"nodes": [{"id": "a", "block": "tanh"}]}}, "one outermost group, but this has 0"),
    ({"graph": {"groups": [{"id": "g"}]}}, "there are no blocks in the group"),
    (
        {"graph": {"nodes": [{"id": "a", "block": "tanh"}, {"id": "b", "block": "tanh"}],
                   "groups": [{"id": "g", "nodes": ["a"]}]}},
        "“b” lies outside the group “g”",
    ),
    (
        {"graph": {"nodes": [{"id": "a", "block": "dense", "parameters": {"units": 0}}],
                   "groups": [{"id": "g", "nodes": ["a"]}]}},
        "Units",
    ),
    (
        {"graph": {"nodes": [{"id": "a", "block": "dense", "training": {"initializer": {"id": "magic"}}}],
                   "groups": [{"id": "g", "nodes": ["a"]}]}},
        "there is no initializer “magic”",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), FAULTS)
def test_a_file_that_is_no_group_is_refused_with_its_fault(change: dict[str, object], words: str) -> None:
    content = {"format": "playground-group", "schema_version": 1, "graph": {}, **change}
    with pytest.raises(ProjectFileError, match=words):
        group_from(json.dumps(content), choice_problems)


def test_the_schema_speaks_of_groups() -> None:
    schema = group_schema()
    assert schema["properties"]["format"]["const"] == GROUP.format and "repeat" in json.dumps(schema)


class Desk:
    """A document that nobody draws, with its steps counted."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.steps = graph, [graph]

    @property
    def report(self) -> Report:
        return check(self.graph)

    def edit_graph(self, text: str, graph: Graph, merge_key: str = "") -> None:
        self.graph = graph
        self.steps.append(graph)

    def ask_for_file(self, node: str) -> None:
        raise AssertionError("nobody is asked")


def plain() -> Graph:
    return chain(
        node("data", "circles", labels="zero-one"), node("in", "dense", units=8),
        node("out", "dense", units=1, activation="sigmoid"), loss=node("loss", "binary-cross-entropy"),
    )  # fmt: skip


def test_a_group_goes_behind_the_chosen_block_into_its_wire_in_one_step() -> None:
    desk = Desk(plain())
    name = group_library.insert(desk, file_of("residual-dense"), after="in")
    report = desk.report
    assert report.ok and len(desk.steps) == 2
    assert report.inputs["out"] == ((next(one.id for one in desk.graph.nodes if one.block == "add"), "output"),)
    assert desk.graph.group(name).closed and desk.graph.group(name).inside is None


def test_a_group_put_into_a_wire_inside_a_group_lies_in_it_and_by_itself_it_stands_beside() -> None:
    inner = edits.add_group(plain(), Group(id="g", nodes=("in", "out")))
    desk = Desk(inner)
    key = next(edge.key for edge in inner.edges if edge.target == "out")
    name = group_library.insert(desk, file_of("gate"), on_edge=key)
    assert desk.graph.group(name).inside == "g" and desk.report.ok
    alone = Desk(plain())
    name = group_library.insert(alone, file_of("inception"))
    place = alone.graph.group(name).position
    assert place is not None and place.x > max(one.position.x for one in plain().nodes)
    assert {edge.key for edge in plain().edges} <= {edge.key for edge in alone.graph.edges}


def test_of_several_open_ends_none_is_chosen_for_the_person() -> None:
    two = GroupFile(graph=Graph(
        nodes=(node("a", "dense"), node("b", "dense")), groups=(Group(id="g", nodes=("a", "b")),)
    ))  # fmt: skip
    desk = Desk(plain())
    group_library.insert(desk, two, after="in")
    assert {edge.key for edge in desk.graph.edges} == {edge.key for edge in plain().edges}
