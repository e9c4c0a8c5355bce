"""The number of threads belongs to the run, as the last digits of the weights depend on it."""

from __future__ import annotations

import pytest
import torch

from playground.training.device import ALONE, choose_threads
from playground.training.session.session import Session
from tests.training.runs import plain_graph, project


@pytest.mark.parametrize("cores", [2, 3, 16])
def test_small_networks_learn_with_one_thread_on_every_machine(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert choose_threads(1) == choose_threads(ALONE) == 1
    assert choose_threads(ALONE + 1) == cores - 1


def test_a_saved_run_goes_on_with_its_threads() -> None:
    session = Session(project(plain_graph()))
    torch.set_num_threads(2)
    session.advance(3)
    assert torch.get_num_threads() == session.threads == 1 and session.snapshot().place.threads == 1
    checkpoint = session.checkpoint()
    assert checkpoint.meta["threads"] == 1
    checkpoint.meta["threads"] = 2
    other = Session(session.project)
    try:
        other.resume(checkpoint)
        other.advance(1)
        assert other.threads == torch.get_num_threads() == 2
        checkpoint.meta["threads"] = "many"
        session.resume(checkpoint)
        assert session.threads == 1
    finally:
        torch.set_num_threads(1)
