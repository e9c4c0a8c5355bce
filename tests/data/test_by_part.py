"""Parts that are different on purpose: test pictures that were moved, training targets that are gross errors."""

from __future__ import annotations

import numpy as np
import pytest

from playground.data.base import PARTS
from playground.data.images.digits import Digits, Mnist
from playground.data.images.moved import moved, noisy
from playground.data.points.shapes import Gaussians
from playground.data.points.surfaces import Plane
from playground.data.preparation import prepare
from playground.data.tables.courses import NoisyCurve


def pixels(dataset: Digits | Mnist, part: str) -> np.ndarray:
    return prepare(dataset).parts[part]["features"]  # type: ignore[index]


def test_a_dot_goes_where_it_is_moved() -> None:
    dots = np.zeros((4, 1, 9, 9), dtype=np.float32)
    dots[:, 0, 2, 4] = 1.0
    shifted = moved(dots, 2, 0.0, 1.0)
    assert [tuple(np.argwhere(one[0] > 0.99)[0]) for one in shifted] == [(0, 4), (2, 6), (4, 4), (2, 2)]
    assert shifted.sum() == pytest.approx(4.0)
    turned = moved(dots, 0, 90.0, 1.0)  # to one side and to the other, around the middle at (4, 4)
    assert {tuple(np.argwhere(one[0] > 0.99)[0]) for one in turned} == {(4, 2), (4, 6)}
    smaller = moved(dots, 0, 0.0, 0.5)
    assert tuple(np.argwhere(smaller[0, 0] > 0.9)[0]) == (3, 4)


@pytest.mark.parametrize(
    "settings", [{"test_shift": 1}, {"test_rotation": 20.0}, {"test_scale": 0.8}, {"test_noise": 0.3}]
)
def test_only_the_test_part_is_changed(settings: dict[str, float]) -> None:
    plain, other = Digits(), Digits.model_validate(settings)
    for part in ("train", "validation"):
        np.testing.assert_array_equal(pixels(plain, part), pixels(other, part))
    assert not np.array_equal(pixels(plain, "test"), pixels(other, "test"))
    before, after = (prepare(one).parts["test"]["target"] for one in (plain, other))
    np.testing.assert_array_equal(before, after)


def test_noise_has_its_deviation_and_stays_between_paper_and_ink() -> None:
    grey = np.full((50, 1, 8, 8), 0.5, dtype=np.float32)
    found = noisy(grey, 0.1)
    assert found.std() == pytest.approx(0.1, rel=0.05) and found.mean() == pytest.approx(0.5, abs=0.01)
    np.testing.assert_array_equal(noisy(grey, 0.1), found)
    loud = noisy(grey, 2.0)
    assert loud.min() == 0.0 and loud.max() == 1.0


def test_permuted_pictures_have_the_same_pixels_elsewhere_and_nobody_is_asked_to_draw_them() -> None:
    plain, torn = Digits(examples=100), Digits(examples=100, pixels="permuted")
    for part in PARTS:
        before, after = pixels(plain, part).reshape(-1, 64), pixels(torn, part).reshape(-1, 64)
        np.testing.assert_array_equal(np.sort(before, axis=1), np.sort(after, axis=1))
        places = {tuple(np.argsort(row, kind="stable")) for row in after}
        assert len(places) > 1
    one, other = pixels(torn, "train").reshape(-1, 64), pixels(plain, "train").reshape(-1, 64)
    # Every pixel of one is some pixel of the other in all pictures: the same exchange for all.
    assert {column.tobytes() for column in one.T} == {column.tobytes() for column in other.T}
    assert not np.array_equal(one, other)
    assert torn.input_form(None) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [NoisyCurve, Plane])
def test_outliers_are_in_the_training_part_alone(kind: type[NoisyCurve | Plane]) -> None:
    plain, other = kind(examples=100), kind(examples=100, outliers=0.1)
    for part in PARTS:
        difference = prepare(other).parts[part]["target"] - prepare(plain).parts[part]["target"]
        wrong = np.flatnonzero(np.abs(difference) > 1e-6)
        assert len(wrong) == (7 if part == "train" else 0)  # a tenth of 70
        np.testing.assert_allclose(difference[wrong], 5.0, rtol=1e-5)


def test_a_class_weighs_as_much_more_as_it_is_rarer() -> None:
    rare = Gaussians(examples=1000, balance=0.1, weigh_classes=True)
    weights = rare.signals()[1].weights
    assert weights == pytest.approx((5.0, 1.0 / 1.8))
    assert Gaussians(balance=0.1).signals()[1].weights == ()
