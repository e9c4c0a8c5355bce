"""The loss of one batch evaluated again at other weights: what optimizers ask for that look before they step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import torch

from playground.blocks.interruption import Asked, Interrupted, never
from playground.training.batches import Batch
from playground.training.engine import Backward, Forward
from playground.training.model import TrainableModel
from playground.training.regularization import Penalties


class Closure(Protocol):
    """What torch's optimizers call a closure, with two ways to ask for less and for more."""

    def __call__(self) -> torch.Tensor:
        """The loss, a scalar; the gradient stands in the `.grad` of the weights afterwards."""
        ...

    def loss(self) -> torch.Tensor:
        """The loss without its gradient."""
        ...

    def hessian(self) -> torch.Tensor:
        """The second derivatives by the weights that learn, (P, P)."""
        ...


class SecondLook:
    """The loss of one batch, L2 included, at whatever weights the model has now.

    Blocks draw the same random numbers at every look, and the run's own random numbers go on untouched. Raises
    Interrupted between two looks, and between two rows of second derivatives, once `interrupted` says so.
    """

    def __init__(
        self,
        model: TrainableModel,
        passes: tuple[Forward, Backward],
        penalties: Penalties,
        leaves: Sequence[torch.Tensor],
        batch: Batch,
        noise: torch.Tensor,
        interrupted: Asked = never,
    ) -> None:
        self._model = model
        self._forward, self._backward = passes
        self._penalties = penalties
        self._leaves = leaves
        self._batch = batch
        self._noise = noise
        self._interrupted = interrupted

    def _go_on(self) -> None:
        if self._interrupted():
            raise Interrupted

    def __call__(self) -> torch.Tensor:
        """The loss, a scalar, and its gradient in the flat gradients."""
        self._go_on()
        self._model.flat.gradients.zero_()
        with torch.enable_grad(), self._same_noise():
            total = self._model.network.total_loss(self._forward(self._batch))
            if total.requires_grad:
                self._backward(total)
        if self._penalties.before_step:
            self._penalties.add_gradient()
        return total.detach() + self._penalties.smooth_amount()

    @torch.no_grad()
    def loss(self) -> torch.Tensor:
        """The loss alone, a scalar."""
        with self._same_noise():
            return self._model.network.total_loss(self._forward(self._batch)) + self._penalties.smooth_amount()

    def hessian(self) -> torch.Tensor:
        """Row by row by a second backward pass, (P, P)."""
        with torch.enable_grad(), self._same_noise():
            total = self._model.network.total_loss(self._forward(self._batch))
            slopes = self._slopes(total, again=True)
            rows = torch.stack([self._row(slope) for slope in slopes]).detach()
        # What learns lies at the beginning of the flat tensor.
        return rows + torch.diag(self._penalties.curvatures()[: len(rows)])

    def _row(self, slope: torch.Tensor) -> torch.Tensor:
        self._go_on()
        return self._slopes(slope)

    def _slopes(self, value: torch.Tensor, again: bool = False) -> torch.Tensor:
        """The derivatives of one number by all weights that learn, (P,); with `again` they have derivatives too."""
        if not value.requires_grad:
            return torch.cat([torch.zeros_like(leaf).reshape(-1) for leaf in self._leaves])
        found = torch.autograd.grad(
            value, self._leaves, retain_graph=True, create_graph=again, allow_unused=True, materialize_grads=True
        )
        return torch.cat([part.reshape(-1) for part in found])

    @contextmanager
    def _same_noise(self) -> Iterator[None]:
        generator = self._model.noise
        present = generator.get_state()
        generator.set_state(self._noise)
        try:
            yield
        finally:
            generator.set_state(present)


def loss_alone(closure: Callable[[], torch.Tensor]) -> float:
    """The loss without a gradient, where the closure knows how to."""
    return float(getattr(closure, "loss", closure)())
