"""Commands go on with what was saved beside a project, save it whole, and say so."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.document.pairing import weights_of, weights_path
from playground.training.saving.checkpoint import read_checkpoint
from playground.training.session.session import Session


def parameters(path: Path) -> np.ndarray:
    return read_checkpoint(weights_path(path)).tensors["parameters"].numpy()


def test_train_goes_on_with_the_weights_beside_bit_for_bit(
    playground: Callable, small: Path, tmp_path: Path
) -> None:
    path, whole = tmp_path / "r.json", tmp_path / "whole.json"
    assert playground("train", small, "--epochs", 4, "--save", path, "--json").code == 0
    more = playground("train", path, "--epochs", 3, "--save", path, "--json")
    assert more.json["epochs"] == 7
    assert "goes on from step" in more.err and "--fresh" in more.err
    playground("train", small, "--epochs", 7, "--save", whole)
    np.testing.assert_array_equal(parameters(path), parameters(whole))
    fresh = playground("train", path, "--epochs", 3, "--fresh", "--json")
    assert fresh.json["epochs"] == 3 and "goes on" not in fresh.err
    assert playground("train", path, "--epochs", 3, "--seed", 99, "--json").json["epochs"] == 3


def test_a_view_shows_what_was_saved_without_training(playground: Callable, small: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "r.json", tmp_path / "w.csv"
    playground("train", small, "--epochs", 4, "--save", path)
    for epochs in (("--epochs", 0), ()):
        assert playground("view", path, "--view", "weights", *epochs, "--out", out).code == 0
        trained = out.read_text()
        playground("view", path, "--view", "weights", "--epochs", 0, "--fresh", "--out", out)
        assert out.read_text() != trained
    numbers = {f"{value:.4g}" for value in parameters(path)[:5].tolist()}
    assert any(number[:5] in trained for number in numbers)


def test_weights_of_a_changed_network_keep_what_fits(playground: Callable, small: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    playground("train", small, "--epochs", 4, "--save", path)
    text = path.read_text().replace('"title": "', '"title": "Another ')
    path.write_text(text)
    assert "has been changed" in playground("train", path, "--epochs", 1).err
    done = playground("train", path, "--epochs", 1, "--set", "graph.nodes.dense-1.parameters.units=5", "--json")
    assert done.code == 0 and "what still fits is kept" in done.err


def test_ctrl_c_saves_at_the_stop(
    playground: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Session.advance, []

    def advance(session: Session, steps: int) -> int:
        calls.append(steps)
        if len(calls) == 6:
            signal.raise_signal(signal.SIGINT)
        return real(session, steps)

    monkeypatch.setattr(Session, "advance", advance)
    path = tmp_path / "r.json"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background has none
    try:
        stopped = playground("train", small, "--epochs", 10_000, "--save", path, "--json")
        after = signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.code == 130 and "interrupted at step" in stopped.err and stopped.json["steps"] > 0
    found = weights_of(path)
    assert found is not None and found.matches and found.step == stopped.json["steps"]
    assert after is signal.default_int_handler


def test_numbers_that_run_away_leave_what_was_good_in_the_file(
    playground: Callable, variant: Callable, tmp_path: Path
) -> None:
    def explode(content: dict[str, Any]) -> None:
        content["training"]["optimizer"]["parameters"]["learning_rate"] = 100.0
        content["graph"]["nodes"][1]["parameters"]["activation"] = "identity"
        content["graph"]["nodes"][3] = {"id": "loss", "block": "mean-squared-error"}

    path = tmp_path / "r.json"
    ended = playground("train", variant(explode), "--epochs", 200, "--save", path)
    assert ended.code == 1 and "is saved in" in ended.err
    assert np.isfinite(parameters(path)).all()


@pytest.mark.parametrize("name", ["x.safetensors", "folder", "pipe", "missing/x.json", "x\0y.json", "~nobodyhere/x"])
def test_what_cannot_be_saved_to_is_refused_before_training(
    playground: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    if name == "pipe" and sys.platform != "win32":
        os.mkfifo(name)

    def never(*_: Any) -> int:
        raise AssertionError("trained")

    if name != "pipe" or sys.platform != "win32":
        monkeypatch.setattr(Session, "advance", never)
        refused = playground("train", small, "--epochs", 1, "--save", name)
        assert refused.code == 2 and len(refused.err.splitlines()) == 1


def test_the_other_runs_of_a_file_are_kept_when_a_command_saves_it(
    playground: Callable, small: Path, tmp_path: Path
) -> None:
    from playground.document.files import to_json
    from playground.document.pairing import fingerprint, write_pair
    from playground.training.opening import open_project
    from playground.training.saving.earlier_runs import RunBook, SavedRun, add_runs, saved_runs

    path = tmp_path / "r.json"
    shutil.copy(small, path)
    project = open_project(path)
    session = Session(project, "cpu")
    session.advance(40)
    other = SavedRun(3, project, session.snapshot(), session.history, session.trail.snapshots, pinned=True)
    checkpoint = session.checkpoint()
    add_runs(checkpoint, RunBook((other,), number=5))
    text = to_json(project).encode()
    write_pair(path, text, checkpoint.to_bytes(fingerprint(text)))
    playground("train", path, "--epochs", 1, "--save", path)
    book = saved_runs(read_checkpoint(weights_path(path)))
    assert (book.number, [run.number for run in book.resting], book.resting[0].pinned) == (5, [3], True)
    np.testing.assert_array_equal(book.resting[0].snapshot.parameters, session.snapshot().parameters)
