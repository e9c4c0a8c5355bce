"""After a loss has exploded one goes back to where it was sane, with a change that holds."""

from __future__ import annotations

import math

import pytest

from playground.analysis.run.advice import of_curves
from playground.training.divergence import Diverged
from playground.training.history import History
from playground.training.recovery import recovery_of
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.runs import project, with_rate

LINE = chain(
    node("data", "noisy-curve"), node("unit", "dense", units=1, activation="identity"),
    loss=node("loss", "mean-squared-error"),
)  # fmt: skip


def exploded(rate: float, steps_before: int) -> Session:
    """A regression with one dense layer that learned for a while, then with too large a rate."""
    session = Session(project(LINE, "sgd", rate=0.05))
    session.advance(steps_before)
    session.apply(with_rate(session.project, rate))
    with pytest.raises(Diverged):
        session.advance(100_000)
    return session


@pytest.mark.parametrize("before", [0, 40])
@pytest.mark.parametrize("rate", [1.5, 2.0, 3.0])
def test_both_offers_go_on_for_500_steps_from_a_sane_moment(rate: float, before: int) -> None:
    session = exploded(rate, before)
    found = recovery_of(session.project, session.trail.snapshots)
    assert found is not None and found.snapshot.step >= 0 and math.isfinite(found.loss)
    assert found.loss <= 2.0 * Session(session.project).latest["train_loss"] and found.snapshot.step < session.step
    assert [remedy.words.split()[0] for remedy in found.remedies] == ["lower", "clip"]
    for remedy in found.remedies:
        again = Session(session.project)
        again.branch_from(found.snapshot, History())
        again.apply(session.project.replace(training=remedy.training))
        assert again.advance(500) == 500 and remedy.tried_steps > 0
        assert again.evaluate(full=True)["train_loss"] <= 2.0 * found.loss + 1e-6


CLASSES = chain(
    node("data", "spirals", examples=200), node("hidden", "dense", units=16, activation="relu"),
    node("logits", "dense", units=2, activation="identity"), loss=node("loss", "cross-entropy"),
)  # fmt: skip
ABRUPT = {
    "classes": (CLASSES, "sgd", 10.0), "momentum": (LINE, "momentum", 0.5), "adam": (CLASSES, "adam", 10.0),
    "classes with momentum": (CLASSES, "momentum", 3.0),
}  # fmt: skip


@pytest.mark.parametrize("name", ABRUPT)
def test_a_loss_that_is_huge_but_still_a_number_has_a_way_back_too(name: str) -> None:
    graph, optimizer, rate = ABRUPT[name]
    session = Session(project(graph, optimizer, rate=0.01))
    session.advance(60)
    session.apply(with_rate(session.project, rate))
    session.advance(25)
    curve = session.history.curves["train_loss"].data()
    (advice,) = of_curves({"train_loss": curve}, session.project)
    (offer,) = advice.offers
    assert advice.kind == "exploding" and offer.way_back and offer.step is not None
    before = [snapshot for snapshot in session.trail.snapshots if snapshot.step <= offer.step]
    found = recovery_of(session.project, before)
    assert found is not None and found.snapshot.step <= offer.step and found.remedies
    for remedy in found.remedies:
        again = Session(session.project)
        again.branch_from(found.snapshot, History())
        again.apply(session.project.replace(training=remedy.training))
        assert again.advance(500) == 500
        assert again.evaluate(full=True)["train_loss"] <= 2.0 * found.loss + 1e-6


def test_it_can_be_interrupted() -> None:
    session = exploded(3.0, 0)
    assert recovery_of(session.project, session.trail.snapshots, lambda: True) is None
