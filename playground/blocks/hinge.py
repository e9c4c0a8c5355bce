"""The hinge loss, which asks the right side to win by a margin."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from playground.blocks.base import Block, BlockError
from playground.blocks.class_loss_operations import plan_margins_of_classes
from playground.blocks.code import ArrayCode, Code, computed
from playground.blocks.loss import Free, SameShapeLoss, label_fixes, units_fixes, use
from playground.blocks.loss_operations import plan_margins
from playground.blocks.operations import Operations
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class HingeLayer(nn.Module):
    """Mean of max(0, margin - y s) for targets of -1 and +1."""

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.margin - target * prediction).mean()


class MulticlassHingeLayer(nn.Module):
    """Mean over classes and batch of max(0, margin - s_right + s_other)."""

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        # Not torch's own function, which has no second derivative.
        right = prediction.gather(1, target[:, None])  # (batch, 1)
        missed = torch.relu(self.margin - right + prediction)  # (batch, classes), of the right class the margin itself
        return (missed.sum(dim=1) - self.margin).mean() / prediction.shape[1]


class Hinge(SameShapeLoss):
    """Hinge loss: binary for targets of -1 and +1, multi-class (Weston & Watkins, over k classes) for class numbers."""

    id: ClassVar[str] = "hinge"
    free: ClassVar[Free] = "margins"
    title: ClassVar[str] = "Hinge"
    summary: ClassVar[str] = (
        "Asks the score of the right side to win by a margin, then is content: the loss of the support vector machine. "
        "Takes labels of −1 and +1, or class numbers with one score per class."
    )
    formula: ClassVar[str] = (
        r"L = \frac{1}{n} \sum_i \max(0, 1 - y_i s_i) \quad \mathrm{or} \quad"
        r" \frac{1}{n k} \sum_i \sum_{j \neq y_i} \max(0, 1 - s_{i,y_i} + s_{i,j})"
    )
    source: ClassVar[str] = "Cortes & Vapnik 1995; Weston & Watkins 1999"

    margin: float = parameter(1.0, gt=0.0, le=1e3, help="By how much the right side must win.")

    def match(self, prediction: Signal, target: Signal) -> None:
        if target.scale == "index":
            count = len(target.classes)
            if target.shape:
                raise BlockError(
                    f"{self.title} expects one class for each example, but {target.words()} arrives.",
                    use("cross-entropy", "cross-entropy"),
                    port="target",
                )
            if len(prediction.shape) != 1 or prediction.shape[0] != (count or prediction.shape[0]):
                raise BlockError(
                    f"{self.title} expects one score for each of the {count} classes, "
                    f"but {prediction.words()} arrives.",
                    *units_fixes(prediction, count),
                    *(label_fixes(target, "signed") if prediction.shape == (1,) else []),
                    port="prediction",
                )
        elif target.scale != "signed":
            raise BlockError(
                f"{self.title} expects labels of −1 and +1 or class numbers, but {target.words()} arrives.",
                *label_fixes(target, "signed", "index"),
                port="target",
            )
        else:
            super().match(prediction, target)

    def build(self, *inputs: Signal) -> nn.Module:
        many = bool(inputs) and inputs[1].scale == "index"
        return MulticlassHingeLayer(self.margin) if many else HingeLayer(self.margin)

    def to_code(self, *inputs: Signal) -> Code:
        if inputs[1].scale == "index":
            return computed(f"functional.multi_margin_loss({{0}}, {{1}}, margin={self.margin!r})")
        return computed(f"torch.relu({self.margin!r} - {{1}} * {{0}}).mean()")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        if inputs[1].scale == "index":
            return super().to_numpy(*inputs)
        value = f"np.maximum(0, {self.margin!r} - {{y}} * {{x}}).mean()"
        return ArrayCode(value, f"-{{y}} * ({{y}} * {{x}} < {self.margin!r}) / {{y}}.size")

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, (HingeLayer, MulticlassHingeLayer))
        module.margin = self.margin
        return True

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if isinstance(module, MulticlassHingeLayer):
            plan_margins_of_classes(operations, self.margin)
        else:
            plan_margins(operations, self.margin)
        return True


BLOCKS: tuple[type[Block], ...] = (Hinge,)
