"""Distributions against numpy's histogram, and shares against nets whose dead and saturated units are known."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground.analysis.question import Question
from playground.analysis.run import distributions
from playground.analysis.run.distributions import Distributions, DistributionsAnalysis, value_range
from playground.analysis.shared.moments import steady
from playground.analysis.shared.unit_health import health, weight_gradients
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.graph import Graph
from playground.network.check import check
from playground.training.session.session import Session
from tests.analysis.subjects import chain, question_of, snapshot_of, spirals
from tests.network.small_graphs import chain as blocks
from tests.network.small_graphs import node
from tests.training.runs import noisy_graph, project


def trained(graph: Graph | None = None, steps: int = 25) -> tuple[Session, Question]:
    session = Session(project(graph, rate=0.05), "cpu")
    for _ in range(steps):
        session.advance(1)
    question = Question(
        subject=Subject(session.project.graph), snapshot=session.snapshot(), trail=session.trail.snapshots,
        project=session.project,
    )  # fmt: skip
    return session, question


def with_values(question: Question, name: str, values: Any) -> Question:
    assert question.snapshot is not None
    place = question.snapshot.layout.by_name()[name]
    whole = question.snapshot.parameters.copy()
    whole[place.start : place.stop] = np.ravel(values)
    return replace(question, snapshot=replace(question.snapshot, parameters=whole))


def with_activation(graph: Graph, name: str) -> Graph:
    return graph.replace(nodes=tuple(
        one.replace(parameters={**one.parameters, "activation": name}) if one.id == "dense-1" else one
        for one in graph.nodes
    ))  # fmt: skip


# Histograms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["weights", "biases"])
def test_counts_are_those_of_numpy_with_outliers_at_the_edges(what: str) -> None:
    session, question = trained()
    found = DistributionsAnalysis(node="layer-1", what=what, bins=12).compute(question)  # type: ignore[arg-type]
    assert found.what == what and found.steps.tolist() == [one.step for one in question.trail]
    name = "layer-1.weight" if what == "weights" else "layer-1.bias"
    for moment, counts, outside in zip(question.trail, found.counts, found.outside, strict=True):
        values = moment.array(name).ravel().astype(np.float64)
        inside = np.clip(values, found.edges[0], found.edges[-1])
        np.testing.assert_array_equal(counts, np.histogram(inside, found.edges)[0])
        assert outside.tolist() == [(values < found.edges[0]).sum(), (values > found.edges[-1]).sum()]
    columns, rows = found.table()
    assert columns[:4] == ["step", "from", "to", "count"] and len(rows) == 12 * len(found.steps)
    assert session.step == found.step == found.steps[found.now]


def test_a_spike_does_not_flatten_the_rest() -> None:
    values = [np.sort(np.random.default_rng(n).normal(size=2_000)).astype(np.float32) for n in range(5)]
    plain = value_range(values)
    values[2][-1] = 1e12
    assert value_range(values)[1] < 1.5 * plain[1] and plain[1] < 4
    assert value_range([np.zeros(0, dtype=np.float32)]) == (-1.0, 1.0)
    low, high = value_range([np.full(5, 0.25, dtype=np.float32)])
    assert low < 0.25 < high


def test_gradients_are_those_of_autograd_without_the_biases() -> None:
    _, question = trained(steps=4)
    found = DistributionsAnalysis(node="layer-1", what="gradients").compute(question)
    subject = question.subject
    assert subject is not None
    for moment, counts in zip(question.trail, found.counts, strict=True):
        subject.load(moment)
        expected = weight_gradients(subject)["layer-1.weight"].ravel()
        assert counts.sum() == expected.size
        clipped = np.clip(expected.astype(np.float64), found.edges[0], found.edges[-1])
        np.testing.assert_array_equal(counts, np.histogram(clipped, found.edges)[0])


def test_large_blocks_are_sampled_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributions, "MOST_VALUES", 10)
    _, question = trained(steps=2)
    found = DistributionsAnalysis(node="layer-1", what="activations").compute(question)
    assert found.counts.sum(axis=1).tolist() == [10] * len(found.steps)


# Shares ---------------------------------------------------------------------------------------------------------------


def test_dead_units_are_counted() -> None:
    question = question_of(with_activation(chain("spirals", spirals(), [5, 2]), "relu"))
    question = with_values(question, "dense-1.bias", [-1e3, 1e3, -1e3, 1e3, 1e3])
    found = DistributionsAnalysis(node="dense-1", what="activations").compute(question)
    assert found.dead.tolist() == [pytest.approx(0.4)] and found.zero[0] == pytest.approx(0.4)
    assert math.isnan(found.saturated[0]) and found.units == 5 and found.activation == "relu"


@pytest.mark.parametrize(("activation", "low"), [("sigmoid", 0.0), ("tanh", -1.0)])
def test_saturated_values_are_counted(activation: str, low: float) -> None:
    question = question_of(with_activation(chain("spirals", spirals(), [4, 2]), activation))
    question = with_values(question, "dense-1.weight", np.zeros((4, 2)))
    question = with_values(question, "dense-1.bias", [-50.0, 0.0, 50.0, 0.3])
    found = DistributionsAnalysis(node="dense-1", what="activations").compute(question)
    assert found.saturated.tolist() == [0.5] and math.isnan(found.dead[0])
    assert found.edges[[0, -1]] == pytest.approx([low, 1.0], abs=1e-6)


def test_saturation_begins_where_the_slope_is_a_tenth_of_the_greatest() -> None:
    x = np.linspace(-8, 8, 4_001, dtype=np.float64)
    tanh, sigmoid = np.tanh(x), 1 / (1 + np.exp(-x))
    flat = float((1 - tanh**2 < 0.1).mean())
    assert health(tanh.astype(np.float32)[:, None], "tanh").saturated == pytest.approx(flat, abs=1e-3)
    flat = float((sigmoid * (1 - sigmoid) < 0.025).mean())
    assert health(sigmoid.astype(np.float32)[:, None], "sigmoid").saturated == pytest.approx(flat, abs=1e-3)


def test_zero_weights_are_counted_over_time() -> None:
    session = Session(project(rate=0.1, regularization={"l1": 0.5}), "cpu")
    for _ in range(20):
        session.advance(1)
    subject, trail = Subject(session.project.graph), session.trail.snapshots
    question = Question(subject=subject, snapshot=session.snapshot(), trail=trail)
    found = DistributionsAnalysis(node="layer-1").compute(question)
    expected = [float((one.array("layer-1.weight") == 0).mean()) for one in question.trail]
    np.testing.assert_allclose(found.zero, expected)
    assert found.zero[0] == 0.0 and found.zero[-1] > 0.5


# Blocks and moments ---------------------------------------------------------------------------------------------------


def test_the_block_is_that_of_the_box_or_of_the_canvas_or_the_first() -> None:
    _, question = trained(noisy_graph(), steps=2)
    assert DistributionsAnalysis().compute(question).node == "wide"
    assert DistributionsAnalysis().compute(replace(question, node="out")).node == "out"
    assert DistributionsAnalysis().compute(replace(question, node="data")).node == "wide"
    found = DistributionsAnalysis(node="norm").compute(replace(question, node="out"))
    assert found.node == "norm" and found.pointed == "out"
    assert {one.node: one.whats for one in found.offered}["drop"] == ("activations",)
    assert DistributionsAnalysis(node="drop").compute(question).what == "activations"


@pytest.mark.parametrize(
    ("graph", "block"),
    [
        (files.read(library.paths()["remember-lstm"]).graph, "lstm"),
        (noisy_graph(), "batch-norm"),
        (blocks(node("data", "digits"), node("conv", "conv2d", filters=3), node("flat", "flatten"),
                node("out", "dense", units=10, activation="identity"), loss=node("loss", "cross-entropy")), "conv2d"),
    ],
    ids=["lstm", "batch-norm", "conv"],
)  # fmt: skip
def test_other_kinds_of_blocks_have_all_four(graph: Graph, block: str) -> None:
    _, question = trained(graph, steps=2)
    name = next(one.id for one in graph.nodes if one.block == block)
    for what in distributions.WHATS:
        found = DistributionsAnalysis(node=name, what=what).compute(question)
        assert found.what == what and found.node == name and (found.counts.sum(axis=1) > 0).all()
        bounded = what == "activations" and block == "lstm"  # a state lies between -1 and 1
        assert np.isfinite(found.saturated).all() == bounded
    units = next(one.parameters.get("units") for one in graph.nodes if one.id == name)
    assert found.units == {"lstm": units, "batch-norm": 6, "conv2d": 3}[block]


def test_attention_has_distributions_too() -> None:
    graph = next(
        one for one in (files.read(path).graph for path in library.paths().values())
        if any(node.block == "multi-head-attention" for node in one.nodes)
    )  # fmt: skip
    name = next(one.id for one in graph.nodes if one.block == "multi-head-attention")
    question = Question(subject=Subject(graph), snapshot=snapshot_of(graph))
    for what in ("weights", "gradients", "activations"):
        assert DistributionsAnalysis(node=name, what=what).compute(question).counts.sum() > 0  # type: ignore[arg-type]


def test_what_was_computed_for_a_moment_is_kept_while_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    session, question = trained(steps=30)
    looked: list[int] = []
    look = distributions.sample_of
    monkeypatch.setattr(distributions, "sample_of", lambda *given: looked.append(given[1].step) or look(*given))
    analysis = DistributionsAnalysis(node="layer-1", moments=10)
    first = analysis.compute(question)
    assert len(first.steps) <= 11 and first.steps[0] == 0 and first.steps[-1] == 30
    looked.clear()
    session.advance(1)
    later = analysis.compute(replace(question, snapshot=session.snapshot(), trail=session.trail.snapshots))
    assert looked == [31] and later.steps[-1] == 31


def test_steady_moments_stay_while_the_run_grows() -> None:
    snapshots = [replace(trained(steps=0)[0].snapshot(), step=step) for step in range(400)]
    before: set[int] = set()
    for length in range(20, 400):
        chosen = steady(snapshots[:length], 16)
        steps = [one.step for one in chosen]
        assert 8 <= len(steps) <= 16 and steps[0] == 0
        fresh = set(steps) - before
        assert len(fresh) <= 1 or not before
        before |= set(steps)


def test_looking_back_marks_the_moment_and_shows_what_came_after() -> None:
    _, question = trained(steps=20)
    past = next(one for one in question.trail if one.step == 7)
    found = DistributionsAnalysis(node="layer-1", moments=5).compute(replace(question, snapshot=past))
    assert found.step == 7 and found.steps[found.now] == 7 and found.steps[-1] > 7


def test_a_long_computation_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributions, "PATIENCE", 0.0)
    _, question = trained(steps=6)
    grown = [len(stage.steps) for stage in DistributionsAnalysis(node="layer-1").stages(question)]
    assert grown == list(range(1, len(question.trail) + 1))


def test_without_anything_to_show_it_says_why_not() -> None:
    bare = Graph(nodes=(node("data", "circles"),))
    assert "weights" in DistributionsAnalysis().why_not(check(bare), bare)
    graph = chain("spirals", spirals(), [3, 2])
    assert DistributionsAnalysis().why_not(check(graph), graph) == ""
    assert isinstance(DistributionsAnalysis().compute(question_of(graph)), Distributions)
