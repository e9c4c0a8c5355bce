"""Every preset that predicts goes out as ONNX and as `.pt2`; others run the files and answer as ours does."""

from __future__ import annotations

import io
import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from playground.document import library
from playground.document.project import Project
from playground.exchange.out.exported import NOTHING_PREDICTED, Exported
from playground.exchange.out.formats import network_of
from playground.exchange.out.onnx import onnx_bytes
from playground.exchange.out.torch_export import pt2_bytes
from playground.exchange.refusals import ExchangeRefused
from playground.training.session.session import Session
from tests.network.small_graphs import multilayer, node

PRESETS = {entry.id: entry for entry in library.presets()}
WHY_NOT = dict.fromkeys(
    ("parabola", "saddle", "newton-rosenbrock", "ravine-and-momentum", "restarts-on-bumps", "annealing-double-well",
     "learning-rate-sweep", "projected-descent"),
    NOTHING_PREDICTED,
)  # fmt: skip
"""The presets that have no form in other programs, and what a person is told."""
BATCHES = (1, 5)


@pytest.fixture(scope="module", autouse=True)
def _one_registry():
    """torch lists its ONNX operators anew for each export, which takes two thirds of the time: once is enough here."""
    registration = pytest.importorskip("torch.onnx._internal.exporter._registration")
    kind, made = registration.ONNXRegistry, []
    listed = kind.__dict__["from_torchlib"]

    def from_torchlib(*arguments, **options):
        if not made:
            made.append(listed.__func__(kind, *arguments, **options))
        return made[0]

    kind.from_torchlib = staticmethod(from_torchlib)
    yield
    kind.from_torchlib = listed


def _by_chance(network: Exported, count: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(count)
    found = []
    for gate in network.inputs:
        shape = (count * gate.signal.rows, *gate.signal.shape)
        tokens = gate.dtype == torch.int64
        found.append(
            torch.randint(0, len(gate.signal.classes), shape, generator=generator)
            if tokens else torch.randn(shape, generator=generator, dtype=gate.dtype)
        )  # fmt: skip
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_others_answer_alike(name: str):
    session = Session(PRESETS[name].project)
    if name in WHY_NOT:
        with pytest.raises(ExchangeRefused) as refused:
            network_of(session)
        assert str(refused.value) == WHY_NOT[name]
        return
    if session.report.estimator_nodes():
        session.advance(3)  # they have learned nothing before
    network = network_of(session)
    content = onnx_bytes(network, PRESETS[name].title)
    run = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert [one.name for one in run.get_inputs()] == [gate.name for gate in network.inputs]
    assert [one.name for one in run.get_outputs()] == [gate.name for gate in network.outputs]
    for count in BATCHES:
        given = _by_chance(network, count)
        found = run.run(None, {gate.name: one.numpy() for gate, one in zip(network.inputs, given, strict=True)})
        for ours, theirs in zip(network(*given), found, strict=True):
            np.testing.assert_allclose(theirs, ours.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "name", ["circles", "lenet-5", "remember-lstm", "encoder-block", "svm-and-network", "gan-ring"]
)
def test_a_pt2_file_loads_and_answers_alike(name: str):
    session = Session(PRESETS[name].project)
    session.advance(3)
    network = network_of(session)
    loaded = torch.export.load(io.BytesIO(pt2_bytes(network))).module()
    for count in BATCHES:
        given = _by_chance(network, count)
        for ours, theirs in zip(network(*given), loaded(*given), strict=True):
            torch.testing.assert_close(theirs, ours, rtol=1e-6, atol=1e-6)


def test_the_trained_session_itself_answers_so():
    """The exported network is what the session has learned, not merely equal to its own file."""
    session = Session(PRESETS["wine"].project)
    session.advance(40)
    network, data = network_of(session), next(iter(session.prepared.values()))
    features = torch.tensor(data.parts["test"]["features"])
    answers = network(features)[0].argmax(dim=1).numpy()
    accuracy = (answers == data.class_numbers["test"]).mean()
    assert accuracy == pytest.approx(session.evaluate(full=True, observe=False)["test_accuracy"])


def test_names_come_from_titles_and_the_batch_is_free():
    model = onnx.load_from_string(onnx_bytes(network_of(Session(PRESETS["lenet-5"].project)), "LeNet"))
    onnx.checker.check_model(model, full_check=True)
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert model.graph.output[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [node.op_type for node in model.graph.node] == [
        "Conv", "Relu", "MaxPool", "Conv", "Relu", "MaxPool", "Reshape", "Gemm", "Relu", "Gemm", "Relu", "Gemm",
    ]  # fmt: skip
    assert "conv2d_1.weight" in {one.name for one in model.graph.initializer}
    assert model.graph.node[0].name == "Conv2D 1/Conv"
    assert model.graph.name == "LeNet"
    described = {one.key: json.loads(one.value) for one in model.metadata_props}
    assert described["classes of dense_3"] == [str(digit) for digit in range(10)]


@pytest.mark.parametrize("title", ["Linear", "ReLU", "features"])
def test_a_block_may_be_called_what_torch_calls_a_value(title: str):
    graph = multilayer(node("data", "spirals"), (8, "relu"), (8, "relu"), (2, "identity"), loss="cross-entropy")
    nodes = [one.replace(title=title) if one.id == "layer-3" else one for one in graph.nodes]
    network = network_of(Session(Project(graph=graph.replace(nodes=tuple(nodes)))))
    content = onnx_bytes(network)  # which holds the answers to ours
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    (output,) = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]).get_outputs()
    assert output.name == network.outputs[0].name
    assert output.name.startswith(title.lower())


@pytest.mark.parametrize("name", ["diabetes", "breast-cancer"])
def test_scaling_inside_the_file_takes_and_gives_the_units_of_the_data(name: str):
    session = Session(PRESETS[name].project)
    session.advance(30)
    data = next(iter(session.prepared.values()))
    plain, scaled = network_of(session), network_of(session, with_scaling=True)
    features = data.parts["test"]["features"]
    raw = data.scaler.unscale(features)
    run = onnxruntime.InferenceSession(onnx_bytes(scaled), providers=["CPUExecutionProvider"])
    given = raw.astype(np.float64 if scaled.inputs[0].dtype == torch.float64 else np.float32)
    found = run.run(None, {scaled.inputs[0].name: given})[0]
    wanted = data.target_scaler.unscale(plain(torch.tensor(features))[0].numpy())
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)
