"""One time step of each recurrent layer, gate by gate, for slow motion."""

from __future__ import annotations

from playground.blocks.parts import Factor
from playground.blocks.recurrent.cells import GRULayer, LSTMLayer, SimpleRNNLayer
from playground.blocks.recurrent.parts import B_IN, B_OVER, TimeSteps, U, W

GATED = r"\frac{\partial L}{\partial i} = \frac{\partial L}{\partial c} \odot g"
KEPT = (
    r"\frac{\partial L}{\partial h_{t-1}} = \frac{\partial L}{\partial h_t} \odot z_t + \ldots, \quad "
    r"\frac{\partial L}{\partial n_t} = \frac{\partial L}{\partial h_t} \odot (1 - z_t)"
)
RENEWED = (
    r"\frac{\partial L}{\partial h_{t-1}} = \frac{\partial L}{\partial h_t} \odot (1 - z_t) + \ldots, \quad "
    r"\frac{\partial L}{\partial n_t} = \frac{\partial L}{\partial h_t} \odot z_t"
)
LASTS = "While the update gate keeps the state, its gradient goes back undiminished."


def simple_step(steps: TimeSteps) -> None:
    """h = f(W x + b + U h' + b')."""
    assert isinstance(steps.module, SimpleRNNLayer)
    function = steps.module.nonlinearity
    name = r"\tanh" if function == "tanh" else r"\mathrm{ReLU}"
    steps.sums("s", 0, "what comes in and the state before", r"s_t = W x_t + b + U h_{t-1} + b'")
    steps.function("h", "s", function, "new state", rf"h_t = {name}(s_t)", U)


def lstm_step(steps: TimeSteps) -> None:
    """Input, forget, candidate, output, in the order of torch's rows."""
    assert isinstance(steps.module, LSTMLayer)
    for row, (letter, title, function) in enumerate((
        ("i", "Input gate", "sigmoid"), ("f", "Forget gate", "sigmoid"), ("g", "Candidate", "tanh"),
    )):  # fmt: skip
        _gate(steps, row, letter, title, function)
    newly = steps.module.peepholes == "new cell"
    if not newly:
        _gate(steps, 3, "o", "Output gate", "sigmoid")
    now = steps.now
    kept = ((Factor(0), Factor(1)), (Factor(2), Factor(3)))
    if steps.has("c"):
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
    if newly:
        _gate(steps, 3, "o", "Output gate", "sigmoid")
    shown = steps.shown("cn", "c")
    steps.function("d", shown, "tanh", "Hidden state", r"h_t = o_t \odot d_t, \quad d_t = \tanh(c_t)")
    steps.products("h", (now("o"), now("d")), ((Factor(0), Factor(1)),), "Hidden state",
                   r"h_t = o_t \odot d_t, \quad d_t = \tanh(c_t)",
                   "The output gate says how much of the cell is shown.",
                   r"\frac{\partial L}{\partial o_t} = \frac{\partial L}{\partial h_t} \odot d_t, \quad "
                   r"\frac{\partial L}{\partial c_t} = \frac{\partial L}{\partial h_t} \odot o_t \odot (1 - d_t^2)"
                   r" + \ldots",
                   "The cell also gets back what the next time step sends.")  # fmt: skip


def _gate(steps: TimeSteps, row: int, letter: str, title: str, function: str) -> None:
    """The sum of a gate, with what its peephole sees, and its function."""
    assert isinstance(steps.module, LSTMLayer)
    sums = rf"W_{letter} x_t + b_{letter} + U_{letter} h_{{t-1}} + b'_{letter}"
    name = r"\sigma" if function == "sigmoid" else r"\tanh"
    newly = letter == "o" and steps.module.peepholes == "new cell"
    peeps = steps.module.peepholes != "none" and letter != "g"
    if peeps:
        sums += rf" + p_{letter} \odot c_{{{'t' if newly else 't-1'}}}"
    formula = rf"{letter}_t = {name}(s_{letter}), \quad s_{letter} = {sums}"
    steps.sums(f"s{letter}", row, title, formula)
    source = f"s{letter}"
    if peeps and (newly or steps.has("c")):
        cell = steps.now("c") if newly else steps.past("c")
        steps.peephole(f"p{letter}", source, {"i": 0, "f": 1, "o": 2}[letter], cell, title, formula)
        source = f"p{letter}"
    steps.function(letter, source, function, title, formula)


def gru_step(steps: TimeSteps) -> None:
    """The reset gate works after the matrix product or before it; the update gate keeps the state or renews it."""
    assert isinstance(steps.module, GRULayer)
    before = steps.module.reset_first
    gates = slice(2 * steps.module.hidden_size) if before else slice(None)
    for row, (letter, title) in enumerate((("r", "Reset gate"), ("z", "Update gate"))):
        sums = rf"W_{letter} x_t + b_{letter} + U_{letter} h_{{t-1}} + b'_{letter}"
        formula = rf"{letter}_t = \sigma(s_{letter}), \quad s_{letter} = {sums}"
        steps.sums(f"s{letter}", row, title, formula, rows=gates)
        steps.function(letter, f"s{letter}", "sigmoid", title, formula)
    if before:
        formula = r"n_t = \tanh(W_n x_t + b_n + U_n (r_t \odot h_{t-1}) + b'_n)"
        _reset_state(steps, formula)
    else:
        formula = r"n_t = \tanh(e + r_t \odot q), \quad e = W_n x_t + b_n, \quad q = U_n h_{t-1} + b'_n"
        _reset_product(steps, formula)
    steps.function("n", "sn", "tanh", "Candidate", formula)
    _new_state(steps)


def _reset_product(steps: TimeSteps, formula: str) -> None:
    """The candidate of torch: the reset gate times what the matrix gives."""
    now = steps.now
    steps.sums("e", 2, "Candidate", formula, (W, B_IN), "What comes in times its weights, and the bias.")
    told = "The reset gate says how much of the state before the candidate sees."
    if steps.sums("q", 2, "Candidate", formula, (U, B_OVER), "The state before times its weights, and the bias."):
        steps.products("sn", (now("e"), now("r"), now("q")), ((Factor(0),), (Factor(1), Factor(2))), "Candidate",
                       formula, told)  # fmt: skip
    else:
        steps.products("sn", (now("e"),), ((Factor(0),),), "Candidate", formula, told)


def _reset_state(steps: TimeSteps, formula: str) -> None:
    """The candidate of Cho et al.: the matrix sees what the reset gate leaves of the state."""
    rows = slice(2 * steps.module.hidden_size, None)
    state = ""
    if steps.has("h"):
        state = steps.now("k")
        steps.products("k", (steps.now("r"), steps.past("h")), ((Factor(0), Factor(1)),), "Candidate", formula,
                       "The reset gate says how much of the state before the candidate sees.")  # fmt: skip
    steps.sums("sn", 2, "Candidate", formula, state=state, rows=rows)


def _new_state(steps: TimeSteps) -> None:
    assert isinstance(steps.module, GRULayer)
    now, renews = steps.now, steps.module.renews
    new = (Factor(0, through="" if renews else "1 −"), Factor(1))
    old = (Factor(0, through="1 −" if renews else ""), Factor(2))
    if renews:
        formula, back = r"h_t = z_t \odot n_t + (1 - z_t) \odot h_{t-1}", RENEWED
        told = "The update gate takes its share of the candidate, and keeps the old state for the rest."
    else:
        formula, back = r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}", KEPT
        told = "The update gate keeps its share of the old state, and gives the rest of the room to the candidate."
    sources = (now("z"), now("n"), *((steps.past("h"),) if steps.has("h") else ()))
    steps.products("h", sources, (new, old)[: len(sources) - 1], "Hidden state", formula, told, back, LASTS)
