"""Landscapes: their values, slopes and minima against numpy and finite differences; the regions; the start."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground.blocks.base import BlockError
from playground.blocks.descent import Constraint, DescentFunction, project
from playground.blocks.landscapes import LANDSCAPES, typed

CORNERS = [(-1.3, 0.4), (0.7, -2.1), (2.0, 1.5)]
BY_HAND = {
    "parabola": lambda x: (x - 3) ** 2,
    "square": lambda x: x * x,
    "double-well": lambda x: (x * x - 1) ** 2 + 0.3 * x,
    "bowl": lambda x, y: x * x + y * y,
    "oval-bowl": lambda x, y: x * x + 4 * y * y,
    "ravine": lambda x, y: x * x / 2 + 25 * y * y,
    "saddle": lambda x, y: 3 * x * x + 2 * y * y + 5 * x * y + 23,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    "himmelblau": lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y**3) ** 2,
    "rastrigin": lambda x, y: 20 + x * x - 10 * math.cos(2 * math.pi * x) + y * y - 10 * math.cos(2 * math.pi * y),
}


def height(name: str, *place: float) -> tuple[float, list[float]]:
    """Value and slope at a place."""
    values = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in place]
    found = LANDSCAPES[name].value(*values)
    found.backward()
    return float(found.detach()), [float(value.grad) for value in values if value.grad is not None]


@pytest.mark.parametrize("name", LANDSCAPES)
def test_values_are_those_of_the_textbook_and_slopes_those_of_differences(name: str) -> None:
    dimensions, small = LANDSCAPES[name].dimensions, 1e-6
    for corner in CORNERS:
        place = corner[:dimensions]
        value, slope = height(name, *place)
        assert value == pytest.approx(BY_HAND[name](*place), rel=1e-12)
        for axis in range(dimensions):
            up, down = list(place), list(place)
            up[axis] += small
            down[axis] -= small
            difference = (BY_HAND[name](*up) - BY_HAND[name](*down)) / (2 * small)
            assert slope[axis] == pytest.approx(difference, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_the_known_minima_are_level_and_nothing_around_is_lower(name: str) -> None:
    landscape = LANDSCAPES[name]
    assert bool(landscape.minima) == (name != "saddle")
    left, right, bottom, top = landscape.extent
    generator = np.random.default_rng(0)
    thrown = generator.uniform((left, bottom), (right, top), (2000, 2))[:, : landscape.dimensions]
    lowest = min(BY_HAND[name](*place) for place in thrown.tolist())
    for minimum in landscape.minima:
        value, slope = height(name, *minimum)
        assert np.abs(slope).max() < 1e-11
        assert value <= lowest


def test_a_typed_formula_has_the_slopes_of_calculus() -> None:
    landscape = typed("x^2*sin(y) + exp(-x)/2")
    assert landscape.dimensions == 2
    x, y = torch.tensor(0.7, dtype=torch.float64, requires_grad=True), torch.tensor(-1.1, dtype=torch.float64)
    value = landscape.value(x, y)
    value.backward()
    assert float(value.detach()) == pytest.approx(0.49 * math.sin(-1.1) + math.exp(-0.7) / 2)
    assert x.grad is not None
    assert float(x.grad) == pytest.approx(1.4 * math.sin(-1.1) - math.exp(-0.7) / 2)
    assert typed("2*x").dimensions == 1 and float(typed("7").value(x)) == 7.0


@pytest.mark.parametrize(
    ("text", "words"),
    [("x +", "the end"), ("z", "z"), ("__import__(1)", "__import__"), ("x^", "the end"), ("2x", "write 2*x")],
)
def test_a_formula_that_cannot_be_read_is_refused_with_a_sentence(text: str, words: str) -> None:
    ((name, sentence),) = DescentFunction.parameter_problems({"function": "typed", "expression": text})
    assert name == "expression" and words in sentence and sentence.startswith("Formula of Test function")


def test_a_start_without_value_is_refused_and_a_level_one_is_advised_against() -> None:
    nowhere = DescentFunction(function="typed", expression="log(x)", start_x=-1.0)
    with pytest.raises(BlockError, match=r"cannot begin at \(−1\)") as caught:
        nowhere.expect()
    assert caught.value.fixes[0].parameters == {"start_x": 1.0}
    (advice,) = DescentFunction(function="rastrigin").advise()
    assert "slope is exactly zero" in advice.message
    assert advice.fixes[0].parameters == {"start_x": 3.3, "start_y": -2.7}
    assert DescentFunction().advise() == ()


def test_the_module_stands_at_the_start_in_double_precision() -> None:
    module = DescentFunction(function="himmelblau", start_x=0.1, start_y=-2.0).build()
    (place,) = module.parameters()
    assert place.dtype == torch.float64 and place.tolist() == [0.1, -2.0]


@pytest.mark.parametrize("constraint", ["l1", "l2", "box"])
def test_the_projection_is_the_nearest_place_of_the_region(constraint: Constraint) -> None:
    generator = np.random.default_rng(1)
    sizes = {"l1": lambda p: np.abs(p).sum(-1), "l2": lambda p: np.linalg.norm(p, axis=-1),
             "box": lambda p: np.abs(p).max(-1)}  # fmt: skip
    candidates = generator.uniform(-1.5, 1.5, (200_000, 2))
    candidates = candidates[sizes[constraint](candidates) <= 1.5]
    for place in generator.uniform(-4.0, 4.0, (25, 2)):
        found = project(torch.tensor(place), constraint, 1.5).numpy()
        assert sizes[constraint](found) <= 1.5 + 1e-12
        if sizes[constraint](place) <= 1.5:
            np.testing.assert_array_equal(found, place)
        nearest = np.linalg.norm(candidates - place, axis=1).min()
        assert nearest - 0.01 <= np.linalg.norm(found - place) <= nearest + 1e-9
