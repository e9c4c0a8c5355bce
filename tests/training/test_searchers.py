"""Optimizers that evaluate the loss themselves: known minima, scipy's answers, torch's own, the rule of annealing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import torch

from playground.document.graph import Choice
from playground.document.project import Phase
from playground.network.check import check
from playground.training.batches import CannotTrain
from playground.training.engine import step_of
from playground.training.optimizers import optimizer_of
from playground.training.searchers import newton_sizes
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.descents import landscape, place, went
from tests.training.runs import SEARCHING, circles, plain_graph, project, run

STARTS = {"rosenbrock": (-1.2, 1.0), "beale": (1.0, 1.0), "himmelblau": (0.0, 0.0), "oval-bowl": (-3.0, 2.0)}
MINIMA = {
    "rosenbrock": [(1.0, 1.0)],
    "beale": [(3.0, 0.5)],
    "oval-bowl": [(0.0, 0.0)],
    "himmelblau": [(3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)],
}


def start(name: str) -> dict[str, Any]:
    x, y = STARTS[name]
    return {"function": name, "start_x": x, "start_y": y}


class Bowl:
    """A closure for a function of one flat tensor, with what the session's own closure offers."""

    def __init__(self, values: torch.Tensor, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
        self.values, self.function, self.looks = values, function, 0

    def __call__(self) -> torch.Tensor:
        self.looks += 1
        with torch.enable_grad():
            here = self.values.detach().clone().requires_grad_()
            loss = self.function(here)
            (self.values.grad,) = torch.autograd.grad(loss, here)
        return loss.detach()

    def loss(self) -> torch.Tensor:
        return self.function(self.values.detach())

    def hessian(self) -> torch.Tensor:
        found: torch.Tensor = torch.autograd.functional.hessian(self.function, self.values.detach())
        return found


def rosen(values: torch.Tensor) -> torch.Tensor:
    return (100.0 * (values[1:] - values[:-1] ** 2) ** 2 + (1.0 - values[:-1]) ** 2).sum()


def made(identifier: str, values: torch.Tensor, **numbers: Any) -> torch.optim.Optimizer:
    values.grad = torch.zeros_like(values)
    built = optimizer_of(Choice(id=identifier, parameters=numbers)).build([{"params": [values]}])
    if hasattr(built, "generator"):
        built.generator = torch.Generator().manual_seed(1)
    return built


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("identifier", ["newton", "bfgs", "l-bfgs"])
def test_the_known_minima_are_found_in_a_few_steps(identifier: str, name: str) -> None:
    session = went(landscape(identifier, **start(name)), 60)
    distances = [np.abs(place(session) - minimum).max() for minimum in MINIMA[name]]
    assert min(distances) < 1e-5


@pytest.mark.parametrize(("identifier", "method"), [("bfgs", "BFGS"), ("l-bfgs", "L-BFGS-B"), ("newton", "Newton-CG")])
def test_they_agree_with_scipy_in_ten_dimensions(identifier: str, method: str) -> None:
    values = torch.linspace(-1.0, 2.0, 10, dtype=torch.float64)
    reference = scipy.optimize.minimize(
        scipy.optimize.rosen, values.numpy().copy(), jac=scipy.optimize.rosen_der, method=method, tol=1e-10,
    )  # fmt: skip
    optimizer = made(identifier, values)
    closure = Bowl(values, rosen)
    assert float(closure()) == pytest.approx(scipy.optimize.rosen(values.numpy()))
    for _ in range(150):
        optimizer.step(closure)  # type: ignore[arg-type]
    np.testing.assert_allclose(values.numpy(), reference.x, atol=2e-4)
    assert float(closure()) < 1e-10


def test_bfgs_learns_the_inverse_of_the_hessian_of_a_parabola() -> None:
    matrix = torch.tensor([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]], dtype=torch.float64)
    values = torch.tensor([4.0, -3.0, 2.0], dtype=torch.float64)
    optimizer = made("bfgs", values)
    for _ in range(12):
        optimizer.step(Bowl(values, lambda x: 0.5 * x @ matrix @ x))  # type: ignore[arg-type]
    inverse = optimizer.state[values]["inverse_hessian"]
    np.testing.assert_allclose(inverse.numpy(), np.linalg.inv(matrix.numpy()), atol=0.02)
    assert float(values.abs().max()) < 1e-6


def test_newton_lands_at_the_bottom_of_a_parabola_in_one_step() -> None:
    session = went(landscape("newton", function="oval-bowl", start_x=-3.0, start_y=2.0), 1)
    np.testing.assert_allclose(place(session), [0.0, 0.0], atol=1e-14)


def test_newton_leaves_a_saddle_downhill_where_the_plain_step_would_lead_to_it() -> None:
    function = torch.tensor([[6.0, 5.0], [5.0, 4.0]], dtype=torch.float64)
    curvatures = torch.linalg.eigvalsh(function)
    assert curvatures.tolist() == pytest.approx([-0.0990195, 10.0990195])
    assert newton_sizes(curvatures, 0.0).tolist() == pytest.approx([0.0990195, 10.0990195])
    assert newton_sizes(torch.tensor([0.5, 4.0]), 0.25).tolist() == [0.75, 4.25]
    session = went(landscape("newton", function="saddle", start_x=1.0, start_y=1.0), 0)
    losses = []
    for _ in range(6):
        session.advance(1)
        losses.append(session.latest["train_loss"])
    assert all(after < before for before, after in itertools.pairwise(losses)) and losses[-1] < 22.9


def test_l_bfgs_walks_as_torchs_own_does_for_as_many_iterations() -> None:
    ours, theirs = (torch.tensor([-1.2, 1.0], dtype=torch.float64) for _ in range(2))
    optimizer = made("l-bfgs", ours, history=7)
    theirs.grad = torch.zeros_like(theirs)
    reference = torch.optim.LBFGS(
        [theirs], max_iter=1, max_eval=40, tolerance_grad=0.0, tolerance_change=1e-14, history_size=7,
        line_search_fn="strong_wolfe",
    )  # fmt: skip
    for _ in range(25):
        optimizer.step(Bowl(ours, rosen))  # type: ignore[arg-type]
        reference.step(Bowl(theirs, rosen))  # type: ignore[arg-type]
        assert torch.equal(ours, theirs)
    assert optimizer.state[ours]["changes"].shape == (2, 7)


def test_annealing_takes_a_rise_with_the_probability_of_the_rule() -> None:
    """On a step of height 1 between two flats, the share of climbs taken is exp(-1 / T)."""
    values = torch.zeros(1, dtype=torch.float64)
    optimizer = made("annealing", values, learning_rate=1.0, temperature=0.8, cooling=1.0)
    up, tried = 0, 0
    closure = Bowl(values, lambda x: (x > 0.0).double().sum())
    for _ in range(4000):
        values.fill_(-1e-9)
        optimizer.step(closure)  # type: ignore[arg-type]
        up += int(values.item() > 0.0)
        tried += 1
    climbs = tried / 2  # half of all proposals
    assert up / climbs == pytest.approx(math.exp(-1.0 / 0.8), abs=0.035)


def test_annealing_cools_and_keeps_the_best_place() -> None:
    numbers = {"temperature": 2.0, "cooling": 0.9}
    session = went(landscape("annealing", numbers, function="double-well", start_x=1.5), 50)
    memory = session.snapshot().memory
    assert float(memory["temperature"]) == pytest.approx(2.0 * 0.9**49)
    losses = session.history.curves["train_loss"].data().low
    assert float(memory["best_loss"]) <= losses.min() + 1e-12
    best = float(memory["best"][0])
    assert (best**2 - 1.0) ** 2 + 0.3 * best == pytest.approx(float(memory["best_loss"]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_restarts_end_at_the_best_place_of_all_descents(seed: int) -> None:
    numbers = {"learning_rate": 0.002, "restarts": 8, "reach": 5.12}
    session = went(landscape("restarts", numbers, seed, function="rastrigin", start_x=3.3, start_y=-2.7), 3000)
    memory = session.snapshot().memory
    assert float(memory["restarts"]) > 8
    assert session.latest["train_loss"] == pytest.approx(float(memory["best_loss"]), abs=1e-9)
    assert session.latest["train_loss"] <= session.history.curves["train_loss"].data().low.min() + 1e-9


def test_a_descent_that_runs_away_begins_anew() -> None:
    session = went(landscape("restarts", {"learning_rate": 0.05}, function="himmelblau"), 40)
    assert float(session.snapshot().memory["restarts"]) > 0
    assert np.isfinite(place(session)).all()


@pytest.mark.parametrize("identifier", SEARCHING)
def test_the_seed_determines_the_run(identifier: str) -> None:
    block = {"function": "rastrigin", "start_x": 3.3, "start_y": -2.7}
    numbers = {"learning_rate": 0.002} if identifier == "restarts" else {}
    one, same, other = (went(landscape(identifier, numbers, seed, **block), 60) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.snapshot().parameters, same.snapshot().parameters)
    drawn = identifier in ("annealing", "restarts")
    assert np.array_equal(place(one), place(other)) is not drawn


@pytest.mark.parametrize("identifier", SEARCHING)
def test_a_network_learns_on_all_its_examples(identifier: str) -> None:
    before = run(project(optimizer=identifier, rate=None, batch_size=0), 0).evaluate()["train_loss"]
    rate = {"annealing": 0.1, "restarts": 0.5}.get(identifier)
    session = run(project(optimizer=identifier, rate=rate, batch_size=0), 150)
    assert session.latest["train_loss"] < 0.9 * before


@pytest.mark.parametrize("identifier", SEARCHING)
def test_the_bare_step_does_what_the_step_does(identifier: str) -> None:
    one, other = (torch.tensor([-1.2, 1.0], dtype=torch.float64) for _ in range(2))
    whole, bare = made(identifier, one, learning_rate=1e-3), made(identifier, other, learning_rate=1e-3)
    step = step_of(bare)
    for _ in range(6):
        whole.step(Bowl(one, rosen))  # type: ignore[arg-type]
        step(Bowl(other, rosen))  # type: ignore[call-arg]
        assert torch.equal(one, other)


@pytest.mark.parametrize("identifier", ["newton", "bfgs"])
def test_large_networks_are_refused_with_a_sentence(identifier: str) -> None:
    graph = chain(
        circles(), node("wide", "dense", units=200, activation="tanh"), node("out", "dense", units=1),
        loss=node("loss", "mean-squared-error"),
    )  # fmt: skip
    assert check(graph).total_parameters > 500
    with pytest.raises(CannotTrain, match=r"is for at most 500 weights, but 801 learn here\. Take L-BFGS or Adam"):
        Session(project(graph, identifier))
    session = run(project(graph, "adam"), 3)
    with pytest.raises(CannotTrain):
        session.apply(project(graph, identifier))
    assert session.advance(2) == 2 and session.project.training.optimizer.id == "adam"


def test_phases_are_refused_with_a_sentence() -> None:
    players = (
        Phase(losses=("loss",), trains=("layer-1",)), Phase(losses=("loss",), trains=("layer-2",)),
    )  # fmt: skip
    with pytest.raises(CannotTrain, match="looks for the bottom of one loss"):
        Session(project(plain_graph(), "bfgs", phases=players))


def test_the_l2_penalty_is_part_of_what_they_look_at() -> None:
    """Newton lands at once where ridge regression does."""
    graph = chain(
        circles(), node("out", "dense", units=1, activation="identity", bias=False),
        loss=node("loss", "mean-squared-error"),
    )  # fmt: skip
    plain = run(project(graph, "newton", batch_size=0, rate=1.0), 2).snapshot().array("out.weight")
    session = run(project(graph, "newton", batch_size=0, rate=1.0, regularization={"l2": 0.5}), 2)
    shrunk = session.snapshot().array("out.weight")
    assert np.linalg.norm(shrunk) < 0.9 * np.linalg.norm(plain)
    features, target = (tensor.double().numpy() for tensor in session.learner.experience.examples)
    exact = np.linalg.solve(features.T @ features / len(target) + 0.5 * np.eye(2), features.T @ target / len(target))
    np.testing.assert_allclose(shrunk[0], exact[:, 0], atol=1e-6)
