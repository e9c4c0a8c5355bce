"""How far a long computation is, and how long it will still take, in seconds and in words.

What is computed in one piece counts its parts with a Pace; what gives results that grow is followed by `told`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True)
class Progress:
    """News of a computation under way."""

    share: float
    """What is done, from 0 to 1."""
    seconds_left: float
    """How long the rest takes, by what was measured so far."""
    notice: str = ""
    """A sentence for people when something else is computed than was expected; empty in most news."""
    grows: bool = False
    """Whether there is a result already, which grows."""

    @property
    def words(self) -> str:
        """Share and time left for people."""
        return f"{self.share:.0%} done, {duration(self.seconds_left)} left"


Tell = Callable[[Progress], None]


def nobody(progress: Progress) -> None:
    """The listener of a computation that nobody watches."""


class TooLong(Exception):
    """The work would take longer than it may; carries the seconds of one part."""

    def __init__(self, each: float) -> None:
        self.each = each
        super().__init__(f"{each} seconds each")


class Pace:
    """Counts equal parts of a work as they are done, and tells how long the rest takes.

    The first count is slower than all others, as everything is made then; so it is left out of the estimate as soon as
    there is another one. Raises TooLong at the second count if the whole would take more than `longest` seconds.
    """

    def __init__(self, total: int, tell: Tell, longest: float = math.inf) -> None:
        self._total = total
        self._tell = tell
        self._longest = longest
        self._done = 0
        self._counts = 0
        self._mark = time.perf_counter()
        self._before_mark = 0

    @property
    def done(self) -> int:
        """Parts that are done."""
        return self._done

    def count(self, done: int) -> None:
        """So many parts are done now. Raises TooLong."""
        now = time.perf_counter()
        self._done = done
        self._counts += 1
        each = (now - self._mark) / max(1, done - self._before_mark)
        if self._counts == 1:
            self._mark, self._before_mark = now, done
            return
        if self._counts == 2 and each * self._total > self._longest:
            raise TooLong(each)
        self._tell(Progress(min(1.0, done / self._total), each * max(0, self._total - done)))


R = TypeVar("R")


def share_of(result: object) -> float:
    """How much of a result is there, from 0 to 1: its `share`, or all where it has none."""
    share = getattr(result, "share", 1.0)
    return float(share) if isinstance(share, int | float) else 1.0


def told(results: Iterator[R], tell: Tell) -> Iterator[R]:
    """Results that grow, as they come; behind each that has a `share` it is told how far it is and how long the rest
    takes.

    The first two are left out of the estimate, as what all the others need is made for them.
    """
    begun, before = 0.0, 1.0
    for number, result in enumerate(results):
        share, now = share_of(result), time.perf_counter()
        if number < 2:
            begun, before = now, share
        elif before < share < 1.0:
            tell(Progress(share, (now - begun) / (share - before) * (1.0 - share), grows=True))
        yield result


def duration(seconds: float) -> str:
    """A length of time in round numbers: “about 40 seconds”."""
    for unit, name, least in ((3600.0, "hour", 5400.0), (60.0, "minute", 90.0)):
        if seconds >= least:
            return f"about {seconds / unit:.0f} {name}s"
    whole = max(1, round(seconds if seconds < 10.0 else float(f"{seconds:.2g}")))
    return f"about {whole} second{'' if whole == 1 else 's'}"
