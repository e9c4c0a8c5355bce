"""What the lessons on attention say is true of the runs they show."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from playground.analysis.inside.attention import AttentionAnalysis, AttentionMaps
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.edits import set_parameters
from playground.document.project import Project
from playground.editing import fixes
from playground.training.session.session import Session
from tests.presets.test_lessons import preset, trained


def looked_at(session: Session, row: int = 0) -> AttentionMaps:
    return AttentionAnalysis().compute(Question(Subject(session.project.graph), session.snapshot(), example=row))


def on_the_anti_diagonal(session: Session) -> float:
    """Mean weight at the letter that is asked for, over some examples, of the first head."""
    subject, snapshot = Subject(session.project.graph), session.snapshot()
    found = [
        AttentionAnalysis().compute(Question(subject, snapshot, example=row)).layers[0].weights[0] for row in range(20)
    ]
    return float(np.mean([weights[:, ::-1].diagonal().mean() for weights in found]))


def without_wire(project: Project, port: str) -> Project:
    wires = tuple(edge for edge in project.graph.edges if edge.target_port != port)
    return project.replace(graph=project.graph.replace(edges=wires))


@pytest.mark.parametrize(
    ("scaled", "row"), [(False, [0.114, 0.146, 0.241, 0.188, 0.310]), (True, [0.136, 0.162, 0.231, 0.194, 0.276])]
)
def test_sat_looks_at_the_mat_as_the_lesson_says_before_and_after_learning(scaled: bool, row: list[float]) -> None:
    project = preset("sat")
    session = Session(project.replace(graph=set_parameters(project.graph, "attention", {"scaled": scaled})), "cpu")
    for _ in range(2):
        (layer,) = looked_at(session).layers
        assert layer.words == ("the", "cat", "sat", "on", "mat")
        np.testing.assert_allclose(layer.weights[0, 2], row, atol=6e-4)
        session.advance(200)
    if not scaled:
        vectors = np.array([[1, 0], [0.5, 0.5], [0.5, 1], [0, 1], [1, 1]])
        np.testing.assert_allclose(layer.weights[0, 2] @ vectors, [0.618, 0.813], atol=6e-4)
        assert session.evaluate(full=True)["train_accuracy"] == 1.0


def test_the_anti_diagonal_lights_up() -> None:
    before = Session(preset("reverse"), "cpu")
    assert on_the_anti_diagonal(before) < 0.1
    after = trained(preset("reverse"), 25)
    assert on_the_anti_diagonal(after) > 0.88
    weights = looked_at(after).layers[0].weights[0]
    np.testing.assert_array_equal(weights.argmax(axis=1), np.arange(12)[::-1])


def test_without_positions_the_answers_are_shuffled_with_the_letters() -> None:
    project = preset("no-positions")
    session = trained(project, 15)
    accuracy = session.evaluate(full=True)["test_accuracy"]
    subject = Subject(project.graph)
    subject.load(session.snapshot())
    tokens = subject.feeds("test")["data", "features"]
    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))

    def answers(arriving: torch.Tensor) -> NDArray[np.float32]:
        return subject.values({("data", "features"): arriving}, [("symbol", "output")])["symbol", "output"]

    np.testing.assert_allclose(answers(tokens[:, order]), answers(tokens)[:, order.numpy()], atol=1e-4)
    letters = tokens.numpy()
    most = np.mean([np.bincount(row, minlength=8).max() for row in letters]) / 12
    assert abs(accuracy - 0.29) < 0.02 and abs(most - 0.285) < 0.01


def test_positions_put_in_mend_it() -> None:
    project = preset("no-positions")
    (wire,) = [edge for edge in project.graph.edges if edge.source == "embedding"]
    mended = project.replace(graph=fixes.insert_block(project.graph, wire.key, "positional-encoding"))
    assert trained(mended, 20).evaluate(full=True)["test_accuracy"] > 0.98


def test_no_step_of_the_encoder_looks_at_the_padding_until_the_wire_is_pulled_out() -> None:
    masked = looked_at(trained(preset("encoder-block"), 15))
    (layer,) = masked.layers
    filler = np.array([word == "[PAD]" for word in layer.words])
    assert filler.tolist() == [False] * 9 + [True] * 3
    assert not layer.weights[..., filler].any()
    np.testing.assert_array_equal(layer.weights[0, 3:].argmax(axis=1), np.arange(9)[::-1])
    open_eyes = trained(without_wire(preset("encoder-block"), "padding"), 15)
    assert open_eyes.evaluate(full=True)["test_accuracy"] > 0.97
    assert looked_at(open_eyes).layers[0].weights[..., filler].sum(axis=-1).max() > 0.3


def test_under_the_causal_mask_half_the_answers_are_guessed() -> None:
    project = preset("encoder-block")
    session = trained(project.replace(graph=set_parameters(project.graph, "attention", {"causal": True})), 60)
    assert 0.55 < session.evaluate(full=True)["test_accuracy"] < 0.67
