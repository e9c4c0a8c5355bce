"""Pure geometry of the canvas: ports, wires, hit testing, snapping, alignment. No Qt, so all of it is plainly tested.

Lengths are scene units (pixels at 100 %), y downwards. The position of a node is the top left corner of its card.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playground.document.graph import EdgeKey

Point = tuple[float, float]
Curve = tuple[Point, ...]
"""One or more cubic Bezier pieces: start, then two control points and an end for each piece."""
Side = Literal["input", "output"]
Line = Literal["left", "right", "top", "bottom", "centre", "middle"]

CARD_WIDTH = 160.0
CARD_HEIGHT = 84.0
"""Height of a card without a picture."""
PORT_LINE = 42.0
"""Middle of the ports below the top of a card: cards with the same top get straight wires."""
PORT_GAP = 22.0
PORT_RADIUS = 5.0
_STEPS = np.linspace(0.0, 1.0, 17)
_BERNSTEIN = np.stack(
    [(1 - _STEPS) ** 3, 3 * (1 - _STEPS) ** 2 * _STEPS, 3 * (1 - _STEPS) * _STEPS**2, _STEPS**3], axis=1
)
GAP = 56.0
"""Room between two cards that are placed one after the other."""


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The bottom edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The point in the middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def contains(self, point: Point, margin: float = 0.0) -> bool:
        """Whether the point lies inside, or closer than `margin`."""
        x, y = point
        return self.x - margin <= x <= self.right + margin and self.y - margin <= y <= self.bottom + margin

    def meets(self, other: Rect) -> bool:
        """Whether the two share a point."""
        return self.x <= other.right and other.x <= self.right and self.y <= other.bottom and other.y <= self.bottom

    def moved(self, dx: float, dy: float) -> Rect:
        """The same size elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, margin: float) -> Rect:
        """Larger by `margin` on every side."""
        return Rect(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)


def united(rects: Iterable[Rect]) -> Rect | None:
    """The smallest rectangle around all; None around nothing."""
    found = list(rects)
    if not found:
        return None
    left, top = min(rect.x for rect in found), min(rect.y for rect in found)
    right, bottom = max(rect.right for rect in found), max(rect.bottom for rect in found)
    return Rect(left, top, right - left, bottom - top)


def between(first: Point, second: Point) -> Rect:
    """The rectangle with these two opposite corners."""
    left, top = min(first[0], second[0]), min(first[1], second[1])
    return Rect(left, top, abs(first[0] - second[0]), abs(first[1] - second[1]))


# Ports ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NodeBox:
    """What hit testing knows of a node: its card and the names of its ports."""

    id: str
    rect: Rect
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    port_line: float = PORT_LINE

    def port(self, side: Side, name: str) -> Point:
        """Where a port sits. An unknown name gets the place of the first port, so that no wire is lost."""
        names = self.inputs if side == "input" else self.outputs
        number = names.index(name) if name in names else 0
        x = self.rect.x if side == "input" else self.rect.right
        return x, self.rect.y + port_offset(number, max(1, len(names)), self.port_line)


def port_offset(number: int, count: int, line: float = PORT_LINE) -> float:
    """Height of port `number` of `count` below the top of the card; the ports are centred on the port line."""
    middle = max(line, 14.0 + PORT_GAP * (count - 1) / 2)
    return middle + PORT_GAP * (number - (count - 1) / 2)


def least_height(ports: int) -> float:
    """The height a card needs for so many ports on one side."""
    return max(CARD_HEIGHT, 28.0 + PORT_GAP * max(0, ports - 1))


# Wires ---------------------------------------------------------------------------------------------------------------


def wire_curve(start: Point, end: Point) -> Curve:
    """The curve of a wire: it leaves to the right and arrives from the left, also when it has to go back."""
    span = end[0] - start[0]
    reach = span / 2 if span >= 0 else min(-span / 2, 160.0)
    steep = abs(end[1] - start[1])
    reach = max(reach, min(8.0 + steep * 0.5, 80.0))
    return start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end


def curve_point(curve: Curve, t: float) -> Point:
    """The point at parameter t in 0 … 1 of the whole curve (Bernstein form)."""
    pieces = (len(curve) - 1) // 3
    number = min(int(t * pieces), pieces - 1)
    t = t * pieces - number
    u = 1.0 - t
    weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
    points = curve[3 * number : 3 * number + 4]
    x = sum(weight * point[0] for weight, point in zip(weights, points, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, points, strict=True))
    return x, y


def curve_points(curve: Curve) -> NDArray[np.float64]:
    """Points along the curve, (n, 2), sixteen steps for each Bezier piece."""
    points, pieces = np.array(curve), (len(curve) - 1) // 3
    along: NDArray[np.float64] = _BERNSTEIN @ points[3 * np.arange(pieces)[:, None] + np.arange(4)]
    return along.reshape(-1, 2)  # (pieces, points, 2) -> (n, 2)


def curve_samples(curve: Curve) -> list[Point]:
    """The same as pairs of numbers."""
    return [(x, y) for x, y in curve_points(curve).tolist()]


@functools.lru_cache(maxsize=4096)
def curve_bounds(curve: Curve) -> Rect:
    """A rectangle around the curve: that of its control points, which always hold it."""
    xs, ys = [point[0] for point in curve], [point[1] for point in curve]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def distance_to_curve(point: Point, curve: Curve) -> float:
    """Distance to the curve, seen as straight pieces."""
    return min(_distance_to_piece(point, a, b) for a, b in itertools.pairwise(curve_samples(curve)))


def _distance_to_piece(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else min(1.0, max(0.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length))
    return math.hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy)


def curve_meets(curve: Curve, rect: Rect) -> bool:
    """Whether the curve passes through the rectangle (tried at evenly spaced points)."""
    return rect.meets(curve_bounds(curve)) and any(map(rect.contains, curve_samples(curve)))


# Hit testing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PortRef:
    """One port of one node."""

    node: str
    side: Side
    name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under the mouse. `id` names the node, note or group; `port` and `edge` are set for those kinds."""

    kind: Literal["port", "node", "note", "note-corner", "wire", "group", "canvas"]
    id: str = ""
    port: PortRef | None = None
    edge: EdgeKey | None = None


@dataclass(frozen=True, slots=True)
class Scenery:
    """All that can be hit, each kind from back to front."""

    nodes: Sequence[NodeBox] = ()
    wires: Sequence[tuple[EdgeKey, Curve]] = ()
    notes: Sequence[tuple[str, Rect]] = ()
    fixed_notes: Collection[str] = ()
    """Notes that cannot be pulled by their corner, as they are not drawn in their own size."""
    group_titles: Sequence[tuple[str, Rect]] = ()


def hit_test(point: Point, scenery: Scenery, *, slop: float = 4.0) -> Hit:
    """The topmost thing at a point; `slop` is how far beside a port or a wire still counts."""
    port = port_at(point, scenery.nodes, reach=PORT_RADIUS + slop)
    if port is not None:
        return Hit("port", port.node, port=port)
    for box in reversed(scenery.nodes):
        if box.rect.contains(point):
            return Hit("node", box.id)
    for name, rect in reversed(scenery.notes):
        if rect.contains(point):
            corner = Rect(rect.right - 14.0, rect.bottom - 14.0, 14.0, 14.0)
            pulled = name not in scenery.fixed_notes and corner.contains(point)
            return Hit("note-corner" if pulled else "note", name)
    edge = wire_at(point, scenery.wires, reach=2.0 + slop)
    if edge is not None:
        return Hit("wire", edge=edge)
    for name, rect in reversed(scenery.group_titles):
        if rect.contains(point):
            return Hit("group", name)
    return Hit("canvas")


def port_at(
    point: Point, boxes: Sequence[NodeBox], *, reach: float, side: Side | None = None, inside: bool = False
) -> PortRef | None:
    """The port closest to the point within `reach`. With `inside`, a point on a card takes its closest port too."""
    best: tuple[float, PortRef] | None = None
    for box in boxes:
        on_card = inside and box.rect.contains(point)
        if not on_card and not box.rect.contains(point, reach):
            continue
        for which, names in (("input", box.inputs), ("output", box.outputs)):
            if side is not None and which != side:
                continue
            for name in names:
                place = box.port(which, name)  # type: ignore[arg-type]
                away = math.hypot(point[0] - place[0], point[1] - place[1])
                if (away <= reach or on_card) and (best is None or away < best[0]):
                    best = away, PortRef(box.id, which, name)  # type: ignore[arg-type]
    return best[1] if best else None


def wire_at(point: Point, wires: Sequence[tuple[EdgeKey, Curve]], *, reach: float) -> EdgeKey | None:
    """The wire closest to the point within `reach`."""
    best: tuple[float, EdgeKey] | None = None
    for key, curve in wires:
        if not curve_bounds(curve).contains(point, reach):
            continue
        away = distance_to_curve(point, curve)
        if away <= reach and (best is None or away < best[0]):
            best = away, key
    return best[1] if best else None


# Snapping and alignment ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guide:
    """A line that shows what a moving card lines up with."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Snap:
    """How far to correct a move, and the lines that explain it."""

    dx: float = 0.0
    dy: float = 0.0
    guides: tuple[Guide, ...] = ()


def snap(moving: Rect, others: Sequence[Rect], *, slop: float) -> Snap:
    """Pull a moving card to the edges and middles of other cards that are closer than `slop`."""
    x = _closest(_columns(moving), [(value, rect) for rect in others for value in _columns(rect)], slop)
    y = _closest(_rows(moving), [(value, rect) for rect in others for value in _rows(rect)], slop)
    dx, dy = (x[0] if x else 0.0), (y[0] if y else 0.0)
    placed = moving.moved(dx, dy)
    guides = []
    if x:
        top, bottom = min(placed.y, x[2].y), max(placed.bottom, x[2].bottom)
        guides.append(Guide((x[1], top), (x[1], bottom)))
    if y:
        left, right = min(placed.x, y[2].x), max(placed.right, y[2].right)
        guides.append(Guide((left, y[1]), (right, y[1])))
    return Snap(dx, dy, tuple(guides))


def _columns(rect: Rect) -> tuple[float, float, float]:
    return rect.x, rect.centre[0], rect.right


def _rows(rect: Rect) -> tuple[float, float, float]:
    return rect.y, rect.centre[1], rect.bottom


def _closest(
    own: Sequence[float], lines: Sequence[tuple[float, Rect]], slop: float
) -> tuple[float, float, Rect] | None:
    best: tuple[float, float, Rect] | None = None
    for line, rect in lines:
        for value in own:
            if abs(line - value) <= slop and (best is None or abs(line - value) < abs(best[0])):
                best = line - value, line, rect
    return best


def align(rects: Mapping[str, Rect], how: Line) -> dict[str, Point]:
    """Positions that bring all cards to one edge or middle line of what surrounds them."""
    around = united(rects.values())
    if around is None:
        return {}
    places: dict[str, Point] = {}
    for name, rect in rects.items():
        x = {"left": around.x, "right": around.right - rect.width, "centre": around.centre[0] - rect.width / 2}
        y = {"top": around.y, "bottom": around.bottom - rect.height, "middle": around.centre[1] - rect.height / 2}
        places[name] = (x.get(how, rect.x), y.get(how, rect.y))
    return places


def distribute(rects: Mapping[str, Rect], axis: Literal["horizontal", "vertical"]) -> dict[str, Point]:
    """Positions with equal room between the cards; the first and the last stay. Fewer than three stay as they are."""
    across = axis == "horizontal"
    ordered = sorted(rects.items(), key=lambda item: (item[1].x if across else item[1].y, item[0]))
    places = {name: (rect.x, rect.y) for name, rect in ordered}
    if len(ordered) < 3:
        return places
    first, last = ordered[0][1], ordered[-1][1]
    start, end = (first.x, last.right) if across else (first.y, last.bottom)
    taken = sum(rect.width if across else rect.height for _, rect in ordered)
    room = (end - start - taken) / (len(ordered) - 1)
    for name, rect in ordered:
        places[name] = (start, rect.y) if across else (rect.x, start)
        start += (rect.width if across else rect.height) + room
    return places


def free_place(wanted: Rect, others: Sequence[Rect], *, step: float = 24.0) -> Point:
    """The wanted place, or the next one below it where the card covers no other card."""
    place = wanted
    while any(place.meets(other) for other in others):
        place = place.moved(0.0, step)
    return place.x, place.y


def finite(value: float, otherwise: float = 0.0) -> float:
    """The value, unless it is NaN or infinite."""
    return value if math.isfinite(value) else otherwise
