"""The true losses of the snapshots of a path, each computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.shared.many_losses import ManyLosses, TotalLoss
from playground.analysis.shared.penalty import Penalty
from playground.analysis.shared.weight_points import Listed
from playground.analysis.subject import Subject
from playground.network.check import Output
from playground.training.snapshot import Snapshot


class PathLosses:
    """Losses of snapshots for chosen examples, named by `key`; what was computed for a snapshot is kept for it."""

    def __init__(
        self, subject: Subject, losses: ManyLosses, feeds: Mapping[Output, torch.Tensor], key: Hashable,
        penalty: Penalty | None,
    ) -> None:  # fmt: skip
        self._subject = subject
        self._losses = losses
        self._total = TotalLoss(subject, feeds)
        self._key = ("path losses", key)
        self._penalty = penalty

    def of(
        self, snapshots: Sequence[Snapshot], points: NDArray[np.float32], check: Callable[[], None]
    ) -> NDArray[np.float64]:
        """The losses (m,) of snapshots whose parameters are `points` (m, P)."""
        weigh = tuple(self._subject.network.loss_weights.values())
        cells: list[list[float]] = [self._subject.remembered(one, (self._key, weigh), list) for one in snapshots]
        missing = [number for number, cell in enumerate(cells) if not cell]
        if missing:
            fresh = self._compute([snapshots[number] for number in missing], points[missing], check)
            for number, loss in zip(missing, fresh.tolist(), strict=True):
                cells[number].append(loss)
        found = np.array([cell[0] for cell in cells])
        return found + self._penalty.at(Listed(list(points))) if self._penalty else found

    def _compute(
        self, snapshots: Sequence[Snapshot], points: NDArray[np.float32], check: Callable[[], None]
    ) -> NDArray[np.float64]:
        if not any(snapshot.buffers for snapshot in snapshots):
            return self._losses.compute(Listed(list(points)), check)
        # Running statistics belong to one moment: each point of the path is looked at with its own.
        found = np.empty(len(snapshots))
        with torch.no_grad():
            for number, snapshot in enumerate(snapshots):
                check()
                self._subject.load(snapshot)
                self._subject.calm()
                found[number] = float(self._total())
        return found
