"""Curves keep their shape and their extremes in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from playground.training.history import MOST_POINTS, Curve, History, Mark, Moment, Point
from playground.training.losses import FetchedLosses


def at(step: int) -> Moment:
    return Moment(step, step / 10, step * 4, step / 100)


def test_a_hundred_thousand_values_keep_their_extremes() -> None:
    values = np.sin(np.arange(100_000) / 5_000)
    values[[12_345, 77_777]] = 50.0, -50.0
    curve = Curve()
    for step, value in enumerate(values, 1):
        curve.append(at(step), float(value))
        assert len(curve) <= MOST_POINTS
    data = curve.data()
    assert MOST_POINTS / 2 <= len(curve) <= MOST_POINTS
    assert data.high.max() == 50.0 and data.low.min() == -50.0
    assert (np.diff(data.step) > 0).all() and data.step[-1] == 100_000
    spikes = (data.high == 50.0) | (data.low == -50.0)
    assert spikes.sum() == 2
    np.testing.assert_allclose(data.value[~spikes], np.sin(data.step[~spikes] / 5_000), atol=0.02)


def test_a_short_curve_is_kept_as_it_is() -> None:
    curve = Curve()
    for step in (1, 2, 3):
        curve.append(at(step), step * 1.5)
    np.testing.assert_array_equal(curve.data().value, [1.5, 3.0, 4.5])
    np.testing.assert_array_equal(curve.data().epoch, [0.1, 0.2, 0.3])
    assert curve.last() == 4.5 and np.isnan(Curve().last()) and np.isnan(History().last("train_loss"))


def test_neighbours_are_joined_by_their_mean() -> None:
    curve = Curve(most_points=4)
    for step in range(1, 9):
        curve.append(at(step), float(step))
    data = curve.data()
    np.testing.assert_array_equal(data.value, [1.5, 3.5, 5.5, 7.5])
    np.testing.assert_array_equal(data.step, [2, 4, 6, 8])
    np.testing.assert_array_equal(data.low, [1, 3, 5, 7])


def test_saved_rows_come_back_and_go_on() -> None:
    curve, other = Curve(most_points=8), Curve(most_points=8)
    for step in range(1, 20):
        curve.append(at(step), float(step))
    other.load(curve.rows())
    np.testing.assert_array_equal(other.rows(), curve.rows())
    for step in range(20, 60):
        other.append(at(step), float(step))
    assert len(other) <= 8 and other.data().low.min() == 1.0 and other.data().high.max() == 59.0


@pytest.mark.parametrize("shape", [(3, 6), (7,), (9_000, 7)])
def test_rows_that_are_no_curve(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="damaged"):
        Curve().load(np.zeros(shape))


def test_all_points_are_told() -> None:
    history = History()
    told = [Point("a", at(1), 1.0, 0.5, 1.5), Point("b", at(1), 2.0, 2.0, 2.0), Point("a", at(2), 3.0, 3.0, 3.0)]
    history.extend(told)
    history.mark(Mark(at(1), "learning rate 1 → 2"))
    assert sorted(history.all_points()) == sorted(told)
    assert history.last("a") == 3.0 and history.marks[0].text == "learning rate 1 → 2"


def test_losses_become_a_few_points_between_two_moments() -> None:
    losses = FetchedLosses(("train_loss",), ([float(value) for value in range(1, 33)],))
    found = losses.points(at(100), at(132))
    assert [point.moment.step for point in found] == [104, 108, 112, 116, 120, 124, 128, 132]
    assert [point.moment.examples for point in found] == [4 * point.moment.step for point in found]
    assert found[0][2:] == (2.5, 1.0, 4.0) and found[-1][2:] == (30.5, 29.0, 32.0)
    assert [point.value for point in FetchedLosses(("a",), ([3.0],)).points(at(0), at(1))] == [3.0]
    assert not FetchedLosses(("a", "b"), ([1.0], [float("inf")])).finite


def test_a_curve_takes_as_much_memory_as_it_needs_and_a_copy_goes_on_as_it_would() -> None:
    curve = Curve()
    assert curve.nbytes < 1_000
    for step in range(100):
        curve.append(at(step), float(step))
    assert curve.nbytes <= 2 * 100 * 7 * 8
    for step in range(100, 4_001):
        curve.append(at(step), float(step))
    copy, rows = curve.copy(), curve.rows()
    copy.append(at(4_001), 7.0)
    np.testing.assert_array_equal(curve.rows(), rows)
    curve.append(at(4_001), 7.0)
    np.testing.assert_array_equal(copy.rows(), curve.rows())
    assert len(copy) == 2_001 and copy.nbytes == 4_000 * 7 * 8
