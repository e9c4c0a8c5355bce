"""The runs that undo and redo bring back, by the version of the document that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from playground.training.session.resting import RestingRun
from playground.training.trail import BUDGET, FEWEST
from playground.ui.threads.training_news import Origin

SHARE = 0.5
"""Part of the memory for moments that the runs at rest may take together."""
MOST = 64
"""Runs that are kept at most."""


@dataclass(frozen=True, eq=False)
class Left:
    """A run that was left."""

    run: RestingRun
    number: int
    """Its number in the training thread."""
    origin: Origin | None


class RestingRuns:
    """Keeps runs that were left, those left last longest, within a share of the memory for moments.

    The run left last is always kept, though its trail may be thinned.
    """

    def __init__(self) -> None:
        self.budget = BUDGET
        self._left: dict[int, Left] = {}
        """By version, in the order in which they were left."""

    def __len__(self) -> int:
        return len(self._left)

    def keep(self, version: int, left: Left) -> None:
        """Keep a run for when the document has this version again."""
        self._left.pop(version, None)
        self._left[version] = left
        self.fit()

    def take(self, version: int) -> Left | None:
        """The run of a version, which is taken out; None when there is none."""
        return self._left.pop(version, None)

    def take_latest(self, version: int) -> Left | None:
        """The run of the newest version up to this one."""
        known = [number for number in self._left if number <= version]
        return self.take(max(known)) if known else None

    def forget_between(self, first: int, last: int) -> None:
        """Versions between these two can no longer be reached."""
        for version in [number for number in self._left if first < number < last]:
            del self._left[version]

    def clear(self) -> None:
        """Another project."""
        self._left.clear()

    @property
    def nbytes(self) -> int:
        """Memory that they take; moments that they share count once."""
        moments = {id(one): one.nbytes for left in self._left.values() for one in left.run.journal.trail.snapshots}
        return sum(moments.values()) + sum(left.run.nbytes for left in self._left.values())

    def fit(self) -> None:
        """Thin the trails, then let runs go, the one left first before the others, until they fit."""
        while len(self._left) > MOST:
            del self._left[next(iter(self._left))]
        room = int(self.budget * SHARE)
        if self.nbytes > room:
            for left in self._left.values():
                trail = left.run.journal.trail
                trail.budget = max(0, room // len(self._left) - left.run.nbytes)
                if len(trail.snapshots) > FEWEST:
                    trail.fit()
        while self.nbytes > room and len(self._left) > 1:
            del self._left[next(iter(self._left))]
