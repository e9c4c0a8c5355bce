"""Files that others made: those in the wheel of onnx, scikit-learn's converter, and torch's own exporter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from playground.exchange.into.onnx.importing import OPERATORS, import_onnx
from playground.exchange.refusals import ExchangeRefused
from playground.network.check import check
from tests.exchange.into.models import blocks, numbers, opened, ours, reasons

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
CONVERTED = sorted(DATA.glob("pytorch-*/test_*/model.onnx"))
LIGHT = [DATA / "light" / f"light_{name}.onnx" for name in ("squeezenet", "resnet50", "shufflenet", "densenet121")]


def _tensor(path: Path) -> np.ndarray:
    found = numpy_helper.to_array(onnx.TensorProto.FromString(path.read_bytes()))
    return found.astype(np.float32) if found.dtype == np.float64 else found


@pytest.mark.skipif(not CONVERTED, reason="this wheel of onnx carries no files")
def test_files_that_the_wheel_carries_open_and_those_with_blocks_answer_alike(tmp_path: Path):
    alike = []
    for path in CONVERTED:
        try:
            found = import_onnx(path)
        except ExchangeRefused as refused:
            assert str(refused).endswith(".")
            continue
        if reasons(found) or any("another order" in line for line in found.sentences):
            assert all(len(reason) > 10 for reason in reasons(found))
            continue
        folder = path.parent / "test_data_set_0"
        given = [_tensor(folder / f"input_{number}.pb") for number in range(len(list(folder.glob("input_*.pb"))))]
        wanted = _tensor(folder / "output_0.pb")
        if not np.isfinite(wanted).all():
            continue
        np.testing.assert_allclose(ours(found, *given)[0].reshape(wanted.shape), wanted, rtol=1e-4, atol=1e-5)
        alike.append(path.parent.name)
    assert {
        "test_Linear", "test_Linear_no_bias", "test_Conv2d_strided",
        "test_BatchNorm2d_eval", "test_AvgPool2d_stride", "test_Embedding", "test_ELU", "test_SELU",
        "test_LeakyReLU_with_negval", "test_PReLU_1d", "test_Sigmoid", "test_Tanh", "test_Softplus",
    } <= set(alike)  # fmt: skip


@pytest.mark.parametrize("path", LIGHT, ids=lambda path: path.stem)
def test_large_networks_of_others_open_with_cards_for_what_is_missing(path: Path):
    if not path.exists():
        pytest.skip("this wheel of onnx does not carry it")
    found = import_onnx(path)
    report = check(found.project.graph)
    missing = [node.id for node in found.project.graph.nodes if node.block == "foreign-operator"]
    assert {problem.node for problem in report.errors()} <= set(missing) | {""}
    assert len(found.project.graph.nodes) > 40
    assert found.checkpoint is not None  # the weights of all that has a block
    assert set(found.checkpoint.meta["layout"][0][0].split(".")[:1]) <= {node.id for node in found.project.graph.nodes}


def _of_node_tests() -> list[tuple[str, onnx.ModelProto, list[np.ndarray], list[np.ndarray]]]:
    """The standard's own examples of operations, with everything but the first input made a constant."""
    cases = pytest.importorskip("onnx.backend.test.case.node")
    found = []
    for case in cases.collect_testcases(None):
        kinds = {node.op_type for node in case.model.graph.node}
        if not kinds <= set(OPERATORS) or len(case.model.graph.node) != 1 or not case.data_sets:
            continue
        given, wanted = case.data_sets[0]
        model = onnx.ModelProto.FromString(case.model.SerializeToString())
        names = [one.name for one in model.graph.input]
        if not all(isinstance(one, np.ndarray) for one in (*given, *wanted)):
            continue
        for name, array in zip(names[1:], given[1:], strict=True):
            model.graph.initializer.append(numpy_helper.from_array(array, name))
        found.append((case.name, model, list(given), list(wanted)))
    return found


def test_the_examples_of_the_standard_open_and_answer_alike(tmp_path: Path):
    alike = 0
    for name, model, given, wanted in _of_node_tests():
        try:
            found = opened(model, tmp_path)
        except ExchangeRefused as refused:
            assert str(refused).endswith("."), name
            continue
        x, y = given[0], wanted[-1]
        shape = check(found.project.graph).signals[found.project.graph.nodes[0].id, "features"].shape
        if reasons(found) or x.dtype != np.float32 or x.shape[1:] != shape or y.dtype != np.float32:
            continue
        answer = ours(found, x)[0]
        if answer.size == y.size and not any("another order" in line for line in found.sentences):
            np.testing.assert_allclose(answer.reshape(y.shape), y, rtol=1e-3, atol=1e-5, err_msg=name)
            alike += 1
    assert alike > 60


# scikit-learn ---------------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4)).astype(np.float32) * 3.0 + 5.0
TWO, THREE = (X[:, 0] > 5.0).astype(int), (X[:, 0] > 4.0).astype(int) + (X[:, 1] > 5.0)
MODELS = {
    "mlp-three-classes": (make_pipeline(StandardScaler(), MLPClassifier((8, 6), max_iter=40, random_state=0)), THREE),
    "mlp-two-classes": (MLPClassifier((5,), activation="tanh", max_iter=40, random_state=0), TWO),
    "mlp-regressor": (make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(8,), max_iter=40)), X[:, 0]),
    "logistic-two-classes": (LogisticRegression(), TWO),
    "logistic-three-classes": (LogisticRegression(), THREE),
    "linear": (LinearRegression(), X @ np.array([1.0, 2.0, 3.0, 4.0])),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MODELS)
def test_models_of_scikit_learn(name: str, tmp_path: Path):
    convert = pytest.importorskip("skl2onnx").to_onnx
    model, target = MODELS[name]
    model.fit(X, target)
    found = opened(convert(model, X[:1]), tmp_path)
    assert reasons(found) == []
    wanted = model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)[:, None]
    np.testing.assert_allclose(ours(found, X)[0], wanted, rtol=1e-4, atol=1e-5)
    if name == "mlp-three-classes":
        assert blocks(found)[1:] == ["dense", "dense", "dense"]  # the scaling went into the first


# torch ----------------------------------------------------------------------------------------------------------------


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__()
        self.table = nn.Embedding(9, 4)
        self.layer = kind(4, 6, batch_first=True)
        self.head = nn.Linear(6, 2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(self.table(tokens))[0][:, -1])


def _convolutional() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.SiLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(6, 3), nn.Softmax(1),
    )  # fmt: skip


TORCH = {
    "convolutional": (_convolutional, numbers(3, 1, 12, 12)),
    "gelu-and-norm": (lambda: nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.GELU()), numbers(3, 4)),
    "lstm": (lambda: Recurrent(nn.LSTM), RNG.integers(9, size=(3, 7))),
    "gru": (lambda: Recurrent(nn.GRU), RNG.integers(9, size=(3, 7))),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dynamo", [True, False], ids=["exporter", "old-exporter"])
@pytest.mark.parametrize("name", TORCH)
def test_models_of_torch(name: str, dynamo: bool, tmp_path: Path):
    torch.manual_seed(0)
    build, x = TORCH[name]
    network, given, path = build().eval(), torch.tensor(x), tmp_path / "model.onnx"
    with torch.no_grad():
        for parameter in network.buffers():
            if parameter.is_floating_point():
                parameter.uniform_(0.5, 1.5)
        wanted = network(given).numpy()
    axes = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if dynamo else {"dynamic_axes": {"x": {0: "batch"}}}
    torch.onnx.export(
        network, (given,), str(path), dynamo=dynamo, input_names=["x"], external_data=False, verbose=False, **axes
    )
    run = onnxruntime.InferenceSession(str(path))
    np.testing.assert_allclose(run.run(None, {"x": x})[0], wanted, rtol=1e-4, atol=1e-5)
    found = import_onnx(path)
    assert reasons(found) == []
    np.testing.assert_allclose(ours(found, x)[0], wanted, rtol=1e-5, atol=1e-6)
