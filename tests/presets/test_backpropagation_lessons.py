"""The two networks that the syllabus calculates by hand: every number named there, from the steps and from training."""

from __future__ import annotations

import math

import pytest

from playground.analysis.inside.backpropagation import Backpropagation, BackpropagationAnalysis, Direction
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.graph import Node
from playground.training.session.session import Session

FINE = 5e-9
"""Half a unit of the eighth decimal, to which the syllabus gives its numbers."""
SINGLE = 4e-8
"""What training in single precision can keep of numbers around 1/2."""


def slow(session: Session) -> Backpropagation:
    return BackpropagationAnalysis(digits=8).compute(
        Question(subject=Subject(session.project.graph), snapshot=session.snapshot(), project=session.project)
    )


def opened(name: str) -> Session:
    return Session(files.read(library.find(name)), "cpu")


def said(result: Backpropagation, way: Direction, symbol: str) -> float:
    """The number that a step gives out under this symbol."""
    for step in result.steps:
        for amount in step.given if step.way == way else ():
            if amount.symbol == symbol:
                assert amount.values is not None and amount.values.size == 1
                return float(amount.values.reshape(-1)[0])
    raise KeyError(symbol)


def written(result: Backpropagation, text: str) -> bool:
    return any(text in line for step in result.steps for line in step.lines)


def test_two_layers_forward_as_in_the_syllabus() -> None:
    result = slow(opened("two-layer-by-hand"))
    for symbol, value in {
        "z⁽¹⁾": -0.02, "a⁽¹⁾": 0.49500017, "z⁽²⁾": 0.04950002, "a⁽²⁾": 0.51237248, "L": 0.118890
    }.items():
        assert said(result, "forward", symbol) == pytest.approx(value, abs=5e-7 if symbol == "L" else FINE)
    assert [float(one) for one in result.steps[0].given[0].values.reshape(-1)] == pytest.approx([0.1, 0.3])
    assert written(result, "z⁽¹⁾ = w⁽¹⁾₁·x₁ + w⁽¹⁾₂·x₂ = 0.40000001 · 0.1 + (−0.2) · 0.30000001 = −0.02")


def test_two_layers_backward_as_in_the_syllabus_with_the_sign_of_a_gradient() -> None:
    result = slow(opened("two-layer-by-hand"))
    # The syllabus has δ = −∂L/∂z.
    assert -said(result, "backward", "∂L/∂z⁽²⁾") == pytest.approx(0.12183224, abs=FINE)
    assert -said(result, "backward", "∂L/∂z⁽¹⁾") == pytest.approx(0.00304550, abs=FINE)
    steps = -0.5 * result.gradients["output.weight"], -0.5 * result.gradients["hidden.weight"]
    assert steps[0].tolist() == [[pytest.approx(0.03015349, abs=FINE)]]
    assert steps[1].tolist() == [pytest.approx([0.00015228, 0.00045683], abs=FINE)]


def test_two_layers_learn_the_weights_of_the_syllabus_in_one_real_step() -> None:
    session = opened("two-layer-by-hand")
    told = slow(session).updated
    assert session.evaluate(full=True)["train_loss"] == pytest.approx(0.118890, abs=5e-7)
    session.advance(1)
    after = session.snapshot()
    for arrays in (told, {name: after.array(name) for name in told}):
        assert arrays["output.weight"].tolist() == [[pytest.approx(0.13015349, abs=SINGLE)]]
        assert arrays["hidden.weight"].tolist() == [pytest.approx([0.40015228, -0.19954317], abs=SINGLE)]
    assert session.evaluate(full=True)["train_loss"] == pytest.approx(0.117079, abs=5e-7)


def test_subtracting_delta_climbs_as_the_lesson_warns() -> None:
    session = opened("two-layer-by-hand")
    for name, index, value in (
        ("output.weight", (0, 0), 0.1 - 0.03015349),
        ("hidden.weight", (0, 0), 0.4 - 0.00015228),
        ("hidden.weight", (0, 1), -0.2 - 0.00045683),
    ):
        session.set_parameter(name, index, value)
    assert session.evaluate(full=True)["train_loss"] == pytest.approx(0.120716, abs=1e-6)


def test_with_cross_entropy_delta_is_the_plain_difference_as_the_lesson_says() -> None:
    project = files.read(library.find("two-layer-by-hand"))
    nodes = tuple(
        Node(id="loss", block="binary-cross-entropy", position=node.position) if node.id == "loss" else node
        for node in project.graph.nodes
    )
    session = Session(project.replace(graph=project.graph.replace(nodes=nodes)), "cpu")
    assert -said(slow(session), "backward", "∂L/∂z⁽²⁾") == pytest.approx(0.487628, abs=5e-7)


def test_the_chain_of_neurons_has_the_numbers_of_the_syllabus() -> None:
    result = slow(opened("one-neuron-chain"))
    assert said(result, "forward", "a⁽²⁾") == pytest.approx(0.48, abs=1e-8)
    assert said(result, "forward", "z⁽³⁾") == pytest.approx(0.663294, abs=5e-7)
    assert said(result, "forward", "a⁽³⁾") == pytest.approx(0.66, abs=2e-8)
    assert said(result, "forward", "L") == pytest.approx(0.1156, abs=2e-8)
    assert said(result, "backward", "∂L/∂a⁽³⁾") == pytest.approx(-0.68, abs=4e-8)
    assert said(result, "backward", "∂L/∂z⁽³⁾") == pytest.approx(-0.152592, abs=2e-8)
    assert said(result, "backward", "∂L/∂b⁽³⁾") == pytest.approx(-0.152592, abs=2e-8)
    assert said(result, "backward", "∂L/∂w⁽³⁾") == pytest.approx(-0.07324416, abs=2e-8)
    assert said(result, "backward", "∂L/∂a⁽²⁾") == pytest.approx(-0.152592 * 1.5, abs=4e-8)
    slope = next(link.slope for node in result.chain.nodes if node.symbol == "z⁽³⁾" for link in node.links)
    assert slope == pytest.approx(0.2244, abs=2e-8)


def test_the_first_weight_of_the_chain_is_seven_factors_as_the_lesson_says() -> None:
    result = slow(opened("one-neuron-chain"))
    assert result.weight == ("first.weight", (0, 0))
    (way,) = result.chain.paths()
    assert len(way) == 7
    assert math.prod(slope for _, slope in way) == pytest.approx(result.gradients["first.weight"][0, 0], rel=1e-12)
    sigmoids = [slope for number, slope in way if result.chain.nodes[number].symbol.startswith("a")]
    assert len(sigmoids) == 3 and max(sigmoids) < 0.25
