"""What a session would refuse is said by the check, on the block, with a remedy that helps."""

from __future__ import annotations

import json

import pytest

from playground.document.files import ProjectFileError
from playground.document.graph import Choice, Graph
from playground.document.project import Phase, Project, TrainingSettings
from playground.editing import fixes
from playground.network.check import Problem, check
from playground.training.opening import project_from
from playground.training.readiness import refusals
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node, wired


def problems(graph: Graph, training: TrainingSettings | None = None) -> tuple[Problem, ...]:
    project = Project(graph=graph, training=training or TrainingSettings())
    report = check(graph)
    return (*report.errors(), *refusals(project, report))


def one_output(data: str, loss: str, activation: str = "identity", **parameters: object) -> Graph:
    layer = node("layer", "dense", units=1, activation=activation)
    return chain(node("data", data, **parameters), layer, loss=node("loss", loss))


def two_data(first: dict[str, object], second: dict[str, object], block: str = "moons") -> Graph:
    return wired(
        [node("a", "moons", **first), node("b", block, **second), node("l", "dense", units=2, activation="identity"),
         node("loss", "cross-entropy")],
        "a.features > l", "l > loss.prediction", "b.target > loss.target",
    )  # fmt: skip


@pytest.mark.parametrize("activation", ["identity", "sigmoid"])
def test_binary_cross_entropy_knows_the_range_of_a_target(activation: str) -> None:
    graph = one_output("diabetes", "binary-cross-entropy", activation)
    (problem,) = problems(graph)
    assert problem.node == "loss" and "expects a target of 0 to 1, but numbers of any size arrive" in problem.message
    assert [fix.label for fix in problem.fixes] == ["Scale the target into 0 to 1", "Use mean squared error"]
    for fix in problem.fixes:
        mended = fixes.apply(graph, "loss", fix)
        assert problems(mended) == ()
        session = Session(Project(graph=mended))
        session.advance(20)
        assert all(value == value for value in session.evaluate(full=True).values())


def test_typed_examples_tell_their_range_themselves() -> None:
    assert problems(one_output("typed-examples", "binary-cross-entropy", rows="0, 1 -> 0; 1, 1 -> 1")) == ()
    (problem,) = problems(one_output("typed-examples", "binary-cross-entropy", rows="0, 1 -> 0; 1, 1 -> 2"))
    assert "the target lies between 0 and 2" in problem.message


def test_a_target_with_unanswered_steps_has_no_row_in_an_embedding() -> None:
    graph = wired(
        [node("data", "reverse", most_padding=5, examples=100), node("e", "embedding"),
         node("d", "dense", units=8, activation="identity"), node("loss", "cross-entropy")],
        "data.target > e", "e > d", "d > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    (problem,) = problems(graph)
    assert problem.node == "e" and "some steps have no answer" in problem.message


def test_autoregression_without_the_windows_of_a_series() -> None:
    graph = wired(
        [node("data", "plane"), node("r", "reshape", shape="2 x 1"), node("ar", "autoregression", lags=1)],
        "data.features > r", "r > ar.features", "data.target > ar.target",
    )  # fmt: skip
    (problem,) = problems(graph)
    assert problem.node == "ar" and "windows of one series" in problem.message


def test_newton_goes_down_a_hinge_loss_of_several_classes() -> None:
    graph = chain(node("data", "iris"), node("l", "dense", units=3, activation="identity"), loss=node("loss", "hinge"))
    training = TrainingSettings(optimizer=Choice(id="newton", parameters={"damping": 1.0}), batch_size=0)
    assert problems(graph, training) == ()
    session = Session(Project(graph=graph, training=training))
    before = session.latest["train_loss"]
    session.advance(10)
    assert session.evaluate()["train_loss"] < before


def test_a_loss_feeds_nothing() -> None:
    graph = chain(node("data", "plane"), node("l", "dense", units=1), loss=node("loss", "huber"))
    more = wired([node("twice", "tanh")], "loss.loss > twice")
    joined = graph.replace(nodes=(*graph.nodes, *more.nodes), edges=(*graph.edges, *more.edges))
    assert [problem.node for problem in problems(joined)] == ["twice"]


def test_data_blocks_of_different_length_are_named_and_evened() -> None:
    graph = two_data({"examples": 200}, {"examples": 90, "train_share": 0.5})
    (problem,) = problems(graph)
    assert problem.node == "b" and "there are a 140, b 45" in problem.message
    (fix,) = problem.fixes
    assert fix.label == "Give it as many examples as a"
    mended = fixes.apply(graph, "b", fix)
    assert problems(mended) == ()
    Session(Project(graph=mended)).advance(1)


def test_data_that_cannot_be_evened_are_named_without_an_empty_promise() -> None:
    (problem,) = problems(two_data({"examples": 200}, {}, "breast-cancer"))
    assert problem.node == "b" and "there are a 140, b 398" in problem.message and problem.fixes == ()


@pytest.mark.parametrize(
    ("training", "units", "words"),
    [
        (TrainingSettings(optimizer=Choice(id="newton")), 600, "at most 500 weights"),
        (TrainingSettings(phases=(Phase(losses=("loss",), trains=("layer",), optimizer=Choice(id="bfgs")),) * 2), 1,
         "phases take turns"),
    ],
)  # fmt: skip
def test_an_optimizer_that_does_not_suit(training: TrainingSettings, units: int, words: str) -> None:
    data = node("data", "moons", labels="one-hot")
    layers = [node("layer", "dense", units=units), node("out", "dense", units=2)]
    graph = chain(data, *layers, loss=node("loss", "mean-squared-error"))
    (problem,) = problems(graph, training)
    assert words in problem.message


def test_an_unknown_optimizer_of_a_phase_is_refused_with_its_place() -> None:
    content = {"format": "playground-project", "schema_version": 1,
               "training": {"phases": [{"optimizer": {"id": "adam"}}, {"optimizer": {"id": "nobody"}}]}}  # fmt: skip
    with pytest.raises(ProjectFileError, match=r"training\.phases\[1\]\.optimizer\.id: there is no optimizer “nobody”"):
        project_from(json.dumps(content))
