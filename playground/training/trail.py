"""The way a run has come: snapshots from its beginning to now, within a budget of memory.

They lie dense near now and near the beginning, where most happens, and thin out between: the next snapshot is due after
a fixed share of the steps so far, and when the budget is spent, those go whose neighbours are nearest, measured by
their distance from both ends of the run.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from playground.training.snapshot import Snapshot

BUDGET = 256 * 2**20
"""Bytes that all snapshots of a run may take, where memory is plenty."""
LEAST_BUDGET = 64 * 2**20
SHARE_OF_MACHINE = 24
"""In the window they take at most one part in so many of the machine's memory, unless a person chooses more."""
MOST_SNAPSHOTS = 1_500
"""Of so many each has about a pixel of the time slider."""
FEWEST = 8
"""Snapshots that are kept whatever they take, so that even a large network leaves a path."""
FINENESS = 1_000
"""The distance between two new snapshots is about the run's length divided by this."""
OVERHEAD = 1_500
"""Bytes of the objects around the arrays of one snapshot."""
ENDS = 0.02
"""Share of the run that counts as near to its ends."""


def usual_budget(memory: int | None = None) -> int:
    """Bytes for the snapshots of a run on a machine of so many bytes (of this one, as far as the system tells): a power
    of two from LEAST_BUDGET to BUDGET."""
    if memory is None:
        memory = _memory_of_the_machine()
    budget = BUDGET
    while budget > max(LEAST_BUDGET, memory // SHARE_OF_MACHINE):
        budget //= 2
    return budget


def _memory_of_the_machine() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows has no such call.
        return BUDGET * SHARE_OF_MACHINE


class Trail:
    """Keeps snapshots of one run, oldest first, and the best one apart from thinning."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._kept: list[Snapshot] = []
        self._bytes = 0
        self._best: Snapshot | None = None
        self._shown: tuple[Snapshot, ...] | None = None

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The snapshots kept, oldest first."""
        if self._shown is None:
            kept, best = self._kept, self._best
            if best is not None:
                place = bisect_left(kept, best.step, key=_step)
                if place == len(kept) or kept[place].step != best.step:
                    kept = [*kept[:place], best, *kept[place:]]
            self._shown = tuple(kept)
        return self._shown

    @property
    def nbytes(self) -> int:
        """Memory that the snapshots take."""
        return self._bytes + (_size(self._best) if self._best is not None else 0)

    @property
    def best(self) -> Snapshot | None:
        """The best one so far; None before the first."""
        return self._best

    def due(self, step: int) -> bool:
        """Whether a snapshot of this step would be kept."""
        if not self._kept:
            return True
        fineness = min(FINENESS, max(FEWEST, self._room()))
        return step >= self._kept[-1].step + max(1, (step - self._kept[0].step) // fineness)

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot at the end of the trail; one of the same step takes the place of the last."""
        self._shown = None
        if self._kept and self._kept[-1].step == snapshot.step and len(self._kept) > 1:
            self._bytes -= _size(self._kept.pop())
        self._kept.append(snapshot)
        self._bytes += _size(snapshot)
        if len(self._kept) > self._room():
            self._thin()

    def keep_best(self, snapshot: Snapshot) -> None:
        """Keep this one in the place of the best so far, whatever is thinned."""
        self._best, self._shown = snapshot, None

    def begin_at(self, snapshot: Snapshot, before: Sequence[Snapshot] = ()) -> None:
        """Forget everything; the trail starts here, or with what another run left `before`."""
        self._kept = [*before, snapshot]
        self._bytes = sum(map(_size, self._kept))
        self._best = self._shown = None
        self.fit()

    def fit(self) -> None:
        """Thin until the budget is kept, as after it was changed."""
        while len(self._kept) > self._room():
            before = len(self._kept)
            self._thin()
            if len(self._kept) == before:
                return

    def _room(self) -> int:
        """How many snapshots like the newest have room beside the best one."""
        size = _size(self._kept[-1])
        return min(MOST_SNAPSHOTS, max(FEWEST, self.budget // size - 1))

    def _thin(self) -> None:
        """Let about a quarter go, no two neighbours, never the first or the last."""
        steps = np.array([one.step for one in self._kept], dtype=np.float64)
        length = max(1.0, steps[-1] - steps[0])
        from_ends = np.minimum(steps - steps[0], steps[-1] - steps) + ENDS * length
        crowded = np.argsort((steps[2:] - steps[:-2]) / from_ends[1:-1], kind="stable") + 1
        going = np.zeros(len(steps), dtype=bool)
        left = max(1, len(steps) // 4)
        for index in crowded.tolist():
            if left and not (going[index - 1] or going[index + 1]):
                going[index] = True
                left -= 1
        self._bytes -= sum(_size(one) for one, gone in zip(self._kept, going, strict=True) if gone)
        self._kept = [one for one, gone in zip(self._kept, going, strict=True) if not gone]
        self._shown = None


def spread_out(snapshots: Sequence[Snapshot], most: int) -> list[Snapshot]:
    """At most `most` of the snapshots, evenly by their number, the first and the last among them."""
    if len(snapshots) <= most:
        return list(snapshots)
    return [snapshots[index] for index in np.linspace(0, len(snapshots) - 1, most).round().astype(int).tolist()]


def nearest(snapshots: Sequence[Snapshot], step: float) -> Snapshot:
    """The snapshot, of those in order, whose step is nearest. Raises IndexError when there is none."""
    place = min(len(snapshots) - 1, bisect_left(snapshots, step, key=_step))
    if place > 0 and step - snapshots[place - 1].step <= snapshots[place].step - step:
        place -= 1
    return snapshots[place]


def _step(snapshot: Snapshot) -> int:
    return snapshot.step


def _size(snapshot: Snapshot) -> int:
    return snapshot.nbytes + OVERHEAD
