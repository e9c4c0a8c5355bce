"""Optimizers that evaluate the loss more than once a step, in other places too: searches, and those that ask for luck.

One step length counts for all weights: learning-rate factors of single blocks and clipping do not apply. They need the
same loss at every look, so all examples should be in one batch.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch

from playground.document.declaration import parameter
from playground.training import searchers
from playground.training.optimizer_base import Optimizer, rate


class OptimizerWithClosure(Optimizer):
    """Base of the optimizers whose `step` takes a closure."""

    evaluates: ClassVar[bool] = True

    def _implementation(self, tensors: list[torch.Tensor]) -> dict[str, Any]:
        return {}


class Newton(OptimizerWithClosure):
    """Newton's method, damped."""

    id: ClassVar[str] = "newton"
    title: ClassVar[str] = "Newton"
    summary: ClassVar[str] = (
        "Jumps to the bottom of the parabola that fits the loss here. Where the Hessian is not positive definite that "
        "may lead up to a saddle, so curvatures count by their size; a step that gains too little is halved. For few "
        "weights."
    )
    formula: ClassVar[str] = r"w \leftarrow w - \eta \, (|H| + \lambda I)^{-1} g"
    source: ClassVar[str] = "Nocedal and Wright (2006), chapter 3; the size of curvatures: Dauphin et al. (2014)"
    kind: ClassVar[type[torch.optim.Optimizer]] = searchers.NewtonSearch
    most_parameters: ClassVar[int] = 500

    learning_rate: float = rate(1.0)
    damping: float = parameter(
        0.0, ge=0.0, le=1e6, logarithmic=True, label="Damping λ", help="Added to every curvature: shorter, safer steps."
    )

    def numbers(self) -> dict[str, Any]:
        return {"damping": self.damping}


class Bfgs(OptimizerWithClosure):
    """BFGS with a dense matrix."""

    id: ClassVar[str] = "bfgs"
    title: ClassVar[str] = "BFGS"
    summary: ClassVar[str] = (
        "Newton without second derivatives: it learns the inverse Hessian from how the gradient changes along each "
        "step. The matrix has a row for every weight, so it is for few weights."
    )
    formula: ClassVar[str] = (
        r"w \leftarrow w - \eta B g, \quad B \leftarrow (I - \rho s y^{\top}) B (I - \rho y s^{\top}) "
        r"+ \rho s s^{\top}, \quad \rho = \frac{1}{y^{\top} s}"
    )
    source: ClassVar[str] = "Broyden, Fletcher, Goldfarb and Shanno (1970); line search: Lewis and Overton (2013)"
    kind: ClassVar[type[torch.optim.Optimizer]] = searchers.QuasiNewtonSearch
    most_parameters: ClassVar[int] = 500

    learning_rate: float = rate(1.0)


class LimitedBfgs(OptimizerWithClosure):
    """BFGS that remembers a few steps instead of a matrix."""

    id: ClassVar[str] = "l-bfgs"
    title: ClassVar[str] = "L-BFGS"
    summary: ClassVar[str] = (
        "BFGS from the memory of the last few steps instead of a matrix, so that it suits many weights too. "
        "Give it all examples in one batch."
    )
    formula: ClassVar[str] = r"w \leftarrow w - \eta B_m g, \quad B_m \text{ from the last } m \text{ pairs } s, y"
    source: ClassVar[str] = "Liu and Nocedal (1989), On the limited memory BFGS method"
    kind: ClassVar[type[torch.optim.Optimizer]] = searchers.LimitedMemorySearch
    most_parameters: ClassVar[int] = 1_000_000

    learning_rate: float = rate(1.0)
    history: int = parameter(10, ge=1, le=100, label="Memory m", help="How many steps it remembers.")

    def numbers(self) -> dict[str, Any]:
        return {"history_size": self.history}


class SimulatedAnnealing(OptimizerWithClosure):
    """A random walk that cools down."""

    id: ClassVar[str] = "annealing"
    title: ClassVar[str] = "Simulated annealing"
    summary: ClassVar[str] = (
        "Tries random steps without any gradient. A step down is always taken, a step up by luck: often while it is "
        "hot, hardly ever when it has cooled. So it can leave a hollow that is not the deepest."
    )
    formula: ClassVar[str] = (
        r"w' = w + \eta \, \varepsilon, \quad P(\text{accept}) = \min\left(1, e^{-\Delta L / T}\right), "
        r"\quad T = T_0 \, c^{t}"
    )
    source: ClassVar[str] = "Kirkpatrick, Gelatt and Vecchi (1983), Optimization by simulated annealing"
    kind: ClassVar[type[torch.optim.Optimizer]] = searchers.AnnealingSearch
    most_parameters: ClassVar[int] = 1_000_000

    learning_rate: float = rate(0.5)
    temperature: float = parameter(
        1.0, ge=0.0, le=1e6, logarithmic=True, label="First temperature T₀",
        help="A rise of the loss by so much is taken with a probability of 37 % at first.",
    )  # fmt: skip
    cooling: float = parameter(
        0.99, gt=0.0, le=1.0, label="Cooling c", help="The temperature is multiplied by it at every step."
    )

    def numbers(self) -> dict[str, Any]:
        return {"temperature": self.temperature, "cooling": self.cooling}


class RandomRestarts(OptimizerWithClosure):
    """Gradient descent, again and again."""

    id: ClassVar[str] = "restarts"
    title: ClassVar[str] = "Random restarts"
    summary: ClassVar[str] = (
        "Gradient descent that begins anew at a random place as soon as it has settled. After the last descent it "
        "goes back to the best place it has seen."
    )
    formula: ClassVar[str] = r"w \leftarrow w - \eta \, g; \quad \text{settled: } w \sim U(-r, r)"
    source: ClassVar[str] = "Multistart: Boender and Rinnooy Kan (1987), Bayesian stopping rules for multistart"
    kind: ClassVar[type[torch.optim.Optimizer]] = searchers.RestartSearch
    most_parameters: ClassVar[int] = 1_000_000

    learning_rate: float = rate(0.05)
    restarts: int = parameter(20, ge=0, le=100_000, logarithmic=True, help="How many times it begins anew.")
    reach: float = parameter(
        5.0, gt=0.0, le=1e6, logarithmic=True, help="For each weight, new places are drawn from −reach to +reach."
    )
    tolerance: float = parameter(
        1e-3, gt=0.0, le=1e3, logarithmic=True, help="It has settled when no weight moves farther than this in a step."
    )

    def numbers(self) -> dict[str, Any]:
        return {"restarts": self.restarts, "reach": self.reach, "tolerance": self.tolerance}


OPTIMIZERS: tuple[type[Optimizer], ...] = (Newton, Bfgs, LimitedBfgs, SimulatedAnnealing, RandomRestarts)
