"""Where objectives cannot be had, a sentence says why, before the run and when the setting is changed."""

from __future__ import annotations

import pytest

from playground.document.graph import Choice, Edge, Graph
from playground.document.project import Phase, Project
from playground.network.check import check
from playground.training.batches import CannotTrain
from playground.training.readiness import refusals
from playground.training.session.session import Session
from tests.code.projects import chain, dense
from tests.training.objectives.cases import CASES, POINTS

SYMBOLS = chain(("embedding", {}), ("flatten", {}), dense(4), data="remember-first", examples=100)
ATTACKED = CASES["adversarial training by FGSM"]


def to_its_input(graph: Graph) -> Graph:
    """The target is what came in, as in an autoencoder."""
    edges = (edge for edge in graph.edges if edge.target_port != "target")
    back = Edge(source="data", source_port="features", target="loss", target_port="target")
    return graph.replace(edges=(*edges, back))


REFUSED: dict[str, tuple[Project, str]] = {
    "a search": (ATTACKED.project(optimizer=Choice(id="bfgs"), batch_size=0), "several times in a step"),
    "gathered batches": (ATTACKED.project(accumulate=2), "Set batches in a step to 1"),
    "phases": (
        ATTACKED.project(phases=(Phase(losses=("loss",), trains=("dense-1",)),
                                 Phase(losses=("loss",), trains=("dense-2",)))),
        "phases take turns",
    ),
    "targets that are the inputs": (
        ATTACKED._replace(graph=to_its_input(chain(dense(2), loss="mean-squared-error"))).project(), "keeps the targets"
    ),
    "words": (
        ATTACKED._replace(graph=SYMBOLS).project(), "give no numbers"
    ),
    "labels that all have": (
        CASES["pseudo-labels"]._replace(graph=POINTS).project(), "Set a label budget"
    ),
    "no class to be sure of": (
        CASES["consistency"]._replace(graph=chain(dense(1), data="plane", loss="mean-squared-error")).project(),
        "how probable each class is"
    ),
    "points that are shifted": (
        CASES["consistency"]._replace(parameters={"shift": 2.0}).project(), "the data give none"
    ),
    "shares above one": (
        ATTACKED.project(objectives=[{"id": "adversarial-training", "parameters": {"weight": 0.7}}] * 2), "more than 1"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("project", "words"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_words(project: Project, words: str) -> None:
    told = refusals(project, check(project.graph))
    assert len(told) == 1
    assert words in told[0].message
    with pytest.raises(CannotTrain, match=words):
        Session(project, "cpu")


def test_a_refused_setting_leaves_the_run_as_it_was() -> None:
    project = ATTACKED.project(batch_size=0, objectives=(), optimizer=Choice(id="bfgs"))
    session = Session(project, "cpu")
    session.advance(1)
    with pytest.raises(CannotTrain, match="several times"):
        session.apply(ATTACKED.project(batch_size=0, optimizer=Choice(id="bfgs")))
    assert session.project == project
    assert session.advance(1) == 1


def test_the_array_engine_leaves_objectives_to_torch() -> None:
    assert "further passes" in Session(ATTACKED.project(), "cpu").learner.engine.reason
    assert Session(ATTACKED._replace(graph=POINTS).project(objectives=()), "cpu").learner.engine.id == "numpy"
