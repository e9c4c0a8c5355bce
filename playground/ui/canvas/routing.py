"""Where wires run: straight from port to port, in an arch over or under the cards that would hide them, or through the
gap between two rows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from playground.editing.geometry import Curve, Point, Rect, curve_bounds, curve_points, united, wire_curve

ARCH_ROOM = 14.0
"""Room between a card and a wire that arches over it."""
ARCH_TURN = 44.0
"""Width in which such a wire rises and falls."""
BACK_ROOM, BACK_TURN = 36.0, 40.0
"""The same for a wire that goes back to the beginning of the next row; it runs above those that go forwards."""
_OTHER_ROW = 100.0
"""Height from which on two ports stand in different rows."""
_MOST_TRIES = 8
_CELL = 256.0
"""Side of the squares by which cards are looked up, in scene units: about the size of a card."""


class CardIndex:
    """Where the cards lie, by name, so that what lies at a point is found without asking them all."""

    def __init__(self, cards: Mapping[str, Rect] | None = None) -> None:
        self.rects: dict[str, Rect] = {}
        self._cells: dict[tuple[int, int], list[str]] = {}
        self._names: list[str] = []
        self._rows: dict[str, int] = {}
        """Where each card stands in the table of edges."""
        self._edges = np.empty((16, 4), dtype=np.float64)
        """Left, top, right and bottom of every card."""
        for name, rect in (cards or {}).items():
            self.put(name, rect)

    def put(self, name: str, rect: Rect) -> Rect | None:
        """Note where a card lies. Returns where it lay before, or None for a new card."""
        before = self.rects.get(name)
        if before == rect:
            return before
        if before is not None:
            self.remove(name)
        self.rects[name] = rect
        row = self._rows[name] = len(self._names)
        self._names.append(name)
        if row == len(self._edges):
            self._edges = np.concatenate([self._edges, np.empty_like(self._edges)])
        self._edges[row] = rect.x, rect.y, rect.right, rect.bottom
        for cell in _cells_of(rect):
            self._cells.setdefault(cell, []).append(name)
        return before

    def remove(self, name: str) -> Rect | None:
        """Forget a card. Returns where it lay."""
        rect = self.rects.pop(name, None)
        if rect is None:
            return None
        for cell in _cells_of(rect):
            self._cells[cell].remove(name)
        row, last = self._rows.pop(name), self._names.pop()
        if last != name:  # the last row takes its place
            self._names[row], self._rows[last] = last, row
            self._edges[row] = self._edges[len(self._names)]
        return rect

    def at(self, point: Point) -> Iterator[str]:
        """Names of the cards that hold the point."""
        for name in self._cells.get((int(point[0] // _CELL), int(point[1] // _CELL)), ()):
            if self.rects[name].contains(point):
                yield name

    def meeting(self, rect: Rect) -> Iterator[str]:
        """Names of the cards that share a point with the rectangle; one in several squares comes several times."""
        for cell in _cells_of(rect):
            yield from (name for name in self._cells.get(cell, ()) if self.rects[name].meets(rect))

    def hiding(self, curve: Curve, but: Collection[str] = ()) -> set[str]:
        """The cards behind which a curve runs, tried at evenly spaced points; those in `but` do not count."""
        points = curve_points(curve)
        (least_x, least_y), (most_x, most_y) = points.min(axis=0), points.max(axis=0)
        left, top, right, bottom = self._edges[: len(self._names)].T
        near = np.flatnonzero((left <= most_x) & (right >= least_x) & (top <= most_y) & (bottom >= least_y))
        if not len(near):
            return set()
        x, y = points.T[:, None]  # (1, points) each, against (cards, 1)
        left, top, right, bottom = self._edges[near].T[:, :, None]
        held = ((left <= x) & (x <= right) & (top <= y) & (y <= bottom)).any(axis=1)
        return {self._names[row] for row in near[held].tolist()}.difference(but)


def _cells_of(rect: Rect) -> list[tuple[int, int]]:
    across = range(int(rect.x // _CELL), int(rect.right // _CELL) + 1)
    down = range(int(rect.y // _CELL), int(rect.bottom // _CELL) + 1)
    return [(x, y) for x in across for y in down]


@dataclass(frozen=True, slots=True)
class Route:
    """The curve of a wire, and the zone in which a card that comes or goes may change it."""

    curve: Curve
    zone: Rect


def route(start: Point, end: Point, cards: CardIndex, but: Collection[str] = ()) -> Route:
    """The way of a wire that must not run behind other cards: where it would, it arches over or under them, or runs
    through the gap above the row of its end, as does every wire that goes back to the beginning of another row.

    The cards named in `but`, those at its ends, do not count.
    """
    plain = wire_curve(start, end)
    elsewhere = abs(end[1] - start[1]) > _OTHER_ROW
    going_back = elsewhere and end[0] < start[0]
    blocking = cards.hiding(plain, but)
    if not blocking and not going_back:
        return Route(plain, curve_bounds(plain))
    tried: list[Curve] = [plain]
    found = [_arch(start, end, set(cards.at(end)), cards, but, True, tried)] if elsewhere else []
    if blocking:
        found += [_arch(start, end, blocking, cards, but, upwards, tried) for upwards in (True, False)]
    preferred = found[0] if elsewhere else None
    best = min(found, key=lambda arch: (arch[1], arch is not preferred, abs(arch[0][3][1] - start[1])))[0]
    return Route(best, united(map(curve_bounds, tried)) or curve_bounds(best))


def _arch(
    start: Point,
    end: Point,
    blocking: set[str],
    cards: CardIndex,
    but: Collection[str],
    upwards: bool,
    tried: list[Curve],
) -> tuple[Curve, int]:
    """An arch past the blocking cards, and how many cards still hide it."""
    around, room = set(blocking), BACK_ROOM if end[0] < start[0] else ARCH_ROOM
    for _ in range(_MOST_TRIES):
        past = [cards.rects[name] for name in around]
        if not past:
            past = [Rect(*end, 0.0, 0.0)]
        level = min(rect.y for rect in past) - room if upwards else max(rect.bottom for rect in past) + room
        curve = _over(start, end, level)
        tried.append(curve)
        hiding = cards.hiding(curve, but)
        if hiding <= around:
            break
        around |= hiding
    return curve, len(hiding)


def _over(start: Point, end: Point, level: float) -> Curve:
    """Up or down to a level, along it, and back to the end: three pieces, the middle one straight."""
    if end[0] < start[0]:
        return _back(start, end, level)
    turn = min(ARCH_TURN, max(16.0, (end[0] - start[0]) / 3))
    left, right = start[0] + turn, end[0] - turn
    third = (right - left) / 3
    return (
        start, (start[0] + turn, start[1]), (start[0], level), (left, level),
        (left + third, level), (right - third, level), (right, level),
        (end[0], level), (end[0] - turn, end[1]), end,
    )  # fmt: skip


def _back(start: Point, end: Point, level: float) -> Curve:
    """The same from right to left: with a bend like a U at either end."""
    right, left = start[0] + BACK_TURN, end[0] - BACK_TURN
    third = (start[0] - end[0]) / 3
    return (
        start, (right, start[1]), (right, level), (start[0], level),
        (start[0] - third, level), (end[0] + third, level), (end[0], level),
        (left, level), (left, end[1]), end,
    )  # fmt: skip


def disturbed(zones: Sequence[Rect], places: Sequence[Rect]) -> list[int]:
    """Numbers of the zones that share a point with any of the places."""
    if not zones or not places:
        return []
    left, top, right, bottom = np.array([(zone.x, zone.y, zone.right, zone.bottom) for zone in zones]).T
    found = np.zeros(len(zones), dtype=bool)
    for place in places:
        found |= (left <= place.right) & (right >= place.x) & (top <= place.bottom) & (bottom >= place.y)
    return np.flatnonzero(found).tolist()
