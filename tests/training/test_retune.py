"""A number of a block changed while the run goes on: written into the living network where that is enough."""

from __future__ import annotations

import pytest

from playground.document import edits
from playground.document.graph import Graph
from playground.training.session.session import Session
from tests.network import small_graphs
from tests.training import runs


def session_after(steps: int) -> Session:
    session = Session(runs.project(runs.noisy_graph(), optimizer="adam", rate=0.01))
    session.advance(steps)
    return session


def changed(session: Session, name: str, **parameters: object) -> Session:
    graph = edits.set_parameters(session.project.graph, name, parameters)
    session.apply(session.project.replace(graph=graph))
    return session


def module(session: Session, name: str) -> object:
    return dict(session.learner.model.network.named_children())[name]


@pytest.mark.parametrize(
    ("name", "parameters", "attribute"),
    [("drop", {"rate": 0.7}, "rate"), ("noise", {"deviation": 1.0}, "deviation")],
)
def test_a_live_number_goes_into_the_living_module_and_is_marked(name: str, parameters: dict, attribute: str) -> None:
    session = session_after(7)
    before, weights = module(session, name), session.snapshot().parameters
    changed(session, name, **parameters)
    assert module(session, name) is before
    assert getattr(before, attribute) == parameters[attribute]
    assert (session.snapshot().parameters == weights).all()
    assert any(attribute in mark.text for mark in session.history.marks)
    session.advance(5)
    assert session.step == 12


def test_what_changes_a_shape_is_built_anew() -> None:
    session = session_after(7)
    before = module(session, "wide")
    changed(session, "wide", units=5)
    assert module(session, "wide") is not before
    assert session.advance(3) == 3


def test_a_retuned_run_equals_one_that_was_resumed_with_the_new_number() -> None:
    live = changed(session_after(7), "drop", rate=0.6)
    saved = session_after(7).checkpoint()
    graph = edits.set_parameters(runs.noisy_graph(), "drop", {"rate": 0.6})
    resumed = Session(runs.project(graph, optimizer="adam", rate=0.01))
    resumed.resume(saved)
    for session in (live, resumed):
        session.advance(9)
    assert (live.snapshot().parameters == resumed.snapshot().parameters).all()


def two_losses(weight: float = 1.0) -> Graph:
    """Circles told apart by one unit, whose output two losses judge."""
    graph = runs.plain_graph()
    second = small_graphs.node("second", "mean-absolute-error", weight=weight)
    wires = (edge.replace(target="second") for edge in graph.into("loss"))
    return graph.replace(nodes=(*graph.nodes, second), edges=(*graph.edges, *wires))


def two_losses_after(steps: int, weight: float = 1.0, **settings: object) -> Session:
    session = Session(runs.project(two_losses(weight), optimizer="momentum", rate=0.01, **settings))
    session.advance(steps)
    return session


def test_the_weight_of_a_loss_changes_in_the_living_network_and_momentum_stays() -> None:
    session = two_losses_after(7)
    learner, before = session.learner, session.snapshot().parameters
    changed(session, "second", weight=0.0)
    assert session.learner is learner
    assert (session.snapshot().parameters == before).all()
    assert [mark.text for mark in session.history.marks] == ["Mean absolute error: weight 1 → 0"]
    resumed = Session(runs.project(two_losses(0.0), optimizer="momentum", rate=0.01))
    resumed.resume(two_losses_after(7).checkpoint())
    for each in (session, resumed):
        each.advance(9)
    assert (session.snapshot().parameters == resumed.snapshot().parameters).all()
    assert (session.snapshot().parameters != two_losses_after(16).snapshot().parameters).any()


def test_the_measured_sum_follows_the_new_weight_at_once() -> None:
    session = two_losses_after(3)
    changed(session, "second", weight=0.5)
    latest = session.latest
    assert latest["test_loss"] == pytest.approx(latest["test_loss.loss"] + 0.5 * latest["test_loss.second"])
    curve = session.history.curves["test_loss"].data()
    assert (curve.step[-1], curve.value[-1]) == (3, latest["test_loss"])
    session.advance(1)
    steps = {name: session.history.curves[name].data().value[-1] for name in session.history.curves if "train" in name}
    assert steps["train_loss"] == pytest.approx(steps["train_loss.loss"] + 0.5 * steps["train_loss.second"], rel=1e-5)


def test_a_loss_on_another_scale_cannot_beat_the_old_best() -> None:
    session = two_losses_after(12, stop={"patience": 50})
    assert session.watch.best is not None
    changed(session, "second", weight=100.0)
    assert session.watch.best is None


def test_another_reduction_of_a_loss_is_built_anew() -> None:
    session = Session(runs.project(runs.one_neuron(runs.circles()), rate=0.001))
    session.advance(3)
    learner = session.learner
    changed(session, "loss", average=True)
    assert session.learner is not learner
