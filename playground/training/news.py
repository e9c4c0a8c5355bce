"""Curve points that wait for whoever mirrors the history; without a listener none are kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from playground.training.history import History, Point

MOST_NEWS = 10_000
"""Points that wait at most; of more the oldest are dropped, as the history has them too."""


class News:
    """What a listener has not been told yet."""

    def __init__(self) -> None:
        self._waiting: deque[Point] | None = None
        """None until somebody listens."""

    def add(self, points: Iterable[Point]) -> None:
        """Keep these for the listener."""
        if self._waiting is not None:
            self._waiting.extend(points)

    def forget(self) -> None:
        """Nothing is new any more."""
        if self._waiting is not None:
            self._waiting.clear()

    def begin(self, history: History) -> None:
        """Somebody listens from now on, and has seen nothing yet."""
        points = history.all_points()
        self._waiting = deque(points, maxlen=max(MOST_NEWS, 2 * len(points)))

    def take(self, history: History) -> tuple[Point, ...]:
        """All that is new, oldest first; the first time, the whole history."""
        if self._waiting is None:
            self.begin(history)
        news = tuple(self._waiting or ())
        self._waiting = deque(maxlen=MOST_NEWS)
        return news
