"""The operations of one time step of a recurrent layer, gate by gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch.nn import functional

from playground.blocks.parts import Factor, Index, Part, Term, Values, at

W, U, B_IN, B_OVER = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
BOTH = (W, U, B_IN, B_OVER)
THROUGH_TIME = (
    r"\frac{\partial L}{\partial W} = \sum_t \frac{\partial L}{\partial s_t} \, x_t^\top, \quad "
    r"\frac{\partial L}{\partial h_{t-1}} = \sum_{\mathrm{gates}} U^\top \frac{\partial L}{\partial s_t}"
)


GATED = r"\frac{\partial L}{\partial i} = \frac{\partial L}{\partial c} \odot g"
KEPT = (
    r"\frac{\partial L}{\partial h_{t-1}} = \frac{\partial L}{\partial h_t} \odot z_t + \ldots, \quad "
    r"\frac{\partial L}{\partial n_t} = \frac{\partial L}{\partial h_t} \odot (1 - z_t)"
)
LASTS = "While the update gate keeps the state, its gradient goes back undiminished."


class TimeSteps:
    """Writes the parts of a recurrent layer down, time step by time step."""

    def __init__(self, units: int, inputs: int, steps: int, last: bool) -> None:
        self.parts: list[Part] = []
        self._units, self._inputs, self._steps, self._last = units, inputs, steps, last
        self._time = 0

    def write(self, step: Callable[[TimeSteps], None]) -> tuple[Part, ...]:
        """All steps, and what the block gives."""
        for time in range(self._steps):
            self._time = time
            self._take_input()
            step(self)
        self._give()
        return tuple(self.parts)

    def now(self, letter: str) -> str:
        """The name of a value of this time step."""
        return f"{letter}@{self._time}"

    @property
    def before(self) -> bool:
        """Whether a time step lies before, so that there is a state other than 0."""
        return self._time > 0

    def past(self, letter: str) -> str:
        """The name of a value of the time step before."""
        return f"{letter}@{self._time - 1}"

    def _add(self, part: Part) -> None:
        self.parts.append(part)

    def _take_input(self) -> None:
        time = self._time
        self._add(Part(
            "terms", lambda x, p: (x[0][:, time],), (0,), "x", name=self.now("x"), axes=("unit",), time=time,
            terms=lambda index: ((at(0, time, *index),),), hidden=True,
        ))  # fmt: skip

    def sums(
        self, letter: str, gate: int, title: str, formula: str, matrices: tuple[str, ...] = BOTH,
        sentence: str = "What comes in times its weights, the state before times its own, and the biases.",
    ) -> None:  # fmt: skip
        """W x + b + U h + b′ for the rows of one gate; of `matrices` alone where not all take part."""
        time, units = self._time, self._units
        start = gate * units
        rows = slice(start, start + units)
        with_input, with_state = W in matrices, U in matrices and self.before
        takes = (*((self.now("x"),) if with_input else ()), *((self.past("h"),) if with_state else ()))
        place = 1 if with_input else 0

        def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
            parts = [parameters[bias][rows] for bias in (B_IN, B_OVER) if bias in matrices]
            if with_input:
                parts.append(functional.linear(values[0], parameters[W][rows]))
            if with_state:
                parts.append(functional.linear(values[place], parameters[U][rows]))
            total = parts[0]
            for part in parts[1:]:
                total = total + part
            return (total if total.dim() == 2 else total[None],)

        def terms(index: Index) -> Sequence[Term]:
            row = start + index[0]
            found: list[Term] = []
            if with_input:
                found += [(at(W, row, j), at(0, j)) for j in range(self._inputs)]
            if with_state:
                found += [(at(U, row, j), at(place, j)) for j in range(units)]
            return [*found, *((at(bias, row),) for bias in (B_IN, B_OVER) if bias in matrices)]

        used = tuple(name for name in matrices if name != U or with_state)
        self._add(Part(
            "terms", run, takes, letter, used, self.now(letter), title, ("unit",), "", terms, time=time,
            formula=formula, sentence=sentence, backward=THROUGH_TIME,
            backward_sentence="Its weights get what arrives times what they weighed, as at every other time step; the "
            "state before gets it times the weights.",
        ))  # fmt: skip

    def function(
        self, letter: str, source: str, function: str, title: str, formula: str = "", stretched_by: str = ""
    ) -> None:
        """A sigmoid or tanh, number by number."""
        run = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}[function]
        self._add(Part(
            "function", lambda x, p: (run(x[0]),), (self.now(source),), letter, (), self.now(letter), title, ("unit",),
            function, time=self._time, formula=formula, stretched_by=stretched_by,
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

        self._add(Part(
            "terms", run, sources, letter, (), self.now(letter), title, ("unit",), "", terms, time=self._time,
            formula=formula, sentence=sentence, backward=backward, backward_sentence=backward_sentence,
        ))  # fmt: skip

    def _give(self) -> None:
        """The last state, or all."""
        steps, last = self._steps, self._last
        times = (steps - 1,) if last else tuple(range(steps))

        def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
            return (values[0] if last else torch.stack(list(values), dim=1),)

        self._add(Part(
            "terms", run, tuple(f"h@{time}" for time in times), "a", hidden=True,
            axes=("unit",) if last else ("time", "unit"),
            terms=lambda index: ((at(0, *index),),) if last else ((at(index[0], index[1]),),),
        ))  # fmt: skip


def simple_step(steps: TimeSteps) -> None:
    """h = tanh(W x + b + U h' + b')."""
    steps.sums("s", 0, "what comes in and the state before", r"s_t = W x_t + b + U h_{t-1} + b'")
    steps.function("h", "s", "tanh", "new state", r"h_t = \tanh(s_t)", U)


def lstm_step(steps: TimeSteps) -> None:
    """torch's LSTM, whose gates do not see the cell: input, forget, candidate, output, in the order of its rows."""
    gates = (("i", "Input gate", "sigmoid"), ("f", "Forget gate", "sigmoid"), ("g", "Candidate", "tanh"),
             ("o", "Output gate", "sigmoid"))  # fmt: skip
    for row, (letter, title, function) in enumerate(gates):
        sums = rf"W_{letter} x_t + b_{letter} + U_{letter} h_{{t-1}} + b'_{letter}"
        name = r"\sigma" if function == "sigmoid" else r"\tanh"
        formula = rf"{letter}_t = {name}(s_{letter}), \quad s_{letter} = {sums}"
        steps.sums(f"s{letter}", row, title, formula)
        steps.function(letter, f"s{letter}", function, title, formula)
    now = steps.now
    kept = ((Factor(0), Factor(1)), (Factor(2), Factor(3)))
    if steps.before:
        steps.products(
            "c", (now("f"), steps.past("c"), now("i"), now("g")), kept, "Cell",
            r"c_t = f_t \odot c_{t-1} + i_t \odot g_t",
            "The forget gate says how much of the cell stays, the input gate how much of the candidate comes in.",
            r"\frac{\partial L}{\partial c_{t-1}} = \frac{\partial L}{\partial c_t} \odot f_t, \quad "
            r"\frac{\partial L}{\partial f_t} = \frac{\partial L}{\partial c_t} \odot c_{t-1}",
            "The cell before gets what arrives times the forget gate: while that is open, the gradient lasts.",
        )  # fmt: skip
    else:
        steps.products("c", (now("i"), now("g")), ((Factor(0), Factor(1)),), "Cell", r"c_1 = i_1 \odot g_1",
                       "There is no cell before the first step.", GATED)  # fmt: skip
    steps.function("d", "c", "tanh", "Hidden state", r"h_t = o_t \odot d_t, \quad d_t = \tanh(c_t)")
    steps.products("h", (now("o"), now("d")), ((Factor(0), Factor(1)),), "Hidden state",
                   r"h_t = o_t \odot d_t, \quad d_t = \tanh(c_t)",
                   "The output gate says how much of the cell is shown.",
                   r"\frac{\partial L}{\partial o_t} = \frac{\partial L}{\partial h_t} \odot d_t, \quad "
                   r"\frac{\partial L}{\partial c_t} = \frac{\partial L}{\partial h_t} \odot o_t \odot (1 - d_t^2)"
                   r" + \ldots",
                   "The cell also gets back what the next time step sends.")  # fmt: skip


def gru_step(steps: TimeSteps) -> None:
    """torch's GRU: the reset gate works after the matrix product, and the update gate keeps the old state."""
    for row, (letter, title) in enumerate((("r", "Reset gate"), ("z", "Update gate"))):
        sums = rf"W_{letter} x_t + b_{letter} + U_{letter} h_{{t-1}} + b'_{letter}"
        formula = rf"{letter}_t = \sigma(s_{letter}), \quad s_{letter} = {sums}"
        steps.sums(f"s{letter}", row, title, formula)
        steps.function(letter, f"s{letter}", "sigmoid", title, formula)
    now = steps.now
    formula = r"n_t = \tanh(e + r_t \odot q), \quad e = W_n x_t + b_n, \quad q = U_n h_{t-1} + b'_n"
    steps.sums("e", 2, "Candidate", formula, (W, B_IN), "What comes in times its weights, and the bias.")
    steps.sums("q", 2, "Candidate", formula, (U, B_OVER), "The state before times its weights, and the bias.")
    steps.products("sn", (now("e"), now("r"), now("q")), ((Factor(0),), (Factor(1), Factor(2))), "Candidate", formula,
                   "The reset gate says how much of the state before the candidate sees.")  # fmt: skip
    steps.function("n", "sn", "tanh", "Candidate", formula)
    new = (Factor(0, through="1 −"), Factor(1))
    told = "The update gate keeps its share of the old state, and gives the rest of the room to the candidate."
    formula = r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"
    if steps.before:
        steps.products("h", (now("z"), now("n"), steps.past("h")), (new, (Factor(0), Factor(2))), "Hidden state",
                       formula, told, KEPT, LASTS)  # fmt: skip
    else:
        steps.products("h", (now("z"), now("n")), (new,), "Hidden state", formula, told, KEPT, LASTS)
