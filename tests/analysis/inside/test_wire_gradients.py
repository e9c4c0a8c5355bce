"""The gradient on the wires, against autograd by hand and against the vanishing that sigmoids bring."""

from __future__ import annotations

import numpy as np
import torch

from playground.analysis.inside.wire_gradients import WireGradientsAnalysis
from playground.document import edits
from playground.network.check import check
from tests.analysis.subjects import chain, question_of, spirals


def test_sizes_equal_the_gradient_computed_by_hand() -> None:
    question = question_of(chain("spirals", spirals(), [6, 2]))
    flow = WireGradientsAnalysis(examples=32).compute(question)
    subject, snapshot = question.subject, question.snapshot
    assert subject is not None and snapshot is not None
    part = subject.prepared["data"].parts["train"]
    features, target = torch.tensor(part["features"][:32]), torch.tensor(part["target"][:32])
    names = [name for name in subject.report.order if f"{name}.weight" in snapshot.layout.by_name()]
    weights = [(torch.tensor(snapshot.array(f"{n}.weight")), torch.tensor(snapshot.array(f"{n}.bias"))) for n in names]
    hidden = torch.tanh(features @ weights[0][0].T + weights[0][1]).requires_grad_()
    logits = hidden @ weights[1][0].T + weights[1][1]
    torch.nn.functional.cross_entropy(logits, target).backward()
    wire = next(key for key in flow.sizes if key.source == names[0])
    np.testing.assert_allclose(flow.sizes[wire], float(hidden.grad.norm()), rtol=1e-4)
    assert all(key.source != "data" for key in flow.sizes)


def test_sigmoids_in_a_row_let_the_gradient_fade() -> None:
    graph = chain("spirals", spirals(), [*[8] * 6, 2])
    for number in range(1, 7):
        graph = edits.set_parameters(graph, f"dense-{number}", {"activation": "sigmoid"})
    sizes = WireGradientsAnalysis().compute(question_of(graph)).sizes
    by_source = {key.source: size for key, size in sizes.items()}
    first, last = by_source["dense-1"], by_source["dense-6"]
    assert 0.0 <= first < 0.05 * last


def test_without_a_loss_it_says_why_not() -> None:
    graph = chain("spirals", spirals(), [6, 2])
    bare = graph.replace(nodes=graph.nodes[:-1], edges=tuple(e for e in graph.edges if e.target != graph.nodes[-1].id))
    assert "loss" in WireGradientsAnalysis().why_not(check(bare), bare)
