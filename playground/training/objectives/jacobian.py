"""The Jacobian penalty: how steeply the answers change with the inputs, made small."""

from __future__ import annotations

from typing import ClassVar

import torch

from playground.document.declaration import parameter
from playground.training.objectives.base import Look, Objective


def squared_jacobian(
    answer: torch.Tensor, x: torch.Tensor, projections: int, generator: torch.Generator
) -> torch.Tensor:
    """The sum of the squared derivatives of an answer (batch, ...) by its input, the mean over the batch; a scalar.

    Estimated along random directions v of the answer: the mean of |v J|², times the number k of outputs. From k
    projections on it is exact. Hoffman, Roberts & Yaida 2019, algorithm 1.
    """
    flat = answer.reshape(len(answer), -1)  # (batch, k)
    count, k = flat.shape
    total = flat.new_zeros(())
    for number in range(min(projections, k)):
        if projections < k:
            drawn = torch.randn(count, k, generator=generator, device=flat.device, dtype=flat.dtype)
            v = drawn / drawn.norm(dim=1, keepdim=True) * (k / projections) ** 0.5
        else:
            v = torch.zeros_like(flat)
            v[:, number] = 1.0
        slope = torch.autograd.grad(flat, x, v, create_graph=True, allow_unused=True, materialize_grads=True)[0]
        total = total + slope.square().sum() / count
    return total


class JacobianPenalty(Objective):
    """The squared derivatives of the answers by the inputs."""

    id: ClassVar[str] = "jacobian-penalty"
    title: ClassVar[str] = "Jacobian penalty"
    summary: ClassVar[str] = (
        "Adds how steeply the answers change with the inputs: the squared derivatives of every output by every input. "
        "The network grows flat around the examples, so that small changes of any kind move its answers little."
    )
    formula: ClassVar[str] = (
        r"\lambda \, \frac{1}{B} \sum_{b} \left\| \frac{\partial f(x_b)}{\partial x_b} \right\|_F^2"
    )
    source: ClassVar[str] = "Drucker & Le Cun 1992, Double backpropagation; Hoffman, Roberts & Yaida 2019"

    weight: float = parameter(
        0.01, ge=0.0, le=1e6, logarithmic=True,
        help="How much the squared derivatives count beside the losses. With 0 the network learns without them.",
    )  # fmt: skip
    projections: int = parameter(
        1, ge=1, le=1_000,
        help="Random directions of the answer along which the derivatives are taken; each costs a pass back. From as "
        "many as there are outputs the sum is exact.",
    )  # fmt: skip

    def amount(self, look: Look) -> torch.Tensor:
        x = look.features.detach().requires_grad_(True)
        total = look.features.new_zeros(())
        for answer in look.answers(x):
            total = total + squared_jacobian(answer, x, self.projections, look.generator)
        return total


OBJECTIVES: tuple[type[Objective], ...] = (JacobianPenalty,)
