"""Tangent prop: answers that do not change when a picture is shifted, turned or scaled a little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch

from playground.blocks.augmentation.tangents import tangents_of
from playground.document.declaration import parameter
from playground.network.check import Report
from playground.training.objectives.base import Look, Objective, features_of


def along(answer: torch.Tensor, x: torch.Tensor, tangents: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """The derivatives of an answer (batch, ...) along tangents of its input, one (batch, ...) for each.

    The product of the Jacobian with a tangent, by the derivative of a pass back by what it starts from.
    """
    start = torch.zeros_like(answer, requires_grad=True)
    slope = torch.autograd.grad(answer, x, start, create_graph=True, allow_unused=True, materialize_grads=True)[0]
    return [
        torch.autograd.grad(slope, start, tangent, create_graph=True, allow_unused=True, materialize_grads=True)[0]
        for tangent in tangents
    ]


class TangentProp(Objective):
    """The squared derivatives of the answers along movements of the picture."""

    id: ClassVar[str] = "tangent-prop"
    title: ClassVar[str] = "Tangent prop"
    summary: ClassVar[str] = (
        "Adds how fast the answers change when a picture begins to be shifted, turned or scaled. The network learns "
        "from the derivative that small movements do not matter, without seeing a moved picture."
    )
    formula: ClassVar[str] = (
        r"\lambda \, \frac{1}{B} \sum_{b} \sum_{t} \left\| \frac{\partial f(x_b)}{\partial x_b} \, t(x_b) \right\|^2"
    )
    source: ClassVar[str] = "Simard, Victorri, Le Cun & Denker 1992, Tangent prop"

    weight: float = parameter(
        0.1, ge=0.0, le=1e6, logarithmic=True,
        help="How much the squared changes count beside the losses. With 0 the network learns without them.",
    )  # fmt: skip
    shift: float = parameter(1.0, ge=0.0, le=10.0, unit="px", help="Pixels to the side and down that shall not matter.")
    rotation: float = parameter(0.0, ge=0.0, le=90.0, unit="°", help="Angle that shall not matter.")
    zoom: float = parameter(0.0, ge=0.0, le=0.5, help="Share by which a picture may be larger: 0.1 is a tenth.")

    def why_not(self, report: Report) -> str:
        source = features_of(report)
        if source is not None and len(report.signals[source].shape) != 3:
            return (
                "Tangent prop shifts and turns pictures, but the data on the canvas are none. Take it out, or take the "
                "Jacobian penalty, which looks in all directions."
            )
        return ""

    def amount(self, look: Look) -> torch.Tensor:
        x = look.features.detach().requires_grad_(True)
        with torch.no_grad():
            tangents = tangents_of(x, self.shift, self.rotation * torch.pi / 180.0, self.zoom)
        total = look.features.new_zeros(())
        for answer in look.answers(x):
            for change in along(answer, x, tangents):
                total = total + change.square().sum() / len(x)
        return total


OBJECTIVES: tuple[type[Objective], ...] = (TangentProp,)
