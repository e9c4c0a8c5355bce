"""The chain rule of one parameter: every way from it to the loss, with the local derivative of each step."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from playground.analysis.inside.slow_motion.notation import Index, Pen
from playground.analysis.inside.slow_motion.tape import Operation, Tape

READABLE = 64
"""Numbers on one wire that are written out one by one."""
MOST_CELLS = 1_500
"""Numbers in the whole tree; what is farther on is said in one number."""
MOST_PUSHES = 24
"""Numbers that go into large operations whose ways on are looked for; each takes two passes through the operation."""
MOST_OF_MANY = 12
"""Ways that are written out where there are more than that: the strongest."""
MOST_ZEROS = 8
"""Ways that are shown where all their derivatives are zero."""
Cell = tuple[str, Index]
"""One number: its place or parameter, and where it stands there."""


@dataclass(frozen=True)
class Link:
    """One factor of a product: from one number to a later one that depends on it."""

    target: int
    slope: float
    """The local derivative: of the later number by the earlier one."""


@dataclass(frozen=True)
class ChainNode:
    """One number on the ways from the parameter to the loss. Its gradient is the sum over its links of slope times the
    gradient there, and `rest` for the ways that are not written out."""

    symbol: str
    where: str
    """The title of the block."""
    value: float
    gradient: float
    links: tuple[Link, ...]
    rest: float = 0.0
    rest_words: str = ""


@dataclass(frozen=True)
class Chain:
    """All ways from a parameter, which is the first node, to the loss."""

    nodes: tuple[ChainNode, ...]

    def paths(self, most: int = 64) -> Iterator[tuple[tuple[int, float], ...]]:
        """Up to `most` ways, each the nodes it passes with the local derivative that leads there."""
        waiting: deque[tuple[int, tuple[tuple[int, float], ...]]] = deque([(0, ())])
        given = 0
        while waiting and given < most:
            here, way = waiting.pop()
            if not self.nodes[here].links:
                given += 1
                yield way
            waiting.extend((link.target, (*way, (link.target, link.slope))) for link in self.nodes[here].links)


class ChainBuilder:
    """Makes the chain of one parameter from a tape."""

    def __init__(self, tape: Tape, pen: Pen, titles: dict[str, str]) -> None:
        self._tape, self._pen, self._titles = tape, pen, titles
        self.touched: dict[str, list[Index]] = {}
        """The numbers of each place that the ways pass, the strongest first."""
        self._pushes = MOST_PUSHES
        self._known: dict[tuple[int, str], dict[str, torch.Tensor]] = {}

    def chain(self, name: str, index: Index) -> Chain:
        """All ways from one number of a parameter to the loss."""
        numbers: dict[Cell, int] = {(name, index): 0}
        waiting = deque([(name, index)])
        nodes: list[ChainNode] = []
        while waiting:
            cell = waiting.popleft()
            links, rest, words = self._onward(cell)
            for (target, place), _ in links:
                if (target, place) not in numbers:
                    numbers[target, place] = len(numbers)
                    waiting.append((target, place))
            kept = tuple(Link(numbers[target], slope) for target, slope in links)
            nodes.append(self._node(cell, kept, rest, words))
            if len(numbers) > MOST_CELLS:
                nodes.extend(self._end(left) for left in waiting)
                break
        for passed, one in sorted(numbers, key=lambda cell: -abs(self._gradient(cell))):
            self.touched.setdefault(passed, []).append(one)
        return Chain(tuple(nodes))

    def _node(self, cell: Cell, links: tuple[Link, ...], rest: float, words: str) -> ChainNode:
        name, index = cell
        node = self._tape.places[name].node if name in self._tape.places else name.split(".", 1)[0]
        value = float(_one(self._tape.value(name), self._inner(cell)))
        title = self._titles.get(node, "All losses")
        return ChainNode(self._pen.symbol(name, index), title, value, self._gradient(cell), links, rest, words)

    def _end(self, cell: Cell) -> ChainNode:
        gradient = self._gradient(cell)
        return self._node(cell, (), gradient, "all ways from here on")

    def _gradient(self, cell: Cell) -> float:
        found = self._tape.gradient(cell[0])
        return 0.0 if found is None else float(_one(found, self._inner(cell)))

    def _inner(self, cell: Cell) -> Index:
        """The index with the batch axis, which parameters do not have, nor does the loss."""
        name, index = cell
        if name not in self._tape.places or not self._tape.places[name].value.dim():
            return index
        return index if len(index) == self._tape.places[name].value.dim() else (0, *index)

    # One step onward ------------------------------------------------------------------------------------------------

    def _onward(self, cell: Cell) -> tuple[list[tuple[Cell, float]], float, str]:
        links: list[tuple[Cell, float]] = []
        rest, words = 0.0, ""
        for operation in self._tape.readers(cell[0]):
            columns = self._columns(operation, cell)
            if columns is None:
                share = float(_one(operation.sent[cell[0]], self._inner(cell)))
                rest += share
                count = sum(self._tape.places[key].value.numel() for key in operation.outputs)
                title = self._titles.get(operation.node, "")
                words = f"through all {count:,} numbers of {title}, in one go"
                continue
            for key, column in columns.items():
                kept, left, others = self._strongest(operation, cell, key, column)
                links += kept
                rest += left
                if others:
                    words = f"{others:,} weaker ways together"
        return links, rest, words

    def _strongest(
        self, operation: Operation, cell: Cell, key: str, column: torch.Tensor
    ) -> tuple[list[tuple[Cell, float]], float, int]:
        """The links to an output, strongest first; what the weaker ones add up to where they are too many, and how many
        they are."""
        found = self._telling(operation, cell, column)
        gradient = self._tape.gradient(key)
        assert gradient is not None
        back = gradient.flatten().tolist()
        found.sort(key=lambda way: -abs(way[1] * back[way[0]]))
        most = len(found) if len(found) <= READABLE else MOST_OF_MANY
        if len(found) > MOST_OF_MANY:  # ways on which nothing comes back are not worth a line each
            most = min(most, max(1, sum(bool(slope * back[flat]) for flat, slope in found)))
        links = [((key, _outer(self._tape, key, flat)), slope) for flat, slope in found[:most]]
        return links, sum(slope * back[flat] for flat, slope in found[most:]), len(found) - most

    def _telling(self, operation: Operation, cell: Cell, column: torch.Tensor) -> list[tuple[int, float]]:
        """The derivatives that are not zero; where all are, those that show it."""
        found = [(row, slope) for row, slope in enumerate(column.tolist()) if slope]
        if found:
            return found
        if operation.kind == "sum" and cell[0] in self._tape.places:
            return [(row, 0.0) for row in range(min(len(column), MOST_ZEROS))]
        own = cell[1][0] if operation.kind == "sum" else self._flat(cell)
        return [(min(own, len(column) - 1), 0.0)]

    def _flat(self, cell: Cell) -> int:
        return _flat_index(self._inner(cell), tuple(self._tape.value(cell[0]).shape))

    def _columns(self, operation: Operation, cell: Cell) -> dict[str, torch.Tensor] | None:
        """The derivatives of all numbers of each output by one number that goes in; None where they are too many."""
        size = sum(result.numel() for result in operation.results)
        if size <= READABLE:
            return self._column_by_rows(operation, cell)
        if operation.kind == "sum":
            return {operation.outputs[0]: self._column_of_sum(operation, cell)}
        if operation.kind == "function" and cell[0] in self._tape.places:
            leaf = operation.leaves[cell[0]]
            whole = torch.autograd.grad(operation.results[0].sum(), leaf, retain_graph=True)[0].flatten()
            column = torch.zeros_like(whole)
            column[self._flat(cell)] = whole[self._flat(cell)]
            return {operation.outputs[0]: column}
        return self._column_by_pushing(operation, cell)

    def _column_by_pushing(self, operation: Operation, cell: Cell) -> dict[str, torch.Tensor] | None:
        """How far the outputs move when one number is pushed, whatever the operation and its size.

        What goes back is linear in what arrives, so its derivative by what arrives is the column that is looked for
        (Townsend 2017, "A new trick for calculating Jacobian vector products"). None where autograd cannot do it, as
        for the LSTM of the CPU, and after so many times that it would take long.
        """
        if not self._pushes:
            return None
        self._pushes -= 1
        known = [
            (key, result) for key, result in zip(operation.outputs, operation.results, strict=True)
            if result.requires_grad and self._tape.places[key].gradient is not None
        ]  # fmt: skip
        arriving = [torch.zeros_like(result, requires_grad=True) for _, result in known]
        results = [result for _, result in known]
        with torch.enable_grad():
            try:
                back = torch.autograd.grad(results, operation.leaves[cell[0]], arriving, create_graph=True)[0]
                columns = torch.autograd.grad(back.flatten()[self._flat(cell)], arriving, materialize_grads=True)
            except RuntimeError:
                return None
        return {key: column.flatten() for (key, _), column in zip(known, columns, strict=True)}

    def _column_by_rows(self, operation: Operation, cell: Cell) -> dict[str, torch.Tensor]:
        flat, key = self._flat(cell), (id(operation), cell[0])
        if cell[0] not in self._tape.places:  # of a parameter only one number is asked for
            return {output: rows[:, flat] for output, rows in self._jacobian(operation, cell[0]).items()}
        if key not in self._known:
            self._known[key] = self._jacobian(operation, cell[0])
        return {output: rows[:, flat] for output, rows in self._known[key].items()}

    def _jacobian(self, operation: Operation, name: str) -> dict[str, torch.Tensor]:
        """For each output (numbers of the output, numbers of what goes in)."""
        leaf = operation.leaves[name]
        found: dict[str, torch.Tensor] = {}
        for key, result in zip(operation.outputs, operation.results, strict=True):
            if not result.requires_grad or self._tape.places[key].gradient is None:
                continue
            rows = [
                torch.autograd.grad(number, leaf, retain_graph=True, allow_unused=True, materialize_grads=True)[0]
                for number in result.flatten()
            ]
            found[key] = torch.stack([row.flatten() for row in rows])
        return found

    def _column_of_sum(self, operation: Operation, cell: Cell) -> torch.Tensor:
        """The derivatives of weighted sums, which need no autograd: the weights, the inputs, or one."""
        name, index = cell
        output = torch.zeros_like(operation.results[0].detach())
        inputs = self._tape.value(operation.inputs[0])
        if name in self._tape.places:
            weight = self._tape.parameters[operation.parameters[0]].detach()
            place = self._inner(cell)
            output[place[:-1]] = weight[:, place[-1]]
        elif len(index) == 2:
            output[..., index[0]] = inputs[..., index[1]]
        else:
            output[..., index[0]] = 1.0
        return output.flatten()


def _one(values: torch.Tensor, index: Index) -> torch.Tensor:
    return values[index] if index else values


def _flat_index(index: Index, shape: Index) -> int:
    flat = 0
    for one, extent in zip(index, shape, strict=True):
        flat = flat * extent + one
    return flat


def _outer(tape: Tape, key: str, flat: int) -> Index:
    """Where a number of a place stands: without the batch axis where there is but one row."""
    shape = tuple(tape.places[key].value.shape)
    index: list[int] = []
    for extent in reversed(shape):
        flat, one = divmod(flat, extent)
        index.append(one)
    index.reverse()
    return tuple(index[1:]) if shape and shape[0] == 1 else tuple(index)
