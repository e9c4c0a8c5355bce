"""Whatever can be trained can be looked at: drawn projects through views with drawn options, few of them."""

from __future__ import annotations

from random import Random

import pytest

from playground.analysis.answers.forecast import ForecastAnalysis
from playground.analysis.answers.next_token import NextTokenAnalysis
from playground.analysis.answers.probe import ProbeAnalysis
from playground.analysis.base import NothingToShow
from playground.analysis.question import Question
from playground.analysis.run.contests import held
from playground.analysis.run.luck import LuckAnalysis
from playground.analysis.run.race import RaceAnalysis
from playground.analysis.subject import Subject, plane_node
from playground.document.graph import Graph, NodeTraining
from playground.document.project import Clipping
from playground.network.check import check
from playground.training.session.session import Session
from tests.analysis.drawn_views import looks
from tests.network.drawn_projects import drawn_project, fate
from tests.network.small_graphs import chain, node, wired
from tests.training.runs import project


@pytest.mark.parametrize("seed", range(20))
def test_what_was_trained_can_be_looked_at(seed: int) -> None:
    def look(session: Session) -> None:
        list(looks(Random(seed), session, views=3))

    assert fate(drawn_project(Random(seed)), look) in ("refused", "large", "trained", "diverged")


def test_a_pair_of_tokens_is_no_point_of_a_plane() -> None:
    data, places = node("data", "reverse", length=2), node("places", "embedding")
    graph = wired([data, places, node("out", "dense")], "data.features > places", "places > out")
    assert plane_node(check(graph)) == ""


def test_what_sees_only_the_answers_does_not_go_on_with_a_text() -> None:
    data = node("data", "python-manual", window=4, characters=600)
    places, out = node("places", "embedding"), node("out", "dense", units=39, activation="identity")
    wires = ("places > out", "out > loss.prediction", "data.target > loss.target")
    nodes = [data, places, out, node("loss", "cross-entropy")]
    assert NextTokenAnalysis().why_not(check(wired(nodes, "data.target > places", *wires)), Graph())


def test_an_estimator_without_its_wires_is_no_reason_to_fail() -> None:
    graph = Graph(nodes=(node("data", "co2"), node("machine", "support-vector-machine")))
    assert ForecastAnalysis().why_not(check(graph), graph)


def test_a_point_is_followed_past_what_only_teaches_an_estimator() -> None:
    """Its answers come from the features; the regrouped classes are not known for a point of the plane."""
    data, groups = node("data", "truth-table"), node("groups", "regroup-classes", groups="0 | 1", names="")
    graph = wired(
        [data, groups, node("unit", "perceptron")],
        "data.target > groups", "data.features > unit.features", "groups > unit.target",
    )  # fmt: skip
    session = Session(project(graph, "sgd", rate=0.1))
    session.advance(8)
    subject = Subject(graph)
    subject.load(session.snapshot())
    question = Question(subject=subject, snapshot=session.snapshot())
    (*_, found) = ProbeAnalysis(placed=True, x=1.0, y=1.0).stages(question)
    assert found.table()[1]


def test_a_race_of_nobody_says_what_to_do() -> None:
    unit, loss = node("unit", "dense", units=2), node("loss", "cross-entropy")
    graph = chain(node("data", "moons", examples=40), unit, loss=loss)
    question = Question(subject=Subject(graph), project=project(graph, "sgd", rate=0.1))
    with pytest.raises(NothingToShow, match="Choose"):
        list(RaceAnalysis(over="optimizers", optimizers="").stages(question))
    with pytest.raises(NothingToShow, match="Choose"):
        list(held(question, (), None))  # type: ignore[arg-type]


def test_runs_in_which_nothing_learns_are_clipped_without_fault() -> None:
    frozen = node("unit", "dense", units=2).replace(training=NodeTraining(trainable=False))
    graph = chain(node("data", "moons", examples=40), frozen, loss=node("loss", "cross-entropy"))
    drawn = project(graph, "sgd", rate=0.1)
    drawn = drawn.replace(training=drawn.training.replace(clipping=Clipping(kind="norm", limit=0.1)))
    *_, whole = LuckAnalysis(seeds=3, epochs=1).stages(Question(subject=Subject(graph), project=drawn))
    assert whole.table()[1]
