"""A few moments of a long run, chosen so that what was computed for them can be kept while the run goes on."""

from __future__ import annotations

from collections.abc import Sequence

from playground.training.snapshot import Snapshot


def steady(trail: Sequence[Snapshot], most: int) -> list[Snapshot]:
    """At most `most` snapshots, about evenly over the steps, the first among them.

    Their distance is a power of two times a step: as the run grows, the same ones are chosen again, and every second
    goes when the distance doubles. A choice that moved with every step would have to be computed anew each time.
    """
    if len(trail) <= most:
        return list(trail)
    first, length, stride = trail[0].step, trail[-1].step - trail[0].step, 1
    while length // stride + 1 > most:
        stride *= 2
    found: list[Snapshot] = []
    wanted = first
    for snapshot in trail:
        if snapshot.step >= wanted:
            found.append(snapshot)
            wanted = first + ((snapshot.step - first) // stride + 1) * stride
    return found
