"""A number of a block changed while the run goes on: written into the living network where that is enough."""

from __future__ import annotations

import pytest

from playground.document import edits
from playground.training.session import Session
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
    return dict(session._learner.model.network.named_children())[name]


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
    assert any(name in mark.text for mark in session.history.marks)
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
