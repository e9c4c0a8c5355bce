"""Weights are read from every kind of file, and what could run code, or is no weights, is refused with a sentence."""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from playground.document.files import to_json
from playground.document.pairing import fingerprint, write_pair
from playground.training.saving.checkpoint import write_checkpoint
from playground.training.weights.reading import read_weights
from playground.training.weights.source import WeightsRefused
from tests.training.runs import noisy_graph, project, run

NETWORK = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
STATE = NETWORK.state_dict()
FLOATS = {name: tensor.numpy() for name, tensor in STATE.items() if tensor.is_floating_point()}

SAVED: dict[str, Any] = {
    "plain": STATE,
    "ordered": OrderedDict(STATE),
    "state_dict": {"epoch": 3, "state_dict": STATE, "optimizer_states": [{"state": {0: {"exp_avg": torch.ones(9)}}}]},
    "model_state_dict": {"model_state_dict": STATE, "optimizer_state_dict": {"state": {}}, "loss": 0.5},
    "deep": {"checkpoint": {"model": STATE}, "step": 7},
    "other key": {"my_net": STATE, "my_optim": {"a": torch.ones(1), "b": torch.ones(1)}},
}


@pytest.mark.parametrize("how", SAVED)
@pytest.mark.parametrize("ending", [".pt", ".pth"])
def test_a_state_dictionary_is_found_wherever_it_lies(how: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"net{ending}"
    torch.save(SAVED[how], path)
    source = read_weights(path)
    assert list(source.arrays) == list(FLOATS)
    for name, array in FLOATS.items():
        np.testing.assert_array_equal(source.arrays[name], array)
    assert source.left_out == ("“1.num_batches_tracked” holds whole numbers, which are no weights.",)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_numbers_of_other_widths_become_weights(kind: torch.dtype, ending: str, tmp_path: Path) -> None:
    tensor, path = torch.tensor([[0.5, -1.25]], dtype=kind), tmp_path / f"net{ending}"
    (torch.save if ending == ".pt" else save_file)({"a.weight": tensor}, path)
    np.testing.assert_array_equal(read_weights(path).arrays["a.weight"], [[0.5, -1.25]])


def test_names_of_a_safetensors_file_stand_in_their_natural_order(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_file({f"layer.{number}.weight": torch.zeros(1, 1) for number in (10, 2, 1)}, path)
    assert list(read_weights(path).arrays) == ["layer.1.weight", "layer.2.weight", "layer.10.weight"]


def test_numpy_archives_are_read_and_those_with_objects_are_not(tmp_path: Path) -> None:
    np.savez(tmp_path / "net.npz", kernel=np.ones((2, 3)), bias=np.zeros(3))
    assert {name: a.shape for name, a in read_weights(tmp_path / "net.npz").arrays.items()} == {
        "kernel": (2, 3), "bias": (3,),
    }  # fmt: skip
    np.savez(tmp_path / "code.npz", kernel=np.array([Harmful()], dtype=object))
    with pytest.raises(WeightsRefused, match="could run any code"):
        read_weights(tmp_path / "code.npz")


def test_a_project_lends_the_weights_that_lie_beside_it(tmp_path: Path) -> None:
    session = run(project(noisy_graph()), 5)
    text = to_json(session.project).encode()
    path = tmp_path / "trained.playground.json"
    write_pair(path, text, session.checkpoint().to_bytes(fingerprint(text)))
    for file in (path, path.with_suffix(".safetensors")):
        source, snapshot = read_weights(file), session.snapshot()
        np.testing.assert_array_equal(source.arrays["out.weight"], snapshot.array("out.weight"))
        np.testing.assert_array_equal(source.arrays["norm.running_mean"], snapshot.buffers["norm.running_mean"])
        assert source.project == session.project
    assert read_weights(path).title == "trained"


class Harmful:
    """What runs code when it is unpickled."""

    ran = False

    def __reduce__(self) -> tuple[Any, ...]:
        return _run, ()


def _run() -> None:
    Harmful.ran = True


def test_pickled_code_never_runs_and_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    torch.save({"state_dict": STATE, "extra": Harmful()}, tmp_path / "bad.pt")
    torch.save(NETWORK, tmp_path / "whole.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Harmful()))
    for name in ("bad.pt", "whole.pt", "plain.pt"):
        with pytest.raises(WeightsRefused) as refused:
            read_weights(tmp_path / name)
        assert "pickled Python objects" in str(refused.value) and "torch.save(model.state_dict()" in str(refused.value)
    assert not Harmful.ran


def test_whatever_is_no_weights_is_refused_with_a_sentence(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in (
        "none.pt", "empty.pt", "half.pt", "words.pt", "list.pt", "program.pt", "half.safetensors", "whole.safetensors",
        "half.npz", "note.txt", "untrained.json", "faulty.json", "damaged.safetensors",
    )}  # fmt: skip
    files["empty.pt"].write_bytes(b"")
    torch.save(STATE, files["half.pt"])
    files["half.pt"].write_bytes(files["half.pt"].read_bytes()[:400])
    torch.save({"epoch": 3, "name": "x"}, files["words.pt"])
    torch.save([1, 2], files["list.pt"])
    with zipfile.ZipFile(files["program.pt"], "w") as archive:
        archive.writestr("program/constants.pkl", b"")
        archive.writestr("program/code/__torch__.py", "class Linear(Module): ...")
    save_file({"a": torch.zeros(1)}, files["half.safetensors"])
    files["half.safetensors"].write_bytes(files["half.safetensors"].read_bytes()[:-2])
    save_file({"count": torch.tensor([3]), "gap": torch.tensor([float("nan")])}, files["whole.safetensors"])
    files["half.npz"].write_bytes(b"PK\x03\x04 and nothing")
    files["note.txt"].write_text("weights")
    files["untrained.json"].write_text(to_json(project()))
    files["faulty.json"].write_text("{")
    checkpoint = run(project(), 1).checkpoint()
    checkpoint.meta["layout"] = [["a", [3]]]
    write_checkpoint(checkpoint, files["damaged.safetensors"])
    told = {}
    for name, path in files.items():
        with pytest.raises(WeightsRefused) as refused:
            read_weights(path)
        told[name] = str(refused.value)
        assert name in told[name] and told[name].endswith((".", ")")), told[name]
    assert "holds no weights: “epoch”, “name” is in it" in told["words.pt"]
    assert "TorchScript" in told["program.pt"]
    assert "learned nothing yet" in told["untrained.json"]
    assert "which are no weights" in told["whole.safetensors"]
