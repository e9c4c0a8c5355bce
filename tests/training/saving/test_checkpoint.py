"""Weights files that cannot be used: one sentence, and a session that works."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from playground.training.saving.checkpoint import Checkpoint, CheckpointError, read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from tests.training.runs import assert_same, noisy_graph, project, run

SETTINGS = project(noisy_graph(), "adam", stop={"patience": 9})


def saved(**meta: Any) -> Checkpoint:
    """The checkpoint of a short run with some of its description changed."""
    checkpoint = run(SETTINGS, 5).checkpoint()
    return Checkpoint(checkpoint.tensors, {**checkpoint.meta, **meta})


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    checkpoint = saved()
    write_checkpoint(checkpoint, tmp_path / "run.safetensors")
    again = read_checkpoint(tmp_path / "run.safetensors")
    assert again.meta == json.loads(json.dumps(checkpoint.meta))
    assert again.tensors.keys() == checkpoint.tensors.keys()
    for name, tensor in checkpoint.tensors.items():
        assert torch.equal(again.tensors[name], tensor)


def test_a_file_is_what_safetensors_makes_of_tensors() -> None:
    checkpoint = saved()
    ours, theirs = checkpoint.to_bytes(), save({name: one.contiguous() for name, one in checkpoint.tensors.items()})
    (header, data), (expected, same) = _taken_apart(ours), _taken_apart(theirs)
    del header["__metadata__"]
    assert header == expected and data == same


def _taken_apart(content: bytes) -> tuple[dict[str, Any], bytes]:
    end = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:end]), content[end:]


def test_saving_leaves_no_class_behind() -> None:
    """Curves grow, so that every copy has other numbers of bytes."""
    sizes = [Checkpoint({"curve/loss": torch.zeros(number, 7, dtype=torch.float64)}) for number in range(1, 40)]
    before = len(gc.get_objects())
    for one in sizes:
        one.to_bytes()
    assert len(gc.get_objects()) - before < 39


@pytest.mark.parametrize("kept", [0, 5, 100, 0.5, -1])
def test_a_file_that_is_cut_off(kept: float, tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    write_checkpoint(saved(), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept) if isinstance(kept, float) else kept])
    with pytest.raises(CheckpointError, match=r"run\.safetensors cannot be read"):
        read_checkpoint(path)


def test_files_of_another_kind(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"weight": torch.ones(3)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="no state of a Playground run"):
        read_checkpoint(tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_checkpoint(tmp_path / "missing.safetensors")
    for state in ("[]", "{", '"text"'):
        metadata = {"format": "playground-checkpoint", "state": state}
        save_file({"weight": torch.ones(3)}, tmp_path / "odd.safetensors", metadata=metadata)
        with pytest.raises(CheckpointError, match="cannot be read"):
            read_checkpoint(tmp_path / "odd.safetensors")


def test_the_weights_of_another_network_change_nothing() -> None:
    session, untouched = run(project(), 4), run(project(), 9)
    with pytest.raises(CheckpointError, match="belong to another network"):
        session.resume(saved())
    session.advance(5)
    assert_same(session, untouched)


DAMAGE: dict[str, Any] = {
    "step": -3, "examples": "many", "epoch": -1, "position": 1_000, "plateau": {"best": 1.0}, "patience": [],
    "latest": None, "best": [], "marks": [[1]], "seconds": "x", "evaluated_step": None, "first_epoch": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("key", [*DAMAGE, "optimizer", "device", "shuffled"])
def test_a_description_that_lacks_something(key: str) -> None:
    checkpoint = saved()
    assert_damaged(Checkpoint(checkpoint.tensors, {name: x for name, x in checkpoint.meta.items() if name != key}))


@pytest.mark.parametrize("key", DAMAGE)
def test_a_description_that_is_wrong(key: str) -> None:
    assert_damaged(saved(**{key: DAMAGE[key]}))


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("parameters", torch.ones(3)),
        ("parameters", None),
        ("buffer/norm.running_mean", None),
        ("buffer/norm.running_mean", torch.ones(2)),
        ("generator/order", torch.ones(4, dtype=torch.uint8)),
        ("generator/noise", torch.ones(4)),
        ("curve/train_loss", torch.ones(4)),
        ("best/parameters", torch.ones(4)),
    ],
)
def test_tensors_that_are_missing_or_wrong(name: str, tensor: torch.Tensor | None) -> None:
    checkpoint = saved()
    tensors = {key: value for key, value in checkpoint.tensors.items() if key != name}
    if tensor is not None:
        tensors[name] = tensor
    assert_damaged(Checkpoint(tensors, checkpoint.meta))


def test_weights_that_are_no_numbers() -> None:
    checkpoint = saved()
    broken = checkpoint.tensors["parameters"].clone()
    broken[3] = float("nan")
    assert_damaged(Checkpoint({**checkpoint.tensors, "parameters": broken}, checkpoint.meta))


def assert_damaged(checkpoint: Checkpoint) -> None:
    """It is refused in words, and the session then runs as from the start."""
    session = Session(SETTINGS, "cpu")
    with pytest.raises(CheckpointError, match=r"damaged .*the run starts from its first weights"):
        session.resume(checkpoint)
    assert session.step == 0 and not session.history.marks
    session.advance(4)
    assert_same(session, run(SETTINGS, 4))
    assert np.isfinite(session.latest["train_loss"])
