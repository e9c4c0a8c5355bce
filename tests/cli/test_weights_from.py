"""`train --weights-from`: takes what fits, tells what does not, and refuses what is no weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from playground.data.preparation import prepare
from playground.document.files import read
from playground.network.check import check
from playground.training.saving.checkpoint import read_checkpoint


def test_what_train_saves_it_also_takes(playground: Callable, small: Path, tmp_path: Path) -> None:
    assert playground("train", small, "--epochs", 3, "--save", tmp_path / "a.json").code == 0
    learned = read_checkpoint(tmp_path / "a.safetensors").tensors["parameters"]
    for file in ("a.json", "a.safetensors"):
        again = playground(
            "train", small, "--weights-from", tmp_path / file, "--steps", 1, "--seed", 9, "--set",
            "training.optimizer.parameters.learning_rate=1e-9", "--save", tmp_path / "b.json", "--json",
        )  # fmt: skip
        assert again.code == 0
        told = again.json["weights_from"]
        assert len(told["taken"]) == 4 and told["left"] == {} and told["unused"] == []
        now = read_checkpoint(tmp_path / "b.safetensors").tensors["parameters"]
        np.testing.assert_allclose(now, learned, atol=1e-6)


def test_a_state_dict_with_foreign_names_is_told_row_by_row(playground: Callable, small: Path, tmp_path: Path) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(2, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3))
    torch.save({"epoch": 1, "state_dict": net.state_dict()}, tmp_path / "mine.pt")
    spoken = playground("train", small, "--weights-from", tmp_path / "mine.pt", "--epochs", 1)
    assert spoken.code == 0
    assert "found by order" in spoken.out and "2 of 4 fit" in spoken.out
    assert "nothing that is left has this name or shape" in spoken.out


def test_where_nothing_fits_the_sentence_says_so(playground: Callable, small: Path, tmp_path: Path) -> None:
    torch.save({"a.weight": torch.zeros(9, 9)}, tmp_path / "other.pt")
    torch.save(torch.nn.Linear(2, 2), tmp_path / "code.pt")
    for file, words in (
        (tmp_path / "other.pt", "Nothing in other.pt fits this network"),
        (tmp_path / "code.pt", "pickled Python objects"),
        (tmp_path / "gone.pt", "There is no file"),
        (small, "learned nothing yet"),
        ("lenet-5", "has no weights of its own"),
        ("nonsense", "There is neither a file nor a preset"),
        ("bad\0name", "There is neither a file nor a preset"),
    ):
        spoken = playground("train", small, "--weights-from", file, "--epochs", 1)
        assert spoken.code == 2 and words in spoken.err and spoken.err.count("\n") == 1, spoken.err


def test_a_preset_with_weights_lends_them(playground: Callable) -> None:
    told = playground("train", "xor", "--weights-from", "three-convolutions", "--steps", 1)
    assert told.code == 2 and "Nothing in Three convolutions fits" in told.err
    spoken = playground("train", "three-convolutions", "--weights-from", "three-convolutions", "--steps", 1, "--json")
    assert spoken.code == 0 and spoken.json["metrics"]["test_accuracy"] > 0.8


def test_the_scaling_of_the_data_travels_with_the_weights(playground: Callable, tmp_path: Path) -> None:
    kept, other = tmp_path / "kept.json", tmp_path / "other.json"
    assert playground("train", "diabetes", "--steps", 5, "--save", kept).code == 0
    few = ("--set", "graph.nodes.data.parameters.train_share=0.1")
    spoken = playground("train", "diabetes", *few, "--weights-from", kept, "--steps", 1, "--save", other)
    assert spoken.code == 0 and "scaled like the data of the weights" in spoken.out, spoken.err
    mine, theirs = (prepare(check(read(path).graph).blocks["data"]).scaler for path in (other, kept))
    np.testing.assert_allclose(mine.shift, theirs.shift, rtol=1e-6)
    np.testing.assert_allclose(mine.factor, theirs.factor, rtol=1e-6)
