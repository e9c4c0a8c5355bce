"""Penalties and limits on weights and gradients, on the flat tensors: a few operations whatever the depth.

Only weights (tensors with two or more axes) are penalized, never biases. L2 adds `l2 * sum(w^2)` to the loss, so its
gradient is `2 * l2 * w`. L1 is a proximal step after the optimizer's: w moves towards zero by `rate * l1` and stops
there, so that weights become exactly zero (soft thresholding, Daubechies, Defrise and De Mol 2004). Max-norm scales the
weights into one unit back to the largest norm allowed (Srebro and Shraibman 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from playground.blocks.bounded import Bounded
from playground.document.copies import unrolled
from playground.document.graph import Node
from playground.document.project import Clipping, Project, Regularization
from playground.network.flat import Place
from playground.training.model import TrainableModel


@dataclass(frozen=True)
class PenaltyStrengths:
    """How strongly each parameter of a model is penalized."""

    l1: torch.Tensor
    """Along the flat tensor, (P,); zero for biases and what is frozen."""
    l2: torch.Tensor
    limits: dict[str, float]
    """The largest norm of the weights into one unit, by the name of the parameter; absent where there is no limit."""


def strengths_along(project: Project, model: TrainableModel) -> PenaltyStrengths:
    """The penalties of a project, those of single blocks before those of the whole network."""
    nodes = unrolled(project.graph).by_id
    general, values = project.training.regularization, model.flat.values
    l1, l2 = torch.zeros_like(values), torch.zeros_like(values)
    limits: dict[str, float] = {}
    frozen_from = next((group.start for group in model.groups if group.factor == 0.0), len(values))
    for place, _ in model.parameters_by_name():
        if len(place.shape) < 2 or place.start >= frozen_from:
            continue
        l1[place.start : place.stop], l2[place.start : place.stop] = strengths(nodes[place.node], general)
        limit = _limit(nodes[place.node], general.max_norm)
        if limit is not None:
            limits[place.name] = limit
    return PenaltyStrengths(l1, l2, limits)


class Penalties:
    """The penalties of a project on one model, as vectors along the flat tensor; absent ones cost nothing."""

    def __init__(self, project: Project, model: TrainableModel) -> None:
        values = model.flat.values
        found = strengths_along(project, model)
        l1, l2 = found.l1, found.l2
        self._capped: list[list[tuple[torch.Tensor, float]]] = [[] for _ in model.phases]
        for place, view in model.parameters_by_name():
            if place.name in found.limits:
                for phase in _phases_of(place, model):
                    self._capped[phase].append((view, found.limits[place.name]))
        self._values, self._gradients = values, model.flat.gradients
        self._l1 = l1 if bool(l1.any()) else None
        self._l2 = l2 if bool(l2.any()) else None
        self._groups = model.groups
        self._regions = [_regions(model, number) for number in range(len(model.phases))]
        self._twice_l2 = [self._of_phase(2.0 * l2, number) for number in range(len(model.phases))]

    def _of_phase(self, strengths: torch.Tensor, phase: int) -> torch.Tensor:
        """The same with 0 for what does not learn in the phase."""
        kept = torch.zeros_like(strengths)
        for group in self._groups:
            if phase in group.phases:
                kept[group.start : group.stop] = strengths[group.start : group.stop]
        return kept

    @property
    def before_step(self) -> bool:
        """Whether `add_gradient` does anything."""
        return self._l2 is not None

    @property
    def after_step(self) -> bool:
        """Whether `shrink` does anything."""
        return self._l1 is not None or any(self._capped) or any(self._regions)

    @property
    def counts(self) -> bool:
        """Whether anything is added to the loss, or held back."""
        return self._l1 is not None or self._l2 is not None or any(self._capped)

    def add_gradient(self, phase: int = 0) -> None:
        """Add the gradient of L2 to the gradients of what learns in a phase."""
        if self._l2 is not None:
            self._gradients.addcmul_(self._twice_l2[phase], self._values)

    @torch.no_grad()
    def shrink(self, learning_rate: float, phase: int = 0) -> None:
        """The proximal step of L1, the max-norm limit and the constraints of blocks, after the optimizer's step."""
        if self._l1 is not None:
            for group in self._groups:
                if phase not in group.phases:
                    continue
                reach = self._l1[group.start : group.stop] * (learning_rate * group.factor)
                part = self._values[group.start : group.stop]
                part.sub_(torch.clamp(part, -reach, reach))
        for view, limit in self._capped[phase]:
            view.copy_(torch.renorm(view, 2, 0, limit))
        for module in self._regions[phase]:
            if module.constrained:
                module.constrain()

    @torch.no_grad()
    def amount(self) -> torch.Tensor:
        """The penalty that is added to the loss: l1 * sum|w| + l2 * sum w^2; a scalar."""
        total = torch.zeros((), device=self._values.device)
        if self._l1 is not None:
            total = total + (self._l1 * self._values.abs()).sum()
        if self._l2 is not None:
            total = total + (self._l2 * self._values.square()).sum()
        return total

    @torch.no_grad()
    def smooth_amount(self) -> torch.Tensor:
        """The part of it whose gradient `add_gradient` gives: l2 * sum w^2."""
        if self._l2 is None:
            return torch.zeros((), device=self._values.device)
        return (self._l2 * self._values.square()).sum()

    def curvatures(self) -> torch.Tensor:
        """The second derivatives of that part, (P,)."""
        return torch.zeros_like(self._values) if self._l2 is None else 2.0 * self._l2


def strengths(node: Node, general: Regularization) -> tuple[float, float]:
    """How strongly L1 and L2 act on the weights of a node: its own choice, else that of the project."""
    own = node.training
    return general.l1 if own.l1 is None else own.l1, general.l2 if own.l2 is None else own.l2


def _regions(model: TrainableModel, phase: int) -> list[Bounded]:
    """The modules that learn in a phase and know where they may stand."""
    frozen = {place.node for place in model.flat.layout.places for group in model.groups
              if group.factor == 0.0 and group.start <= place.start < group.stop}
    learning = model.phases[phase].trains - frozen
    return [
        module
        for name, module in model.network.named_children()
        if isinstance(module, Bounded) and name in learning
    ]


def _phases_of(place: Place, model: TrainableModel) -> tuple[int, ...]:
    """The phases in which a parameter learns."""
    return next(group.phases for group in model.groups if group.start <= place.start < group.stop)


def _limit(node: Node, general: float | None) -> float | None:
    return general if node.training.max_norm is None else node.training.max_norm


def clip(gradients: torch.Tensor, clipping: Clipping) -> None:
    """Limit the gradient in place: scale the whole vector to a norm (keeps its direction), or cut each value.

    Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks".
    """
    if clipping.kind == "norm":
        norm = torch.linalg.vector_norm(gradients)
        gradients.mul_(torch.clamp(clipping.limit / (norm + 1e-12), max=1.0))
    elif clipping.kind == "value":
        gradients.clamp_(-clipping.limit, clipping.limit)
