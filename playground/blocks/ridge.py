"""Ridge regression: a weighted sum that is fitted in one step of least squares, with small weights preferred."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import BlockError, flat_vector_only
from playground.blocks.estimator import Estimator, Learning
from playground.blocks.loss import CLASS_CODINGS
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class RidgeLayer(Learning):
    """Weights (outputs, inputs) and biases (outputs,) with the least ‖y − W x − b‖² + λ ‖W‖², summed over examples."""

    whole: ClassVar[bool] = True
    weight: torch.Tensor
    bias: torch.Tensor

    def __init__(self, inputs: int, outputs: int, penalty: float) -> None:
        super().__init__()
        self.penalty = penalty
        self.register_buffer("weight", torch.zeros(outputs, inputs))
        self.register_buffer("bias", torch.zeros(outputs))

    def begin(self, *inputs: torch.Tensor) -> None:
        self.weight.zero_()
        self.bias.zero_()

    def learn(self, *inputs: torch.Tensor) -> None:
        x, y = (tensor.double() for tensor in inputs[:2])  # (n, inputs), (n, outputs)
        middle, level = x.mean(dim=0), y.mean(dim=0)
        x, y = x - middle, y - level
        if self.penalty > 0.0:
            # The smaller of the two systems that have the same solution.
            if len(x) < x.shape[1]:
                grams = x @ x.T + self.penalty * torch.eye(len(x), dtype=x.dtype, device=x.device)
                weight = x.T @ torch.linalg.solve(grams, y)
            else:
                grams = x.T @ x + self.penalty * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
                weight = torch.linalg.solve(grams, x.T @ y)
        else:
            weight = torch.linalg.pinv(x) @ y  # of many solutions the smallest
        self.weight.copy_(weight.T)
        self.bias.copy_(level - middle @ weight)
        self.settled.fill_(True)

    def settled_words(self) -> str:
        return "The weights of the ridge regression are fitted."

    def forward(self, features: torch.Tensor, target: torch.Tensor | None = None) -> torch.Tensor:
        return functional.linear(features, self.weight, self.bias)


class Ridge(Estimator):
    """Linear regression with a squared penalty, solved at once for all training examples."""

    id: ClassVar[str] = "ridge"
    title: ClassVar[str] = "Ridge regression"
    summary: ClassVar[str] = (
        "Predicts numbers as weighted sums, with the weights that fit all training examples best while they stay "
        "small. No steps are taken: the solution is a formula."
    )
    formula: ClassVar[str] = r"W = Y^\top X \, (X^\top X + \lambda I)^{-1}"
    source: ClassVar[str] = "Hoerl and Kennard 1970, Ridge regression"

    penalty: float = parameter(
        0.01, ge=0.0, le=1e6, logarithmic=True,
        help="λ: how much the sum of all squared weights costs beside the sum of all squared errors.",
    )  # fmt: skip

    def subtitle(self) -> str:
        return f"λ {self.penalty:g}"

    def expect(self, *inputs: Signal) -> None:
        flat_vector_only(self.title, inputs[0])
        target = inputs[1]
        if target.scale in CLASS_CODINGS or target.kind == "tokens" or len(target.shape) != 1:
            raise BlockError(f"{self.title} predicts a vector of numbers, but {target.words()} arrives as target.",
                             port="target")  # fmt: skip

    def build(self, *inputs: Signal) -> nn.Module:
        return RidgeLayer(inputs[0].shape[0], inputs[1].shape[0], self.penalty)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, RidgeLayer)
        module.penalty = self.penalty
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal(tuple(outputs[0][1:]), scale="relative" if inputs[1].scale == "relative" else "any",
                       axes=inputs[1].axes),)  # fmt: skip

    def live_formula(self, *inputs: Signal) -> str:
        return f"W is {inputs[1].shape[0]} × {inputs[0].shape[0]}, b is {inputs[1].shape[0]}"


BLOCKS: tuple[type[Estimator], ...] = (Ridge,)
