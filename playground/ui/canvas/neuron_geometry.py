"""Pure geometry of an unfolded block: where its neurons and inputs stand, and what lies under the mouse. No Qt.

Lengths are scene units, y downwards. Points are arrays whose last axis is (x, y).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

MOST_UNITS = 64
MOST_PINS = 64
"""Inputs that are drawn one by one; more become one bundle for each neuron."""
PER_COLUMN = 16
TILE_GAP = 8.0
COLUMN_GAP = 22.0
LINK_ROOM = 86.0
"""Width kept free for the links between inputs and neurons inside the card."""
ROOM_OUTSIDE = 6.0
"""Width before the neurons when the links come from another card."""
FEATURE = 26.0
"""Side of a tile that shows an input."""
PIN = 9.0
"""Largest diameter of an input without a picture."""
_CLOSEST_PINS, _WIDEST_PINS = 9.0, 22.0
BIAS_RADIUS = 4.5
PIECES = 14
"""Straight pieces by which a curved link is measured."""
MOST_CURVED = 256
"""More links than these are straight: they are drawn faster, and a curve could not be followed anyway."""
REACH = 4.0
"""How far beside a link still counts as on it."""

Inputs = Literal["features", "pins", "bundle", "outside"]
"""Inputs shown as tiles, as dots, as one bundle, or as the neurons of another card."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under the mouse: a neuron, its bias, or the weight of one link."""

    kind: Literal["neuron", "bias", "weight"]
    unit: int
    source: int = -1


def _moved(points: Points, dx: float, dy: float) -> Points:
    return points + np.array([dx, dy], dtype=np.float64)


@dataclass(frozen=True)
class NeuronLayout:
    """Places of all parts of one unfolded block, in the coordinates of its item."""

    units: int
    inputs: int
    kind: Inputs
    tile: float
    """Side of a neuron's tile."""
    pin: float
    """Diameter of an input drawn as a dot."""
    tiles: Points
    """Top left corners, (units, 2)."""
    pins: Points
    """Where the links start, (inputs, 2); a bundle has one start, links from outside none."""
    width: float
    height: float

    @property
    def ends(self) -> Points:
        """Where links arrive: the middle of each tile's left side, (units, 2)."""
        return _moved(self.tiles, 0.0, self.tile / 2)

    @property
    def outlets(self) -> Points:
        """Where links to the next block leave: the middle of each tile's right side, (units, 2)."""
        return _moved(self.tiles, self.tile, self.tile / 2)

    @property
    def biases(self) -> Points:
        """Centres of the bias dots, at the lower left of the tiles, (units, 2)."""
        return _moved(self.tiles, 0.0, self.tile)

    def feature_corner(self, number: int) -> tuple[float, float]:
        """Top left corner of the tile of an input."""
        x, y = self.pins[number]
        return float(x - FEATURE), float(y - FEATURE / 2)


def neuron_layout(units: int, inputs: int, kind: Inputs) -> NeuronLayout:
    """Place `units` neurons in columns of at most 16, with their inputs on the left. All columns are centred.

    Raises ValueError for more than 64 units or none.
    """
    if not 1 <= units <= MOST_UNITS:
        raise ValueError(f"between 1 and {MOST_UNITS} units can be unfolded, not {units}")
    columns = -(-units // PER_COLUMN)
    rows = -(-units // columns)
    tile = 40.0 if rows <= 6 else 34.0 if rows <= 10 else 28.0
    tiles_height = rows * (tile + TILE_GAP) - TILE_GAP
    step = _input_step(kind, inputs, tiles_height)
    height = max(tiles_height, inputs * step) + 2 * BIAS_RADIUS
    lead = {"features": FEATURE, "pins": PIN, "bundle": 0.0, "outside": 0.0}[kind]
    left = lead + (ROOM_OUTSIDE if kind == "outside" else LINK_ROOM)
    corners = np.empty((units, 2))
    for number in range(units):
        column, row = divmod(number, rows)
        in_column = min(rows, units - column * rows)
        top = (height - (in_column * (tile + TILE_GAP) - TILE_GAP)) / 2
        corners[number] = left + column * (tile + COLUMN_GAP), top + row * (tile + TILE_GAP)
    pins = _pins(kind, inputs, lead, step, height)
    width = left + columns * (tile + COLUMN_GAP) - COLUMN_GAP
    return NeuronLayout(units, inputs, kind, tile, min(PIN, step - 2.0), corners, pins, width, height)


def _input_step(kind: Inputs, inputs: int, room: float) -> float:
    """Height that one input takes; dots stand closer where there are many."""
    if kind == "features":
        return FEATURE + TILE_GAP
    return min(max(room / inputs, _CLOSEST_PINS), _WIDEST_PINS) if kind == "pins" else 0.0


def _pins(kind: Inputs, inputs: int, lead: float, step: float, height: float) -> Points:
    if kind == "outside":
        return np.empty((0, 2))
    if kind == "bundle":
        return np.array([[0.0, height / 2]])
    top = (height - inputs * step) / 2
    return np.stack([np.full(inputs, lead), top + (np.arange(inputs) + 0.5) * step], axis=1)


# Links ---------------------------------------------------------------------------------------------------------------


def link_ends(starts: Points, ends: Points) -> tuple[Points, Points]:
    """Both ends of all links, each (units * inputs, 2), in the order of a weight matrix (units, inputs)."""
    return np.tile(starts, (len(ends), 1)), np.repeat(ends, len(starts), axis=0)


def link_curves(begin: Points, finish: Points, pieces: int = PIECES) -> Points:
    """Links as points along S-shaped curves, (links, pieces + 1, 2); straight with one piece."""
    t = np.linspace(0.0, 1.0, pieces + 1)
    if pieces == 1:
        return np.stack([begin, finish], axis=1)
    middle = (begin[:, 0] + finish[:, 0]) / 2
    u = 1.0 - t
    x = (
        np.outer(begin[:, 0], u**3)
        + np.outer(middle, 3 * u**2 * t + 3 * u * t**2)
        + np.outer(finish[:, 0], t**3)
    )
    y = np.outer(begin[:, 1], u**3 + 3 * u**2 * t) + np.outer(finish[:, 1], t**3 + 3 * u * t**2)
    return np.stack([x, y], axis=2)


def pieces_for(links: int) -> int:
    """Into how many pieces so many links are cut: curves when they are few, straight lines when they are many."""
    return PIECES if links <= MOST_CURVED else 1


def nearest_link(point: tuple[float, float], curves: Points, reach: float = REACH) -> int | None:
    """Number of the link closest to a point; None when all are farther than `reach`."""
    if not len(curves):
        return None
    distances = _distances(np.asarray(point, dtype=np.float64), curves)
    best = int(distances.argmin())
    return best if distances[best] <= reach else None


def _distances(point: Points, curves: Points) -> NDArray[np.float64]:
    """Distance of a point to each polyline, (links,)."""
    a, b = curves[:, :-1], curves[:, 1:]
    along = b - a
    length = np.maximum((along**2).sum(axis=2), 1e-12)
    t = np.clip(((point - a) * along).sum(axis=2) / length, 0.0, 1.0)
    gap = point - (a + t[..., None] * along)
    nearest: Points = np.sqrt((gap**2).sum(axis=2).min(axis=1))
    return nearest


# Strengths -----------------------------------------------------------------------------------------------------------


def relative(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Weights divided by the largest size among them, but never by less than 1, so that tiny ones stay thin."""
    finite = np.nan_to_num(np.asarray(weights, dtype=np.float64), nan=0.0, posinf=1e9, neginf=-1e9)
    return finite / max(1.0, float(np.abs(finite).max(initial=0.0)))


def strongest(strengths: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Numbers of the at most `most` largest by size, in rising order of size, so that the strongest is drawn last."""
    sizes = np.abs(strengths)
    chosen = np.argpartition(sizes, len(sizes) - most)[-most:] if len(sizes) > most else np.arange(len(sizes))
    return chosen[np.argsort(sizes[chosen], kind="stable")]


# Hit testing ---------------------------------------------------------------------------------------------------------


def unit_at(layout: NeuronLayout, point: tuple[float, float]) -> Hit | None:
    """The neuron or the bias dot under a point."""
    place = np.asarray(point, dtype=np.float64)
    away = np.hypot(*(layout.biases - place).T)
    nearest = int(away.argmin())
    if away[nearest] <= BIAS_RADIUS + 2.0:
        return Hit("bias", nearest)
    inside = ((layout.tiles <= place) & (place <= layout.tiles + layout.tile)).all(axis=1)
    return Hit("neuron", int(inside.argmax())) if inside.any() else None
