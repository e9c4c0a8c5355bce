"""The way a run has come: snapshots from its beginning to now, within a budget of memory."""

from __future__ import annotations

from playground.training.snapshot import Snapshot

MOST_SNAPSHOTS = 128
BUDGET = 64 * 2**20
"""Bytes that all snapshots of a trail may take."""
FEWEST = 8
"""Snapshots that are kept whatever they take, so that even a large network leaves a path."""


class Trail:
    """Keeps snapshots at about equal distances. When it is full, every second one goes and the distance doubles."""

    def __init__(self) -> None:
        self._kept: list[Snapshot] = []
        self._distance = 1
        self._shown: tuple[Snapshot, ...] | None = None

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The snapshots kept, oldest first."""
        if self._shown is None:
            self._shown = tuple(self._kept)
        return self._shown

    def due(self, step: int) -> bool:
        """Whether a snapshot of this step would be kept."""
        return not self._kept or step >= self._kept[-1].step + self._distance

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot at the end of the trail."""
        if len(self._kept) >= _most(snapshot):
            self._distance = 2 * max(1, (self._kept[-1].step - self._kept[0].step) // (len(self._kept) - 1))
            del self._kept[1::2]
        self._kept.append(snapshot)
        self._shown = None

    def begin_at(self, snapshot: Snapshot) -> None:
        """Forget everything; the trail starts here."""
        self._kept, self._distance, self._shown = [snapshot], 1, None


def _most(snapshot: Snapshot) -> int:
    size = max(1, snapshot.parameters.nbytes + sum(buffer.nbytes for buffer in snapshot.buffers.values()))
    return min(MOST_SNAPSHOTS, max(FEWEST, BUDGET // size))
