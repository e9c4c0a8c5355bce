"""Which weights of a source belong where in a network: by name, by order and shape, or as a person says.

What is found is a table with a row for every array of the network: what is taken for it, or why nothing fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from playground.training.weights.source import Array, Arrays, Shape, Source

Arrangement = Literal["torch", "transposed"]
"""In which order the axes of a matrix stand there: outputs first, as in PyTorch, or last, as in NumPy and Keras."""
ARRANGEMENTS: Mapping[Arrangement, str] = {
    "torch": "as here and in PyTorch (out × in)",
    "transposed": "transposed, as in NumPy and Keras (in × out)",
}
How = Literal["", "name", "order", "shape", "hand"]

ALIASES: Mapping[str, str] = {
    "kernel": "weight", "w": "weight", "gamma": "weight", "scale": "weight", "embeddings": "weight",
    "embedding": "weight", "alpha": "weight", "weights": "weight", "coef": "weight",
    "b": "bias", "beta": "bias", "biases": "bias", "intercept": "bias",
    "moving_mean": "running_mean", "mean": "running_mean", "moving_variance": "running_var", "var": "running_var",
    "recurrent_kernel": "weight_hh_l0",
}  # fmt: skip
"""What the last part of a name is called elsewhere, and here."""
GATES = "a GRU's gates stand in another order there"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One array of the network: a parameter, or a running statistic."""

    name: str
    """Such as `conv-1.weight`."""
    shape: Shape
    title: str = ""
    """What a person calls it: “Conv2D 1, weight”."""
    block: str = ""
    """The id of its block."""

    @property
    def owner(self) -> str:
        """The node that it belongs to, and its parts but the last."""
        return self.name.rpartition(".")[0]

    @property
    def leaf(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of the table."""

    wanted: Wanted
    source: str = ""
    """The name in the source of what is, or would be, taken; empty where there is nothing."""
    shape: Shape = ()
    """Its shape as it stands there."""
    how: How = ""
    """By what it was found."""
    why_not: str = ""
    """Why it is not taken; empty where it is."""

    @property
    def fits(self) -> bool:
        """Whether it is taken."""
        return not self.why_not


@dataclass(frozen=True, eq=False)
class Match:
    """The table, and what follows from it."""

    source: Source = field(repr=False)
    pairs: tuple[Pair, ...]
    arrangement: Arrangement = "torch"

    @property
    def fitting(self) -> tuple[Pair, ...]:
        """The rows that are taken."""
        return tuple(pair for pair in self.pairs if pair.fits)

    @property
    def unused(self) -> tuple[str, ...]:
        """Names in the source that no row takes."""
        taken = {pair.source for pair in self.fitting}
        return tuple(name for name in self.source.arrays if name not in taken)

    def values(self) -> dict[str, Array]:
        """What is taken, by the names of the network and in its shapes."""
        arrays, how = self.source.arrays, self.arrangement
        return {
            pair.wanted.name: np.ascontiguousarray(arranged(arrays[pair.source], how, pair.wanted))
            for pair in self.fitting
        }

    def words(self) -> str:
        """How much fits, in a sentence."""
        fitting, count = self.fitting, len(self.pairs)
        if not count:
            return "This network has no weights."
        if not fitting:
            return f"Nothing in {self.source.title} fits this network: neither names nor shapes are alike."
        numbers = sum(_size(pair.wanted.shape) for pair in fitting)
        whole = sum(_size(pair.wanted.shape) for pair in self.pairs)
        unused = len(self.unused)
        more = f" {unused} of {self.source.title} {'is' if unused == 1 else 'are'} not used." if unused else ""
        if len(fitting) == count:
            return f"{f'All {count} fit' if count > 1 else 'It fits'}: {numbers:,} numbers.{more}"
        return f"{len(fitting)} of {count} fit: {numbers:,} of {whole:,} numbers. The others stay as they are.{more}"

    def mark(self) -> str:
        """What is written on the curves when it is taken."""
        return f"weights of {self.source.title}: {len(self.fitting)} of {len(self.pairs)}"


def arranged(array: Array, arrangement: Arrangement, wanted: Wanted) -> Array:
    """An array with its axes in the order of this program; a view.

    Transposed are matrices (in, out) and kernels (height, width, in, out); embeddings stand alike everywhere.
    """
    if arrangement == "torch" or wanted.block == "embedding" or array.ndim < 2:
        return array
    return np.moveaxis(array, (-1, -2), (0, 1))


def best_arrangement(source: Source, wanted: Iterable[Wanted]) -> Arrangement:
    """The arrangement in which more numbers fit; as they are where both do alike."""
    rows = tuple(wanted)
    fitting = {
        kind: sum(_size(pair.wanted.shape) for pair in match(source, rows, kind).fitting) for kind in ARRANGEMENTS
    }
    return "transposed" if fitting["transposed"] > fitting["torch"] else "torch"


def match(
    source: Source,
    wanted: Iterable[Wanted],
    arrangement: Arrangement = "torch",
    by_hand: Mapping[str, str] | None = None,
) -> Match:
    """The table. `by_hand` names for some rows what a person takes, by the names of the network and of the source;
    an empty name stands for nothing."""
    rows, found = tuple(wanted), _Found(source.arrays, arrangement)
    for row in rows:
        if by_hand is not None and row.name in by_hand:
            found.take(row, by_hand[row.name], "hand")
    _by_name(rows, found)
    _by_order(rows, found)
    _by_shape(rows, found)
    return Match(source, tuple(found.pair(row) for row in rows), arrangement)


class _Found:
    """What has been found so far."""

    def __init__(self, arrays: Arrays, arrangement: Arrangement) -> None:
        self.arrays = arrays
        self.arrangement = arrangement
        self.taken: dict[str, tuple[str, How]] = {}
        self.plain = _without_prefix(arrays)
        """The names without what all of them begin with."""

    def take(self, wanted: Wanted, name: str, how: How) -> None:
        self.taken[wanted.name] = name, how

    def open(self, rows: Iterable[Wanted]) -> list[Wanted]:
        return [row for row in rows if row.name not in self.taken]

    def free(self) -> list[str]:
        used = {name for name, _ in self.taken.values()}
        return [name for name in self.arrays if name not in used]

    def fits(self, wanted: Wanted, name: str) -> bool:
        return not self.why_not(wanted, name)

    def why_not(self, wanted: Wanted, name: str) -> str:
        """Why an array cannot stand there; empty where it can."""
        if name not in self.arrays:
            return "nothing is to be taken" if not name else f"there is no “{name}”"
        shape = arranged(self.arrays[name], self.arrangement, wanted).shape
        if shape != wanted.shape:
            turned = "" if self.arrangement == "torch" else ", transposed,"
            return f"its shape{turned} is {shape_words(shape)}, but {shape_words(wanted.shape)} belongs here"
        if self.arrangement == "transposed" and wanted.block == "gru" and len(shape) == 2:
            return GATES
        return ""

    def pair(self, wanted: Wanted) -> Pair:
        """The row of the table."""
        if wanted.name in self.taken:
            name, how = self.taken[wanted.name]
            shape = self.arrays[name].shape if name in self.arrays else ()
            return Pair(wanted, name, shape, how, self.why_not(wanted, name))
        same = next((name for name, plain in self.plain.items() if wanted.name in (name, plain)), "")
        if same:
            return Pair(wanted, same, self.arrays[same].shape, "name", self.why_not(wanted, same))
        return Pair(wanted, why_not="nothing that is left has this name or shape")


def _without_prefix(names: Iterable[str]) -> dict[str, str]:
    """Names without the parts that all begin with, such as `module.` of a network trained on several cards."""
    plain = {name: name for name in names}
    while plain and all("." in name for name in plain.values()):
        first = {name.split(".", 1)[0] for name in plain.values()}
        if len(first) > 1 or any(name.count(".") < 2 for name in plain.values()):
            break
        plain = {name: short.split(".", 1)[1] for name, short in plain.items()}
    return plain


def _by_name(rows: Iterable[Wanted], found: _Found) -> None:
    known = {plain: name for name, plain in found.plain.items()} | {name: name for name in found.arrays}
    free = set(found.free())
    for row in found.open(rows):
        name = known.get(row.name)
        if name in free and found.fits(row, name):
            found.take(row, name, "name")


def leaf_of(name: str) -> str:
    """The last part of a name as it is called here: `weight` for `dense/kernel:0`."""
    last = name.replace("/", ".").removesuffix(":0").rpartition(".")[2].lower()
    return ALIASES.get(last, last)


def _owner(name: str) -> str:
    return name.replace("/", ".").rpartition(".")[0]


def _by_order(rows: Iterable[Wanted], found: _Found) -> None:
    """Pair layers in the order in which they stand, so that as many numbers as can be find their place.

    This is the longest common subsequence of two lists of layers, each pair weighed by what fits (Wagner and Fischer
    1974).
    """
    here = _grouped((row.owner, row) for row in found.open(rows))
    there = _grouped((_owner(name), name) for name in found.free())
    if not here or not there:
        return
    layers = [[_inside(mine, theirs, found) for theirs in there] for mine in here]
    weights = np.array([[sum(_size(row.shape) for row, _ in pairs) for pairs in line] for line in layers], np.int64)
    best = np.zeros((len(here) + 1, len(there) + 1), np.int64)  # from each pair of layers to the ends of both lists
    for i in reversed(range(len(here))):
        for j in reversed(range(len(there))):
            best[i, j] = max(best[i, j + 1], best[i + 1, j], best[i + 1, j + 1] + weights[i, j])
    i = j = 0
    while i < len(here) and j < len(there):
        if weights[i, j] and best[i, j] == best[i + 1, j + 1] + weights[i, j]:
            for row, name in layers[i][j]:
                found.take(row, name, "order")
            i, j = i + 1, j + 1
        elif best[i, j] == best[i + 1, j]:
            i += 1
        else:
            j += 1


def _grouped(items: Iterable[tuple[str, object]]) -> list[list]:  # type: ignore[type-arg]
    groups: dict[str, list[object]] = {}
    for owner, item in items:
        groups.setdefault(owner, []).append(item)
    return list(groups.values())


def _inside(rows: list[Wanted], names: list[str], found: _Found) -> list[tuple[Wanted, str]]:
    """The pairs within two layers: what is called alike and has the same shape. Biases are nothing without their
    matrix."""
    leaves = {leaf_of(name): name for name in names}
    pairs = [(row, leaves[row.leaf]) for row in rows if row.leaf in leaves and found.fits(row, leaves[row.leaf])]
    matrices = [row for row in rows if len(row.shape) > 1]
    return pairs if not matrices or any(row in matrices for row, _ in pairs) else []


def _by_shape(rows: Iterable[Wanted], found: _Found) -> None:
    """Matrices that are left over, where only one on either side has a shape and a kind of name."""
    wanted, free = [row for row in found.open(rows) if len(row.shape) > 1], found.free()
    possible = {
        row.name: [name for name in free if leaf_of(name) == row.leaf and found.fits(row, name)] for row in wanted
    }
    asked = Counter(name for names in possible.values() for name in names)
    for row in wanted:
        names = possible[row.name]
        if len(names) == 1 and asked[names[0]] == 1:
            found.take(row, names[0], "shape")


def candidates(match_: Match, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """All that could be paired with a row by hand: each name of the source, what fits first, and why it does not."""
    found = _Found(match_.source.arrays, match_.arrangement)
    reasons = [(name, found.why_not(wanted, name)) for name in match_.source.arrays]
    yield from sorted(reasons, key=lambda one: bool(one[1]))


def _size(shape: Shape) -> int:
    count = 1
    for extent in shape:
        count *= extent
    return count


def shape_words(shape: Shape) -> str:
    """A shape as people write it: “8 × 2”."""
    return " × ".join(map(str, shape)) if shape else "a single number"
