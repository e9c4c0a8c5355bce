"""A step that takes long is broken off when somebody wants something else, and taken again as if nothing had been."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from playground.blocks import support_vectors
from playground.blocks.interruption import BackgroundCall, Interrupted
from playground.document.graph import Choice
from playground.document.project import Project, TrainingSettings
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node, wired


def machine() -> Project:
    graph = wired(
        [node("data", "moons", examples=80, noise=0.4), node("svm", "support-vector-machine", kernel="linear")],
        "data.features > svm.features", "data.target > svm.target",
    )  # fmt: skip
    return Project(graph=graph)


def newton() -> Project:
    graph = chain(
        node("data", "moons", examples=80), node("hidden", "dense", units=6), node("logits", "dense", units=2),
        loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    return Project(graph=graph, training=TrainingSettings(optimizer=Choice(id="newton"), batch_size=0))


@pytest.mark.parametrize("project", [machine(), newton()], ids=["support vectors", "newton"])
def test_a_step_that_was_broken_off_leaves_no_trace(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fit, free = support_vectors.fit_machine, threading.Event()
    monkeypatch.setattr(support_vectors, "fit_machine", lambda *asked: (free.wait(20), fit(*asked))[1])
    plain, asked = Session(project), Session(project)
    answers = iter([False] * 3 + [True])
    free.set()
    plain.advance(7)
    free.clear()
    asked.ask(lambda: next(answers, True))
    assert asked.advance(7) == 0 == asked.step
    free.set()
    asked.ask(lambda: False)
    asked.advance(7)
    assert (asked.step, asked.epoch) == (plain.step, plain.epoch)
    np.testing.assert_array_equal(asked.snapshot().parameters, plain.snapshot().parameters)
    for name, buffer in plain.snapshot().buffers.items():
        np.testing.assert_array_equal(asked.snapshot().buffers[name], buffer)
    losses = [one.history.curves.get("train_loss") for one in (plain, asked)]
    assert losses[0] is None or len(losses[0]) == len(losses[1])


def test_a_call_that_is_left_alone_is_waited_for_later_and_not_made_again() -> None:
    free, calls = threading.Event(), []

    def call() -> int:
        calls.append(1)
        free.wait(20)
        return 7

    alone = BackgroundCall(call)
    began = time.perf_counter()
    with pytest.raises(Interrupted):
        alone.wait(lambda: True)
    assert time.perf_counter() - began < 5.0
    free.set()
    assert alone.wait(lambda: False) == 7 and calls == [1]


def test_what_the_library_raises_is_raised_to_who_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        BackgroundCall(lambda: 1 // 0).wait(lambda: False)
