"""Adversarial training: the loss of the batch after its features were moved so that the loss grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import torch

from playground.document.declaration import parameter
from playground.network.check import Report
from playground.training.objectives.base import Look, Objective, depends_on, features_of

Method = Literal["fgsm", "pgd"]
RATE = 2.5
"""A step of PGD is so many budgets over the number of steps: Madry et al. 2018."""


def attacked(
    x: torch.Tensor,
    slope: Callable[[torch.Tensor], torch.Tensor],
    room: torch.Tensor,
    bounds: tuple[torch.Tensor, torch.Tensor],
    steps: int,
) -> torch.Tensor:
    """Examples (n, ...) moved by at most `room` in each number, along the sign of the slope of the loss.

    One step uses up the whole room (FGSM, Goodfellow et al. 2015), several are brought back into it (PGD, Madry et al.
    2018). No number leaves the bounds of the data further than it did before.
    """
    low, high = torch.minimum(bounds[0], x), torch.maximum(bounds[1], x)
    step = room if steps == 1 else room * (RATE / steps)
    moved = x
    for _ in range(steps):
        moved = moved + step * slope(moved).sign()
        moved = torch.minimum(torch.maximum(moved, x - room), x + room)
        moved = torch.minimum(torch.maximum(moved, low), high)
    return moved


class AdversarialTraining(Objective):
    """The loss at inputs that were moved against the network."""

    id: ClassVar[str] = "adversarial-training"
    title: ClassVar[str] = "Adversarial training"
    summary: ClassVar[str] = (
        "Attacks every batch before learning from it: each number moves by a small budget in the direction that raises "
        "the loss, and the network learns to be right there too."
    )
    formula: ClassVar[str] = (
        r"(1 - \lambda) \, L(x, y) + \lambda \, L(x + \delta, y), \quad"
        r" \delta = \varepsilon \, \mathrm{sign} \, \nabla_{x} L(x, y)"
    )
    source: ClassVar[str] = "Goodfellow, Shlens & Szegedy 2015; Madry et al. 2018"
    blends: ClassVar[bool] = True

    weight: float = parameter(
        0.5, ge=0.0, le=1.0,
        help="Share of the attacked examples in the loss: 0.5 is half and half, 1 learns from attacked ones alone.",
    )  # fmt: skip
    method: Method = parameter(
        "fgsm", help="FGSM: one step along the sign of the gradient. PGD: several, each brought back into the budget."
    )
    budget: float = parameter(
        0.1, ge=0.0, le=0.5, help="How far each number may move, as a share of the range of the data: 0.1 is a tenth."
    )
    steps: int = parameter(5, ge=2, le=100, help="Steps of PGD. Each costs a pass forward and back.")

    def why_not(self, report: Report) -> str:
        source = features_of(report)
        targets = [one.target for one in report.comparisons()]
        if source is not None and targets and all(depends_on(report, target, source) for target in targets):
            return (
                "Adversarial training moves the inputs and keeps the targets, but here the targets are made of the "
                "inputs. Take it out, or give the loss a target of its own."
            )
        return ""

    def amount(self, look: Look) -> torch.Tensor:
        def slope(x: torch.Tensor) -> torch.Tensor:
            moved = x.detach().requires_grad_(True)
            loss = look.loss_of(moved)
            return torch.autograd.grad(loss, moved, allow_unused=True, materialize_grads=True)[0]

        x = look.features
        room = self.budget * (look.high - look.low).clamp(min=1e-9)
        with look.resting():
            moved = attacked(x, slope, room, (look.low, look.high), self.steps if self.method == "pgd" else 1)
        return look.loss_of(moved)


OBJECTIVES: tuple[type[Objective], ...] = (AdversarialTraining,)
