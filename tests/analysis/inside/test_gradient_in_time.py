"""The gradient at each step, against the product of Jacobians written out by hand and against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from playground.analysis.base import NothingToShow
from playground.analysis.inside.gradient_in_time import GradientInTimeAnalysis
from playground.document.graph import Graph
from playground.network.check import check
from tests.analysis.inside.test_hidden_states import reading
from tests.analysis.subjects import chain, question_of, spirals


def found(graph: Graph, **options):
    return GradientInTimeAnalysis(**options).compute(question_of(graph))


def by_hand(question, count: int, scale: float = 1.0):
    """Gradients of each example's loss at each state (time, count, units), and what each step adds to that of W."""
    subject = question.loaded()
    modules = dict(subject.network.named_children())
    feeds = subject.feeds("test", count)
    layer = modules["layer-1"]
    with torch.no_grad():
        embedded = modules["embedding"](feeds["data", "features"])
        recurrent = layer.weight_hh_l0 * scale
        states = [torch.zeros(count, 4)]
        for x in embedded.unbind(1):
            drive = x @ layer.weight_ih_l0.T + layer.bias_ih_l0 + states[-1] @ recurrent.T + layer.bias_hh_l0
            states.append(torch.tanh(drive))
        shares = modules["answer"](states[-1]).softmax(-1)
        shares -= functional.one_hot(feeds["data", "target"], 3)
        slope = shares @ modules["answer"].weight  # (count, units)
        slopes, adds = [slope], []
        for state, before in zip(states[:0:-1], states[-2::-1], strict=True):
            inner = slopes[-1] * (1.0 - state**2)
            adds.append(inner.T @ before / count)
            slopes.append(inner @ recurrent)
    return torch.stack(slopes[-2::-1]), torch.stack(adds[::-1])


@pytest.mark.parametrize("scale", [1.0, 0.4])
@pytest.mark.parametrize("against", ["lag", "step"])
def test_norms_are_those_of_the_chain_rule_by_hand(against: str, scale: float) -> None:
    graph = reading(("simple-rnn", {}))
    result = found(graph, against=against, scale=scale, examples=9)
    slopes, _ = by_hand(question_of(graph), 9, scale)
    np.testing.assert_allclose(result.norms, slopes.norm(dim=2).mean(dim=1).numpy(), rtol=1e-4)
    assert result.distances.tolist() == ([6, 5, 4, 3, 2, 1, 0] if against == "lag" else [1, 2, 3, 4, 5, 6, 7])
    assert (result.examples, result.part, result.title) == (9, "test", "Simple RNN")


def test_what_the_steps_add_to_the_weights_is_added_up() -> None:
    graph = reading(("simple-rnn", {}))
    result = found(graph, of="weights", examples=9)
    _, adds = by_hand(question_of(graph), 9)
    np.testing.assert_allclose(result.norms, adds.norm(dim=(1, 2)).numpy(), rtol=1e-4, atol=1e-9)
    assert result.total == pytest.approx(float(adds.sum(dim=0).norm()), rel=1e-4)


@pytest.mark.parametrize("block", ["lstm", "gru"])
@pytest.mark.parametrize("states", ["last", "all"])
def test_gates_let_through_what_a_moved_state_changes(block: str, states: str) -> None:
    """The gradient of all steps together, by the loss of torch's own layer with its weights moved a little."""
    graph = reading((block, {"states": states}), *([("simple-rnn", {})] if states == "all" else []))
    question = question_of(graph)
    result = GradientInTimeAnalysis(of="weights", against="step", examples=9).compute(question)
    subject = question.loaded()
    network, feeds = subject.network, subject.feeds("test", 9)
    weight = dict(network.named_parameters())["layer-1.weight_hh_l0"].requires_grad_()
    with torch.enable_grad():
        (whole,) = torch.autograd.grad(network(feeds), weight)
    assert result.total == pytest.approx(float(whole.norm()), rel=1e-3)
    assert result.norms.sum() >= result.total and result.matrix is None and result.bound is None


def test_only_what_the_last_step_asks_is_followed_against_the_lag() -> None:
    graph = reading(("simple-rnn", {"states": "all"}), ("simple-rnn", {}))
    by_step, by_lag = found(graph, against="step"), found(graph, against="lag")
    assert by_step.norms[-1] == pytest.approx(by_lag.norms[-1], rel=1e-5)
    assert not np.allclose(by_step.norms[:-1], by_lag.norms[:-1], rtol=1e-2)


def test_norm_and_radius_are_those_of_numpy_and_bound_the_gradient() -> None:
    graph = reading(("simple-rnn", {}))
    result = found(graph, scale=0.5)
    named = dict(question_of(graph).loaded().network.named_parameters())
    weights = 0.5 * named["layer-1.weight_hh_l0"].detach().numpy()
    assert result.matrix is not None and result.bound is not None
    assert result.matrix.norm == pytest.approx(np.linalg.svd(weights)[1][0], rel=1e-5)
    assert result.matrix.radius == pytest.approx(np.abs(np.linalg.eigvals(weights)).max(), rel=1e-5)
    assert np.all(result.norms <= result.bound * (1.0 + 1e-5))
    assert result.factor == pytest.approx(float(np.exp(np.polyfit(np.arange(7), np.log(result.norms[::-1]), 1)[0])))


def test_the_network_is_left_as_it_was_and_a_scale_of_zero_leaves_the_last_step_alone() -> None:
    question = question_of(reading(("simple-rnn", {})))
    before = {name: one.clone() for name, one in question.loaded().network.named_parameters()}
    result = GradientInTimeAnalysis(scale=0.0).compute(question)
    assert result.norms[-1] > 0.0 and not result.norms[:-1].any()
    for name, one in question.subject.network.named_parameters():
        assert torch.equal(one, before[name])


def test_what_cannot_be_shown_is_said() -> None:
    plain = chain("circles", spirals(), [2])
    assert "No recurrent block" in GradientInTimeAnalysis().why_not(check(plain), plain)
    graph = reading(("lstm", {}))
    lossless = Graph(nodes=graph.nodes[:-1], edges=graph.edges[:-2])
    assert "Without a loss" in GradientInTimeAnalysis().why_not(check(lossless), lossless)
    question = question_of(graph)
    layer = dict(question.loaded().network.named_children())["layer-1"]
    layer.inside = lambda x: {"hidden": nn.functional.linear(x, torch.ones(4, 5))}
    with pytest.raises(NothingToShow):
        GradientInTimeAnalysis().compute(question)
