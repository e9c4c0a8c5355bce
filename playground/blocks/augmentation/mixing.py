"""Two examples mixed into one, and their answers alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix, Port, numbers_only
from playground.blocks.code import Code, kept
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class MixupLayer(nn.Module):
    """Mixes each example of a training batch with another one, and their answers alike; draws from `generator`."""

    def __init__(self, alpha: float, classes: int) -> None:
        super().__init__()
        self.alpha = alpha
        self.classes = classes
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        answers = target if target.is_floating_point() else functional.one_hot(target, self.classes).to(x.dtype)
        if not self.training:
            return x, answers
        partner = torch.randperm(len(x), generator=self.generator, device=x.device)
        seed = int(torch.randint(2**31, (), generator=self.generator, device=x.device))
        drawn = np.random.default_rng(seed).beta(self.alpha, self.alpha, len(x))
        share = torch.tensor(drawn, dtype=x.dtype, device=x.device)
        of_x, of_answers = share.view(-1, *[1] * (x.ndim - 1)), share.view(-1, *[1] * (answers.ndim - 1))
        mixed = of_answers * answers + (1.0 - of_answers) * answers[partner]
        return of_x * x + (1.0 - of_x) * x[partner], mixed


class Mixup(Block):
    """Convex combinations of pairs of examples, with the same combination of their answers."""

    id: ClassVar[str] = "mixup"
    family: ClassVar[str] = "augmentation"
    title: ClassVar[str] = "Mixup"
    summary: ClassVar[str] = (
        "Mixes every example with another one of the batch, and their answers in the same shares: 70 % of a 3 and 30 % "
        "of an 8 is to be told as just that. Class numbers become shares of the classes, so a loss that takes soft "
        "targets belongs behind it. Outside training nothing is mixed."
    )
    formula: ClassVar[str] = (
        r"\tilde{x} = \lambda x_i + (1 - \lambda) x_j, \quad \tilde{y} = \lambda y_i + (1 - \lambda) y_j, \quad"
        r" \lambda \sim \mathrm{Beta}(\alpha, \alpha)"
    )
    source: ClassVar[str] = "Zhang, Cissé, Dauphin & Lopez-Paz 2018, mixup: Beyond empirical risk minimization"
    inputs: ClassVar[tuple[Port, ...]] = (Port("features", "Features"), Port("target", "Target"))
    outputs: ClassVar[tuple[Port, ...]] = (Port("features", "Mixed features"), Port("target", "Mixed target"))
    learns_from: ClassVar[tuple[str, ...]] = ("target",)
    entrances: ClassVar[Mapping[str, str]] = {"features": "features"}

    alpha: float = parameter(
        0.2, gt=0.0, le=16.0, logarithmic=True, help="How evenly examples are mixed: near 0 hardly; 1: any share."
    )

    def subtitle(self) -> str:
        return f"α {self.alpha:g}"

    def expect(self, *inputs: Signal) -> None:
        features, target = inputs
        numbers_only(self.title, features)
        if target.kind == "tokens" or (target.scale == "index" and (target.shape or not target.classes)):
            raise BlockError(
                f"{self.title} expects one answer for each example as target, but {target.words()} arrives.",
                port="target",
            )
        if target.scale == "index" and target.unanswered:
            raise BlockError(
                f"{self.title} cannot mix answers where some are missing: the target has examples without one.",
                Fix("Take Mixup out", "replace", block="identity"), port="target",
            )  # fmt: skip

    def build(self, *inputs: Signal) -> nn.Module:
        return MixupLayer(self.alpha, len(inputs[1].classes))

    def to_code(self, *inputs: Signal) -> Code:
        make = f"MixupLayer({self.alpha!r}, {len(inputs[1].classes)})"
        return kept(make, "{module}({0}, {1})", uses=(MixupLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, MixupLayer)
        module.alpha = self.alpha
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        features, target = inputs
        if target.scale != "index":
            return features, target.but(scale="any" if target.scale == "signed" else target.scale)
        return features, target.but(shape=(len(target.classes),), scale="one-hot", low=0.0, high=1.0, axes=())

    def live_formula(self, *inputs: Signal) -> str:
        return f"α is {self.alpha:g}; λ has mean 0.5 and deviation {0.5 / (2.0 * self.alpha + 1.0) ** 0.5:.3g}"


BLOCKS: tuple[type[Block], ...] = (Mixup,)
