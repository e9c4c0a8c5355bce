"""The network under examination: filled from snapshots, apart from every other network."""

from __future__ import annotations

import numpy as np
import pytest

from playground.analysis.subject import Subject, dependents, plane_node
from playground.document.graph import Edge, Node
from playground.network.check import check
from playground.network.compiled import CannotCompile
from playground.network.flat import Layout, Place
from playground.training.snapshot import Snapshot
from tests.analysis.subjects import chain, plain_forward, snapshot_of, spirals


def test_values_are_those_of_a_forward_pass_by_hand() -> None:
    graph = chain("spirals", spirals(), [5, 4, 2])
    snapshot, subject = snapshot_of(graph), Subject(graph)
    subject.load(snapshot)
    features = subject.prepared["data"].parts["test"]["features"]
    values = subject.values(subject.feeds("test"), [("dense-1", "output"), ("dense-3", "output")])
    by_hand = plain_forward(snapshot, features, 3)
    np.testing.assert_allclose(values["dense-1", "output"], by_hand[0], atol=1e-6)
    np.testing.assert_allclose(values["dense-3", "output"], by_hand[2], atol=1e-5)


def test_loading_another_snapshot_changes_the_values_and_leaves_the_snapshot_alone() -> None:
    graph = chain("spirals", spirals(), [3, 2])
    subject = Subject(graph)
    first, second = snapshot_of(graph, 1), snapshot_of(graph, 2)
    kept = first.parameters.copy()
    answers = []
    for snapshot in (first, second, first):
        subject.load(snapshot)
        answers.append(subject.values(subject.feeds("test"), [("dense-2", "output")])["dense-2", "output"].copy())
    assert not np.allclose(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
    np.testing.assert_array_equal(first.parameters, kept)


def test_a_snapshot_with_its_parameters_in_another_order_is_read_by_name() -> None:
    graph = chain("spirals", spirals(), [3, 2])
    snapshot = snapshot_of(graph)
    places, parts, start = [], [], 0
    for place in reversed(snapshot.layout.places):
        places.append(Place(place.name, start, place.shape))
        parts.append(snapshot.parameters[place.start : place.stop])
        start += place.size
    turned = Snapshot(1, 0.0, np.concatenate(parts), Layout(tuple(places)))
    subject, other = Subject(graph), Subject(graph)
    subject.load(snapshot)
    other.load(turned)
    wanted = [("dense-2", "output")]
    np.testing.assert_array_equal(
        subject.values(subject.feeds("test"), wanted)[wanted[0]], other.values(other.feeds("test"), wanted)[wanted[0]]
    )


def test_a_snapshot_of_another_network_is_refused() -> None:
    subject = Subject(chain("spirals", spirals(), [3, 2]))
    with pytest.raises(ValueError, match="another network"):
        subject.load(snapshot_of(chain("spirals", spirals(), [4, 2])))


def test_buffers_come_from_the_snapshot() -> None:
    graph = chain("spirals", spirals(), [2], between=["batch-norm"])
    snapshot = snapshot_of(graph)
    name = next(name for name in snapshot.buffers if name.endswith("running_mean"))
    moved = Snapshot(
        1, 0.0, snapshot.parameters, snapshot.layout, {**snapshot.buffers, name: np.full(2, 3.0, dtype=np.float32)}
    )
    subject = Subject(graph)
    wanted = [("batch-norm", "output")]
    subject.load(snapshot)
    before = subject.values(subject.feeds("test"), wanted)[wanted[0]].copy()
    subject.load(moved)
    after = subject.values(subject.feeds("test"), wanted)[wanted[0]]
    scale = snapshot.array("batch-norm.weight") / np.sqrt(1 + 1e-5)
    np.testing.assert_allclose(before - after, np.broadcast_to(3.0 * scale, before.shape), rtol=1e-4, atol=1e-4)


def test_noise_and_dropout_are_off() -> None:
    graph = chain("spirals", spirals(), [2], between=["dropout"])
    subject = Subject(graph)
    subject.load(snapshot_of(graph))
    values = subject.values(subject.feeds("train"), [("dropout", "output")])["dropout", "output"]
    np.testing.assert_array_equal(values, subject.prepared["data"].parts["train"]["features"])


def test_a_limit_and_chunks_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain("spirals", spirals(), [3, 2])
    subject = Subject(graph)
    subject.load(snapshot_of(graph))
    wanted = [("dense-2", "output")]
    whole = subject.values(subject.feeds("train"), wanted)[wanted[0]].copy()
    few = subject.feeds("train", 5)
    assert all(len(tensor) == 5 for tensor in few.values())
    monkeypatch.setattr("playground.analysis.subject.MOST_ROWS", 7)
    np.testing.assert_allclose(subject.values(subject.feeds("train"), wanted)[wanted[0]], whole, atol=1e-6)
    asked: list[bool] = []

    def stop_later() -> bool:
        asked.append(True)
        return len(asked) > 3

    assert subject.values(subject.feeds("train"), wanted, stop_later) == {}
    assert len(asked) == 4


def test_the_grid_covers_all_points_in_raw_units() -> None:
    subject = Subject(chain("spirals", spirals(scaling="standardize"), [2]))
    feeds, xs, ys = subject.grid(9)
    prepared = subject.prepared["data"]
    raw = np.concatenate([subject.points(part).xy for part in ("train", "validation", "test")])
    assert xs[0] < raw[:, 0].min() and raw[:, 0].max() < xs[-1]
    assert ys[0] < raw[:, 1].min() and raw[:, 1].max() < ys[-1]
    assert xs[-1] - xs[0] == pytest.approx(ys[-1] - ys[0])
    fed = prepared.scaler.unscale(feeds["data", "features"].numpy())
    np.testing.assert_allclose(fed[9 * 2 + 5], [xs[5], ys[2]], atol=1e-5)


def test_a_grid_needs_two_features() -> None:
    subject = Subject(chain("iris", {}, [3]))
    assert plane_node(subject.report) == ""
    with pytest.raises(ValueError, match="two features"):
        subject.grid(8)


def test_only_what_follows_from_the_features_alone_depends_on_them() -> None:
    graph = chain("spirals", spirals(), [3, 2])
    found = dependents(check(graph), ("data", "features"))
    assert found == (("data", "features"), ("dense-1", "output"), ("dense-2", "output"))


def test_a_faulty_graph_has_no_subject() -> None:
    graph = chain("spirals", spirals(), [3, 2])
    broken = graph.replace(
        nodes=(*graph.nodes, Node(id="lost", block="dense")), edges=(*graph.edges, Edge(source="loss", target="lost"))
    )
    with pytest.raises(CannotCompile):
        Subject(broken)
