"""The gradient of the loss of chosen examples, at any weights, and how it turns along itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from playground.analysis.shared.many_losses import TotalLoss, borrowed
from playground.analysis.shared.penalty import Penalty
from playground.analysis.shared.weight_points import Vector
from playground.analysis.subject import Subject
from playground.network.check import Output
from playground.network.flat import Layout

STEP = 1e-3
"""Length of the two steps whose gradients are compared, as a share of the length of the weights."""


class LossGradient:
    """Gradients in evaluation mode, laid out like `layout`. The subject keeps its own weights."""

    def __init__(
        self, subject: Subject, feeds: Mapping[Output, torch.Tensor], layout: Layout, penalty: Penalty | None = None
    ) -> None:
        self._subject = subject
        self._total = TotalLoss(subject, feeds)
        self._layout = layout
        self._penalty = penalty

    def at(self, vector: Vector) -> Vector:
        """The gradient (P,) at one point (P,); zeros where the loss has none."""
        found = np.zeros(self._layout.size, dtype=np.float32)
        with borrowed(self._total.network) as own:
            with torch.no_grad():
                for place in self._layout.places:
                    own[place.name].copy_(torch.from_numpy(vector[place.start : place.stop].reshape(place.shape)))
            self._subject.calm()
            with torch.enable_grad():
                loss = self._total()
                if loss.requires_grad:
                    names = [place.name for place in self._layout.places if own[place.name].requires_grad]
                    slopes = torch.autograd.grad(loss, [own[name] for name in names], allow_unused=True)
                    places = self._layout.by_name()
                    for name, slope in zip(names, slopes, strict=True):
                        if slope is not None:
                            found[places[name].start : places[name].stop] = slope.numpy().ravel()
        return found if self._penalty is None else found + self._penalty.gradient(vector)

    def turn(self, vector: Vector, gradient: Vector) -> Vector:
        """The product of Hessian and gradient, (P,), divided by the gradient's length: how the slope turns downhill.

        By the difference of the gradients on both sides, which any layer can give; a second derivative some cannot.
        """
        length = float(np.linalg.norm(gradient))
        size = STEP * max(1.0, float(np.linalg.norm(vector)))
        shift = (gradient * (size / length)).astype(np.float32)
        return (self.at(vector + shift) - self.at(vector - shift)) / np.float32(2.0 * size)
