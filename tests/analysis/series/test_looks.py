"""What is found in a series: the numbers of the textbook, those of statsmodels, and closed forms."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from statsmodels.tsa.arima_process import ArmaProcess
from statsmodels.tsa.seasonal import STL, seasonal_decompose
from statsmodels.tsa.stattools import acf, adfuller, kpss, pacf

from playground.analysis.base import Analysis, NothingToShow
from playground.analysis.question import Question
from playground.analysis.series.autocorrelation import AutocorrelationAnalysis
from playground.analysis.series.decomposition import DecompositionAnalysis
from playground.analysis.series.lag_pairs import LagPairsAnalysis
from playground.analysis.series.look import differenced, strength_words
from playground.analysis.series.spectrum import SpectrumAnalysis
from playground.analysis.series.stationarity import StationarityAnalysis
from playground.analysis.subject import Subject
from playground.data.series.builder import SeriesBuilder
from playground.data.series.forecasting import SeriesDataset
from playground.data.series.measured import CarbonDioxide, Nile, Sunspots
from playground.data.series.processes import ArimaProcess, Sines, TypedSeries
from playground.document.graph import Edge, Graph, Node

LOOKS: tuple[type[Analysis], ...] = (
    AutocorrelationAnalysis, LagPairsAnalysis, DecompositionAnalysis, StationarityAnalysis, SpectrumAnalysis,
)  # fmt: skip


def look(analysis: Analysis, dataset: SeriesDataset):
    nodes = (
        Node(id="data", block=dataset.id, parameters=dataset.parameters()),
        Node(id="flat", block="flatten"),
        Node(id="dense", block="dense", parameters={"units": dataset.horizon}),
        Node(id="loss", block="mean-squared-error"),
    )
    edges = (
        Edge(source="data", source_port="features", target="flat"),
        Edge(source="flat", target="dense"),
        Edge(source="dense", target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    )
    return analysis.compute(Question(subject=Subject(Graph(nodes=nodes, edges=edges))))


def values_of(dataset: SeriesDataset) -> np.ndarray:
    return np.array(dataset.timeline().values)


def test_the_week_of_temperatures_by_all_three_definitions() -> None:
    found = look(AutocorrelationAnalysis(lags=3), TypedSeries())
    np.testing.assert_allclose(found.acf["pairs"], [0.480384, 0.832050, 0.4], atol=5e-7)
    np.testing.assert_allclose(found.acf["short sum"], [0.345671, 0.362504, -0.219899], atol=5e-7)
    np.testing.assert_allclose(found.acf["standard"], [0.223502, 0.205069, -0.111751], atol=5e-7)
    assert found.band == pytest.approx(0.741, abs=5e-4)
    outside = {name: [int(k) for k in found.lags[np.abs(r) > found.band]] for name, r in found.acf.items()}
    assert outside == {"standard": [], "pairs": [2], "short sum": []}
    assert found.table()[1][1][:2] == [2, 5], "at lag 2 five pairs are left"


def test_the_lag_table_is_shifted_down_with_blanks_at_its_top() -> None:
    columns, rows = look(LagPairsAnalysis(lag=1), TypedSeries()).table()
    assert columns[2] == "lag 1"
    assert [row[2] for row in rows] == ["", 21.0, 23.0, 22.0, 24.0, 23.0, 25.0]
    rows = look(LagPairsAnalysis(lag=2), TypedSeries()).table()[1]
    assert [row[2] for row in rows] == ["", "", 21.0, 23.0, 22.0, 24.0, 23.0]
    found = look(LagPairsAnalysis(lag=2), TypedSeries())
    slope, offset = np.polyfit(found.early, found.late, 1)
    assert (found.r, found.slope, found.offset) == pytest.approx((0.832050, slope, offset), abs=1e-6)
    hundred = look(LagPairsAnalysis(lag=7), Nile())
    assert len(hundred.late) == 93


@pytest.mark.parametrize("estimator", ["ywm", "ols", "burg"])
def test_both_functions_are_those_of_statsmodels(estimator: str) -> None:
    found = look(AutocorrelationAnalysis(lags=20, estimator=estimator), Sunspots())
    values = values_of(Sunspots())
    np.testing.assert_allclose(found.acf["standard"], acf(values, nlags=20)[1:], atol=1e-10)
    np.testing.assert_allclose(found.pacf, pacf(values, nlags=20, method=estimator)[1:], atol=1e-10)


@pytest.mark.parametrize(
    ("ar", "ma", "rho", "partial", "variance"),
    [
        ("0.7", "", [0.7, 0.49, 0.343], [0.7, 0.0, 0.0], 1.960784),
        ("0.5, 0.3", "", [0.714286, 0.657143, 0.542857], [0.714286, 0.3, 0.0], 2.243590),
        ("", "0.6", [0.441176, 0.0, 0.0], [0.441176, -0.241676, 0.140602], 1.36),
    ],
)  # fmt: skip
def test_a_long_process_has_the_autocorrelation_of_its_law(
    ar: str, ma: str, rho: list[float], partial: list[float], variance: float
) -> None:
    shares, shocks = ([float(one) for one in text.split(",") if one] for text in (ar, ma))
    law = ArmaProcess([1.0, *(-one for one in shares)], [1.0, *shocks])
    np.testing.assert_allclose(law.acf(4)[1:], rho, atol=1e-6)
    np.testing.assert_allclose(law.pacf(4)[1:], partial, atol=1e-6)
    dataset = ArimaProcess(ar=ar, ma=ma, steps=20_000)
    found = look(AutocorrelationAnalysis(lags=3), dataset)
    np.testing.assert_allclose(found.acf["standard"], rho, atol=0.03)
    np.testing.assert_allclose(found.pacf, partial, atol=0.03)
    assert values_of(dataset).var() == pytest.approx(variance, rel=0.06)


def test_parts_are_those_of_statsmodels_and_give_the_series_again() -> None:
    series = SeriesBuilder(season=12)
    values = values_of(series)
    for method in ("additive", "multiplicative"):
        found = look(DecompositionAnalysis(method=method), series)
        right = seasonal_decompose(values, model=method, period=12)
        np.testing.assert_allclose(found.trend, right.trend)
        np.testing.assert_allclose(found.seasons[0], right.seasonal)
    found = look(DecompositionAnalysis(), series)
    right = STL(values, period=12).fit()
    np.testing.assert_allclose(found.seasons[0], right.seasonal)
    np.testing.assert_allclose(found.trend + found.seasons[0] + found.rest, values)
    two = look(DecompositionAnalysis(method="MSTL", second_period=70), series)
    assert two.periods == (12, 70) and len(two.seasons) == 2
    np.testing.assert_allclose(two.trend + sum(two.seasons) + two.rest, values)
    plain = look(DecompositionAnalysis(), SeriesBuilder(season=12, noise=0.0, cycle=0.0))
    assert plain.season_strength > 0.99 and plain.trend_strength > 0.99


def test_carbon_dioxide_is_stationary_once_differenced() -> None:
    first = look(StationarityAnalysis(), CarbonDioxide())
    assert first.adf.p == pytest.approx(adfuller(values_of(CarbonDioxide()))[1]) and first.adf.p > 0.99
    assert first.kpss.bounded == "<" and first.verdict == "Both agree: it has a unit root. Difference it."
    once = look(StationarityAnalysis(differences=1), CarbonDioxide())
    assert once.adf.p < 1e-3 and once.adf.rejected and not once.kpss.rejected
    assert once.verdict == "Both agree: it is stationary."
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        right = kpss(np.diff(values_of(CarbonDioxide())), nlags="auto")
    assert once.kpss.statistic == pytest.approx(right[0])


def test_rolling_mean_and_deviation() -> None:
    found = look(StationarityAnalysis(window=10), Nile())
    values = values_of(Nile())
    assert np.isnan(found.mean[:9]).all()
    assert found.mean[9] == pytest.approx(values[:10].mean())
    assert found.deviation[-1] == pytest.approx(values[-10:].std())


def test_sunspots_come_again_every_eleven_years_within_one_step_by_both_ways() -> None:
    found = look(SpectrumAnalysis(), Sunspots())
    assert found.periods[found.peaks[0]] == pytest.approx(11.04, abs=0.01)
    assert found.lag_peak == 10
    assert found.power.sum() == pytest.approx(1.0)


def test_a_sum_of_sines_has_its_periods_as_peaks() -> None:
    found = look(SpectrumAnalysis(detrend="constant"), Sines(periods="12, 30", steps=600, noise=0.01))
    assert sorted(round(float(found.periods[peak]), 6) for peak in found.peaks[:2]) == [12.0, 30.0]
    assert found.power[list(found.peaks[:2])] == pytest.approx([0.8, 0.2], abs=0.01)


def test_differences_shorten_and_sums_are_undone() -> None:
    walk = ArimaProcess(ar="", differences=1, steps=400)
    values = values_of(walk)
    once, lost = differenced(values, 1, 0)
    np.testing.assert_allclose(once, np.diff(values))
    assert lost == 1
    season, lost = differenced(values, 0, 12)
    np.testing.assert_allclose(season, values[12:] - values[:-12])
    assert lost == 12
    assert differenced(values, 2, 12)[1] == 14


def test_the_training_time_alone_can_be_looked_at() -> None:
    whole, past = (look(LagPairsAnalysis(stretch=one), Nile()) for one in ("whole series", "training time"))
    assert (len(whole.values), len(past.values)) == (100, 70)


@pytest.mark.parametrize("kind", LOOKS)
def test_a_series_that_never_changes_or_is_gone_is_told_in_a_sentence(kind: type[Analysis]) -> None:
    if kind not in (LagPairsAnalysis, DecompositionAnalysis):
        with pytest.raises(NothingToShow, match=r"never changes|straight line"):
            look(kind(), TypedSeries(values=", ".join(["5"] * 30)))
    with pytest.raises(NothingToShow, match="too few"):
        look(kind(differences=3), TypedSeries())
    with pytest.raises(NothingToShow, match="logarithm"):
        look(kind(logarithm=True), TypedSeries(values="1, 0, 2, 3, 4, 5"))


@pytest.mark.parametrize(
    ("r", "words"),
    [
        (0.95, "very strong, the same way"), (0.7, "strong, the same way"), (-0.5, "moderate, the other way"),
        (0.2, "weak, the same way"), (0.1, "next to none"),
    ],
)  # fmt: skip
def test_strength_in_words(r: float, words: str) -> None:
    assert strength_words(r) == words
