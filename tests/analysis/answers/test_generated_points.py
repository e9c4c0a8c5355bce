"""Real and generated points: where they lie, what the discriminator thinks of the plane, which modes are covered."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.analysis.answers.decision_boundary import DecisionBoundaryAnalysis
from playground.analysis.answers.generated_points import GeneratedPointsAnalysis
from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.analysis.inside.wire_gradients import WireGradientsAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import edits
from playground.document.graph import Graph
from playground.network.check import check
from playground.training.session.session import Session
from tests.analysis.subjects import chain, question_of, spirals
from tests.network.small_graphs import node, wire
from tests.players import adversarial_graph, adversarial_project


def by_hand(question: Question, node_name: str, values: np.ndarray, activation: str) -> np.ndarray:
    assert question.snapshot is not None
    weight, bias = (question.snapshot.array(f"{node_name}.{part}").astype(np.float64) for part in ("weight", "bias"))
    made = values @ weight.T + bias
    return {"relu": np.maximum(made, 0), "elu": np.where(made > 0, made, np.expm1(made)), "": made}[activation]


def judged(question: Question, points: np.ndarray) -> np.ndarray:
    """The probability of being real that the discriminator gives to raw points."""
    assert question.subject is not None
    scaled = question.subject.prepared["data"].scaler.scale(points.astype(np.float32)).astype(np.float64)
    logits = by_hand(question, "judge-2", by_hand(question, "judge-1", scaled, "elu"), "")
    return 1.0 / (1.0 + np.exp(-logits[:, 0]))


def test_the_field_is_what_the_discriminator_says_of_every_place() -> None:
    question = question_of(adversarial_graph())
    found = GeneratedPointsAnalysis(resolution=12).compute(question)
    x, y = np.meshgrid(found.xs, found.ys)
    expected = judged(question, np.stack([x.ravel(), y.ravel()], axis=1)).reshape(12, 12)
    np.testing.assert_allclose(found.field, expected, atol=1e-4)
    left, right, bottom, top = found.extent
    assert (found.xs[0], found.xs[-1], found.ys[0], found.ys[-1]) == (left, right, bottom, top)
    assert left < found.real[:, 0].min() - 1.0 and found.same_scale and found.step == 7


def test_points_are_those_of_the_test_part_and_of_the_generator() -> None:
    question = question_of(adversarial_graph())
    found = GeneratedPointsAnalysis(points=20).compute(question)
    assert question.subject is not None and found.part == "test"
    np.testing.assert_array_equal(found.real, question.subject.points("test").xy[:20])
    noise = torch.randn(30, 2, generator=torch.Generator().manual_seed(1)).numpy()[:20].astype(np.float64)
    made = by_hand(question, "make-2", by_hand(question, "make-1", noise, "relu"), "")
    scaler = question.subject.prepared["data"].scaler
    np.testing.assert_allclose(found.generated, scaler.unscale(made.astype(np.float32)), atol=1e-3)
    again = GeneratedPointsAnalysis(points=20).compute(question)
    np.testing.assert_array_equal(found.generated, again.generated)
    columns, rows = found.table()
    assert columns == ["x1", "x2", "origin"] and [row[2] for row in rows] == ["real"] * 20 + ["generated"] * 20


def test_modes_are_those_that_the_measure_counts() -> None:
    session = Session(adversarial_project(), "cpu")
    session.advance(200)
    question = Question(subject=Subject(session.project.graph), snapshot=session.snapshot())
    modes = GeneratedPointsAnalysis().compute(question).modes
    measured = session.evaluate(full=True)
    assert modes is not None and modes.names == tuple(f"mode {number}" for number in range(1, 9))
    angle = 2.0 * np.pi * np.arange(8) / 8
    np.testing.assert_allclose(modes.middles, 4.0 * np.stack([np.sin(angle), np.cos(angle)], axis=1), atol=0.4)
    assert (modes.reaches > 0.2).all() and (modes.reaches < 1.8).all()
    np.testing.assert_array_equal(modes.covered, modes.shares >= 0.02)
    # The picture draws the same noise as the evaluation, whether that is a glance or full.
    for metrics in (measured, session.evaluate()):
        assert metrics["test_modes_covered"] == modes.covered.sum()
        assert metrics["test_high_quality_share"] == pytest.approx(modes.high_quality, abs=1e-6)


def test_without_the_measure_there_are_points_but_no_modes() -> None:
    assert GeneratedPointsAnalysis().compute(question_of(adversarial_graph(measure=False))).modes is None


def without(graph: Graph, *names: str) -> Graph:
    return edits.delete(graph, names, close_gap=False)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (chain("spirals", spirals(), [4, 2]), "need the block “Real and generated”"),
        (without(adversarial_graph(), "discriminator"), "need a discriminator"),
    ],
)
def test_why_not_in_one_line(graph: Graph, words: str) -> None:
    reason = GeneratedPointsAnalysis().why_not(check(graph), graph)
    assert words in reason and "\n" not in reason and reason.endswith(".")


def test_real_examples_that_are_no_points_of_the_plane_are_refused() -> None:
    graph = adversarial_graph(measure=False)
    noisy = edits.add_node(graph, node("copy", "dense", units=2))
    edges = [edge for edge in noisy.edges if (edge.target, edge.target_port) != ("deal", "real")]
    noisy = noisy.replace(edges=(*edges, wire("data.features > copy"), wire("copy > deal.real")))
    assert "two features" in GeneratedPointsAnalysis().why_not(check(noisy), noisy)
    assert GeneratedPointsAnalysis().why_not(check(graph), graph) == ""


def test_the_decision_boundary_is_not_offered() -> None:
    graph = adversarial_graph()
    assert DecisionBoundaryAnalysis().why_not(check(graph), graph) != ""


def test_cards_of_both_players_show_maps_over_their_own_plane() -> None:
    question = question_of(adversarial_graph())
    maps = LiveMapsAnalysis(resolution=9).compute(question).maps
    assert {name: value.shape for name, value in maps.items()} == {
        "noise": (2, 9, 9), "make-1": (8, 9, 9), "make-2": (2, 9, 9), "deal": (2, 9, 9), "judge-1": (6, 9, 9),
        "judge-2": (1, 9, 9),
    }  # fmt: skip
    side = np.linspace(-3.0, 3.0, 9)
    np.testing.assert_allclose(maps["noise"][0], np.tile(side, (9, 1)), atol=1e-6)
    np.testing.assert_allclose(maps["noise"][1], np.tile(side[::-1, None], (1, 9)), atol=1e-6)
    corner = by_hand(question, "make-2", by_hand(question, "make-1", np.array([[3.0, -3.0]]), "relu"), "")
    np.testing.assert_allclose(maps["make-2"][:, -1, -1], corner[0], atol=1e-4)
    assert question.subject is not None
    _, right, bottom, _ = question.subject.extent()
    logit = np.log(judged(question, np.array([[right, bottom]])))
    np.testing.assert_allclose(-np.log1p(np.exp(-maps["judge-2"][0, -1, -1])), logit[0], atol=1e-4)


def test_noise_of_more_numbers_has_no_plane() -> None:
    maps = LiveMapsAnalysis(resolution=9).compute(question_of(adversarial_graph(size=5))).maps
    assert set(maps) == {"deal", "judge-1", "judge-2"}


TURNS = ((("discriminator",), ("judge-1", "judge-2")), (("generator",), ("make-1", "make-2")))


def test_each_wire_carries_the_gradient_of_the_phase_that_learns_before_it() -> None:
    graph = adversarial_graph()
    question = question_of(graph)
    alone = {}
    for number, loss in enumerate(("discriminator", "generator")):
        other = ("generator", "discriminator")[number]
        alone[loss] = WireGradientsAnalysis().compute(question_of(edits.set_parameters(graph, other, {"weight": 0.0})))
    sizes = WireGradientsAnalysis(turns=TURNS).compute(question).sizes
    for key, size in sizes.items():
        both = [flow.sizes[key] for flow in alone.values()]
        # Before the judges nothing learns from the discriminator's loss.
        expected = max(both) if key.source.startswith("judge") else both[1]
        assert size == pytest.approx(expected, rel=1e-4), key
    assert {key.source for key in sizes} == {"make-1", "make-2", "deal", "judge-1", "judge-2"}
    together = WireGradientsAnalysis().compute(question).sizes
    wires = [key for key in together if key.source == "make-1"]
    assert together[wires[0]] != pytest.approx(sizes[wires[0]], rel=1e-3)


def test_a_measure_sends_no_gradient_back() -> None:
    sizes = WireGradientsAnalysis().compute(question_of(adversarial_graph())).sizes
    assert not any(key.target == "modes" for key in sizes)
    assert any(key.source == "make-2" and key.target == "deal" for key in sizes)
