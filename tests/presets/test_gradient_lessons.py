"""The lessons on gradients: sick nets are sick in the way that is told, and each cure reaches the first layer."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from playground.analysis.question import Question
from playground.analysis.run.distributions import DistributionsAnalysis
from playground.analysis.run.gradient_flow import GradientFlowAnalysis, LayerFlow
from playground.analysis.run.gradient_warnings import VANISHING
from playground.analysis.subject import Subject
from playground.document import edits, files, library
from playground.document.graph import Choice
from playground.document.project import Clipping, Project
from playground.training.session.session import Session
from playground.training.step_sizes import curve_name
from tests.presets.test_lessons import preset, trained

CURES = ("vanishing-relu", "vanishing-xavier", "vanishing-batch-norm", "vanishing-skip")


@cache
def first_steps(name: str, seed: int = 1, steps: int = 12) -> Session:
    """A preset after a few steps, each of them measured."""
    session = Session(files.read(library.find(name)).replace(seed=seed), "cpu")
    for _ in range(steps):
        session.advance(1)
    return session


def gradient(session: Session, node: str) -> float:
    """The middle of the measured gradients."""
    return float(np.median(session.history.curves[curve_name("gradient", node)].data().value))


def flow(session: Session) -> LayerFlow:
    history = {name: curve.data() for name, curve in session.history.curves.items()}
    subject = Subject(session.project.graph)
    return GradientFlowAnalysis().compute(Question(subject, session.snapshot(), history, project=session.project))


def starting(project: Project, initializer: str, **numbers: float) -> Project:
    choice = Choice(id=initializer, parameters=numbers)
    return project.replace(training=project.training.replace(initializer=choice))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_sigmoids_leave_less_than_a_millionth_to_the_first_layer(seed: int) -> None:
    session = first_steps("deep-sigmoid", seed)
    sizes = [gradient(session, f"hidden-{number}") for number in range(1, 11)]
    assert sizes[0] < VANISHING / 3 and sizes[-1] > 1e-3
    shrunk = np.array(sizes[1:]) / np.array(sizes[:-1])
    assert 3.0 < np.exp(np.log(shrunk).mean()) < 7.0  # about five times from layer to layer
    warning = next(one for one in flow(session).warnings if one.kind == "vanishing")
    assert warning.nodes[0] == "hidden-1" and "under 0.000001" in warning.sentence


def test_its_first_layer_stands_still_and_its_last_does_not() -> None:
    layers = {layer.node: layer for layer in flow(first_steps("deep-sigmoid")).layers}
    assert 1e-11 < layers["hidden-1"].now["ratio"] < 1e-8
    assert layers["output"].now["ratio"] > 1e-4


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", CURES)
def test_each_cure_brings_the_gradient_to_the_first_layer(name: str, seed: int) -> None:
    session = first_steps(name, seed)
    sizes = [gradient(session, f"hidden-{number}") for number in range(1, 11)]
    assert sizes[0] > 1_000 * VANISHING
    assert max(sizes) < 60 * min(sizes)
    assert not any(one.kind in ("vanishing", "none", "exploding") for one in flow(session).warnings)


def test_a_cure_changes_what_it_says_and_nothing_else() -> None:
    sick = preset("deep-sigmoid")
    for name in CURES:
        cure = preset(name)
        assert cure.training.replace(initializer=sick.training.initializer) == sick.training
        assert cure.graph.node("data") == sick.graph.node("data")
    kept = {node.id: node.parameters for node in sick.graph.nodes}
    for name in ("vanishing-batch-norm", "vanishing-skip"):
        assert kept.items() <= {node.id: node.parameters for node in preset(name).graph.nodes}.items()


@pytest.mark.parametrize(
    ("name", "initializer", "numbers"),
    [
        ("vanishing-relu", "normal", {"spread": 0.1}),
        ("vanishing-xavier", "normal", {"spread": 0.05}),
        ("deep-sigmoid", "xavier-normal", {}),
    ],
)
def test_weights_that_do_not_fit_let_it_vanish_again(name: str, initializer: str, numbers: dict[str, float]) -> None:
    session = Session(starting(preset(name), initializer, **numbers), "cpu")
    session.advance(1)
    assert gradient(session, "hidden-1") < VANISHING


def test_adam_is_no_cure() -> None:
    project = preset("deep-sigmoid")
    adam = Choice(id="adam", parameters={"learning_rate": 0.01})
    session = trained(project.replace(training=project.training.replace(optimizer=adam)), 40)
    assert session.evaluate(full=True)["train_accuracy"] < 0.7


def test_the_explosion_grows_towards_the_data_and_kills() -> None:
    session = Session(preset("exploding-gradient"), "cpu")
    session.advance(1)
    early = flow(session)
    sizes = {layer.node: layer.now for layer in early.layers}
    assert sizes["hidden-1"]["gradient"] > 10 * sizes["output"]["gradient"] > 10
    assert sizes["hidden-1"]["ratio"] > 0.3
    assert early.warnings[0].kind == "exploding" and "hidden-1" in early.warnings[0].nodes
    session.advance(200)
    assert gradient(session, "hidden-1") == 0.0 or flow(session).layers[0].now["gradient"] == 0.0
    shares = {one.kind: one for one in flow(session).warnings}
    assert "100%" in shares["dead"].sentence or len(shares["dead"].nodes) > 3


@pytest.mark.parametrize("cure", ["clipping", "weights"])
def test_the_explosion_is_cured_by_clipping_and_by_weights_that_fit(cure: str) -> None:
    project = preset("exploding-gradient")
    if cure == "clipping":
        clipping = Clipping(kind="norm", limit=0.5)
        project = project.replace(training=project.training.replace(clipping=clipping))
    else:
        project = starting(project, "automatic")
    assert trained(project, 10).evaluate(full=True)["train_accuracy"] > 0.95


def test_clipping_holds_the_step_of_a_huge_gradient() -> None:
    session = first_steps("gradient-clipping", 2)
    flows = flow(session)
    assert max(layer.gradient.max() for layer in flows.layers) > 100.0
    assert max(layer.update.max() for layer in flows.layers) <= 0.05 + 1e-6
    assert not any(one.kind == "exploding" for one in flows.warnings)


@pytest.mark.parametrize(("name", "share"), [("dying-relu", 1.0), ("leaky-relu", None)])
def test_the_share_of_dead_units_is_as_told(name: str, share: float | None) -> None:
    session = first_steps(name)
    found = DistributionsAnalysis(node="dense-1", what="activations").compute(
        Question(Subject(session.project.graph), session.snapshot(), trail=session.trail.snapshots)
    )
    if share is None:
        assert np.isnan(found.dead).all()  # a leaky unit cannot die
    else:
        assert (found.dead == share).all() and (found.zero == share).all()
    warned = {one.kind: one for one in flow(session).warnings}
    assert ("dead" in warned) == (share is not None)
    if share is not None:
        assert "100% of All dead (8 of 8)" in warned["dead"].sentence
        assert warned["dead"].edits == (("dense-1", {"activation": "leaky-relu"}),)


def test_the_button_revives_dead_units() -> None:
    project = preset("dying-relu")
    session = first_steps("dying-relu")
    (edit,) = next(one for one in flow(session).warnings if one.kind == "dead").edits
    mended = project.replace(graph=edits.set_parameters(project.graph, edit[0], dict(edit[1])))
    assert trained(mended, 60).evaluate(full=True)["train_accuracy"] > 0.95


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_units_that_start_alike_stay_alike(seed: int) -> None:
    session = trained(preset("symmetric-initialization").replace(seed=seed), 60)
    rows = session.snapshot().of_node("hidden")["weight"]
    np.testing.assert_allclose(rows, np.broadcast_to(rows[0], rows.shape), rtol=1e-4)
    assert np.abs(rows - 0.3).max() > 0.1  # and yet they have learned
    assert [one.kind for one in flow(session).warnings] == ["copies"]
    different = trained(starting(session.project, "automatic"), 40)
    assert different.evaluate(full=True)["train_accuracy"] > 0.95
