"""Recurrent networks in a session: repeatable, resumable, and changed while they train."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.document.edits import set_parameters
from playground.document.graph import Graph
from playground.document.project import Project
from playground.training.saving.checkpoint import read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.runs import array, assert_same, project, run


def reading(block: str, **parameters: object) -> Graph:
    """Which of three letters came first, of four."""
    return chain(
        node("data", "remember-first", length=4, symbols=3, examples=100),
        node("embedding", "embedding", units=3),
        node("memory", block, units=5, **parameters),
        node("answer", "dense", units=3, activation="identity"),
        loss=node("loss", "cross-entropy"),
    )


def changed(settings: Project, **parameters: object) -> Project:
    return settings.replace(graph=set_parameters(settings.graph, "memory", dict(parameters)))


@pytest.mark.parametrize("block", ["simple-rnn", "lstm", "gru"])
def test_a_resumed_run_equals_an_uninterrupted_one(block: str, tmp_path: Path) -> None:
    settings = project(reading(block), "adam", rate=0.01, clipping={"kind": "norm", "limit": 0.5})
    before = run(settings, 9)
    write_checkpoint(before.checkpoint(), tmp_path / "run.safetensors")
    resumed = Session(settings, "cpu")
    resumed.resume(read_checkpoint(tmp_path / "run.safetensors"))
    resumed.advance(8)
    assert_same(resumed, run(settings, 17))


@pytest.mark.parametrize("block", ["simple-rnn", "lstm", "gru"])
def test_four_letters_are_learned(block: str) -> None:
    session = run(project(reading(block), "adam", rate=0.03), 7 * 30)
    assert session.evaluate(full=True)["train_accuracy"] > 0.95


def test_another_forget_bias_waits_for_the_next_start_and_keeps_what_was_learned() -> None:
    settings = project(reading("lstm"), "adam", rate=0.01)
    session = run(settings, 5)
    before = session.snapshot().parameters.copy()
    session.apply(changed(settings, forget_bias=3.0))
    np.testing.assert_array_equal(session.snapshot().parameters, before)
    started = Session(changed(settings, forget_bias=3.0), "cpu")
    assert array(started, "memory.bias_ih_l0").tolist() == [0.0] * 5 + [3.0] * 5 + [0.0] * 10


def test_another_size_keeps_the_other_blocks() -> None:
    settings = project(reading("gru"), "adam", rate=0.01)
    session = run(settings, 5)
    table = array(session, "embedding.weight").copy()
    session.apply(changed(settings, units=6))
    np.testing.assert_array_equal(array(session, "embedding.weight"), table)
    assert array(session, "memory.weight_hh_l0").shape == (18, 6)
    session.advance(3)
    assert np.isfinite(session.snapshot().parameters).all()
