"""The trials of a study as what was asked for: one slot for each, with the attempts at it.

Whatever several processes do at the same moment, each reads the same off the numbers of the trials, which never change:
a trial that repeats none opens the next slot; of trials that repeat the same lost one, the first counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

REPEATS = "repeats"
"""Attribute of a trial: the number of the lost one that it takes up again."""
BROKEN_OFF = "broken-off"
"""Attribute of a lost trial that a person broke off: that says nothing against it."""
ATTEMPTS = 3
"""A trial whose worker is killed is taken up again so many times in all."""


@dataclass(frozen=True)
class Slot:
    """One of the trials that were asked for."""

    place: int
    """From 0 on."""
    attempts: tuple[FrozenTrial, ...]
    """The last counts; those before were lost."""

    @property
    def last(self) -> FrozenTrial:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def lost(self) -> bool:
        """Whether it is to be taken up again."""
        return self.last.state.name == "FAIL" and not self.given_up

    @property
    def given_up(self) -> bool:
        """Whether it was lost too often."""
        killed = [one for one in self.attempts if one.state.name == "FAIL" and not one.user_attrs.get(BROKEN_OFF)]
        return self.last.state.name == "FAIL" and len(killed) >= ATTEMPTS

    @property
    def finished(self) -> bool:
        """Whether nothing is still to come."""
        return self.last.state.name in ("COMPLETE", "PRUNED") or self.given_up


def slots_of(trials: Iterable[FrozenTrial]) -> list[Slot]:
    """All slots that the trials of a study open."""
    roots: list[FrozenTrial] = []
    next_of: dict[int, FrozenTrial] = {}
    for trial in sorted(trials, key=lambda one: one.number):
        repeated = trial.user_attrs.get(REPEATS)
        if repeated is None:
            roots.append(trial)
        else:
            next_of.setdefault(repeated, trial)
    found = []
    for place, root in enumerate(roots):
        attempts = [root]
        while attempts[-1].number in next_of:
            attempts.append(next_of[attempts[-1].number])
        found.append(Slot(place, tuple(attempts)))
    return found
