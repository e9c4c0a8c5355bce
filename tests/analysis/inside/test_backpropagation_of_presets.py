"""Backpropagation in slow motion on every preset: conv, LSTM, attention, graphs and all, against autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.analysis.inside.backpropagation import BackpropagationAnalysis
from playground.analysis.inside.slow_motion.update import phase_of
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.training.session.session import Session

SMALL = 2_000
"""Parameters up to which every gradient is compared."""


@pytest.mark.parametrize("name", library.paths())
def test_every_preset_goes_forward_back_and_into_the_weights(name: str) -> None:
    project = files.read(library.find(name))
    session = Session(project, "cpu")
    session.advance(1)
    analysis = BackpropagationAnalysis()
    if not session.report.loss_nodes():
        assert "loss" in analysis.why_not(session.report, project.graph)
        return
    assert analysis.why_not(session.report, project.graph) == ""
    subject, snapshot = Subject(project.graph), session.snapshot()
    result = analysis.compute(Question(subject=subject, snapshot=snapshot, project=project))
    assert [step.way for step in result.steps] == sorted(
        (step.way for step in result.steps), key=["forward", "backward", "update"].index
    )
    assert result.count("backward") and result.count("update")
    assert all(step.title and (step.lines or step.given) for step in result.steps)
    for node in result.chain.nodes:
        if node.links or node.rest_words:
            onward = sum(link.slope * result.chain.nodes[link.target].gradient for link in node.links) + node.rest
            assert onward == pytest.approx(node.gradient, abs=1e-9, rel=1e-9)
    if session.report.total_parameters < SMALL:
        phase = phase_of(project, subject, snapshot)
        _compare(subject, result.gradients, None if phase is None else phase.losses)


def _compare(subject: Subject, found: dict[str, np.ndarray], losses: frozenset[str] | None) -> None:
    subject.calm()
    named = dict(subject.network.named_parameters())
    values = subject.network.run(subject.example(0))
    expected = torch.autograd.grad(
        subject.network.total_loss(values, losses), list(named.values()), allow_unused=True
    )  # fmt: skip
    for (name, _), gradient in zip(named.items(), expected, strict=True):
        if gradient is None:
            assert name not in found
        else:
            scale = max(1.0, float(gradient.abs().max()))
            np.testing.assert_allclose(found[name], gradient.numpy(), atol=2e-6 * scale)
