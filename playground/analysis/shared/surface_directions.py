"""Planes through the space of weights: spanned by random filters, by the way a run has come, or by two parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.analysis.shared.weight_points import Combined, Vector
from playground.network.flat import Layout, Place
from playground.training.model import stable_seed
from playground.training.snapshot import Snapshot
from playground.training.trail import spread_out

COLUMNS = 2**16
"""Parameters of all points of a path that are looked at together, so that memory stays bounded."""
MOST_POINTS = 128
"""Snapshots of a path."""
FLAT = 1e-10
"""A second component with less of the variance than this is rounding."""
BESIDE = 1e-3
"""A point that lies nearer to a line than this share of its length lies on it."""


@dataclass(frozen=True)
class Plane:
    """All points origin + a * first + b * second. Directions need not be orthogonal, but independent."""

    origin: Vector
    first: Vector
    second: Vector

    def at(self, places: NDArray[np.floating]) -> NDArray[np.float32]:
        """The parameter vectors (k, P) of places (k, 2) on the plane."""
        directions = np.stack([self.first, self.second])  # (2, P)
        vectors = places.astype(np.float32) @ directions
        vectors += self.origin
        return vectors

    def points(self, places: NDArray[np.floating]) -> Combined:
        """The same points, of which only what is looked at is made."""
        coefficients = np.column_stack([np.ones(len(places)), places])
        return Combined(coefficients, np.stack([self.origin, self.first, self.second]))

    def project(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The places (k, 2) of the plane nearest to parameter vectors (k, P), and how far they are from it, (k,).

        The distance is Euclidean, in the space of all parameters.
        """
        inner, products = np.zeros((2, 2)), np.zeros((len(vectors), 2))
        for away, directions in self._parts(vectors):
            inner += directions @ directions.T
            products += away @ directions.T
        places: NDArray[np.float64] = np.linalg.solve(inner, products.T).T.astype(np.float64)
        squares: NDArray[np.float64] = np.zeros(len(vectors))
        for away, directions in self._parts(vectors):
            squares += ((away - places @ directions) ** 2).sum(axis=1)
        return places, np.sqrt(squares)

    def _parts(
        self, vectors: NDArray[np.float32]
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Vectors (k, columns) seen from the origin, and both directions (2, columns), for some columns at a time."""
        for part in _columns(len(self.origin)):
            directions = np.stack([self.first[part], self.second[part]]).astype(np.float64)
            yield vectors[:, part].astype(np.float64) - self.origin[part], directions


def random_plane(parameters: Vector, layout: Layout, seed: int, frozen: Collection[str] = ()) -> Plane | None:
    """Two filter-normalized random directions through a point; None when they span no plane.

    In each, the weights that lead into one unit, or the kernel of one filter, are a random direction of the same length
    as the weights themselves, so that a step of 1 means the same in every layer, whatever its scale. Biases and all
    else that is no matrix stay, as do the nodes in `frozen`. Within each filter the two directions are orthogonal. They
    depend on the seed and the name of the parameter, not on the moment: while a network learns they only change their
    lengths. A filter of zeros, which has no length, is given length 1.

    Source: Li et al. 2018, Visualizing the Loss Landscape of Neural Nets.
    """
    first, second = np.zeros_like(parameters), np.zeros_like(parameters)
    for place in layout.places:
        if len(place.shape) > 1 and place.size and place.node not in frozen:
            here = slice(place.start, place.stop)
            filters = parameters[here].reshape(place.shape[0], -1)
            first[here], second[here] = _filter_pair(filters, stable_seed(seed, place.name))
    directions = np.stack([first, second]).astype(np.float64)
    if np.linalg.matrix_rank(directions @ directions.T) < 2:
        return None
    return Plane(parameters, first, second)


def _filter_pair(filters: NDArray[np.float32], seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two random directions (units * inputs,) for filters (units, inputs)."""
    generator = np.random.default_rng(seed)
    first, second = generator.standard_normal((2, *filters.shape))
    if filters.shape[1] > 1:
        second -= first * ((first * second).sum(axis=1) / (first * first).sum(axis=1))[:, None]
    lengths = np.linalg.norm(filters.astype(np.float64), axis=1)
    lengths[lengths == 0.0] = 1.0
    scaled = [drawn * (lengths / np.linalg.norm(drawn, axis=1))[:, None] for drawn in (first, second)]
    return scaled[0].ravel(), scaled[1].ravel()


def path_plane(
    points: NDArray[np.float32], through: Vector | None = None
) -> tuple[Plane, tuple[float, float]] | None:
    """The plane through a point along the two principal components of a path (m, P), and their shares.

    It goes through the last point of the path unless another is given. The shares say how much of the variance of the
    path lies along each component. The signs are such that a path comes from the left and from above. None when the
    path is straight or too short to span a plane.

    Source: Li et al. 2018, as above, section 7.
    """
    found = principal_components(points)
    if found is None:
        return None
    components, shares = found
    mean = components @ (points.mean(axis=0, dtype=np.float64) - points[-1])
    first, second = components * np.where(mean * (1.0, -1.0) > 0.0, -1.0, 1.0)[:, None]
    origin = points[-1] if through is None else through
    return Plane(origin, first.astype(np.float32), second.astype(np.float32)), shares


def line_plane(start: Vector, end: Vector, points: NDArray[np.float32], third: Vector) -> Plane | None:
    """The plane that holds the line from one point to another, and a third point where that is not on the line.

    Where it is, the second direction is the one in which the points (m, P) lie farthest from the line: the principal
    component of what is left of them. Start and end are at (0, 0) and (1, 0), and a step of 1 is equally long in both
    directions. None when the ends are the same, or nothing lies beside the line.
    """
    along = end.astype(np.float64) - start
    length = float(np.linalg.norm(along))
    if length <= 0.0:
        return None
    unit = along / length

    second = third.astype(np.float64) - start
    second -= (second @ unit) * unit
    if np.linalg.norm(second) < BESIDE * length:
        second = _farthest_beside(start, unit, points)
    size = float(np.linalg.norm(second))
    if size < FLAT * length:
        return None
    second *= length / size
    return Plane(start, along.astype(np.float32), second.astype(np.float32))


def _farthest_beside(start: Vector, unit: NDArray[np.float64], points: NDArray[np.float32]) -> NDArray[np.float64]:
    """The direction orthogonal to a line (P,) in which points (m, P) lie farthest from it, towards most of them."""
    count, parts = len(points), _columns(len(start))
    products, shadows = np.zeros((count, count)), np.zeros(count)
    for part in parts:
        away = points[:, part].astype(np.float64) - start[part]
        products += away @ away.T
        shadows += away @ unit[part]
    products -= np.outer(shadows, shadows)
    weights = np.linalg.eigh(products)[1][:, -1]
    if weights @ products.sum(axis=1) < 0.0:
        weights = -weights
    found = [weights @ (points[:, part].astype(np.float64) - start[part]) for part in parts]
    beside: NDArray[np.float64] = np.concatenate(found) - (weights @ shadows) * unit
    return beside


def principal_components(points: NDArray[np.float32]) -> tuple[NDArray[np.float64], tuple[float, float]] | None:
    """The first two principal components (2, P) of points (m, P), of length 1, and their shares of the variance.

    None when the points lie on one line.
    """
    count, size = points.shape
    parts = _columns(size)
    products = np.zeros((count, count))  # of all pairs of centred points: there are far fewer points than parameters
    for part in parts:
        centred = _centred(points[:, part])
        products += centred @ centred.T
    variances, vectors = np.linalg.eigh(products)
    total = float(variances.sum())
    if count < 3 or total <= 0.0 or variances[-2] < FLAT * total:
        return None
    weights = vectors[:, :-3:-1].T / np.sqrt(variances[:-3:-1])[:, None]  # (2, m)
    components = np.concatenate([weights @ _centred(points[:, part]) for part in parts], axis=1)
    return components, (float(variances[-1]) / total, float(variances[-2]) / total)


def _columns(size: int) -> list[slice]:
    return [slice(start, start + COLUMNS) for start in range(0, size, COLUMNS)]


def _centred(points: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = points.astype(np.float64)
    centred: NDArray[np.float64] = wide - wide.mean(axis=0)
    return centred


def two_parameter_plane(parameters: Vector, layout: Layout, frozen: Collection[str] = ()) -> Plane | None:
    """The plane of the only two parameters that learn, whose places are their values; None when there are not two."""
    places = np.flatnonzero(learning(layout, frozen))
    if len(places) != 2:
        return None
    origin, first, second = parameters.copy(), np.zeros_like(parameters), np.zeros_like(parameters)
    origin[places] = 0.0
    first[places[0]] = second[places[1]] = 1.0
    return Plane(origin, first, second)


def learning(layout: Layout, frozen: Collection[str] = ()) -> NDArray[np.bool_]:
    """Which parameters learn, (P,)."""
    mask = np.zeros(layout.size, dtype=np.bool_)
    for place in layout.places:
        mask[place.start : place.stop] = place.node not in frozen
    return mask


def parameter_names(layout: Layout, frozen: Collection[str] = ()) -> list[str]:
    """A name for every parameter that learns, such as `dense-1.weight[0, 1]`, or without the place of a single one."""
    return [name for place in layout.places if place.node not in frozen for name in _names(place)]


def _names(place: Place) -> list[str]:
    if place.size == 1:
        return [place.name]
    return [f"{place.name}[{', '.join(map(str, where))}]" for where in np.ndindex(*place.shape)]


def path_points(trail: Sequence[Snapshot], present: Snapshot) -> tuple[list[Snapshot], NDArray[np.float32]]:
    """The snapshots of the same network up to the present one, oldest first, and their parameters (m, P).

    All are laid out like the present one, which is always the last. Of a long way only so many points are taken as a
    picture can show.
    """
    kept, rows = alike([one for one in trail if one.step < present.step], present.layout)
    return [*kept, present], np.stack([*rows, present.parameters])


def later_points(trail: Sequence[Snapshot], present: Snapshot) -> tuple[list[Snapshot], NDArray[np.float32]]:
    """What came after the present snapshot when a person looks back, beginning with it, as for `path_points`."""
    kept, rows = alike([one for one in trail if one.step > present.step], present.layout)
    return [present, *kept], np.stack([present.parameters, *rows])


def alike(trail: Sequence[Snapshot], layout: Layout) -> tuple[list[Snapshot], list[Vector]]:
    """The snapshots of a trail that are of this network, thinned to what a picture can show, and their parameters."""
    kept: list[Snapshot] = []
    rows: list[Vector] = []
    for snapshot in spread_out(trail, MOST_POINTS):
        row = laid_out(snapshot, layout)
        if row is not None:
            kept.append(snapshot)
            rows.append(row)
    return kept, rows


def laid_out(snapshot: Snapshot, layout: Layout) -> Vector | None:
    """The parameters in the order of another layout; None when it is of another network."""
    if snapshot.layout is layout or snapshot.layout == layout:
        return snapshot.parameters
    places = snapshot.layout.by_name()
    if {name: place.shape for name, place in places.items()} != {place.name: place.shape for place in layout.places}:
        return None
    return np.concatenate([snapshot.array(place.name).ravel() for place in layout.places])
