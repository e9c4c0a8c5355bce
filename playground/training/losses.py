"""The losses of the steps since the last look. They stay on the device until fetched together, with a single wait."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.network.compiled import Network
from playground.training.history import Moment, Point

POINTS_PER_FETCH = 8
"""A fetch of many steps becomes so many points, each with mean, least and greatest loss."""


@dataclass(frozen=True, slots=True)
class FetchedLosses:
    """Losses of some steps: for each curve one value per step."""

    curves: tuple[str, ...]
    values: tuple[list[float], ...]
    """One list for each curve; none where nothing has a loss."""

    @property
    def finite(self) -> bool:
        """Whether every loss is a finite number."""
        return all(math.isfinite(value) for column in self.values for value in column)

    def points(self, before: Moment, end: Moment) -> list[Point]:
        """A few points per curve, spread evenly from after `before` up to `end`, the moments around these steps."""
        steps = len(self.values[0]) if self.values else 0
        if not steps:
            return []
        size = math.ceil(steps / POINTS_PER_FETCH)
        found = []
        for start in range(0, steps, size):
            stop = min(start + size, steps)
            moment = _between(before, end, stop / steps)
            for curve, column in zip(self.curves, self.values, strict=True):
                part = column[start:stop]
                found.append(Point(curve, moment, sum(part) / len(part), min(part), max(part)))
        return found


def _between(before: Moment, end: Moment, share: float) -> Moment:
    if share == 1.0:
        return end
    step, epoch, examples, seconds = (old + (new - old) * share for old, new in zip(before, end, strict=True))
    return Moment(round(step), epoch, round(examples), seconds)


class LossLog:
    """Collects the loss of every step, and of every loss block when there are several."""

    def __init__(self, network: Network, further: Sequence[str] = ()) -> None:
        """`further` are the curves of what is told beside the losses, step by step."""
        names = list(network.loss_weights)
        self._slots = [network.slots[name, "loss"] for name in names] if len(names) > 1 else []
        self._curves = ("train_loss", *(f"train_loss.{name}" for name in names[: len(self._slots)]), *further)
        self._waiting: list[torch.Tensor] = []
        self._parts: list[torch.Tensor] = []
        self._tables: list[NDArray[Any]] = []
        self._steps = 0

    @property
    def waiting(self) -> int:
        """Steps since the last fetch."""
        return self._steps

    def add(
        self, loss: torch.Tensor | None, values: Sequence[torch.Tensor], further: Sequence[torch.Tensor] = ()
    ) -> None:
        """Remember the loss of one step, if it has one, and what is told beside it; costs no wait."""
        self._steps += 1
        if loss is None:
            return
        self._waiting.append(loss.detach())
        if self._slots or further:
            parts = [*(values[slot].detach() for slot in self._slots), *(amount.detach() for amount in further)]
            self._parts.append(torch.stack(parts))

    def extend(self, table: NDArray[Any]) -> None:
        """Remember the losses of several steps, (steps, 1 or 1 + losses)."""
        self._steps += len(table)
        self._tables.append(table)

    def clear(self) -> None:
        """Forget what was not fetched."""
        self._waiting.clear()
        self._tables.clear()
        self._parts.clear()
        self._steps = 0

    def fetch(self) -> FetchedLosses:
        """All losses since the last fetch; waits for the device."""
        if self._tables:
            found = FetchedLosses(self._curves, tuple(np.concatenate(self._tables).T.tolist()))
            self.clear()
            return found
        if not self._waiting:
            self.clear()
            return FetchedLosses((), ())
        table = torch.stack(self._waiting).unsqueeze(0)  # (1, steps)
        if self._parts:
            table = torch.cat([table, torch.stack(self._parts, dim=1)])  # (1 + losses + further, steps)
        self.clear()
        return FetchedLosses(self._curves, tuple(table.tolist()))
