"""Series of a known law: coefficients are found again, chaos is as the papers say, bad input is told."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.ar_model import AutoReg

from playground.blocks.base import BlockError
from playground.data.packaged import numbers_in
from playground.data.series.measured import Economy, ElNino, Nile
from playground.data.series.processes import ArimaProcess, Chaos, Sines, TypedSeries


def values_of(dataset) -> np.ndarray:
    return np.array(dataset.timeline().values)


def test_the_coefficient_of_an_ar_process_is_found_again() -> None:
    found = AutoReg(values_of(ArimaProcess(ar="0.7", steps=2_000)), lags=1).fit().params[1]
    assert found == pytest.approx(0.7, abs=0.05)


def test_without_shocks_a_hundred_falls_by_the_law() -> None:
    series = ArimaProcess(ar="0.7", noise=0.0, first=100.0, steps=20)
    np.testing.assert_allclose(values_of(series)[:5], [100.0, 70.0, 49.0, 34.3, 24.01])


def test_a_season_and_a_sum_are_part_of_the_law() -> None:
    seasonal = ArimaProcess(ar="", seasonal=0.9, season=12, steps=2_000)
    assert np.flatnonzero(seasonal.lags()).tolist() == [11]
    trend = ArimaProcess(ar="", differences=1, constant=2.0, noise=0.0, first=5.0, steps=30)
    np.testing.assert_allclose(np.diff(values_of(trend)), 2.0)


@pytest.mark.parametrize("ar", ["1.01", "0.5, 0.6", "-1.2"])
def test_a_law_that_runs_away_is_refused_with_a_remedy(ar: str) -> None:
    with pytest.raises(BlockError, match="runs away") as told:
        ArimaProcess(ar=ar).expect()
    (remedy,) = told.value.fixes
    ArimaProcess(ar=ar).model_copy(update=dict(remedy.parameters)).expect()


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        (ArimaProcess, "ar", "0.5 x"), (Sines, "periods", "0"), (TypedSeries, "values", "1, 2"),
        (TypedSeries, "values", "nan"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_numbers_is_told(kind, name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"write|finite"):
        kind(**{name: text})


def test_two_starts_of_lorenz_that_nearly_agree_part() -> None:
    from playground.data.series.processes import lorenz

    one, other = lorenz(np.zeros(3), 900), lorenz(np.array([1e-6, 0.0, 0.0]), 900)
    assert np.abs(one - other).max() > 10.0
    assert np.abs(one).max() < 22.0


def test_mackey_glass_stays_between_its_bounds_and_never_repeats() -> None:
    values = values_of(Chaos(system="mackey-glass", steps=400))
    assert 0.2 < values.min() < values.max() < 1.5
    assert len(np.unique(values.round(9))) == 400


def test_measured_series_have_their_published_numbers() -> None:
    nile = values_of(Nile())
    assert (nile[0], nile[-1], len(nile)) == (1_120.0, 740.0, 100)
    assert Nile().moment(28) == "1899"
    sea = values_of(ElNino())
    assert (sea[0], sea[1], sea[12], len(sea)) == (23.11, 24.20, 24.19, 732)
    assert ElNino().moment(13) == "Feb 1951"
    table = numbers_in("statsmodels", "datasets/macrodata/macrodata.csv", skip=1)
    for column, place in (("output", 2), ("unemployment", 10), ("inflation", 12), ("interest", 9)):
        np.testing.assert_array_equal(values_of(Economy(column=column)), table[:, place])
    assert Economy().moment(5) == "1960 Q2"
