"""Every analysis answers for networks with repeated groups and with weights used twice, copies and twins included."""

from __future__ import annotations

from functools import cache

import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.question import Question
from playground.analysis.registry import ANALYSES
from playground.analysis.subject import Subject
from playground.document.copies import unrolled
from playground.document.graph import Graph, Group
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.runs import circles, project


def points() -> Graph:
    """Dense layers on points: two with one set of weights, in a group that stands three times."""
    graph = chain(
        circles(), node("in", "dense", units=3), node("one", "dense", units=3), node("two", "dense", units=3),
        node("out", "dense", units=1, activation="sigmoid"), loss=node("loss", "binary-cross-entropy"),
    )  # fmt: skip
    return _twins(graph)


def pictures() -> Graph:
    """The same of convolutions on digits."""
    graph = chain(
        node("data", "digits", examples=200), node("in", "conv2d", filters=2),
        node("one", "conv2d", filters=2, padding="same"),
        node("two", "conv2d", filters=2, padding="same"), node("flat", "flatten"),
        node("out", "dense", units=10, activation="identity"), loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    return _twins(graph)


def _twins(graph: Graph) -> Graph:
    nodes = tuple(one.replace(weights_of="one") if one.id == "two" else one for one in graph.nodes)
    return graph.replace(nodes=nodes, groups=(Group(id="g", title="Part", nodes=("one", "two"), repeat=3),))


@cache
def run(kind: str) -> Session:
    session = Session(project(points() if kind == "points" else pictures()), "cpu")
    for _ in range(4):
        session.advance(1)
        session.evaluate()
    return session


ASKED = [cls for cls in ANALYSES if cls.id not in ("race", "luck", "ensemble")]
"""All but those that train many networks, which their own tests ask."""


@pytest.mark.parametrize("kind", ["points", "pictures"])
@pytest.mark.parametrize("analysis", ASKED, ids=lambda cls: cls.id)
def test_it_answers(analysis: type, kind: str) -> None:
    session = run(kind)
    graph, subject = session.project.graph, Subject(session.project.graph)
    asked = analysis()
    if asked.why_not(subject.report, unrolled(graph)):
        pytest.skip("it does not apply")
    for node_id in (None, "one", "two"):
        question = Question(
            subject=subject, snapshot=session.snapshot(), trail=session.trail.snapshots, project=session.project,
            history={name: curve.data() for name, curve in session.history.curves.items()}, graph=graph, node=node_id,
        )  # fmt: skip
        try:
            assert next(iter(asked.stages(question))) is not None
        except NothingToShow as error:
            assert str(error).endswith(".")
