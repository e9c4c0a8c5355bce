"""Names and numbers of a landscape: readable and at their places from wherever one looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from playground.ui.views.loss.surface_axes import Axes, Places, axes
from playground.ui.views.shared.contours import HeightScale
from playground.ui.widgets.theme import THEME
from tests.ui.views.results_surface import bowl

HEIGHT = 1.1


@pytest.fixture(autouse=True)
def usual_size(qapp: Any) -> Iterator[None]:
    THEME.use("light")
    yield
    THEME.set_scale(1.0)


def camera(azimuth: float, elevation: float, width: int, height: int) -> Callable[[Places], Places]:
    """A camera that looks at the middle of the landscape; angles in degrees. An own, simple sum."""
    a, e = math.radians(azimuth), math.radians(elevation)
    back = np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])
    right = np.array([-math.sin(a), math.cos(a), 0.0])
    up = np.cross(back, right)
    eye = 4.2 * back + np.array([0.0, 0.0, 0.4])

    def project(places: Places) -> Places:
        away = places - eye
        depth = -(away @ back)
        x, y = away @ right / depth, away @ up / depth
        return np.column_stack([width / 2 + x * width / 1.2, height / 2 - y * width / 1.2])

    return project


def drawn(azimuth: float, elevation: float, width: int = 560, height: int = 420) -> Axes:
    result = bowl()
    scale = HeightScale.of(result.values, True)
    return axes(result, scale, HEIGHT, camera(azimuth, elevation, width, height), QRectF(0, 0, width, height))


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("elevation", [15.0, 42.0, 70.0])
@pytest.mark.parametrize("azimuth", [-62.0, -20.0, 10.0, 75.0, 130.0, 200.0, 290.0])
def test_names_and_numbers_do_not_overlap_and_stay_inside(azimuth: float, elevation: float, scale: float) -> None:
    THEME.set_scale(scale)
    written = drawn(azimuth, elevation).words
    assert len([word for word in written if word.title]) == 3
    assert len([word for word in written if not word.title]) >= 4
    for one, other in combinations(written, 2):
        assert not one.rect.intersects(other.rect), (one.text, other.text)
    assert all(QRectF(0, 0, 560, 420).contains(word.rect) for word in written)


@pytest.mark.parametrize("azimuth", [-62.0, 20.0, 110.0, 250.0])
def test_a_number_stands_at_its_value(azimuth: float) -> None:
    result = bowl()
    project = camera(azimuth, 42.0, 560, 420)
    written = [word for word in drawn(azimuth, 42.0).words if not word.title]
    assert {word.axis for word in written} == {0, 1, 2}
    for word in written:
        value = float(word.text.replace("−", "-"))
        if word.axis == 0:
            low, high = np.log10([result.values.min(), result.values.max()])
            up = (math.log10(value) - low) / (high - low) * HEIGHT
            could_be = [(x, y, up) for x in (-1.0, 1.0) for y in (-1.0, 1.0)]
        else:
            numbers = (result.alphas, result.betas)[word.axis - 1]
            along = 2.0 * (value - numbers[0]) / (numbers[-1] - numbers[0]) - 1.0
            could_be = [(along, edge, 0.0) if word.axis == 1 else (edge, along, 0.0) for edge in (-1.0, 1.0)]
        middle = word.rect.center()
        away = [math.dist(project(np.array([place]))[0], (middle.x(), middle.y())) for place in could_be]
        assert min(away) < 35.0, (word, away)


def test_the_words_turn_with_the_landscape() -> None:
    here, there = drawn(-62.0, 42.0), drawn(28.0, 42.0)
    places = [{word.axis: word.rect.center() for word in seen.words if word.title} for seen in (here, there)]
    assert places[0].keys() == places[1].keys()
    assert any((places[0][name] - places[1][name]).manhattanLength() > 60 for name in places[0])


def test_a_tiny_picture_has_short_names_and_no_numbers_on_each_other() -> None:
    written = drawn(-62.0, 42.0, 200, 150).words
    assert not any("(" in word.text for word in written if word.title and word.rect.width() > 120)
    for one, other in combinations(written, 2):
        assert not one.rect.intersects(other.rect)
