"""Further forms of the recurrent blocks: against torch, onnxruntime, statements of their papers, and each other."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from playground.blocks.recurrent.layers import GRU, LSTM, Recurrent, SimpleRNN
from playground.blocks.recurrent.unrolled import Unrolled, pieces_of
from playground.blocks.signal import Signal
from playground.network.check import infer
from tests.blocks.case import SERIES, batch_of

every_layer = pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU], ids=lambda kind: kind.id)
TORCH = {SimpleRNN: nn.RNN, LSTM: nn.LSTM, GRU: nn.GRU}


def built(block: Recurrent, signal: Signal = SERIES, seed: int = 1) -> Unrolled:
    torch.manual_seed(seed)
    module = block.build(signal)
    assert isinstance(module, Unrolled)
    with torch.no_grad():
        for values in module.parameters():
            values.uniform_(-0.6, 0.6)
    return module


@every_layer
@pytest.mark.parametrize(
    "more", [{}, {"layers": 3}, {"direction": "both"}, {"layers": 2, "direction": "both"}], ids=str
)
def test_kernel_cells_and_torch_agree(kind: type[Recurrent], more: dict[str, object]) -> None:
    block = kind(units=7, states="all", **more)
    module = built(block)
    theirs = TORCH[kind](4, 7, batch_first=True, num_layers=block.layers, bidirectional=block.direction == "both")
    theirs.load_state_dict(module.state_dict())
    x = batch_of(SERIES)
    with torch.no_grad():
        torch.testing.assert_close(module(x), theirs(x)[0], atol=0, rtol=0)
        torch.testing.assert_close(module.run(x, module.started(x))[0], theirs(x)[0], atol=1e-5, rtol=0)
        module.fused = False
        torch.testing.assert_close(module.run(x, module.started(x))[0], theirs(x)[0], atol=1e-5, rtol=0)
        inner = module.inside(x)
        top = [inner["hidden"], *([inner["hidden, backward"]] if block.direction == "both" else [])]
        torch.testing.assert_close(torch.cat(top, dim=-1), theirs(x)[0], atol=1e-5, rtol=0)


@every_layer
def test_the_last_state_of_both_directions_has_read_everything(kind: type[Recurrent]) -> None:
    module = built(kind(units=3, direction="both"))
    x = batch_of(SERIES).requires_grad_()
    module(x).sum().backward()
    assert x.grad is not None and bool((x.grad.abs().sum(dim=(0, 2)) > 0).all())
    with torch.no_grad():
        states, ends = TORCH[kind].forward(module, x)
    last = ends[0] if kind is LSTM else ends
    torch.testing.assert_close(module(x), torch.cat([last[0], last[1]], dim=-1))
    assert not torch.equal(module(x)[:, 3:], states[:, -1, 3:])


@pytest.mark.parametrize("steps", [1, 5, 6, 7])
def test_cuts_are_counted_from_the_end(steps: int) -> None:
    assert pieces_of(steps, 3) == {1: [1], 5: [2, 3], 6: [3, 3], 7: [1, 3, 3]}[steps]
    assert pieces_of(steps, 0) == [steps]


@every_layer
@pytest.mark.parametrize("more", [{}, {"layers": 2}, {"layer_norm": True}], ids=str)
def test_truncation_changes_no_value_and_stops_the_gradient_after_k_steps(
    kind: type[Recurrent], more: dict[str, object]
) -> None:
    whole, cut = built(kind(units=3, **more)), built(kind(units=3, truncation=2, **more))
    x = batch_of(SERIES).requires_grad_()
    torch.testing.assert_close(cut(x), whole(x), atol=1e-6, rtol=0)
    cut(x).sum().backward()
    assert x.grad is not None
    assert (x.grad.abs().sum(dim=(0, 2)) > 0).tolist() == [False, False, False, True, True]
    # The same as the last two steps from the state that was there before.
    states = whole.run(x[:, :3], whole.started(x))[1]
    again = x[:, 3:].detach().requires_grad_()
    whole.run(again, {name: values.detach() for name, values in states.items()})[0][:, -1].sum().backward()
    assert again.grad is not None
    torch.testing.assert_close(x.grad[:, 3:], again.grad, atol=1e-6, rtol=0)


@every_layer
@pytest.mark.parametrize("layers", [1, 2])
def test_a_stateful_layer_reads_the_pieces_of_a_sequence_as_the_whole(kind: type[Recurrent], layers: int) -> None:
    plain = built(kind(units=3, layers=layers, states="all"))
    module = built(kind(units=3, layers=layers, states="all", stateful=True))
    x = batch_of(SERIES)  # six pieces of five steps
    expected = plain(x.reshape(1, 30, 4)).reshape(6, 5, 3)
    torch.testing.assert_close(module.eval()(x), expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(module.inside(x)["hidden"], expected, atol=1e-6, rtol=0)
    module.train()
    first = module(x[:4])
    saved = copy.deepcopy(module.state_dict())
    torch.testing.assert_close(torch.cat([first, module(x[4:])]), expected, atol=1e-6, rtol=0)
    again = kind(units=3, layers=layers, states="all", stateful=True).build(SERIES).train()
    again.load_state_dict(saved)
    torch.testing.assert_close(again(x[4:]), expected[4:], atol=1e-6, rtol=0)
    torch.testing.assert_close(module.eval()(x), expected, atol=1e-6, rtol=0)


@every_layer
def test_the_first_state_may_arrive(kind: type[Recurrent]) -> None:
    module, x = built(kind(units=3, states="all")), batch_of(SERIES)
    start = torch.linspace(-1.0, 1.0, 18).reshape(6, 3)
    hidden = start[None]
    given = (hidden, torch.zeros_like(hidden)) if kind is LSTM else hidden
    theirs = TORCH[kind].forward(module, x, given)[0]
    torch.testing.assert_close(module(x, start), theirs, atol=1e-6, rtol=0)
    torch.testing.assert_close(module.inside(x, start)["hidden"], theirs, atol=1e-6, rtol=0)


def test_the_cell_may_arrive_behind_the_state() -> None:
    module, x = built(LSTM(units=3)), batch_of(SERIES)
    start = torch.linspace(-1.0, 1.0, 36).reshape(6, 6)
    theirs = nn.LSTM.forward(module, x, (start[None, :, :3].contiguous(), start[None, :, 3:].contiguous()))[0][:, -1]
    torch.testing.assert_close(module(x, start), theirs, atol=1e-6, rtol=0)


def test_what_does_not_fit_as_first_state_gets_a_remedy() -> None:
    inferred = infer(GRU(units=3), (SERIES, Signal((5,))))
    assert inferred.error == "GRU begins with a vector of 3 numbers, but a vector of 5 numbers arrives."
    assert [fix.label for fix in inferred.fixes] == ["Set units to 5"] and inferred.port == "state"
    assert "3 or 6 numbers, the state and then the cell," in infer(LSTM(units=3), (SERIES, Signal((5,)))).error
    assert infer(GRU(units=3, stateful=True), (SERIES, Signal((3,)))).fixes[0].parameters == {"stateful": False}
    both = infer(GRU(units=3, stateful=True, direction="both"), (SERIES,))
    assert "cannot carry its state" in both.error and len(both.fixes) == 2


def test_states_of_relu_have_no_upper_bound_and_those_of_tanh_follow_the_first() -> None:
    (relu,) = infer(SimpleRNN(activation="relu"), (SERIES,)).outputs
    assert (relu.low, relu.high) == (0.0, float("inf"))
    (started,) = infer(GRU(units=3), (SERIES, Signal((3,), low=0.0, high=4.0))).outputs
    assert (started.low, started.high) == (-1.0, 4.0)


@every_layer
def test_layer_norm_forgets_the_scale_of_inputs(kind: type[Recurrent]) -> None:
    block = kind(units=5, layer_norm=True)
    module = built(block)
    x = 3.0 * batch_of(SERIES)
    with torch.no_grad():
        before = module(x)
        module.of("weight_ih", "l0").mul_(20.0)
        torch.testing.assert_close(module(x), before, atol=1e-3, rtol=0)
        normal = module.arriving(x, "l0") - module.of("bias_ih", "l0")
        normal = normal / module.of("gain_ih", "l0")
    torch.testing.assert_close(normal.mean(-1), torch.zeros(6, 5), atol=1e-4, rtol=0)
    torch.testing.assert_close(normal.std(-1, unbiased=False), torch.ones(6, 5), atol=1e-2, rtol=0)


def test_peepholes_begin_as_an_lstm_without_them() -> None:
    module = LSTM(units=3, peepholes="new cell").build(SERIES)
    plain = LSTM(units=3).build(SERIES)
    plain.load_state_dict({n: v for n, v in module.state_dict().items() if "peephole" not in n})
    torch.testing.assert_close(module(batch_of(SERIES)), plain(batch_of(SERIES)), atol=1e-6, rtol=0)


def test_dropout_works_between_layers_and_while_training_alone() -> None:
    module = built(GRU(units=30, layers=2, dropout=0.5)).eval()
    plain = built(GRU(units=30, layers=2))
    x = batch_of(SERIES)
    torch.testing.assert_close(module(x), plain(x), atol=1e-6, rtol=0)
    assert not torch.allclose(module.train()(x), plain(x), atol=1e-2)
    assert GRU(units=30, layers=2, dropout=0.1).update(module) and module.between.rate == 0.1
    assert not GRU(units=30, layers=2).update(module)
    (advice,) = GRU(dropout=0.2).advise(SERIES)
    assert advice.fixes[0].parameters == {"layers": 2}


def test_a_living_module_takes_another_truncation_but_no_other_form() -> None:
    module = built(GRU(units=3))
    assert GRU(units=3, truncation=4).update(module) and module.truncation == 4
    for other in (
        GRU(units=3, bias=False), GRU(units=3, layers=2), GRU(units=3, direction="both"), GRU(units=3, layer_norm=True),
        GRU(units=3, stateful=True), GRU(units=3, reset="before product"), GRU(units=3, update_gate="takes new"),
    ):  # fmt: skip
        assert not other.update(module), other
    assert not SimpleRNN(units=3, activation="relu").update(built(SimpleRNN(units=3)))
    assert not LSTM(units=3, peepholes="old cell").update(built(LSTM(units=3)))


ONNX_FORM = {
    "torch": (GRU(units=3, states="all"), "GRU", {"linear_before_reset": 1}),
    "reset first": (GRU(units=3, states="all", reset="before product"), "GRU", {"linear_before_reset": 0}),
    "peepholes": (LSTM(units=3, states="all", peepholes="new cell", forget_bias=0.0), "LSTM", {}),
    "relu": (SimpleRNN(units=3, states="all", activation="relu"), "RNN", {"activations": ["Relu"]}),
}


@pytest.mark.parametrize("name", ONNX_FORM)
def test_the_forms_are_those_of_onnx(name: str) -> None:
    """ONNX has these forms too; its operators, with the gates in its order, are run by onnxruntime."""
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    block, kind, form = ONNX_FORM[name]
    module = built(block)
    order = {"GRU": (1, 0, 2), "LSTM": (0, 3, 1, 2), "RNN": (0,)}[kind]
    found = {one: value.detach() for one, value in module.named_parameters()}

    def turned(weights: torch.Tensor) -> np.ndarray:
        pieces = weights.chunk(len(order))
        return torch.cat([pieces[gate] for gate in order]).numpy()

    x = batch_of(SERIES)
    feeds = {
        "x": x.transpose(0, 1).numpy(), "w": turned(found["weight_ih_l0"])[None],
        "r": turned(found["weight_hh_l0"])[None],
        "b": np.concatenate([turned(found["bias_ih_l0"]), turned(found["bias_hh_l0"])])[None],
    }  # fmt: skip
    names = ["x", "w", "r", "b"]
    if "peephole_l0" in found:
        enter, keep, leave = found["peephole_l0"].chunk(3)
        feeds["p"] = torch.cat([enter, leave, keep]).numpy()[None]
        names += ["", "", "", "p"]
    helper = onnx.helper
    graph = helper.make_graph(
        [helper.make_node(kind, names, ["y"], hidden_size=3, **form)], "one",
        [helper.make_tensor_value_info(key, onnx.TensorProto.FLOAT, value.shape) for key, value in feeds.items()],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, {key: value.astype(np.float32) for key, value in feeds.items()})
    torch.testing.assert_close(module(x).detach(), torch.tensor(theirs[:, 0]).transpose(0, 1), atol=1e-5, rtol=0)
