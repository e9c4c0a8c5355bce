"""What the lessons about remembering say is true of the runs they show."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional

from playground.analysis.subject import Subject
from playground.blocks.recurrent.unrolled import Unrolled
from playground.document import files, library
from playground.document.edits import set_parameters
from playground.document.project import Project
from playground.training.session.session import Session


def preset(name: str, **data: Any) -> Project:
    project = files.read(library.find(name))
    return project.replace(graph=set_parameters(project.graph, "data", data)) if data else project


def trained(project: Project, epochs: int) -> Session:
    session = Session(project, "cpu")
    while session.epoch < epochs - 1e-9:
        session.advance(session.steps_left_in_epoch)
    return session


class Reading:
    """The network of a session at work on the first test sequences."""

    def __init__(self, session: Session, count: int = 200) -> None:
        self.subject = Subject(session.project.graph)
        self.subject.load(session.snapshot())
        feeds = self.subject.feeds("test", count)
        self.modules = dict(self.subject.network.named_children())
        self.embedded = self.modules["embedding"](feeds["data", "features"]).detach()
        self.target = feeds["data", "target"]
        memory = self.modules["memory"]
        assert isinstance(memory, Unrolled)
        self.memory = memory

    def inside(self) -> dict[str, torch.Tensor]:
        """States and gates, each (sequences, steps, units)."""
        with torch.no_grad():
            return self.memory.inside(self.embedded)

    def gradient_that_is_left(self) -> float:
        """The norm of the gradient at the first letter as a share of that at the last."""
        embedded = self.embedded.clone().requires_grad_()
        loss = functional.cross_entropy(self.modules["dense-1"](self.memory(embedded)), self.target)
        (gradient,) = torch.autograd.grad(loss, embedded)
        norms = gradient.norm(dim=(0, 2))  # (steps,)
        return float(norms[0] / norms[-1])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_gradient_fades_on_its_way_to_the_first_letter_and_an_open_forget_gate_lets_it_through(seed: int) -> None:
    left = {
        name: Reading(Session(preset(name).replace(seed=seed), "cpu")).gradient_that_is_left()
        for name in ("remember-rnn", "remember-lstm")
    }
    assert left["remember-rnn"] < 1e-4
    assert 0.04 < left["remember-lstm"] < 0.25


def test_ten_letters_are_no_trouble_for_a_plain_rnn() -> None:
    assert trained(preset("remember-rnn", length=10), 10).evaluate(full=True)["test_accuracy"] > 0.95


def test_the_lstm_opens_forget_gates_and_its_rows_keep_their_colour() -> None:
    before = Reading(Session(preset("remember-lstm"), "cpu")).inside()["forget"]
    assert float(before.mean()) == pytest.approx(0.88, abs=0.02)
    inner = Reading(trained(preset("remember-lstm"), 10)).inside()
    open_gates = inner["forget"].mean(dim=(0, 1)) > 0.95  # (units,)
    signs = inner["hidden"].sign()
    steady = (signs[:, 4:] == signs[:, -1:]).float().mean(dim=(0, 1)) > 0.9
    assert int(open_gates.sum()) >= 4 and int(steady.sum()) >= 10


def test_the_gru_shuts_an_update_gate_after_the_first_letter() -> None:
    before = Reading(Session(preset("remember-gru"), "cpu")).inside()["update"]
    assert float(before.mean()) == pytest.approx(0.5, abs=0.05)
    update = Reading(trained(preset("remember-gru"), 10)).inside()["update"]
    first, later = update[:, 0].mean(dim=0), update[:, 1:].mean(dim=(0, 1))  # (units,)
    assert bool(((first < 0.7) & (later > 0.95)).any())
