"""Keras files: real ones with Keras' own answers, and some made by hand with answers of numpy."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from playground.cli import main
from playground.exchange.into.imported import Imported
from playground.exchange.into.keras.archive import snake_case
from playground.exchange.into.keras.importing import import_keras
from playground.exchange.refusals import ExchangeRefused
from tests.exchange.into.models import blocks, numbers, ours, reasons

FIXTURES = Path(__file__).parents[2] / "fixtures" / "keras"
BLOCKS = {
    "dense": ["dense", "batch-norm", "dropout", "dense"],
    "conv": ["conv2d", "max-pool2d", "conv2d", "batch-norm", "leaky-relu", "flatten", "dense", "dense"],
    "functional": ["conv2d", "relu", "conv2d", "add", "relu", "concatenate", "global-average-pooling", "dense"],
}


def channels_first(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)) if x.ndim == 4 else x


@pytest.mark.parametrize("name", BLOCKS)
def test_files_that_keras_wrote_answer_as_keras_did(name: str):
    found, kept = import_keras(FIXTURES / f"{name}.keras"), np.load(FIXTURES / f"{name}.npz")
    assert reasons(found) == []
    assert blocks(found)[1:] == BLOCKS[name]
    np.testing.assert_allclose(ours(found, channels_first(kept["x"]))[0], kept["y"], rtol=1e-5, atol=1e-6)
    named = [one.title for one in found.project.graph.nodes if one.title]
    assert named == (["first"] if name == "conv" else [])  # the others were numbered by Keras


def test_momentum_and_epsilon_are_those_of_torch():
    (norm,) = [one for one in import_keras(FIXTURES / "dense.keras").project.graph.nodes if one.block == "batch-norm"]
    assert norm.parameters == {"epsilon": 0.001}  # Keras' momentum of .9 is torch's .1, which is as usual


# Files made by hand ---------------------------------------------------------------------------------------------------


def layer(kind: str, *weights: np.ndarray, shape: tuple[int, ...] = (), **settings: Any) -> tuple[Any, Any]:
    entry = {"module": "keras.layers", "class_name": kind, "config": {"name": snake_case(kind), **settings}}
    if shape:
        entry["build_config"] = {"input_shape": [None, *shape]}
    return entry, weights


def keras_file(path: Path, *layers: tuple[Any, Any], kind: str = "Sequential", group: str = "layers") -> Path:
    """A file in the form of Keras 3: weights lie under the class of a layer and its number, not under its name."""
    stream, counts = io.BytesIO(), dict[str, int]()
    with h5py.File(stream, "w") as file:
        for entry, weights in layers:
            place = snake_case(entry["class_name"])
            counts[place] = counts.get(place, -1) + 1
            called = f"{place}_{counts[place]}" if counts[place] else place
            for number, array in enumerate(weights):
                file.create_dataset(f"{group}/{called}/vars/{number}", data=array)
    config = {"module": "keras", "class_name": kind, "config": {"layers": [entry for entry, _ in layers]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.3.3"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", stream.getvalue())
    return path


def start(*shape: int) -> tuple[Any, Any]:
    return layer("InputLayer", batch_shape=[None, *shape])


def opened(folder: Path, *layers: tuple[Any, Any], **options: Any) -> Imported:
    return import_keras(keras_file(folder / "made.keras", *layers, **options))


@pytest.mark.parametrize("group", ["layers", "_layer_checkpoint_dependencies"])
def test_dense_layers_by_numpy(group: str, tmp_path: Path):
    w, b, v = numbers(4, 5), numbers(5), numbers(5, 2)
    dense = {"activation": "relu", "use_bias": True}
    last = {"activation": "linear", "use_bias": False}
    found = opened(tmp_path, start(4), layer("Dense", w, b, **dense), layer("Dense", v, **last), group=group)
    x = numbers(3, 4)
    np.testing.assert_allclose(ours(found, x)[0], np.maximum(x @ w + b, 0.0) @ v, rtol=1e-5, atol=1e-6)


def test_flatten_behind_an_image_keeps_keras_order(tmp_path: Path):
    w = numbers(3 * 2 * 4, 5)
    dense = layer("Dense", w, use_bias=False, activation="linear")
    found = opened(tmp_path, start(3, 2, 4), layer("Flatten"), dense)
    x = numbers(2, 3, 2, 4)
    np.testing.assert_allclose(ours(found, channels_first(x))[0], x.reshape(2, -1) @ w, rtol=1e-5, atol=1e-6)


def test_rescaling_goes_into_the_first_layer(tmp_path: Path):
    k, b = numbers(2, 2, 1, 3), numbers(3)
    conv = {"strides": [1, 1], "padding": "valid", "activation": "linear", "use_bias": True}
    found = opened(tmp_path, start(4, 4, 1), layer("Rescaling", scale=0.5, offset=-1.0), layer("Conv2D", k, b, **conv))
    x = numbers(2, 4, 4, 1)
    scaled = x * 0.5 - 1.0
    windows = np.lib.stride_tricks.sliding_window_view(scaled[..., 0], (2, 2), axis=(1, 2))
    wanted = np.einsum("nijab,abq->nqij", windows, k[:, :, 0]) + b[None, :, None, None]
    np.testing.assert_allclose(ours(found, channels_first(x))[0], wanted, rtol=1e-5, atol=1e-5)


def test_padding_that_depends_on_the_size_is_named(tmp_path: Path):
    """Keras puts zeros for a stride of 2 behind an even image only; Conv2D puts them on both sides."""
    conv = {"strides": [2, 2], "padding": "same", "activation": "linear", "use_bias": False}
    k = numbers(3, 3, 1, 2)
    assert reasons(opened(tmp_path, start(7, 7, 1), layer("Conv2D", k, **conv))) == []
    strided = layer("Conv2D", k, shape=(8, 8, 1), **conv)
    head = layer("Dense", numbers(32, 3), use_bias=False)
    found = opened(tmp_path, start(8, 8, 1), strided, layer("Flatten"), head)
    (reason,) = reasons(found)
    assert "0, 0, 1, 1 zeros" in reason
    assert blocks(found)[1:] == ["foreign-operator", "flatten", "dense"]  # what is behind it is there
    assert found.checkpoint is not None


def test_layers_without_a_block_become_cards(tmp_path: Path):
    lstm = layer("LSTM", numbers(3, 8), units=2)
    found = opened(tmp_path, start(5, 3), lstm, layer("Dense", numbers(2, 1), shape=(2,), use_bias=False))
    (card,) = [one for one in found.project.graph.nodes if one.block == "foreign-operator"]
    assert card.parameters["operator"] == "LSTM" and card.parameters["shape"] == "2"
    assert found.checkpoint is not None  # the weights behind it are there all the same


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda path: path.write_bytes(b"no zip"), "no Keras file"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "no config.json in it"),
        (lambda path: keras_file(path, start(4), kind="MyModel"), "class MyModel"),
        (lambda path: keras_file(path), "0 layers"),
        (lambda path: keras_file(path, layer("Dense", numbers(4, 2))), "does not say what shape"),
        (lambda path: _with(path, "config.json", b"{"), "description of the layers"),
        (lambda path: _with(path, "config.json", b'{"class_name": "Sequential", "config": 3}'), "not known here"),
        (lambda path: _with(path, "model.weights.h5", b"nothing"), "weights cannot be read"),
    ],
)
def test_damaged_files_are_refused_in_a_sentence(made: Any, sentence: str, tmp_path: Path):
    path = tmp_path / "bad.keras"
    made(path)
    with pytest.raises(ExchangeRefused) as refused:
        import_keras(path)
    assert sentence in str(refused.value) and str(refused.value).rstrip("”)").endswith(".")


def _with(path: Path, name: str, content: bytes) -> None:
    """The dense file with one part exchanged."""
    with zipfile.ZipFile(FIXTURES / "dense.keras") as old, zipfile.ZipFile(path, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))


def test_links_out_of_the_weights_are_not_followed(tmp_path: Path):
    with h5py.File(tmp_path / "secret.h5", "w") as secret:
        secret["vars/0"] = numbers(4, 3)
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_group("layers")["dense"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/")
    _with(tmp_path / "link.keras", "model.weights.h5", stream.getvalue())
    found = import_keras(tmp_path / "link.keras")
    assert [one.parameters["operator"] for one in found.project.graph.nodes if one.block == "foreign-operator"]
    assert found.checkpoint is None or not any("weight" in name for name, _ in found.checkpoint.meta["layout"])


def test_the_command_opens_one_and_trains_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "mine.json"
    assert main(["new", str(FIXTURES / "dense.keras"), "--out", str(out)]) == 0
    assert "Opened dense.keras." in capsys.readouterr().out
    assert out.with_suffix(".safetensors").exists()
    assert main(["train", str(out), "--steps", "2"]) == 0
