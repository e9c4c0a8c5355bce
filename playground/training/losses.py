"""The losses of the steps since the last look. They stay on the device until fetched together: one wait, not hundreds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.network.compiled import Network
from playground.training.history import Moment, Point

POINTS_PER_FETCH = 8
"""A fetch of many steps becomes so many points, each with mean, least and greatest loss."""


@dataclass(frozen=True, slots=True)
class FetchedLosses:
    """Losses of some steps: `values` is (steps, curves)."""

    curves: tuple[str, ...]
    values: NDArray[np.float64]

    @property
    def finite(self) -> bool:
        """Whether every loss is a finite number."""
        return bool(np.isfinite(self.values).all())

    def points(self, end: Moment) -> list[Point]:
        """A few points per curve; `end` is the moment of the last step, the others lie one step apart before it."""
        steps = len(self.values)
        size = math.ceil(steps / POINTS_PER_FETCH)
        found = []
        for start in range(0, steps, size):
            part = self.values[start : start + size]
            behind = steps - min(start + size, steps)
            moment = end._replace(step=end.step - behind) if behind else end
            means, lows, highs = part.mean(axis=0), part.min(axis=0), part.max(axis=0)
            for column, curve in enumerate(self.curves):
                found.append(Point(curve, moment, float(means[column]), float(lows[column]), float(highs[column])))
        return found


class LossLog:
    """Collects the loss of every step, and of every loss block when there are several."""

    def __init__(self, network: Network) -> None:
        names = list(network.loss_weights)
        self._slots = [network.slots[name, "loss"] for name in names] if len(names) > 1 else []
        self._curves = ("train_loss", *(f"train_loss.{name}" for name in names[: len(self._slots)]))
        self._waiting: list[torch.Tensor] = []
        self._parts: list[torch.Tensor] = []

    @property
    def waiting(self) -> int:
        """Steps since the last fetch."""
        return len(self._waiting)

    def add(self, loss: torch.Tensor, values: Sequence[torch.Tensor]) -> None:
        """Remember the loss of one step; costs no wait."""
        self._waiting.append(loss.detach())
        if self._slots:
            self._parts.append(torch.stack([values[slot].detach() for slot in self._slots]))

    def clear(self) -> None:
        """Forget what was not fetched."""
        self._waiting.clear()
        self._parts.clear()

    def fetch(self) -> FetchedLosses:
        """All losses since the last fetch, (steps, curves); waits for the device."""
        table = torch.stack(self._waiting).unsqueeze(1)  # (steps, 1)
        if self._parts:
            table = torch.cat([table, torch.stack(self._parts)], dim=1)  # (steps, 1 + losses)
        self.clear()
        return FetchedLosses(self._curves, table.double().cpu().numpy())
