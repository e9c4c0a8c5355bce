"""The graph as a picture: answers, truth, what is known, and where the nodes lie."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.graph import GraphAnalysis, spring_positions
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.document.project import Project, TrainingSettings
from playground.network.check import check
from playground.training.session.session import Session
from tests.analysis.subjects import chain
from tests.network.small_graphs import node, wired


def club(units: int = 3) -> Graph:
    return wired(
        [
            node("data", "karate-club"),
            node("hidden", "graph-convolution", units=units),
            node("out", "graph-convolution", units=2, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > hidden", "data.edges > hidden.edges", "hidden > out", "data.edges > out.edges",
        "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


def after(steps: int, graph: Graph) -> tuple[Session, Question]:
    session = Session(Project(graph=graph, training=TrainingSettings(batch_size=0)))
    session.advance(steps)
    return session, Question(Subject(graph), session.snapshot())


def test_it_counts_what_the_session_counts() -> None:
    session, question = after(60, club())
    result = GraphAnalysis().compute(question)
    assert result.right / 32 == np.float32(session.evaluate()["test_accuracy"])
    assert result.known.sum() == 2 and result.names[0] == "Mr. Hi" and len(result.edges) == 78
    assert (result.actual >= 0).all() and result.class_names == ("Mr. Hi", "Officer")
    assert list(result.hidden) == ["Graph convolution"] or len(result.hidden) == 1
    assert next(iter(result.hidden.values())).shape == (34, 3)
    columns, rows = result.table()
    assert columns == ["node", "actual", "predicted", "known", "Mr. Hi", "Officer"] and len(rows) == 34


def test_positions_stay_within_the_picture_and_do_not_depend_on_the_weights() -> None:
    one, other = (GraphAnalysis().compute(after(steps, club())[1]) for steps in (1, 30))
    assert (one.positions == other.positions).all()
    assert not (one.hidden_positions == other.hidden_positions).all()
    for places in (one.positions, other.hidden_positions):
        assert np.abs(places).max() <= 1.0 + 1e-9
    assert one.positions.min(axis=0).tolist() == [-1.0, -1.0] and one.positions.max(axis=0).tolist() == [1.0, 1.0]


def test_a_hidden_state_of_two_numbers_is_shown_as_it_is() -> None:
    result = GraphAnalysis().compute(after(20, club(2))[1])
    raw = next(iter(result.hidden.values())).astype(np.float64)
    centred = raw - (raw.max(axis=0) + raw.min(axis=0)) / 2
    np.testing.assert_allclose(result.hidden_positions * np.abs(centred).max(), centred, atol=1e-6)


def test_neighbours_lie_nearer_than_strangers() -> None:
    result = GraphAnalysis().compute(after(1, club())[1])
    places = result.positions
    near = np.linalg.norm(places[result.edges[:, 0]] - places[result.edges[:, 1]], axis=1).mean()
    all_pairs = np.linalg.norm(places[:, None] - places[None], axis=2).mean()
    assert near < 0.7 * all_pairs
    before = spring_positions.cache_info().hits
    GraphAnalysis().compute(after(1, club())[1])
    assert spring_positions.cache_info().hits > before


def test_other_data_are_told_why_not() -> None:
    graph = chain("circles", {"examples": 40}, [2])
    assert "graph as data" in GraphAnalysis().why_not(check(graph), graph)
