"""A run that is paused, saved and resumed equals an uninterrupted one bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.training.saving.checkpoint import read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from tests.training.runs import (
    OPTIMIZERS,
    SEARCHING,
    assert_same,
    change,
    noisy_graph,
    plain_graph,
    project,
    run,
    train_node,
    with_rate,
)

STEPS, MORE = 8, 7  # 3 steps an epoch: stops in the middle of the third, goes on into the fifth

SITUATIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "noisy": {"graph": noisy_graph()},
    "plateau": {"schedule": {"id": "plateau", "parameters": {"patience": 0, "threshold": 0.5}}},
    "cosine": {"schedule": {"id": "cosine", "parameters": {"epochs": 5}}},
    "penalties": {"regularization": {"l1": 0.02, "l2": 0.01, "max_norm": 1.0}},
    "clipping": {"clipping": {"kind": "norm", "limit": 0.05}},
    "groups": {"graph": train_node(train_node(plain_graph(), "layer-1", learning_rate_factor=0.5), "layer-2")},
    "patience": {"stop": {"patience": 50}},
    "whole": {"batch_size": 0},
}


def saved_and_resumed(session: Session, path: Path) -> Session:
    write_checkpoint(session.checkpoint(), path)
    other = Session(session.project, "cpu")
    other.resume(read_checkpoint(path))
    return other


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("optimizer", (*OPTIMIZERS, *SEARCHING))
def test_a_resumed_run_equals_an_uninterrupted_one(optimizer: str, situation: str, tmp_path: Path) -> None:
    settings = project(optimizer=optimizer, rate=0.05, **SITUATIONS[situation])
    resumed = saved_and_resumed(run(settings, STEPS), tmp_path / "run.safetensors")
    assert resumed.step == STEPS
    resumed.advance(MORE)
    whole = run(settings, STEPS + MORE)
    assert_same(resumed, whole)
    assert resumed.learning_rate == whole.learning_rate
    resumed.advance(1)
    assert resumed.evaluate() == run(settings, STEPS + MORE + 1).evaluate()


@pytest.mark.parametrize("steps", [3, 6, 1])
def test_resuming_at_the_edge_of_an_epoch(steps: int, tmp_path: Path) -> None:
    settings = project(noisy_graph(), "adam")
    resumed = saved_and_resumed(run(settings, steps), tmp_path / "run.safetensors")
    resumed.advance(5)
    assert_same(resumed, run(settings, steps + 5))


@pytest.mark.parametrize(("before", "after"), [(0, 4), (4, 0), (4, 7), (1, 28)])
@pytest.mark.parametrize("steps", [1, 3])
def test_resuming_after_the_batch_size_changed(before: int, after: int, steps: int, tmp_path: Path) -> None:
    settings = project(noisy_graph(), "momentum", batch_size=before)
    session = run(settings, steps)
    session.apply(change(settings, batch_size=after))
    resumed = saved_and_resumed(session, tmp_path / "run.safetensors")
    for each in (session, resumed):
        each.advance(2)
    assert_same(saved_and_resumed(session, tmp_path / "again.safetensors"), resumed)
    for each in (session, resumed):
        each.advance(9)
    assert_same(session, resumed)


def test_the_journal_of_the_run_comes_back(tmp_path: Path) -> None:
    settings = project(stop={"patience": 3}, regularization={"l2": 0.01})
    session = run(settings, 30)
    session.apply(with_rate(settings, 0.01))
    session.advance(6)
    resumed = saved_and_resumed(session, tmp_path / "run.safetensors")
    assert resumed.history.marks == session.history.marks and len(session.history.marks) == 1
    assert resumed.history.curves.keys() == session.history.curves.keys() >= {"train_loss", "penalty", "test_loss"}
    for name, curve in session.history.curves.items():
        np.testing.assert_array_equal(resumed.history.curves[name].rows(), curve.rows())
    assert resumed.latest == session.latest
    assert resumed.seconds == session.seconds > 0.0
    assert resumed.finished == session.finished


def test_early_stopping_brings_back_the_best_weights_of_before_the_break(tmp_path: Path) -> None:
    settings = project(rate=4.0, stop={"patience": 3})
    session = run(settings, 3)
    resumed = saved_and_resumed(session, tmp_path / "run.safetensors")
    for each in (session, resumed):
        each.advance(3_000)
        assert "Early stopping" in each.finished and "are back" in each.finished
    assert session.finished == resumed.finished
    assert_same(session, resumed)


def test_frozen_blocks_may_change_between_saving_and_resuming(tmp_path: Path) -> None:
    session = run(project(optimizer="adam"), 5)
    write_checkpoint(session.checkpoint(), tmp_path / "run.safetensors")
    other = Session(project(train_node(plain_graph(), "layer-1", trainable=False), "adam"), "cpu")
    other.resume(read_checkpoint(tmp_path / "run.safetensors"))
    for name in ("layer-1.weight", "layer-2.weight", "layer-2.bias"):
        np.testing.assert_array_equal(other.snapshot().array(name), session.snapshot().array(name))


def test_another_optimizer_resumes_with_the_weights_and_an_empty_memory(tmp_path: Path) -> None:
    session = run(project(optimizer="adam"), 5)
    write_checkpoint(session.checkpoint(), tmp_path / "run.safetensors")
    other = Session(project(optimizer="momentum"), "cpu")
    other.resume(read_checkpoint(tmp_path / "run.safetensors"))
    np.testing.assert_array_equal(other.snapshot().parameters, session.snapshot().parameters)
    assert not other.checkpoint().part("optimizer")
    assert other.advance(4) == 4
