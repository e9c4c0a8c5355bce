"""Phases and trouble: runs that are saved and resumed, and numbers that run away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.document.project import Project
from playground.training.divergence import Diverged
from playground.training.saving.checkpoint import read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired
from tests.training.phased_runs import LEFT, RIGHT, SHARED, rate, taking_turns, two_heads
from tests.training.runs import (
    OPTIMIZERS,
    assert_same,
    circles,
    points,
    put,
    run,
)

NOISY = wired(
    [circles(), node("body", "dense", units=4, activation="tanh"), node("drop", "dropout", rate=0.3),
     node("norm", "batch-norm"), node("left", "dense", units=1, activation="sigmoid"),
     node("spare", "dense", units=2), node("right", "dense", units=1, activation="sigmoid"),
     node("loss-left", "binary-cross-entropy"), node("loss-right", "mean-squared-error")],
    "data.features > body", "body > drop", "drop > norm", "norm > left", "norm > spare", "spare > right",
    "left > loss-left.prediction", "data.target > loss-left.target",
    "right > loss-right.prediction", "data.target > loss-right.target",
)  # fmt: skip
SITUATIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "noisy": {"graph": NOISY},
    "cosine": {"schedule": {"id": "cosine", "parameters": {"epochs": 5}}},
    "penalties": {"regularization": {"l1": 0.02, "l2": 0.01, "max_norm": 1.0}},
    "clipping": {"clipping": {"kind": "norm", "limit": 0.05}},
    "rates": {"graph": two_heads(body={"learning_rate_factor": 0.5}, left={"trainable": False})},
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("number", range(len(OPTIMIZERS)))
def test_a_resumed_run_equals_an_uninterrupted_one(number: int, situation: str, tmp_path: Path) -> None:
    first, second = OPTIMIZERS[number], OPTIMIZERS[(number + 3) % len(OPTIMIZERS)]
    settings = taking_turns(
        {**LEFT, "trains": ["body", "norm", "left"], "optimizer": rate(first, 0.05), "steps": 2},
        {**SHARED, "optimizer": rate(second, 0.02)},
        **SITUATIONS[situation],
    )
    stopped = run(settings, 8)  # in the middle of the third epoch, after one of the two steps of the first phase
    write_checkpoint(stopped.checkpoint(), tmp_path / "run.safetensors")
    resumed = Session(settings, "cpu")
    resumed.resume(read_checkpoint(tmp_path / "run.safetensors"))
    resumed.advance(7)
    whole = run(settings, 15)
    assert_same(resumed, whole)
    assert resumed.evaluate() == whole.evaluate()


def test_rewinding_begins_with_the_first_phase_again() -> None:
    settings = taking_turns(LEFT, RIGHT)
    session = run(settings, 5)
    session.rewind()
    session.advance(7)
    assert_same(session, run(settings, 7))


def failing(optimizer: str) -> Project:
    """The right player's rate is far too large, the left one's is not."""
    graph = wired(
        [circles(), node("left", "dense", units=1, activation="identity"),
         node("right", "dense", units=1, activation="identity"), node("loss-left", "mean-squared-error"),
         node("loss-right", "mean-squared-error")],
        "data.features > left", "data.features > right", "left > loss-left.prediction",
        "right > loss-right.prediction", "data.target > loss-left.target", "data.target > loss-right.target",
    )  # fmt: skip
    return taking_turns(
        {"losses": ["loss-left"], "trains": ["left"], "optimizer": rate("sgd", 1e-3)},
        {"losses": ["loss-right"], "trains": ["right"], "optimizer": rate(optimizer, 1e3)},
        graph=graph,
    )


@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_where_numbers_run_away_is_found_with_phases(optimizer: str) -> None:
    settings = failing(optimizer)
    single = run(settings, 0)
    expected = 0
    with pytest.raises(Diverged):
        while True:
            expected += single.advance(1)
    session = run(settings, 0)
    with pytest.raises(Diverged) as caught:
        session.advance(10_000)
    assert caught.value.step == expected + 1
    assert caught.value.node in {"right", "loss-right"}
    assert session.step == expected
    assert_same(session, run(settings, expected))


def test_an_update_that_is_too_large_names_the_rate_of_its_phase() -> None:
    graph = wired(
        [points((1.0, 1.0, 1), labels="signed"), node("left", "dense", units=1, activation="identity"),
         node("right", "dense", units=1, activation="identity"), node("last", "dense", units=1, activation="identity"),
         node("loss-left", "hinge"), node("loss-right", "hinge")],
        "data.features > left", "data.features > right", "right > last", "left > loss-left.prediction",
        "last > loss-right.prediction", "data.target > loss-left.target", "data.target > loss-right.target",
    )  # fmt: skip
    settings = taking_turns(
        {"losses": ["loss-left"], "trains": ["left"], "optimizer": rate("sgd", 1e-3)},
        {"losses": ["loss-right"], "trains": ["right"], "optimizer": rate("sgd", 1000.0)},
        graph=graph, batch_size=0,
    )  # fmt: skip
    session = run(settings, 0)
    put(session, "right.weight", 0.0, 0.0)
    put(session, "last.weight", 3e38)
    with pytest.raises(Diverged) as caught:
        session.advance(4)
    assert (caught.value.node, caught.value.step) == ("right", 2)
    assert "learning rate 1000, largest gradient 3e+38" in caught.value.message
