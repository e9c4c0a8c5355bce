"""Rosenblatt's perceptron: a line that moves only when it is wrong."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from playground.blocks.estimator import Estimator, Learning, two_classes_only
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class PerceptronLayer(Learning):
    """Weights and a bias, moved by the perceptron rule; `forward` gives the score w·x + b."""

    weight: torch.Tensor
    bias: torch.Tensor
    right_in_a_row: torch.Tensor
    mistakes: torch.Tensor

    def __init__(self, inputs: int, rate: float, coding: str) -> None:
        super().__init__()
        self.rate = rate
        self.coding = coding
        self.register_buffer("weight", torch.zeros(1, inputs))
        self.register_buffer("bias", torch.zeros(1))
        self.register_buffer("right_in_a_row", torch.zeros((), dtype=torch.int64))
        self.register_buffer("mistakes", torch.zeros((), dtype=torch.int64))
        self._enough = 1

    def begin(self, *inputs: torch.Tensor) -> None:
        # Epochs are shuffled: only so many in a row are sure to hold a whole epoch.
        self._enough = 2 * len(inputs[0]) - 1
        for buffer in (self.weight, self.bias, self.right_in_a_row, self.mistakes):
            buffer.zero_()

    def learn(self, *inputs: torch.Tensor) -> None:
        for x, wanted in zip(inputs[0], signed(inputs[1], self.coding), strict=True):
            if float(wanted * (self.weight[0] @ x + self.bias[0])) > 0.0:
                self.right_in_a_row += 1
                continue
            self.weight[0] += self.rate * wanted * x
            self.bias += self.rate * wanted
            self.right_in_a_row.zero_()
            self.mistakes += 1
        self.settled.fill_(bool(self.right_in_a_row >= self._enough))

    def wake(self) -> None:
        super().wake()
        self.right_in_a_row.zero_()

    def settled_words(self) -> str:
        return f"The perceptron has no example wrong any more, after {int(self.mistakes)} corrections."

    def forward(self, features: torch.Tensor, target: torch.Tensor | None = None) -> torch.Tensor:
        return nn.functional.linear(features, self.weight, self.bias)  # (batch, inputs) -> (batch, 1)


def signed(target: torch.Tensor, coding: str) -> torch.Tensor:
    """Class labels of two classes in any coding as −1 and +1, (N,)."""
    numbers = target[:, 1] if coding == "one-hot" else target.reshape(len(target))
    return numbers.float() if coding == "signed" else 2.0 * numbers.float() - 1.0


class Perceptron(Estimator):
    """The perceptron rule."""

    id: ClassVar[str] = "perceptron"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"boundary line"})
    title: ClassVar[str] = "Perceptron rule"
    summary: ClassVar[str] = (
        "Looks at one example after another and moves its line only when it is wrong. It comes to rest if a line can "
        "separate the classes, and never otherwise."
    )
    formula: ClassVar[str] = (
        r"\text{if } y\,(w \cdot x + b) \leq 0: \quad w \leftarrow w + \eta\, y\, x, \quad b \leftarrow b + \eta\, y"
    )
    source: ClassVar[str] = "Rosenblatt 1958, The perceptron: a probabilistic model"

    rate: float = parameter(
        1.0, gt=0.0, le=1000.0, logarithmic=True, label="Rate η",
        help="How much of a wrong example is added. From weights of 0 it changes their size, not the line.",
    )  # fmt: skip

    def subtitle(self) -> str:
        return f"η {self.rate:g}"

    def expect(self, *inputs: Signal) -> None:
        two_classes_only(self.title, *inputs)

    def build(self, *inputs: Signal) -> nn.Module:
        return PerceptronLayer(inputs[0].shape[0], self.rate, inputs[1].scale)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, PerceptronLayer)
        module.rate = self.rate
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal((1,), scale="signed"),)

    def live_formula(self, *inputs: Signal) -> str:
        return f"w has {inputs[0].shape[0]} numbers, y is −1 or +1"


BLOCKS: tuple[type[Estimator], ...] = (Perceptron,)
