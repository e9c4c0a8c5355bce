"""Tidy: place the blocks in columns from left to right, so that every wire runs forwards and few of them cross.

The method of Sugiyama, Tagawa and Toda (1981): layers by the longest path, invisible stand-ins where a wire passes a
layer, order within a layer by barycentres, and heights that bring neighbours in line. A long
chain is broken into rows like a text, where a single block leads on.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence

from playground.blocks.families import role_of
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph
from playground.editing.bands import bands
from playground.editing.geometry import GAP, PORT_LINE

COLUMN_GAP = GAP
"""Room between two columns, for the wires."""
ROW_GAP = 36.0
"""Room between two blocks of a column."""
WIRE_ROOM = 12.0
"""Height kept free where a wire passes a column."""
BAND_GAP = 72.0
"""Room between two rows of a long chain, for the wires that lead on."""
PART_GAP = 72.0
"""Room between parts of the graph that no wire joins."""
DEFAULT_SIZE = (150.0, 110.0)
_SWEEPS = 12
_MOST_STAND_INS = 5_000

Wire = tuple[str, str]


def tidy(
    graph: Graph, sizes: Mapping[str, tuple[float, float]], lines: Mapping[str, float] | None = None
) -> dict[str, tuple[float, float]]:
    """New top left corners of all nodes, by id, in scene units; notes stay where they are.

    `sizes` holds width and height by node id, `lines` how far below its top a node has its ports where that is not the
    usual line of cards: wires between neighbours become straight. Data stand on the left, losses on the right of their
    part of the graph. The upper left corner of the whole stays in place, unless a note is in the way: then all moves
    down. The result depends on the graph alone, not on where the blocks stood before. A cycle gives an empty dict.
    """
    order = graph.order()
    if not order:
        return {}
    places: dict[str, tuple[float, float]] = {}
    top = 0.0
    for part in _parts(graph, order):
        placed, height = _PartLayout(graph, part, sizes, lines or {}).places()
        places.update({name: (x, y + top) for name, (x, y) in placed.items()})
        top += height + PART_GAP
    return _anchored(graph, places, sizes)


def _parts(graph: Graph, order: Sequence[str]) -> list[list[str]]:
    """Connected parts, each in topological order; the part with the earliest node comes first."""
    import networkx  # 0.2 s, so not at start

    net = networkx.Graph()
    net.add_nodes_from(order)
    net.add_edges_from((edge.source, edge.target) for edge in graph.edges)
    rank = {name: number for number, name in enumerate(order)}
    parts = [sorted(part, key=rank.__getitem__) for part in networkx.connected_components(net)]
    return sorted(parts, key=lambda part: (len(part) == 1, rank[part[0]]))


def _anchored(
    graph: Graph, places: dict[str, tuple[float, float]], sizes: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    left = min(node.position.x for node in graph.nodes) - min(x for x, _ in places.values())
    top = min(node.position.y for node in graph.nodes) - min(y for _, y in places.values())
    while (lift := _covered_note(graph, places, sizes, left, top)) > 0.0:
        top += lift
    return {name: (round(x + left), round(y + top)) for name, (x, y) in places.items()}


def _covered_note(
    graph: Graph,
    places: Mapping[str, tuple[float, float]],
    sizes: Mapping[str, tuple[float, float]],
    left: float,
    top: float,
) -> float:
    """How far down all must move so that a note which a block would cover is free; 0 if none is covered."""
    for note in graph.notes:
        bottom = note.position.y + note.height
        covering = [
            y + top
            for name, (x, y) in places.items()
            if x + left < note.position.x + note.width
            and x + left + sizes.get(name, DEFAULT_SIZE)[0] > note.position.x
            and y + top < bottom
            and y + top + sizes.get(name, DEFAULT_SIZE)[1] > note.position.y
        ]
        if covering:
            return bottom + ROW_GAP - min(covering)
    return 0.0


class _PartLayout:
    """The layout of one connected part."""

    def __init__(
        self,
        graph: Graph,
        names: list[str],
        sizes: Mapping[str, tuple[float, float]],
        lines: Mapping[str, float],
    ) -> None:
        inside = set(names)
        self._sizes = sizes
        self._lines = lines
        self._roles = {
            node.id: role_of(CATALOGUE[node.block].family if node.block in CATALOGUE else "")
            for node in graph.nodes
            if node.id in inside
        }
        edges = [edge for edge in graph.edges if edge.source in inside]
        self._wires = list(dict.fromkeys((edge.source, edge.target) for edge in edges))
        pulling = (edge for edge in edges if edge.target_port != "target")
        self._pulling = list(dict.fromkeys((edge.source, edge.target) for edge in pulling))
        self._layer = self._layers(names)
        self._stand_ins: set[str] = set()
        self._links = self._with_stand_ins()
        self._columns = self._ordered(names)

    def places(self) -> tuple[dict[str, tuple[float, float]], float]:
        """Top left corners with the smallest at (0, 0), and the height of the whole."""
        levels = self._levels()
        result: dict[str, tuple[float, float]] = {}
        bottom = 0.0
        for band in self._bands():
            placed = self._band(band, levels)
            top = min(y for _, y in placed.values())
            height = max(y + self._size(name)[1] for name, (_, y) in placed.items()) - top
            below = bottom + BAND_GAP if result else 0.0
            result.update({name: (x, y - top + below) for name, (x, y) in placed.items()})
            bottom = below + height
        return result, bottom

    def _bands(self) -> list[list[list[str]]]:
        """The columns of each row, as a long chain goes on in the next one: cut where a single block leads on."""
        widths = [self._width(column) + COLUMN_GAP for column in self._columns]
        reach: dict[str, int] = {}
        for source, target in self._pulling:
            reach[source] = max(reach.get(source, 0), self._layer[target])
        changes = [0] * (len(self._columns) + 1)
        for source, last in reach.items():
            changes[self._layer[source]] += 1
            changes[last] -= 1
        leading_on = list(itertools.accumulate(changes[:-1]))  # how many blocks feed what comes later
        tallest = max(self._size(name)[1] for column in self._columns for name in column)
        starts = bands(widths, [count == 1 for count in leading_on], tallest + BAND_GAP)
        return [self._columns[start:stop] for start, stop in itertools.pairwise([*starts, len(self._columns)])]

    def _band(self, columns: list[list[str]], levels: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        placed: dict[str, tuple[float, float]] = {}
        x = 0.0
        for column in columns:
            width = self._width(column)
            for name in column:
                if name not in self._stand_ins:
                    placed[name] = (x + (width - self._size(name)[0]) / 2, levels[name] - self._line(name))
            x += width + COLUMN_GAP
        return placed

    def _width(self, column: list[str]) -> float:
        return max((self._size(name)[0] for name in column if name not in self._stand_ins), default=0.0)

    def _size(self, name: str) -> tuple[float, float]:
        if name in self._stand_ins:
            return (0.0, WIRE_ROOM)
        return self._sizes.get(name, DEFAULT_SIZE)

    def _line(self, name: str) -> float:
        """Height of the ports below the top."""
        height = self._size(name)[1]
        return min(self._lines.get(name, PORT_LINE), height) if name not in self._stand_ins else height / 2

    def _layers(self, names: Sequence[str]) -> dict[str, int]:
        """Longest path from the left; then losses that nothing follows go to the right edge."""
        layer = dict.fromkeys(names, 0)
        into: dict[str, list[str]] = defaultdict(list)
        for source, target in self._wires:
            into[target].append(source)
        for name in names:
            layer[name] = max((layer[source] + 1 for source in into[name]), default=0)
        # Only data stand at the very left; another block without a wire into it waits beside what it feeds.
        has_data = "data" in self._roles.values()
        out: dict[str, list[str]] = defaultdict(list)
        for source, target in self._wires:
            out[source].append(target)
        for name in reversed(names):
            if not into[name] and out[name] and has_data and self._roles[name] != "data":
                layer[name] = max(0, min(layer[target] for target in out[name]) - 1)
        last = max(layer.values())
        for name in names:
            if self._roles[name] == "loss" and not out[name]:
                layer[name] = last
        return layer

    def _with_stand_ins(self) -> list[Wire]:
        """Wires cut at every layer they pass. Wires of targets pass freely: they bend around, as dashed lines."""
        length = sum(self._layer[target] - self._layer[source] for source, target in self._pulling)
        if length > _MOST_STAND_INS:
            return list(self._pulling)
        links: list[Wire] = []
        for number, (source, target) in enumerate(self._pulling):
            before = source
            for layer in range(self._layer[source] + 1, self._layer[target]):
                stand_in = f"\0{number}:{layer}"
                self._stand_ins.add(stand_in)
                self._layer[stand_in] = layer
                links.append((before, stand_in))
                before = stand_in
            links.append((before, target))
        return links

    def _ordered(self, names: Sequence[str]) -> list[list[str]]:
        """Columns with few crossings: barycentre sweeps to and fro, the best order found is kept."""
        columns: list[list[str]] = [[] for _ in range(max(self._layer.values()) + 1)]
        for name in (*names, *sorted(self._stand_ins)):
            columns[self._layer[name]].append(name)
        best, fewest = [list(column) for column in columns], self._crossings(columns)
        for sweep in range(_SWEEPS):
            if fewest == 0:
                break
            forwards = sweep % 2 == 0
            neighbours = self._neighbours(forwards)
            for index in range(len(columns)) if forwards else reversed(range(len(columns))):
                columns[index] = _by_barycentre(columns, columns[index], neighbours)
            crossings = self._crossings(columns)
            if crossings < fewest:
                best, fewest = [list(column) for column in columns], crossings
        return best

    def _neighbours(self, forwards: bool) -> dict[str, list[str]]:
        result: dict[str, list[str]] = defaultdict(list)
        for source, target in self._links:
            if forwards:
                result[target].append(source)
            else:
                result[source].append(target)
        return result

    def _crossings(self, columns: list[list[str]]) -> int:
        rank = {name: number for column in columns for number, name in enumerate(column)}
        between: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for source, target in self._links:
            between[self._layer[source], self._layer[target]].append((rank[source], rank[target]))
        return sum(_inversions([end for _, end in sorted(pairs)]) for pairs in between.values())

    def _levels(self) -> dict[str, float]:
        """Heights of all port lines: each wants to be level with its neighbours, as near as its column allows."""
        levels: dict[str, float] = {}
        for column in self._columns:
            y = 0.0
            for name in column:
                levels[name] = y + self._line(name)
                y += self._size(name)[1] + ROW_GAP
        for sweep in range(_SWEEPS):
            forwards = sweep % 2 == 0
            neighbours = self._neighbours(forwards)
            for column in self._columns if forwards else reversed(self._columns):
                self._level(column, levels, neighbours)
        return levels

    def _level(self, column: list[str], levels: dict[str, float], neighbours: Mapping[str, list[str]]) -> None:
        wanted: list[float] = []
        weights: list[float] = []
        for name in column:
            beside = neighbours.get(name, [])
            wanted.append(sum(levels[other] for other in beside) / len(beside) if beside else levels[name])
            weights.append(float(len(beside)) if beside else 0.1)
        gaps = [0.0]
        for above, below in itertools.pairwise(column):
            gaps.append(self._size(above)[1] - self._line(above) + ROW_GAP + self._line(below))
        for name, level in zip(column, _apart(wanted, weights, gaps), strict=True):
            levels[name] = level


def _by_barycentre(columns: list[list[str]], column: list[str], neighbours: Mapping[str, list[str]]) -> list[str]:
    rank = {name: number for part in columns for number, name in enumerate(part)}

    def centre(name: str) -> float:
        beside = neighbours.get(name, [])
        return sum(rank[other] for other in beside) / len(beside) if beside else float(rank[name])

    return sorted(column, key=lambda name: (centre(name), rank[name]))


def _inversions(values: list[int]) -> int:
    """Pairs in the wrong order, by merge sort; equal values are in order."""
    if len(values) < 2:
        return 0
    middle = len(values) // 2
    left, right = values[:middle], values[middle:]
    count = _inversions(left) + _inversions(right)
    left.sort()
    right.sort()
    position = 0
    for value in right:
        while position < len(left) and left[position] <= value:
            position += 1
        count += len(left) - position
    return count


def _apart(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The values nearest to `wanted` (weighted least squares) with each at least `gaps[i]` after the one before.

    Isotonic regression by pooling adjacent violators (Ayer and others, 1955).
    """
    offsets: list[float] = []
    total = 0.0
    for gap in gaps:
        total += gap
        offsets.append(total)
    pools: list[list[float]] = []  # value, weight, count
    for value, weight, offset in zip(wanted, weights, offsets, strict=True):
        pools.append([value - offset, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value_2, weight_2, count_2 = pools.pop()
            value_1, weight_1, count_1 = pools.pop()
            joint = weight_1 + weight_2
            pools.append([(value_1 * weight_1 + value_2 * weight_2) / joint, joint, count_1 + count_2])
    levels = [value for value, _, count in pools for _ in range(int(count))]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]
