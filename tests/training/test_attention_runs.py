"""Networks with attention in a session: repeatable, resumable, and changed while they train."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.document.edits import connect, set_parameters
from playground.document.graph import Graph
from playground.document.project import Project
from playground.training.saving.checkpoint import read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from tests.network.small_graphs import node, wire, wired
from tests.training.runs import array, assert_same, project, run

PADDING_WIRE = "data.features > attention.padding"


def encoder(kind: str = "learned", padded: bool = True, most_padding: int = 2) -> Graph:
    """Sequences of six letters at most to be reversed, with a way round the attention."""
    wires = [
        "data.features > embedding", "embedding > positions", "positions > attention", "positions > add",
        "attention > add", "add > norm", "norm > drop", "drop > answer", "answer > loss.prediction",
        "data.target > loss.target",
    ]  # fmt: skip
    return wired(
        [
            node("data", "reverse", length=6, symbols=3, examples=100, most_padding=most_padding),
            node("embedding", "embedding", units=8),
            node("positions", "positional-encoding", kind=kind),
            node("attention", "multi-head-attention", heads=2),
            node("add", "add"),
            node("norm", "layer-norm"),
            node("drop", "dropout", rate=0.1),
            node("answer", "dense", units=3, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        *wires,
        *([PADDING_WIRE] if padded else []),
    )


def changed(settings: Project, **parameters: object) -> Project:
    return settings.replace(graph=set_parameters(settings.graph, "attention", dict(parameters)))


@pytest.mark.parametrize("kind", ["learned", "sinusoidal"])
@pytest.mark.parametrize("padded", [False, True])
def test_a_resumed_run_equals_an_uninterrupted_one(kind: str, padded: bool, tmp_path: Path) -> None:
    settings = project(encoder(kind, padded), "adam", rate=0.01)
    before = run(settings, 9)
    write_checkpoint(before.checkpoint(), tmp_path / "run.safetensors")
    resumed = Session(settings, "cpu")
    resumed.resume(read_checkpoint(tmp_path / "run.safetensors"))
    resumed.advance(8)
    assert_same(resumed, run(settings, 17))


def test_six_letters_are_reversed() -> None:
    session = run(project(encoder(most_padding=0, padded=False), "adam", rate=0.02), 7 * 30)
    assert session.evaluate(full=True)["train_accuracy"] > 0.95


def test_masks_and_heads_change_without_losing_what_was_learned() -> None:
    settings = project(encoder(), "adam", rate=0.01)
    session = run(settings, 20)
    before, loss = session.snapshot().parameters.copy(), session.evaluate()["train_loss"]
    for parameters in ({"causal": True}, {"scaled": False}, {"heads": 4}):
        session.apply(changed(settings, **parameters))
        np.testing.assert_array_equal(session.snapshot().parameters, before)
        assert session.evaluate()["train_loss"] != loss
    session.apply(settings)
    assert session.evaluate()["train_loss"] == loss
    assert session.advance(3) == 3


def test_the_padding_wire_is_laid_while_it_trains() -> None:
    settings = project(encoder(padded=False), "adam", rate=0.01)
    session = run(settings, 20)
    names = ("attention.query.weight", "attention.out.bias", "positions.weight", "answer.weight")
    before = {name: array(session, name).copy() for name in names}
    loss = session.evaluate()["train_loss"]
    session.apply(settings.replace(graph=connect(settings.graph, wire(PADDING_WIRE))))
    for name, values in before.items():
        np.testing.assert_array_equal(array(session, name), values)
    assert session.evaluate()["train_loss"] != loss
    assert session.advance(3) == 3
    session.apply(settings)
    assert np.isfinite(session.evaluate()["train_loss"])
