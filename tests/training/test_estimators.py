"""Runs without a gradient, and beside one: the same session, the same files, the same metrics."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.document.graph import Choice, Edge, Graph, Node
from playground.document.project import Project, TrainingSettings
from playground.network.check import check
from playground.training.saving.checkpoint import read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired


def perceptron(gate: str) -> Graph:
    return wired(
        [node("data", "truth-table", gate=gate), node("rule", "perceptron")],
        "data.features > rule.features", "data.target > rule.target",
    )  # fmt: skip


def clusters(**parameters: object) -> Graph:
    return wired(
        [
            node("data", "blobs", clouds=3, examples=120),
            node("k", "k-means", **parameters),
            node("m", "cluster-agreement"),
        ],
        "data.features > k.features", "k.nearness > m.nearness", "data.target > m.target",
    )  # fmt: skip


def beside() -> Graph:
    return wired(
        [
            node("data", "moons", labels="zero-one", examples=100),
            node("svm", "support-vector-machine"),
            node("rule", "perceptron"),
            node("out", "dense", units=1, activation="sigmoid"),
            node("loss", "binary-cross-entropy"),
        ],
        "data.features > svm.features", "data.target > svm.target", "data.features > rule.features",
        "data.target > rule.target", "data.features > out", "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


def project(graph: Graph, batch_size: int = 1, seed: int = 1) -> Project:
    assert check(graph).ok, check(graph).problems
    return Project(graph=graph, training=TrainingSettings(batch_size=batch_size), seed=seed)


@pytest.mark.parametrize("gate", ["and", "or", "nand"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_line_can_separate_is_solved_and_the_run_ends(gate: str, seed: int) -> None:
    session = Session(project(perceptron(gate), seed=seed))
    session.advance(1_000)
    assert "no example wrong" in session.finished
    assert session.step < 100 and session.latest["train_accuracy"] == 1.0


def test_xor_never_is() -> None:
    session = Session(project(perceptron("xor")))
    session.advance(2_000)
    assert session.step == 2_000 and not session.finished
    assert session.evaluate()["train_accuracy"] <= 0.75


def test_clusters_come_to_rest_and_agree_with_classes_they_never_saw() -> None:
    session = Session(project(clusters(clusters=3), batch_size=0))
    assert "train_loss" not in session.latest
    session.advance(100)
    assert "come to rest" in session.finished and session.latest["test_rand_index"] > 0.95
    assert session.history.curves["train_squared_distance"].data().value[-1] == pytest.approx(
        session.latest["train_squared_distance"]
    )
    assert len(session.trail.snapshots) == session.step + 1


def test_a_run_can_be_rewound_to_the_same_start() -> None:
    session = Session(project(clusters(clusters=3), batch_size=0, seed=5))
    start = session.snapshot().buffers["k.centroids"].copy()
    session.advance(5)
    end = session.snapshot().buffers["k.centroids"].copy()
    session.rewind()
    assert (session.snapshot().buffers["k.centroids"] == start).all() and not session.finished
    session.advance(5)
    assert (session.snapshot().buffers["k.centroids"] == end).all()


def test_all_learn_beside_each_other_and_each_has_its_metrics() -> None:
    session = Session(project(beside(), batch_size=10))
    session.advance(70)
    metrics = session.evaluate(full=True)
    assert {"test_accuracy.svm", "test_accuracy.rule", "test_accuracy.loss", "test_loss"} <= metrics.keys()
    assert "test_loss.svm" not in metrics and "train_loss.loss" not in metrics
    assert metrics["test_accuracy.svm"] > 0.9
    assert not session.finished, "the network has more to learn"


@pytest.mark.parametrize(
    ("graph", "batch_size"),
    [(perceptron("xor"), 1), (clusters(clusters=6), 7), (clusters(clusters=6), 0), (beside(), 10)],
)
def test_resumed_equals_uninterrupted(graph: Graph, batch_size: int, tmp_path: Path) -> None:
    whole = Session(project(graph, batch_size))
    whole.advance(3)
    whole.advance(9)
    first = Session(project(graph, batch_size))
    first.advance(3)
    write_checkpoint(first.checkpoint(), tmp_path / "run.safetensors")
    second = Session(project(graph, batch_size))
    second.resume(read_checkpoint(tmp_path / "run.safetensors"))
    second.advance(9)
    assert second.step == whole.step and second.finished == whole.finished
    one, other = whole.snapshot(), second.snapshot()
    assert one.parameters.tobytes() == other.parameters.tobytes()
    for name, buffer in one.buffers.items():
        assert buffer.tobytes() == other.buffers[name].tobytes(), name


def test_a_changed_rate_is_written_into_the_living_rule() -> None:
    session = Session(project(perceptron("xor")))
    session.advance(8)
    before = session.snapshot().buffers["rule.weight"].copy()
    changed = session.project.graph.node("rule").replace(parameters={"rate": 0.5})
    graph = session.project.graph.replace(nodes=(session.project.graph.node("data"), changed))
    session.apply(session.project.replace(graph=graph))
    assert (session.snapshot().buffers["rule.weight"] == before).all()
    session.advance(1)
    assert session.step == 9


def test_other_data_wake_what_had_settled() -> None:
    session = Session(project(perceptron("and")))
    session.advance(1_000)
    assert session.finished
    data = Node(id="data", block="truth-table", parameters={"gate": "or"})
    graph = session.project.graph
    session.apply(session.project.replace(graph=graph.replace(nodes=(data, graph.node("rule")))))
    assert not session.finished
    session.advance(1_000)
    assert session.finished and session.latest["train_accuracy"] == 1.0


def test_an_estimator_may_learn_from_what_a_network_gives() -> None:
    graph = Graph(
        nodes=(
            Node(id="data", block="blobs", parameters={"clouds": 3, "examples": 90}),
            Node(id="dense", block="dense", parameters={"units": 3, "activation": "identity"}),
            Node(id="loss", block="cross-entropy"),
            Node(id="k", block="k-means"),
        ),
        edges=(
            Edge(source="data", source_port="features", target="dense"),
            Edge(source="dense", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
            Edge(source="dense", target="k", target_port="features"),
        ),
    )
    settings = TrainingSettings(batch_size=0, optimizer=Choice(id="adam", parameters={"learning_rate": 0.05}))
    session = Session(Project(graph=graph, training=settings))
    before = session.latest["train_squared_distance"]
    session.advance(60)
    assert session.evaluate()["train_accuracy"] > 0.9
    assert session.latest["train_squared_distance"] != before
