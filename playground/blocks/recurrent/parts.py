"""Writes down what a recurrent layer does with one example, time step by time step, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch.nn import functional

from playground.blocks.parts import Factor, Index, Part, Run, Term, Terms, Values, at
from playground.blocks.recurrent.unrolled import ALL, Unrolled, pieces_of

W, U, B_IN, B_OVER = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
BOTH = (W, U, B_IN, B_OVER)
THROUGH_TIME = (
    r"\frac{\partial L}{\partial W} = \sum_t \frac{\partial L}{\partial s_t} \, x_t^\top, \quad "
    r"\frac{\partial L}{\partial h_{t-1}} = \sum_{\mathrm{gates}} U^\top \frac{\partial L}{\partial s_t}"
)
STANDARD = r"n = \gamma \odot \frac{s - \mu}{\sqrt{\sigma^2 + \epsilon}} + b"


class TimeSteps:
    """The parts of a recurrent layer. The last layer, forward, calls its values `h@3`; others say where they are."""

    def __init__(self, module: Unrolled, features: int, steps: int, start: int = 0) -> None:
        self.parts: list[Part] = []
        self.module = module
        self._features, self._steps, self._start = features, steps, start
        self._place, self._tag, self._order = "l0", "", list(range(steps))
        self._number = 0

    def write(self, step: Callable[[TimeSteps], None]) -> tuple[Part, ...]:
        """All steps of all layers, and what the block gives."""
        for place in self.module.places():
            self._place, self._tag = place, self._tag_of(place)
            times = list(range(self._steps))
            self._order = times[::-1] if place.endswith("_reverse") else times
            self._begin()
            for number in range(self._steps):
                self._number = number
                self._take_input()
                self._cut()
                step(self)
        self._give()
        return tuple(self.parts)

    # Names ------------------------------------------------------------------------------------------------------------

    @property
    def _time(self) -> int:
        return self._order[self._number]

    def _tag_of(self, place: str) -> str:
        layer, _, way = place.removeprefix("l").partition("_")
        number = int(layer) + 1
        return (f" {number}" if number < self.module.num_layers else "") + ("←" if way else "")

    def now(self, letter: str) -> str:
        """The name of a value of this time step."""
        return f"{letter}{self._tag}@{self._time}"

    def has(self, letter: str) -> bool:
        """Whether there was a state other than 0 before this step."""
        return self._number > 0 or self._start >= {"h": 1, "c": 2}[letter] * self.module.hidden_size

    def past(self, letter: str) -> str:
        """The name of a value of the time step before."""
        if self._number == 0:
            return f"{letter}{self._tag}@start"
        cut = "|" if self._number in self._cuts() else ""
        return f"{letter}{self._tag}@{self._order[self._number - 1]}{cut}"

    def _cuts(self) -> set[int]:
        """The steps before which no gradient goes back."""
        pieces = pieces_of(self._steps, self.module.truncation)
        return {sum(pieces[:number]) for number in range(1, len(pieces))}

    def _titled(self, title: str) -> str:
        words = self.module.words(self._place).removeprefix(", ")
        return f"{words.capitalize()}: {title}" if words and title else title

    def _full(self, name: str) -> str:
        return f"{name}_{self._place}"

    def _add(self, name: str, takes: Sequence[str | int], run: Run, terms: Terms, **more: object) -> None:
        self.parts.append(Part(
            "terms", run, tuple(takes), name.partition("@")[0].partition(" ")[0].rstrip("←"), name=name, axes=("unit",),
            terms=terms, time=self._time, **more,  # type: ignore[arg-type]
        ))  # fmt: skip

    # What is there before a step --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """The states that arrive by the second port."""
        self._number = 0
        units = self.module.hidden_size
        for number, letter in enumerate("hc"[: self._start // units]):
            rows = slice(number * units, (number + 1) * units)
            self._add(self.past(letter), (1,), _rows_of(rows), _taken_at(rows.start), hidden=True)

    def _cut(self) -> None:
        """The states before, cut off from what made them."""
        if self._number not in self._cuts():
            return
        for letter in "hc"[: len(self.module.carries)]:
            before = f"{letter}{self._tag}@{self._order[self._number - 1]}"
            self._add(f"{before}|", (before,), lambda x, p: (x[0].detach(),), _taken_at(0), hidden=True)

    def _take_input(self) -> None:
        layer, time, units = int(self._place[1:].partition("_")[0]), self._time, self.module.hidden_size
        if layer == 0:
            self._width = self._features
            self._add(
                self.now("x"), (0,), lambda x, p: (x[0][:, time],), lambda index: ((at(0, time, *index),),), hidden=True
            )
            return
        below = [place for place in self.module.places() if int(place[1:].partition("_")[0]) == layer - 1]
        self._width = len(below) * units
        self._add(
            self.now("x"), [f"h{self._tag_of(place)}@{time}" for place in below],
            lambda x, p: (torch.cat(list(x), dim=-1),), lambda index: ((at(index[0] // units, index[0] % units),),),
            hidden=True,
        )  # fmt: skip

    # Operations -------------------------------------------------------------------------------------------------------

    def sums(
        self, letter: str, gate: int, title: str, formula: str, matrices: tuple[str, ...] = BOTH,
        sentence: str = "What comes in times its weights, the state before times its own, and the biases.",
        state: str = "", rows: slice = ALL,
    ) -> bool:  # fmt: skip
        """W x + b + U h + b′ for the rows of one gate; of `matrices` alone where not all take part.

        `state` is what U weighs, the state before where it is empty; with layer norm it normalizes over `rows`. Returns
        False where nothing takes part.
        """
        units = self.module.hidden_size
        start = gate * units
        state = state or (self.past("h") if self.has("h") else "")
        weighed = [(W, B_IN, self.now("x"), self._width)] if W in matrices else []
        weighed += [(U, B_OVER, state, units)] if U in matrices and state else []
        if self.module.norm:
            self._sum_normalized(letter, start, title, formula, matrices, weighed, rows)
            return True
        biases = [bias for bias in (B_IN, B_OVER) if bias in matrices] if self.module.bias else []
        if not weighed and not biases:
            return False
        names = [self._full(matrix) for matrix, *_ in weighed]
        added = [self._full(bias) for bias in biases]
        part = slice(start, start + units)

        def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
            found = [parameters[bias][None, part] for bias in added]
            found += [functional.linear(x, parameters[name][part]) for name, x in zip(names, values, strict=True)]
            return (sum(found[1:], found[0]),)

        def terms(index: Index) -> Sequence[Term]:
            row = start + index[0]
            products: list[Term] = [
                (at(names[n], row, j), at(n, j)) for n, (*_, width) in enumerate(weighed) for j in range(width)
            ]
            return [*products, *((at(bias, row),) for bias in added)]

        self._add(
            self.now(letter), [taken for _, _, taken, _ in weighed], run, terms, parameters=(*names, *added),
            title=self._titled(title), formula=formula, sentence=sentence, backward=THROUGH_TIME,
            backward_sentence="Its weights get what arrives times what they weighed, as at every other time step; the "
            "state before gets it times the weights.",
        )  # fmt: skip
        return True

    def _sum_normalized(
        self, letter: str, start: int, title: str, formula: str, matrices: tuple[str, ...],
        weighed: Sequence[tuple[str, str, str, int]], rows: slice,
    ) -> None:  # fmt: skip
        """The same where the products of input and state are normalized by themselves before they are added."""
        found: list[tuple[str | int, int]] = []
        for matrix, bias, taken, width in weighed:
            of = ALL if matrix == W else rows
            found.append((self._normalized(matrix, bias, taken, width, of), start - (of.start or 0)))
        lacking = [B_OVER] if U in matrices and self.module.bias and not any(one[0] == U for one in weighed) else []
        alone, units = [self._full(bias) for bias in lacking], self.module.hidden_size

        def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
            parts = [value[:, s : s + units] for value, (_, s) in zip(values, found, strict=True)]
            parts += [parameters[name][None, start : start + units] for name in alone]
            return (sum(parts[1:], parts[0]) if parts else torch.zeros(1, units, dtype=torch.float64),)

        def terms(index: Index) -> Sequence[Term]:
            sums: list[Term] = [(at(number, s + index[0]),) for number, (_, s) in enumerate(found)]
            return [*sums, *((at(name, start + index[0]),) for name in alone)]

        self._add(
            self.now(letter), [name for name, _ in found], run, terms, parameters=tuple(alone),
            title=self._titled(title), formula=formula,
            sentence="What input and state put in, each brought to mean 0 and variance 1.",
        )  # fmt: skip

    def _normalized(self, matrix: str, bias: str, taken: str, width: int, rows: slice) -> str:
        """The name of the normalized products of a matrix, which several gates share."""
        letter = ("v" if matrix == W else "u") + ("" if rows == ALL else f"{rows.start or 0}")
        raw, name = self.now(letter), self.now(f"{letter}n")
        if any(part.key == name for part in self.parts):
            return name
        weight, gain = self._full(matrix), self._full(matrix.replace("weight", "gain"))
        shifts = (self._full(bias),) if self.module.bias else ()
        first = rows.start or 0
        self._add(
            raw, (taken,), lambda x, p: (functional.linear(x[0], p[weight][rows]),),
            lambda index: [(at(weight, first + index[0], j), at(0, j)) for j in range(width)], parameters=(weight,),
            title=self._titled("what comes in" if matrix == W else "the state before"), formula="s = W x",
            sentence="Times its weights, for all gates at once.",
        )  # fmt: skip
        self._layer_norm(name, raw, gain, shifts, rows)
        return name

    def _layer_norm(self, name: str, raw: str, gain: str, shifts: tuple[str, ...], rows: slice = ALL) -> None:
        def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
            shift = parameters[shifts[0]][rows] if shifts else None
            return (functional.layer_norm(values[0], values[0].shape[1:], parameters[gain][rows], shift),)

        self.parts.append(Part(
            "block", run, (raw,), "n", (gain, *shifts), name, self._titled("layer norm"), ("unit",), time=self._time,
            formula=STANDARD, sentence="The numbers are brought to mean 0 and variance 1; then each has its own scale.",
        ))  # fmt: skip

    def shown(self, letter: str, source: str) -> str:
        """The cell as the hidden state sees it: normalized where the layer does so."""
        if not self.module.norm:
            return source
        name = self.now(letter)
        shifts = (self._full("bias_cell"),)
        self._layer_norm(name, self.now(source), self._full("gain_cell"), shifts)
        return letter

    def peephole(self, letter: str, source: str, number: int, cell: str, title: str, formula: str) -> None:
        """What a gate also sees of the cell, each unit of its own."""
        name, start = self._full("peephole"), number * self.module.hidden_size
        rows = slice(start, start + self.module.hidden_size)
        self._add(
            self.now(letter), (self.now(source), cell), lambda x, p: (x[0] + p[name][rows] * x[1],),
            lambda index: ((at(0, *index),), (at(name, start + index[0]), at(1, *index))), parameters=(name,),
            title=self._titled(title), formula=formula, sentence="The gate also sees the cell of its own unit.",
        )  # fmt: skip

    def function(
        self, letter: str, source: str, function: str, title: str, formula: str = "", stretched_by: str = ""
    ) -> None:
        """An activation, number by number."""
        run = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}[function]
        self.parts.append(Part(
            "function", lambda x, p: (run(x[0]),), (self.now(source),), letter, (), self.now(letter),
            self._titled(title), ("unit",), function, time=self._time, formula=formula,
            stretched_by=self._full(stretched_by) if stretched_by and not self.module.norm else "",
        ))  # fmt: skip

    def products(
        self, letter: str, sources: tuple[str, ...], products: Sequence[Sequence[Factor]], title: str, formula: str,
        sentence: str = "", backward: str = "", backward_sentence: str = "",
    ) -> None:  # fmt: skip
        """A sum of products, number by number; the factors are inputs, by their number in `sources`."""

        def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
            total = torch.zeros_like(values[0])
            for factors in products:
                product = torch.ones_like(values[0])
                for factor in factors:
                    assert isinstance(factor.source, int)
                    value = values[factor.source]
                    product = product * (1.0 - value if factor.through else value)
                total = total + product
            return (total,)

        def terms(index: Index) -> Sequence[Term]:
            return [tuple(Factor(f.source, index, through=f.through) for f in factors) for factors in products]

        self._add(
            self.now(letter), sources, run, terms, title=self._titled(title), formula=formula, sentence=sentence,
            backward=backward, backward_sentence=backward_sentence,
        )  # fmt: skip

    def _give(self) -> None:
        """The last state, or all; of both directions side by side."""
        module, steps = self.module, self._steps
        units, last = module.hidden_size, module.last
        top = [place for place in module.places() if place.startswith(f"l{module.num_layers - 1}")]
        ends = {place: 0 if place.endswith("_reverse") else steps - 1 for place in top}
        times = {place: [ends[place]] if last else list(range(steps)) for place in top}
        takes = [f"h{self._tag_of(place)}@{time}" for place in top for time in times[place]]

        def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
            each = len(values) // len(top)
            ways = [torch.stack(list(values[n * each : (n + 1) * each]), dim=1) for n in range(len(top))]
            whole = torch.cat(ways, dim=-1)
            return (whole[:, 0] if last else whole,)

        def terms(index: Index) -> Sequence[Term]:
            *time, unit = index
            return ((at((unit // units) * (1 if last else steps) + (time[0] if time else 0), unit % units),),)

        self.parts.append(Part(
            "terms", run, tuple(takes), "a", hidden=True, axes=("unit",) if last else ("time", "unit"), terms=terms
        ))  # fmt: skip


def _rows_of(rows: slice) -> Run:
    return lambda x, p: (x[0][:, rows],)


def _taken_at(start: int) -> Terms:
    return lambda index: ((at(0, start + index[0]),),)
