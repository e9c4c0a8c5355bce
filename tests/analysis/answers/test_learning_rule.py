"""Lines and centroids: those of the snapshots, in raw features."""

from __future__ import annotations

import numpy as np
import pytest

from playground.analysis.answers.learning_rule import MOST_LINES, LearningRuleAnalysis, rule_nodes
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.document.project import Project, TrainingSettings
from playground.network.check import check
from playground.training.session.session import Session
from tests.analysis.subjects import chain
from tests.network.small_graphs import node, wired


def perceptron(**data: object) -> Graph:
    return wired(
        [node("data", "gaussians", examples=60, labels="signed", **data), node("rule", "perceptron")],
        "data.features > rule.features", "data.target > rule.target",
    )  # fmt: skip


def clusters() -> Graph:
    return wired(
        [node("data", "blobs", clouds=3, examples=90, scaling="standardize"), node("k", "k-means")],
        "data.features > k.features",
    )


def context_after(graph: Graph, steps: int, batch_size: int) -> Question:
    session = Session(Project(graph=graph, training=TrainingSettings(batch_size=batch_size)))
    for _ in range(steps):
        session.advance(1)
    return Question(Subject(graph), session.snapshot(), trail=session.trail.snapshots)


@pytest.mark.parametrize("scaling", ["none", "standardize"])
def test_the_present_line_is_where_the_score_is_zero(scaling: str) -> None:
    question = context_after(perceptron(scaling=scaling), 30, 1)
    result = LearningRuleAnalysis(resolution=40).compute(question)
    a, b, c = result.lines[-1]
    assert len(result.lines) <= MOST_LINES
    left, right, bottom, top = result.extent
    xs, ys = np.linspace(left, right, 40), np.linspace(bottom, top, 40)
    x, y = np.meshgrid(xs, ys)
    score = a * x + b * y + c
    sure = np.abs(score) > 1e-4
    np.testing.assert_array_equal((score > 0)[sure], (result.field == 1)[sure])
    np.testing.assert_array_equal(result.wrong, result.answers != result.classes)
    assert result.class_names == ("orange", "blue") and not result.centroids.size


def test_without_any_weight_there_is_no_line() -> None:
    result = LearningRuleAnalysis(resolution=8).compute(context_after(perceptron(), 0, 1))
    assert result.lines.shape == (0, 3)


def test_the_paths_lead_to_the_present_centroids_in_raw_units() -> None:
    question = context_after(clusters(), 6, 0)
    result = LearningRuleAnalysis(resolution=8).compute(question)
    assert question.snapshot is not None and question.subject is not None
    scaler = question.subject.prepared["data"].scaler
    centroids = scaler.unscale(question.snapshot.buffers["k.centroids"])
    np.testing.assert_allclose(result.centroids[-1], centroids, rtol=1e-5)
    moved = np.abs(np.diff(result.centroids, axis=0)).max(axis=(1, 2))
    assert (moved > 0).all(), "a moment in which nothing moved is no part of the way"
    nearest = np.linalg.norm(result.xy[:, None] - result.centroids[-1][None], axis=2)
    assert (nearest.argmin(axis=1) == result.answers).mean() > 0.95  # standardized axes stretch a little
    columns, rows = result.table()
    assert columns == ["moment", "cluster", "x1", "x2"] and len(rows) == result.centroids.shape[0] * 3


def test_it_needs_a_rule_over_two_features() -> None:
    graph = chain("circles", {"examples": 40}, [2])
    assert "perceptron rule or k-means" in LearningRuleAnalysis().why_not(check(graph), graph)
    assert rule_nodes(check(clusters())) == ["k"]
