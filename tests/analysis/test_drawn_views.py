"""Whatever can be trained can be looked at: drawn projects through views with drawn options, few of them."""

from __future__ import annotations

from random import Random

import pytest

from playground.analysis.base import Context, NothingToShow
from playground.analysis.contests import held
from playground.analysis.luck import LuckAnalysis
from playground.analysis.race import RaceAnalysis
from playground.analysis.subject import Subject
from playground.document.graph import NodeTraining
from playground.document.project import Clipping
from playground.training.session import Session
from tests.analysis.drawn_views import looks
from tests.network.drawn_projects import drawn_project, fate
from tests.network.small_graphs import chain, node
from tests.training.runs import project


@pytest.mark.parametrize("seed", range(40))
def test_what_was_trained_can_be_looked_at(seed: int) -> None:
    def look(session: Session) -> None:
        list(looks(Random(seed), session, views=3))

    assert fate(drawn_project(Random(seed)), look) in ("refused", "large", "trained", "diverged")


def test_a_race_of_nobody_says_what_to_do() -> None:
    unit, loss = node("unit", "dense", units=2), node("loss", "cross-entropy")
    graph = chain(node("data", "moons", examples=40), unit, loss=loss)
    context = Context(subject=Subject(graph), project=project(graph, "sgd", rate=0.1))
    with pytest.raises(NothingToShow, match="Choose"):
        list(RaceAnalysis(over="optimizers", optimizers="").stages(context))
    with pytest.raises(NothingToShow, match="Choose"):
        list(held(context, (), None))  # type: ignore[arg-type]


def test_runs_in_which_nothing_learns_are_clipped_without_fault() -> None:
    frozen = node("unit", "dense", units=2).replace(training=NodeTraining(trainable=False))
    graph = chain(node("data", "moons", examples=40), frozen, loss=node("loss", "cross-entropy"))
    drawn = project(graph, "sgd", rate=0.1)
    drawn = drawn.replace(training=drawn.training.replace(clipping=Clipping(kind="norm", limit=0.1)))
    *_, whole = LuckAnalysis(seeds=3, epochs=1).stages(Context(subject=Subject(graph), project=drawn))
    assert whole.table()[1]
