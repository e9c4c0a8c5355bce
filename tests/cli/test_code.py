"""`playground code`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from playground.training.saving.checkpoint import read_checkpoint


def test_it_prints_a_file_that_python_reads(playground) -> None:
    spoken = playground("code", "gaussians")
    assert (spoken.code, spoken.err) == (0, "")
    compile(spoken.out, "gaussians.py", "exec")
    assert "class Network(nn.Module):" in spoken.out and "import playground" not in spoken.out


def test_it_writes_one_and_says_how_to_run_it(playground, tmp_path: Path) -> None:
    out = tmp_path / "gaussians.py"
    spoken = playground("code", "gaussians", "--out", out)
    assert spoken.code == 0 and f"Saved {out}" in spoken.out and f"python {out}" in spoken.out
    assert out.read_text() == playground("code", "gaussians").out
    shared = playground("code", "gaussians", "--out", out, "--distributed")
    assert f"torchrun --nproc-per-node 2 {out}" in shared.out and "DistributedDataParallel" in out.read_text()


def test_weights_go_beside_it_by_the_names_in_it(playground, tmp_path: Path) -> None:
    saved, out = tmp_path / "run.json", tmp_path / "one.py"
    assert playground("train", "gaussians", "--epochs", 2, "--save", saved).code == 0
    assert playground("code", "gaussians", "--out", out, "--weights", saved.with_suffix(".safetensors")).code == 0
    assert 'load_file(Path(__file__).with_name("one.safetensors"))' in out.read_text()
    weights = load_file(tmp_path / "one.safetensors")
    numbers = read_checkpoint(saved.with_suffix(".safetensors")).tensors["parameters"].numpy()
    np.testing.assert_array_equal(np.concatenate([part.ravel() for part in weights.values()][::-1]), numbers)
    assert all(f"self.{name.split('.')[0]} =" in out.read_text() for name in weights)


def test_what_cannot_be_written_is_named_in_a_comment_and_at_the_end(playground) -> None:
    spoken = playground("code", "rule-and")
    assert spoken.code == 1
    sentence = "Perceptron rule learns by a rule of Playground’s own, without a gradient."
    assert spoken.err == f"playground: not written: {sentence}\n"
    assert "Not written: Perceptron rule learns by a rule" in spoken.out
    compile(spoken.out, "rule.py", "exec")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["none-such"], 2, "neither a file nor a preset"),
        (["gaussians", "--weights", "{}/some.safetensors"], 2, "--weights needs --out"),
        (["gaussians", "--weights", "{}/some.safetensors", "--out", "{}/a.py"], 2, "There is no file"),
        (["gaussians", "--out", "{}/none/a.py"], 2, "there is no folder"),
        (["{}/faulty.json"], 1, "target"),
    ],
)
def test_what_cannot_be_is_said(playground, tmp_path: Path, words: list[str], code: int, sentence: str) -> None:
    nodes = [{"id": "data", "block": "circles"}, {"id": "loss", "block": "cross-entropy"}]
    project = {"format": "playground-project", "schema_version": 4, "graph": {"nodes": nodes}}
    (tmp_path / "faulty.json").write_text(json.dumps(project))
    spoken = playground("code", *(word.format(tmp_path) for word in words))
    assert spoken.code == code and sentence in spoken.err and not spoken.out
    assert [path.name for path in tmp_path.iterdir()] == ["faulty.json"]
