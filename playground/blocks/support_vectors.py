"""The support vector machine of scikit-learn, fitted in growing rounds so that one sees it settle."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import nn

from playground.blocks.estimator import Estimator, Learning, squared_distances, two_classes_only
from playground.blocks.interruption import BackgroundCall, never
from playground.blocks.perceptron import signed
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

MOST_EXAMPLES = 2_000
"""Examples that it learns from; the time grows with their square."""
MOST_ITERATIONS = 2**16
"""Of one round: classes that cannot be separated may let the solver go on for ever."""
FIRST_ROUND = 8
"""Iterations of the solver in the first round; each round has twice as many."""

Kernel = Literal["linear", "rbf", "polynomial"]
_NAMES = {"linear": "linear", "rbf": "rbf", "polynomial": "poly"}


class SupportVectorLayer(Learning):
    """Support vectors with their weights; `forward` gives the decision value, positive for the second class."""

    whole: ClassVar[bool] = True
    vectors: torch.Tensor
    weights: torch.Tensor
    intercept: torch.Tensor
    gamma: torch.Tensor
    count: torch.Tensor
    rounds: torch.Tensor

    def __init__(self, features: int, block: SupportVectorMachine, coding: str) -> None:
        super().__init__()
        self.block, self.coding = block, coding
        self._given_up = False
        self._round: tuple[object, BackgroundCall[Any]] | None = None
        """The round that was broken off, with what it was asked."""
        self.register_buffer("vectors", torch.zeros(MOST_EXAMPLES, features))
        self.register_buffer("weights", torch.zeros(MOST_EXAMPLES))
        self.register_buffer("intercept", torch.zeros(1))
        self.register_buffer("gamma", torch.ones(()))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.register_buffer("rounds", torch.zeros((), dtype=torch.int64))

    def begin(self, *inputs: torch.Tensor) -> None:
        for buffer in (self.vectors, self.weights, self.intercept, self.count, self.rounds):
            buffer.zero_()

    def wake(self) -> None:
        super().wake()
        self.rounds.zero_()

    def learn(self, *inputs: torch.Tensor) -> None:
        x, wanted = inputs[0][:MOST_EXAMPLES].cpu(), signed(inputs[1][:MOST_EXAMPLES], self.coding).cpu()
        if len(torch.unique(wanted)) < 2:
            self.settled.fill_(True)
            return
        self.gamma.fill_(self.block.gamma or 1.0 / (x.shape[1] * (float(x.var(unbiased=False)) or 1.0)))
        machine = self._fitted(x, wanted, min(MOST_ITERATIONS, FIRST_ROUND * 2 ** int(self.rounds)))
        count = len(machine.support_)
        self.vectors.zero_()
        self.weights.zero_()
        self.vectors[:count] = torch.as_tensor(machine.support_vectors_, dtype=torch.float32)
        self.weights[:count] = torch.as_tensor(machine.dual_coef_[0], dtype=torch.float32)
        self.intercept.fill_(float(machine.intercept_[0]))
        self.count.fill_(count)
        self.rounds += 1
        converged = machine.fit_status_ == 0 and bool((machine.n_iter_ < machine.max_iter).all())
        self._given_up = not converged and machine.max_iter == MOST_ITERATIONS
        self.settled.fill_(converged or self._given_up)

    def _fitted(self, x: torch.Tensor, wanted: torch.Tensor, iterations: int) -> Any:
        """The machine of scikit-learn after so many iterations; a round that was broken off is waited for again."""
        if self.interrupted is never:
            return fit_machine(self.block, float(self.gamma), x, wanted, iterations)
        asked = (iterations, float(self.gamma), hash(x.numpy().tobytes()), hash(wanted.numpy().tobytes()))
        if self._round is None or self._round[0] != asked:
            gamma = float(self.gamma)
            self._round = asked, BackgroundCall(lambda: fit_machine(self.block, gamma, x, wanted, iterations))
        machine = self._round[1].wait(self.interrupted)
        self._round = None
        return machine

    def settled_words(self) -> str:
        if self._given_up:
            return (
                f"After {MOST_ITERATIONS:,} iterations the margin still changes: these classes can hardly be separated "
                "at this cost. Lower the cost C or take another kernel."
            )
        return f"The margin is as wide as it can be; {int(self.count)} examples hold it up."

    def forward(self, features: torch.Tensor, target: torch.Tensor | None = None) -> torch.Tensor:
        held = max(1, int(self.count))
        return self.decision(features, self.vectors[:held], self.weights[:held])

    def plain(self) -> nn.Module:
        """The same function for good: exporters cannot follow a number of vectors that lies in a buffer."""
        return FittedSupportVectors(self)

    def decision(self, x: torch.Tensor, vectors: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """The decision value (batch, 1) for x (batch, features), from vectors (n, features) and weights (n,)."""
        return (self._kernel(x, vectors) @ weights + self.intercept)[:, None]

    def _kernel(self, x: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        if self.block.kernel == "rbf":
            return torch.exp(-self.gamma * squared_distances(x, vectors))
        products = x @ vectors.T
        return products if self.block.kernel == "linear" else (self.gamma * products + 1.0) ** self.block.degree


class FittedSupportVectors(nn.Module):
    """The support vectors of a layer that has learned, and no room for more."""

    def __init__(self, layer: SupportVectorLayer) -> None:
        super().__init__()
        held = max(1, int(layer.count))
        self.layer = layer
        self.register_buffer("vectors", layer.vectors[:held].clone())
        self.register_buffer("weights", layer.weights[:held].clone())

    def forward(self, features: torch.Tensor, target: torch.Tensor | None = None) -> torch.Tensor:
        vectors, weights = self.get_buffer("vectors"), self.get_buffer("weights")
        return self.layer.decision(features, vectors, weights)


def fit_machine(
    block: SupportVectorMachine, gamma: float, x: torch.Tensor, wanted: torch.Tensor, iterations: int
) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import SVC

    machine = SVC(
        C=block.cost, kernel=_NAMES[block.kernel], degree=block.degree, gamma=gamma, coef0=1.0, max_iter=iterations
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return machine.fit(x.numpy().astype("float64"), wanted.numpy())


class SupportVectorMachine(Estimator):
    """Two classes with the widest margin between them."""

    id: ClassVar[str] = "support-vector-machine"
    title: ClassVar[str] = "Support vector machine"
    summary: ClassVar[str] = (
        "Looks for the border with the widest margin; only the examples at the margin hold it up. A kernel bends it. "
        "Solved by scikit-learn, in rounds that one can watch."
    )
    formula: ClassVar[str] = r"f(x) = \sum_i \alpha_i y_i K(x_i, x) + b, \quad 0 \leq \alpha_i \leq C"
    source: ClassVar[str] = "Cortes and Vapnik 1995, Support-vector networks"

    kernel: Kernel = parameter("rbf", help="Linear: a line. RBF: bumps around examples. Polynomial: a smooth curve.")
    cost: float = parameter(
        1.0, gt=0.0, le=1e6, logarithmic=True, label="Cost C", help="The price of an example past its margin."
    )
    gamma: float = parameter(
        0.0, ge=0.0, le=1e4, label="γ", advanced=True,
        help="How narrow the bumps of the RBF kernel are; 0 takes 1 / (features · variance).",
    )  # fmt: skip
    degree: int = parameter(3, ge=1, le=9, help="Degree of the polynomial kernel.", advanced=True)

    def subtitle(self) -> str:
        kernel = "RBF" if self.kernel == "rbf" else self.kernel
        return f"{kernel} · C {self.cost:g}"

    def expect(self, *inputs: Signal) -> None:
        two_classes_only(self.title, *inputs)

    def build(self, *inputs: Signal) -> nn.Module:
        return SupportVectorLayer(inputs[0].shape[0], self, inputs[1].scale)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal((1,), scale="signed"),)

    def measure(self, module: nn.Module, *inputs: torch.Tensor) -> Mapping[str, float]:
        assert isinstance(module, SupportVectorLayer)
        return {"support_vectors": float(module.count)}

    def live_formula(self, *inputs: Signal) -> str:
        return f"x has {inputs[0].shape[0]} numbers, y is −1 or +1"


BLOCKS: tuple[type[Estimator], ...] = (SupportVectorMachine,)
