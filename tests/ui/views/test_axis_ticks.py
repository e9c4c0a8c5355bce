"""The ticks of an axis can be told apart, wherever on the number line the data lie."""

import pytest

from playground.ui.widgets.plots import Axis

RANGES = (
    (0.0, 1.0),
    (-3.0, 250.0),
    (999_990.0, 1_000_030.0),
    (1.7e9, 1.7e9 + 50.0),  # Seconds since 1970.
    (20_230_101.0, 20_230_130.0),
    (-2.5e7, -2.4999e7),
    (3.0000001, 3.0000009),
    (1e-9, 5e-9),
    (2.0e15, 9.0e15),
    (2_451_545.25, 2_451_546.0),
)


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_neighbouring_ticks_have_different_words(qtbot, low, high):
    axis = Axis("bottom")
    spacing, values = axis.tickValues(low, high, 500.0)[0]
    words = axis.tickStrings(values, 1.0, spacing)
    assert len(values) >= 2
    assert len(set(words)) == len(values), words


def test_large_round_numbers_stay_short(qtbot):
    axis = Axis("bottom")
    assert axis.tickStrings([0.0, 1e9, 2e9], 1.0, 1e9) == ["0", "1e9", "2e9"]
    assert axis.tickStrings([1.7e9, 1.7e9 + 10.0], 1.0, 10.0) == ["1,700,000,000", "1,700,000,010"]
