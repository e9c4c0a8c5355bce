"""Measured steps: their numbers are those of the step, and the run does not notice."""

from __future__ import annotations

import numpy as np
import pytest

from playground.training.divergence import Diverged
from playground.training.session.learning import FLUSH_STEPS
from playground.training.session.session import Session
from playground.training.step_sizes import FINENESS, SIZES, StepSizes, curve_name, is_size
from tests.network.small_graphs import multilayer
from tests.training.phased_runs import LEFT, RIGHT, taking_turns
from tests.training.runs import circles, noisy_graph, plain_graph, project, run, train_node


def sizes(session: Session, node: str) -> np.ndarray:
    """(measured steps, 3): gradient, weights and update of a node."""
    return np.stack([session.history.curves[curve_name(size, node)].data().value for size in SIZES], axis=1)


def node_vector(session: Session, node: str) -> np.ndarray:
    return np.concatenate([values.ravel() for values in session.snapshot().of_node(node).values()])


def gradient_vector(session: Session, node: str) -> np.ndarray:
    flat = session.learner.model.flat
    return np.concatenate([flat.gradients[p.start : p.stop].numpy() for p in flat.layout.of_node(node)])


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_every_number_is_that_of_the_step(optimizer: str) -> None:
    session = Session(project(optimizer=optimizer), "cpu")
    nodes = list(dict.fromkeys(place.node for place in session.snapshot().layout.places))
    expected: dict[str, list[list[float]]] = {name: [] for name in nodes}
    for _ in range(5):
        before = {name: node_vector(session, name) for name in nodes}
        session.advance(1)
        for name in nodes:
            update = node_vector(session, name) - before[name]
            parts = (gradient_vector(session, name), before[name], update)
            expected[name].append([float(np.linalg.norm(part)) for part in parts])
    for name in nodes:
        np.testing.assert_allclose(sizes(session, name), expected[name], rtol=1e-5)
    steps = session.history.curves[curve_name("gradient", nodes[0])].data().step
    assert steps.tolist() == [1, 2, 3, 4, 5]


def test_the_gradient_is_that_before_clipping_and_penalties_and_the_update_has_both() -> None:
    plain = run(project(), 1)
    clipped = run(project(clipping={"kind": "norm", "limit": 1e-3}), 1)
    punished = run(project(regularization={"l2": 0.5}), 1)
    node = plain.snapshot().layout.places[0].node
    for other in (clipped, punished):
        assert sizes(other, node)[0, 0] == pytest.approx(sizes(plain, node)[0, 0])
        assert sizes(other, node)[0, 1] == pytest.approx(sizes(plain, node)[0, 1])
    nodes = list(dict.fromkeys(place.node for place in plain.snapshot().layout.places))
    moved = [np.hypot.reduce([sizes(session, name)[0, 2] for name in nodes]) for session in (clipped, plain)]
    assert moved[0] == pytest.approx(0.1 * 1e-3, rel=1e-3) and moved[1] > 10 * moved[0]
    assert sizes(punished, node)[0, 2] > sizes(plain, node)[0, 2]


@pytest.mark.parametrize("noisy", [False, True])
def test_a_run_with_measured_steps_equals_one_without_bit_for_bit(
    noisy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def weights(chunks: tuple[int, ...]) -> tuple[np.ndarray, list[float]]:
        session = Session(project(noisy_graph() if noisy else plain_graph(), optimizer="adam"), "cpu")
        for steps in chunks:
            session.advance(steps)
        return session.snapshot().parameters, session.history.curves["test_loss"].data().value.tolist()

    often = weights((1,) * 60)
    rarely = weights((60,))
    monkeypatch.setattr(StepSizes, "wanted", lambda *_: False)
    never = weights((60,))
    assert often[0].tobytes() == rarely[0].tobytes() == never[0].tobytes()
    assert often[1][-1] == rarely[1][-1] == never[1][-1]


def test_frozen_blocks_and_those_of_another_phase_are_not_measured() -> None:
    frozen = run(project(train_node(plain_graph(), "layer-1", trainable=False)), 3)
    measured = {name for name in frozen.history.curves if is_size(name)}
    assert measured and not any(name.endswith("/layer-1") for name in measured)

    phased = run(taking_turns(LEFT, RIGHT), 6)
    nodes = {name.rpartition("/")[2] for name in phased.history.curves if is_size(name)}
    assert nodes == {"body", "left", "right"}


def test_each_phase_is_measured_when_it_is_its_turn() -> None:
    session = Session(taking_turns({**LEFT, "steps": 2}, {**RIGHT, "steps": 1}), "cpu")
    for _ in range(6):
        session.advance(1)
    curves = {name: session.history.curves[curve_name("update", name)] for name in ("left", "right")}
    steps = {name: curve.data().step.tolist() for name, curve in curves.items()}
    assert steps == {"left": [1, 2, 4, 5], "right": [3, 6]}


def test_there_are_fewer_the_longer_the_run_and_one_between_two_looks() -> None:
    session = Session(project(), "cpu")
    for _ in range(3 * FINENESS):
        session.advance(1)
    steps = session.history.curves[curve_name("update", "layer-1")].data().step
    assert steps[:FINENESS].tolist() == list(range(1, FINENESS + 1))
    assert np.diff(steps[steps > 2 * FINENESS]).min() >= 2
    assert len(steps) == 2 * FINENESS - 1 + FINENESS // 2 + 1

    whole = Session(project(batch_size=1), "cpu")
    whole.advance(FLUSH_STEPS[whole.learner.engine.id])
    looks = len(np.unique(whole.history.curves["train_loss"].data().step))
    assert len(sizes(whole, "layer-1")) <= looks


def test_they_are_saved_cut_and_told_with_the_other_curves() -> None:
    session = run(project(), 12)
    name = curve_name("gradient", "layer-1")
    assert name in {point.curve for point in session.take_news()[0]}
    resumed = Session(project(), "cpu")
    resumed.resume(session.checkpoint())
    np.testing.assert_array_equal(resumed.history.curves[name].rows(), session.history.curves[name].rows())
    assert session.history.until(0).curves[name].data().step.size == 0


def test_a_run_that_breaks_down_leaves_no_infinite_sizes() -> None:
    graph = multilayer(circles(), (3, "identity"), (1, "identity"), loss="mean-squared-error")
    session = Session(project(graph, rate=50.0), "cpu")
    with pytest.raises(Diverged):
        for _ in range(400):
            session.advance(1)
    grown = sizes(session, "layer-1")
    assert np.isfinite(grown).all() and grown[-1].max() > 1e6
