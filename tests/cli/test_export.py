"""`playground export`: what it writes, says and refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from playground.cli import main
from playground.training.saving.checkpoint import read_checkpoint


def test_a_saved_run_is_exported_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    saved, out = tmp_path / "one.json", tmp_path / "one.onnx"
    assert main(["train", "gaussians", "--epochs", "2", "--save", str(saved)]) == 0
    assert main(["export", str(saved), "--to", "onnx", "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert "In: “features”, batch × 2 (Two Gaussians)." in told.out
    assert f"Saved {out}" in told.out
    weights = read_checkpoint(tmp_path / "one.safetensors").tensors["parameters"].numpy()  # w1, w2, b
    x = np.array([[0.5, -1.0], [2.0, 3.0]], dtype=np.float32)
    session = onnxruntime.InferenceSession(str(out))
    np.testing.assert_allclose(session.run(None, {"features": x})[0][:, 0], x @ weights[:2] + weights[2], rtol=1e-5)


def test_weights_of_another_file_are_taken(tmp_path: Path):
    saved, out = tmp_path / "one.json", tmp_path / "two.pt2"
    assert main(["train", "gaussians", "--epochs", "2", "--save", str(saved)]) == 0
    weights = tmp_path / "one.safetensors"
    assert main(["export", "gaussians", "--to", "pt2", "--out", str(out), "--weights", str(weights)]) == 0
    numbers = read_checkpoint(weights).tensors["parameters"]
    x = torch.tensor([[0.5, -1.0]])
    answer = torch.export.load(out).module()(x)[0]
    torch.testing.assert_close(answer[0, 0], x[0] @ numbers[:2] + numbers[2])


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["parabola", "--to", "onnx", "--out", "{}/a.onnx"], 1, "There is no prediction to export"),
        (["gaussians", "--to", "onnx", "--out", "{}/a.pt2"], 2, "ends in .onnx"),
        (["gaussians", "--to", "gif", "--out", "{}/a.gif"], 2, "invalid choice"),
        (["gaussians", "--to", "pt2", "--out", "{}/none/a.pt2"], 2, "there is no folder"),
        (["gaussians", "--to", "pt2", "--out", "{}/a.pt2", "--weights", "{}/none"], 2, "cannot be read"),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, sentence: str
):
    assert main(["export", *(word.format(tmp_path) for word in words)]) == code
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_the_library_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    from playground.exchange import refusals
    from playground.exchange.out.onnx import onnx_bytes

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(refusals.importlib, "import_module", missing)
    with pytest.raises(refusals.ExchangeRefused, match=r'pip install "neural-playground\[onnx\]"'):
        onnx_bytes(None)
