"""Single weights that a person chooses: their names for files and for people, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playground.analysis.question import Weight
from playground.analysis.subject import Subject
from playground.network.flat import Layout, Place

MOST_CHOICES = 400
"""Weights that a person can choose from in a list."""


def spelled(weight: Weight) -> str:
    """A weight as one word, such as `dense-1.weight[0, 1]`, or without the place of a single number."""
    name, index = weight
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def read(word: str) -> Weight | None:
    """The weight that `spelled` gave; None for anything else."""
    found = re.fullmatch(r"([^\[\]]+)(?:\[(\d+(?:, \d+)*)\])?", word)
    if found is None:
        return None
    index = found[2]
    return found[1], tuple(int(number) for number in index.split(", ")) if index else ()


def place_of(weight: Weight, layout: Layout) -> int | None:
    """Where a weight lies among all parameters; None when it is of another network."""
    name, index = weight
    place = layout.by_name().get(name)
    if place is None:
        return None
    index = index or (0,) * (len(place.shape) if place.size == 1 else 0)
    if len(index) != len(place.shape) or any(number >= size for number, size in zip(index, place.shape, strict=True)):
        return None
    return place.start + int(np.ravel_multi_index(index, place.shape)) if place.shape else place.start


def weight_at(number: int, layout: Layout) -> Weight:
    """The weight at a place among all parameters."""
    place = next(place for place in layout.places if place.start <= number < place.stop)
    return place.name, tuple(int(part) for part in np.unravel_index(number - place.start, place.shape))


def words(weight: Weight, subject: Subject, layout: Layout) -> str:
    """A weight for people, such as `Hidden 1, unit 1, input 2`."""
    name, index = weight
    node, short = name.split(".", 1)
    return f"{subject.title(node)}, {_inside(short, index, layout.by_name()[name])}"


def _inside(short: str, index: tuple[int, ...], place: Place) -> str:
    if short == "bias" and len(place.shape) == 1:
        return f"bias {index[0] + 1}" if place.size > 1 else "bias"
    if short == "weight" and len(place.shape) == 2:
        return f"unit {index[0] + 1}, input {index[1] + 1}"
    return f"{short} {', '.join(str(number + 1) for number in index)}".strip()


def farthest(points: NDArray[np.float32], learning: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The places of all parameters that learn, the one that a path (m, P) has changed most first.

    Before anything has changed, the largest come first.
    """
    moved = np.ptp(points, axis=0)
    if not moved.any():
        moved = np.abs(points[-1])
    order = np.argsort(-np.where(learning, moved, -1.0), kind="stable")
    return order[: int(learning.sum())]


def choices(
    order: NDArray[np.int64], always: Sequence[int], subject: Subject, layout: Layout
) -> tuple[tuple[str, str], ...]:
    """The weights that a list offers, in the order of the network, as (word, words for people).

    Of a large network only those come that are first in the order, and those that are always wanted.
    """
    offered = sorted({*order[:MOST_CHOICES].tolist(), *always})
    found = [weight_at(number, layout) for number in offered]
    return tuple((spelled(weight), words(weight, subject, layout)) for weight in found)
