"""What the lessons of the presets say is true of the runs they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from playground.analysis.loss.loss_surface import LossSurfaceAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.edits import set_parameters
from playground.document.graph import NodeTraining
from playground.document.project import Clipping, Project
from playground.training.divergence import Diverged
from playground.training.session.session import Session


def preset(name: str) -> Project:
    return files.read(library.find(name))


def trained(project: Project, epochs: int) -> Session:
    session = Session(project, "cpu")
    while session.epoch < epochs - 1e-9 and not session.finished:
        session.advance(session.steps_left_in_epoch)
    return session


def weights(session: Session, node: str) -> NDArray[np.float32]:
    return session.snapshot().of_node(node)["weight"]


@pytest.mark.parametrize("name", ["perceptron-and", "perceptron-or"])
def test_the_perceptron_stands_still_once_all_rows_are_right(name: str) -> None:
    session = trained(preset(name), 40)
    assert session.evaluate(full=True)["train_accuracy"] == 1.0
    before = session.snapshot().parameters
    session.advance(100)
    np.testing.assert_array_equal(session.snapshot().parameters, before)


def test_the_perceptron_never_comes_to_rest_on_xor() -> None:
    session = trained(preset("perceptron-xor"), 60)
    seen: set[bytes] = set()
    for _ in range(12):
        session.advance(1)
        seen.add(session.snapshot().parameters.tobytes())
    assert len(seen) > 3


def test_xor_is_solved_by_the_weights_that_the_lesson_dictates() -> None:
    session = Session(preset("xor-by-hand"), "cpu")
    gates = {"or": (20.0, 20.0, -10.0), "nand": (-20.0, -20.0, 30.0), "and": (20.0, 20.0, -30.0)}
    for node, (first, second, bias) in gates.items():
        session.set_parameter(f"{node}.weight", (0, 0), first)
        session.set_parameter(f"{node}.weight", (0, 1), second)
        session.set_parameter(f"{node}.bias", (0,), bias)
    metrics = session.evaluate(full=True)
    assert metrics["train_accuracy"] == 1.0
    assert metrics["train_loss"] < 1e-3


def test_training_finds_gates_that_can_be_read() -> None:
    session = trained(preset("xor-by-hand"), 600)
    assert (weights(session, "or") > 5.0).all()
    assert (weights(session, "nand") < -5.0).all()
    assert (weights(session, "and") > 5.0).all()


def test_sigmoid_and_softmax_of_two_draw_one_curve() -> None:
    session = trained(preset("sigmoid-equals-softmax"), 20)
    metrics = session.evaluate(full=True)
    assert metrics["train_loss.loss-sigmoid"] == pytest.approx(metrics["train_loss.loss-softmax"], rel=1e-4)
    two = weights(session, "two-outputs")
    np.testing.assert_allclose(two[1] - two[0], weights(session, "one-output")[0], rtol=1e-3)


def test_features_make_a_circle() -> None:
    session = trained(preset("circles-by-features"), 60)
    values = session.snapshot().of_node("dense-1")
    first, second = values["weight"][0]
    assert first < 0.0 and second == pytest.approx(first, rel=0.1)
    assert 2.5 < (-values["bias"][0] / first) ** 0.5 < 3.5


def test_the_plane_has_weights_of_a_twelfth() -> None:
    session = trained(preset("plane"), 40)
    np.testing.assert_allclose(weights(session, "dense-1"), 1.0 / 12.0, atol=1e-3)


def test_dead_units_do_not_move_and_leaky_ones_do() -> None:
    for name, moves in (("dying-relu", False), ("leaky-relu", True)):
        session = Session(preset(name), "cpu")
        before = weights(session, "dense-1").copy()
        session.advance(200)
        assert bool((weights(session, "dense-1") != before).any()) is moves


def test_zeros_stay_zero() -> None:
    session = trained(preset("zero-initialization"), 10)
    assert not weights(session, "zero-1").any()
    assert not weights(session, "zero-2").any()
    assert weights(session, "random-1").any()


def test_a_rate_above_the_limit_diverges() -> None:
    project = preset("learning-rate")
    nodes = tuple(
        node.replace(training=NodeTraining(learning_rate_factor=2.2)) if node.id == "high" else node
        for node in project.graph.nodes
    )
    with pytest.raises(Diverged) as caught:
        trained(project.replace(graph=project.graph.replace(nodes=nodes)), 3_000)
    assert "high" in caught.value.node


def test_without_clipping_the_run_explodes() -> None:
    project = preset("gradient-clipping")
    session = Session(project.replace(training=project.training.replace(clipping=Clipping())), "cpu")
    before = session.evaluate(full=True)["train_loss"]
    try:
        session.advance(20)
    except Diverged:
        return
    assert session.evaluate(full=True)["train_loss"] > 1e6 * before


def test_the_large_net_is_worse_on_new_points_than_the_small_one() -> None:
    large = trained(preset("over-fitting"), 2_000).evaluate(full=True)
    small = trained(preset("just-right"), 1_500).evaluate(full=True)
    assert large["train_loss"] < small["train_loss"]
    assert large["validation_loss"] > small["validation_loss"]


def test_l1_makes_all_useless_weights_zero_and_l2_none() -> None:
    lasso = weights(trained(preset("l1-sparse"), 200), "dense-1")[0]
    ridge = weights(trained(preset("l2-sparse"), 200), "dense-1")[0]
    assert np.count_nonzero(lasso) == 3
    assert lasso[:3].all()
    assert np.count_nonzero(ridge) == 20


def test_elastic_net_shares_between_twins_and_l1_alone_does_not() -> None:
    project = preset("elastic-net")
    shared = weights(trained(project, 300), "dense-1")[0]
    assert min(shared[0], shared[19]) > 0.9
    assert np.count_nonzero(shared[3:19] == 0.0) >= 10
    alone = project.training.replace(regularization=project.training.regularization.replace(l2=0.0))
    single = weights(trained(project.replace(training=alone), 300), "dense-1")[0]
    assert single[0] > 3.0 * single[19]


def test_early_stopping_stops_and_takes_the_best_weights_back() -> None:
    session = trained(preset("early-stopping"), 300)
    assert "Early stopping" in session.finished
    assert session.epoch < 200
    losses = session.history.curves["validation_loss"].data().value
    assert session.evaluate(full=True)["validation_loss"] == pytest.approx(float(np.min(losses)), rel=1e-4)


def test_momentum_needs_far_fewer_epochs() -> None:
    def epochs(name: str) -> float:
        session = Session(preset(name), "cpu")
        while session.evaluate(full=True)["test_r2"] < 0.97:
            session.advance(10)
        return session.epoch

    assert epochs("bonus") > 3.0 * epochs("momentum")


def test_scaling_mends_the_unscaled_wine() -> None:
    project = preset("wine-unscaled")
    session = trained(project, 50)
    scaled: dict[str, Any] = {"scaling": "standardize"}
    session.apply(project.replace(graph=set_parameters(project.graph, "data", scaled)))
    session.advance(400)
    assert session.evaluate(full=True)["test_accuracy"] > 0.85


def test_the_path_of_the_spirals_lies_in_the_plane_of_its_components_and_not_in_a_random_one() -> None:
    session = trained(preset("spirals-surface"), 200)
    question = Question(Subject(session.project.graph), session.snapshot(), trail=session.trail.snapshots)
    along = LossSurfaceAnalysis().compute(question)
    assert along.explained is not None
    assert along.explained[0] > 0.9 and sum(along.explained) > 0.96
    assert 21.0 < np.linalg.norm(along.path.places[0]) < 23.0 and along.path.distances.max() < 3.2
    assert along.minimum[2] < along.loss < 0.03 and 0.6 < along.path.losses[0] < 0.7
    across = LossSurfaceAnalysis(directions="random").compute(question)
    assert np.linalg.norm(across.path.places[0]) < 0.2 and across.path.distances[0] > 20.0
    beside = np.abs(across.alphas).round(6) == 0.2
    around = [*across.values[25, beside], *across.values[beside, 25]]
    assert len(around) == 4 and min(around) > 0.5
