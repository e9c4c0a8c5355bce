"""Sums of products with the numbers put in: forward, the factors of one number; back, where one number was a factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from playground.analysis.inside.slow_motion.notation import MOST_TERMS, Index
from playground.analysis.inside.slow_motion.operation_writer import OperationWriter, flat_index, index_of, number_at
from playground.analysis.inside.slow_motion.tape import Operation
from playground.blocks.parts import Factor, Term

MOST_OUTPUTS = 4_096
"""Numbers of a result that are looked through for those in which one number was a factor."""


OF_THIS_BLOCK = ", share of this block"
"""Said of the gradient of weights that other blocks have, too."""


@dataclass(frozen=True)
class Use:
    """One number of a result, and how much it moves with a number that went into it."""

    index: Index
    slope: float
    gradient: float


class TermsWriter(OperationWriter):
    """Writes sums of products."""

    _time: int | None = None
    """The time step of the operation that is written about."""

    # Forward --------------------------------------------------------------------------------------------------------

    def _terms(self, operation: Operation) -> list[str]:
        return self._each(operation.outputs[0], lambda index: self._terms_of(operation, index))

    def _terms_of(self, operation: Operation, index: Index) -> str:
        assert operation.part.terms is not None
        terms = list(operation.part.terms(index))
        front, terms = _common(terms)
        chosen = self._strongest(operation, terms)
        symbols = self._pen.sum(["·".join(self._symbol(operation, f) for f in term) for term in chosen], len(terms))
        numbers = self._pen.sum([self._product(operation, term, bool(place)) for place, term in enumerate(chosen)],
                                len(terms))  # fmt: skip
        if front is not None:
            share = self._pen.number(front)
            symbols, numbers = (f"{share} · ({one})" if len(terms) > 1 else f"{share} · {one}"
                                for one in (symbols, numbers))  # fmt: skip
        steps = (symbols, numbers) if len(terms) > 1 or len(terms[0]) > 1 or front is not None else (symbols,)
        return self.equals(operation.outputs[0], index, *steps) if terms else self.equals(operation.outputs[0], index)

    def _strongest(self, operation: Operation, terms: Sequence[Term]) -> list[Term]:
        """As many terms as are written, in their order: of many the largest."""
        if len(terms) <= MOST_TERMS:
            return list(terms)
        sizes = [abs(math.prod(self.factor(operation, factor) for factor in term)) for term in terms]
        largest = sorted(range(len(terms)), key=lambda one: -sizes[one])[: MOST_TERMS - 1]
        return [terms[one] for one in sorted(largest)]

    def factor(self, operation: Operation, factor: Factor) -> float:
        """The number of a factor."""
        if factor.source is None:
            return factor.number
        return factor.of(self._value(operation.named(factor.source), factor.index))

    def _symbol(self, operation: Operation, factor: Factor) -> str:
        if factor.source is None:
            return self._pen.number(factor.number)
        name = self._pen.symbol(operation.named(factor.source), factor.index)
        return {"": name, "1 −": f"(1 − {name})"}.get(factor.through, f"{factor.through} {name}")

    def _product(self, operation: Operation, term: Term, inside: bool) -> str:
        values = [self.factor(operation, factor) for factor in term]
        return self._pen.guarded(*values) if inside else self._pen.product(*values)

    def _largest(self, operation: Operation) -> list[str]:
        assert operation.part.terms is not None
        (index, *_), _ = self.picks(operation.outputs[0])
        factors = [term[0] for term in operation.part.terms(index)]
        values = [self.factor(operation, factor) for factor in factors]
        winner = values.index(max(values)) if not any(math.isnan(value) for value in values) else 0
        shown = ", ".join(self._pen.number(value) for value in values[: 3 * MOST_TERMS])
        rest = f", … ({len(values)} numbers)" if len(values) > 3 * MOST_TERMS else ""
        return [
            self.equals(operation.outputs[0], index, f"max({shown}{rest})"),
            f"{self._symbol(operation, factors[winner])} is the largest of its window.",
        ]

    def _normalized(self, operation: Operation) -> list[str]:
        assert operation.part.statistics is not None
        output, source, n = operation.outputs[0], operation.inputs[0], self._pen.number
        (index, *_), _ = self.picks(output)
        found = operation.part.statistics(index)
        value = self._value(source, index)
        below = f"√({self._pen.factor(found.variance)} + {self._pen.factor(found.epsilon)})"
        return [
            f"Mean {n(found.mean)} and variance {n(found.variance)}, {found.over}.",
            self.equals(output, index, f"({self._pen.symbol(source, index)} − μ) / √(σ² + ε)",
                        f"({n(value)} − {self._pen.factor(found.mean)}) / {below}"),
        ]  # fmt: skip

    def _masked(self, operation: Operation) -> list[str]:
        output, source = operation.outputs[0], operation.inputs[0]
        (index, *_), _ = self.picks(output)
        seen = math.isfinite(self._value(output, index))
        words = f"Step {index[-2] + 1} {'may' if seen else 'must not'} look at step {index[-1] + 1}."
        return [words, self.equals(output, index, self._pen.symbol(source, index)) if seen
                else self.equals(output, index)]  # fmt: skip

    # Back -----------------------------------------------------------------------------------------------------------

    def _terms_back(self, operation: Operation) -> list[str]:
        """What goes back to one factor of the number that is written out, of each parameter and input."""
        lines: list[str] = []
        for name in sorted(operation.sent, key=lambda one: one in self._tape.places):
            cell = self.cell(operation, name)
            if cell is None:
                lines += self._each(name, lambda i, name=name: self._sent(name, i, operation.sent[name]))  # type: ignore[misc]
                continue
            lines.append(self._back_to(operation, name, cell))
        return lines

    def cell(self, operation: Operation, name: str) -> Index | None:
        """Which number of a parameter or input is written about: the chosen one, else the one with most gradient among
        those that took part in the number which is written out."""
        index = self._focus.index(operation.outputs[0])
        if index is None or operation.part.terms is None:
            return None
        cells = [
            factor.index for term in operation.part.terms(index) for factor in term
            if factor.source is not None and operation.named(factor.source) == name
        ]  # fmt: skip
        touched = self._touched.get(name, ())
        if name not in self._tape.places and touched and touched[0] in cells:
            return touched[0]
        sent = operation.sent[name]
        return max(cells, key=lambda one: abs(number_at(sent, one)), default=None)

    def _back_to(self, operation: Operation, name: str, cell: Index) -> str:
        sent = operation.sent[name]
        uses = self.uses(operation, name, cell)
        if uses is None:
            return self._sent(name, cell, sent)
        count = len(uses)
        if count > MOST_TERMS:
            uses = sorted(uses, key=lambda use: -abs(use.slope * use.gradient))[: MOST_TERMS - 1]
            uses.sort(key=lambda use: use.index)
        if not uses:
            return self._sent(name, cell, sent)
        output = operation.outputs[0]
        others = [self._others(operation, name, cell, use) for use in uses]
        symbols = [f"{self._pen.slope(output, use.index)}{other}" for use, other in zip(uses, others, strict=True)]
        factors = [(use.gradient, use.slope) if other else (use.gradient,)
                   for use, other in zip(uses, others, strict=True)]  # fmt: skip
        numbers = [
            self._pen.guarded(*pair) if place else self._pen.product(*pair) for place, pair in enumerate(factors)
        ]
        if len(factors) == 1 and len(factors[0]) == 1:
            return self._sent(name, cell, sent, symbols[0])
        return self._sent(name, cell, sent, self._pen.sum(symbols, count), self._pen.sum(numbers, count))

    def uses(self, operation: Operation, name: str, cell: Index) -> list[Use] | None:
        """The numbers of the result in which a number was a factor, as far as anything comes back from them."""
        result, gradient = operation.results[0], self._tape.gradient(operation.outputs[0])
        if gradient is None or (result.numel() > MOST_OUTPUTS and name in self._tape.places and result.dim() < 3):
            return None
        leaf = operation.leaves[name]
        flat = flat_index((0, *cell) if leaf.dim() == len(cell) + 1 else cell, tuple(leaf.shape))
        arriving = torch.zeros_like(result, requires_grad=True)
        with torch.enable_grad():
            try:
                back = torch.autograd.grad(result, leaf, arriving, create_graph=True)[0]
                column = torch.autograd.grad(back.flatten()[flat], arriving, materialize_grads=True)[0]
            except RuntimeError:
                return None
        telling = (column * gradient).flatten().nonzero().flatten().tolist()
        slopes, back_there, shape = column.flatten(), gradient.flatten(), tuple(result.shape[1:])
        return [Use(index_of(one, shape), float(slopes[one]), float(back_there[one])) for one in telling]

    def _others(self, operation: Operation, name: str, cell: Index, use: Use) -> str:
        """The other factors of the product in which a number was one: “·x₁₂”."""
        assert operation.part.terms is not None
        for term in operation.part.terms(use.index):
            own = [
                factor for factor in term
                if factor.source is not None and factor.index == cell and operation.named(factor.source) == name
            ]  # fmt: skip
            if len(own) == 1 and not own[0].through:
                others = [factor for factor in term if factor is not own[0]]
                return "".join(f"·{self._symbol(operation, factor)}" for factor in others)
        return f"·{self._pen.factor(use.slope)}"

    def _largest_back(self, operation: Operation) -> list[str]:
        assert operation.part.terms is not None
        index = self._focus.index(operation.outputs[0])
        source = operation.inputs[0]
        if index is None or source not in operation.sent:
            return self._each(source, lambda one: self._sent(source, one, operation.sent[source]))
        factors = [term[0] for term in operation.part.terms(index)]
        winner = max(factors, key=lambda factor: self.factor(operation, factor))
        line = self._back_to(operation, source, winner.index)
        return [line, f"The other {len(factors) - 1} of this window get nothing from it."]

    def _sent(self, name: str, index: Index, sent: torch.Tensor, *steps: str) -> str:
        """∂L/∂z⁽¹⁾₁ = … = 0.2; a share of it where others come back to the same place, or at other time steps."""
        place = self._tape.places.get(name)
        words = ""
        if place is not None and len(place.shares) > 1:
            words = " along this wire" if place.time is None else " from here"
        elif place is None and self._time is not None:
            words = f", share of step {self._time + 1}"
        elif place is None and self._tape.shared(name):
            words = OF_THIS_BLOCK
        symbol = self._pen.slope(name, index) + words
        return " = ".join((symbol, *steps, self._pen.number(number_at(sent, index))))


def _common(terms: list[Term]) -> tuple[float | None, list[Term]]:
    """The plain number that all products begin with, and the products without it."""
    first = {term[0].number if term and term[0].source is None and len(term) > 1 else None for term in terms}
    if len(first) != 1 or None in first:
        return None, terms
    return first.pop(), [term[1:] for term in terms]
