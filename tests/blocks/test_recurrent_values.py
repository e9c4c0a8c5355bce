"""The recurrent blocks against numbers computed by hand, and what they show of their inside against what they give."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from playground.blocks.embedding import Embedding
from playground.blocks.recurrent.layers import GRU, LSTM, Recurrent, SimpleRNN
from playground.blocks.recurrent.unrolled import Unrolled
from playground.blocks.reveals import Transparent
from playground.blocks.signal import Signal
from playground.document.graph import Edge, Graph, Node
from playground.editing import fixes
from playground.network.check import check, infer
from tests.blocks.case import IMAGE, SERIES, TOKENS, VECTOR, batch_of

every_layer = pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU], ids=lambda kind: kind.id)
ONE = Signal((1, 1), kind="series")


def layer(block: Recurrent, signal: Signal = SERIES) -> Unrolled:
    module = block.build(signal)
    assert isinstance(module, Unrolled)
    return module


def ones(block: Recurrent) -> Unrolled:
    """The module for one number a step with all weights 1 and all biases 0."""
    module = layer(block, ONE)
    with torch.no_grad():
        for name, values in module.named_parameters():
            values.fill_(0.0 if name.startswith("bias") else 1.0)  # also peepholes
    return module


def after_a_half(module: Unrolled) -> dict[str, float]:
    """The values of one step for the input 1, where state and cell were 0.5 before."""
    half, one = torch.full((1, 1), 0.5), torch.ones(1, 1)
    with torch.no_grad():
        values = module.advance(module.arriving(one, "l0"), {"hidden": half, "cell": half})
    return {name: float(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (SimpleRNN(units=1), {"hidden": 0.905148}),
        (
            LSTM(units=1),
            {"input": 0.817574, "forget": 0.817574, "output": 0.817574, "candidate": 0.905148, "cell": 1.148813,
             "hidden": 0.668253},
        ),
        (
            LSTM(units=1, peepholes="old cell"),
            {"input": 0.880797, "forget": 0.880797, "output": 0.880797, "candidate": 0.905148, "cell": 1.237650,
             "hidden": 0.744083},
        ),
        (
            LSTM(units=1, peepholes="new cell"),  # the output gate is the sigmoid of 1.5 + 1.237650
            {"input": 0.880797, "cell": 1.237650, "output": 0.939212, "hidden": 0.793431},
        ),
        (GRU(units=1), {"reset": 0.817574, "update": 0.817574, "hidden": 0.570642}),
        (GRU(units=1, reset="before product", update_gate="takes new"), {"update": 0.817574, "hidden": 0.816595}),
        (SimpleRNN(units=1, activation="relu"), {"hidden": 1.5}),
    ],
    ids=lambda value: value.id if isinstance(value, Recurrent) else "",
)  # fmt: skip
def test_one_step_of_one_unit_is_that_of_the_formulas(block: Recurrent, expected: dict[str, float]) -> None:
    values = after_a_half(ones(block))
    assert {name: values[name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_torch_takes_the_same_step() -> None:
    half, one = torch.full((1, 1, 1), 0.5), torch.ones(1, 1, 1)
    with torch.no_grad():
        _, (hidden, cell) = nn.LSTM.forward(ones(LSTM(units=1)), one, (half, half))  # type: ignore[arg-type]
        _, plain = nn.RNN.forward(ones(SimpleRNN(units=1)), one, half)  # type: ignore[arg-type]
        _, gated = nn.GRU.forward(ones(GRU(units=1)), one, half)  # type: ignore[arg-type]
    assert (float(cell), float(hidden)) == pytest.approx((1.148813, 0.668253), abs=1e-6)
    assert (float(plain), float(gated)) == pytest.approx((0.905148, 0.570642), abs=1e-6)


@pytest.mark.parametrize(("kind", "count"), [(SimpleRNN, 28), (LSTM, 112), (GRU, 84)], ids=["rnn", "lstm", "gru"])
def test_without_biases_the_counts_are_those_of_the_formulas(kind: type[Recurrent], count: int) -> None:
    assert infer(kind(units=4, bias=False), (Signal((9, 3), kind="series"),)).parameters == count


@pytest.mark.parametrize(("kind", "count"), [(SimpleRNN, 36), (LSTM, 144), (GRU, 108)], ids=["rnn", "lstm", "gru"])
def test_parameter_counts_are_those_of_torch(kind: type[Recurrent], count: int) -> None:
    inferred = infer(kind(units=4), (Signal((9, 3), kind="series"),))
    assert inferred.parameters == count
    names = [name for name, _ in layer(kind(units=4)).named_parameters()]
    assert names == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]


@every_layer
def test_the_inside_is_what_comes_out(kind: type[Recurrent]) -> None:
    every, last = layer(kind(units=7, states="all")), layer(kind(units=7))
    last.load_state_dict(every.state_dict())
    x = 3.0 * batch_of(SERIES)
    assert isinstance(every, Transparent)
    with torch.no_grad():
        inner = every.inside(x)
        torch.testing.assert_close(inner["hidden"], every(x), atol=1e-6, rtol=0)
        torch.testing.assert_close(inner["hidden"][:, -1], last(x), atol=1e-6, rtol=0)
        assert torch.equal(last.inside(x)["hidden"], inner["hidden"])
    assert all(values.shape == (6, 5, 7) for values in inner.values())


def test_gates_lie_between_0_and_1_and_the_rest_has_a_sign() -> None:
    x = 5.0 * batch_of(SERIES)
    with torch.no_grad():
        lstm, gru = layer(LSTM(units=7)).inside(x), layer(GRU(units=7)).inside(x)
    assert list(lstm) == ["hidden", "input", "forget", "output", "candidate", "cell"]
    assert list(gru) == ["hidden", "reset", "update", "candidate"]
    for inner, gates in ((lstm, ("input", "forget", "output")), (gru, ("reset", "update"))):
        for name, values in inner.items():
            assert bool((values < 0.0).any()) == (name not in gates), name
            assert name == "cell" or float(values.abs().max()) <= 1.0


def test_the_cell_keeps_what_the_forget_gate_lets_through() -> None:
    inner = layer(LSTM(units=7)).inside(batch_of(SERIES))
    cell, new = inner["cell"], inner["input"] * inner["candidate"]
    torch.testing.assert_close(cell[:, 0], new[:, 0])
    torch.testing.assert_close(cell[:, 1:], inner["forget"][:, 1:] * cell[:, :-1] + new[:, 1:])
    torch.testing.assert_close(inner["hidden"], inner["output"] * cell.tanh())


def test_an_update_gate_of_1_keeps_the_state() -> None:
    module = ones(GRU(units=1))
    with torch.no_grad():
        module.bias_ih_l0[1] = 50.0
    assert after_a_half(module)["hidden"] == pytest.approx(0.5)


def test_forget_gates_start_where_their_bias_says() -> None:
    module = layer(LSTM(units=3, forget_bias=2.0), ONE)
    assert module.bias_ih_l0.tolist() == [0.0] * 3 + [2.0] * 3 + [0.0] * 6
    with torch.no_grad():
        for weight in (module.weight_ih_l0, module.weight_hh_l0, module.bias_hh_l0):
            weight.zero_()
        forget = module.inside(torch.ones(1, 50, 1))["forget"]
    assert float(forget[0, :, 0].prod()) == pytest.approx(1.75e-3, rel=5e-3)


def test_another_forget_bias_needs_no_new_module_but_another_size_does() -> None:
    module = layer(LSTM(units=3))
    assert LSTM(units=3, forget_bias=2.0).update(module)
    assert not LSTM(units=4).update(module)
    assert not LSTM(units=3, states="all").update(module)


def test_the_embedding_takes_the_row_of_each_token() -> None:
    module = Embedding(units=4).build(TOKENS)
    tokens = batch_of(TOKENS)
    assert torch.equal(module(tokens), module.get_parameter("weight")[tokens])
    (signal,) = infer(Embedding(units=4), (TOKENS,)).outputs
    assert signal.kind == "series" and signal.badge() == "batch × time 5 × features 4"


@every_layer
def test_all_states_are_a_series_and_the_last_is_a_vector(kind: type[Recurrent]) -> None:
    named = Signal((5, 4), kind="series", axes=("hour", "sensor"))
    (every,) = infer(kind(states="all"), (named,)).outputs
    (last,) = infer(kind(), (named,)).outputs
    assert (every.kind, every.axes, every.shape) == ("series", ("hour", "sensor"), (5, 16))
    assert (last.kind, last.shape, last.low, last.high) == ("vector", (16,), -1.0, 1.0)


def wired(signal_of: str, block: str, **parameters: object) -> Graph:
    nodes = (Node(id="data", block=signal_of, parameters=parameters), Node(id="layer", block=block))
    return Graph(nodes=nodes, edges=(Edge(source="data", source_port="features", target="layer"),))


@every_layer
@pytest.mark.parametrize(
    ("data", "sentence", "label", "badge"),
    [
        ("iris", "expects a series of time × features, but a vector of 4 numbers arrives.",
         "Insert Reshape: one number a step", "batch × time 4 × features 1"),
        ("digits", "expects a series of time × features, but an image of 1 × 8 × 8 arrives.",
         "Insert Reshape: one row of pixels a step", "batch × time 8 × features 8"),
        ("remember-first", "expects numbers, but class numbers of tokens arrive. An embedding turns them into vectors.",
         "Insert Embedding", "batch × time 30 × features 8"),
    ],
)  # fmt: skip
def test_what_is_no_series_gets_a_sentence_and_a_remedy_that_works(
    kind: type[Recurrent], data: str, sentence: str, label: str, badge: str
) -> None:
    graph = wired(data, kind.id)
    problem = next(problem for problem in check(graph).problems if problem.node == "layer")
    assert problem.message == f"{kind.title} {sentence}"
    (fix,) = problem.fixes
    assert fix.label == label
    mended = fixes.apply(graph, "layer", fix)
    report = check(mended)
    assert not [problem for problem in report.problems if problem.node == "layer" and problem.severity == "error"]
    ((source, _),) = [key for key in report.signals if key[0] not in ("data", "layer")]
    assert report.signals[source, "output"].badge() == badge


def test_what_has_no_order_in_time_is_refused() -> None:
    table = Signal((5, 4), kind="nodes")
    assert "a table of nodes 5 × features 4 arrives" in infer(LSTM(), (table,)).error
    assert infer(LSTM(), (table,)).fixes == ()


@pytest.mark.parametrize("signal", [VECTOR, SERIES, IMAGE], ids=lambda signal: signal.kind)
def test_the_embedding_takes_tokens_alone(signal: Signal) -> None:
    assert infer(Embedding(), (signal,)).error == (
        f"Embedding expects a sequence of tokens, but {signal.words()} arrives."
    )


def test_the_embedding_must_know_the_vocabulary() -> None:
    assert "vocabulary" in infer(Embedding(), (TOKENS.but(classes=()),)).error
