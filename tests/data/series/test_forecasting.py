"""Time series: nothing of the future is seen, numbers lead back to raw units, the parts are those of the textbook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.blocks.base import BlockError
from playground.data.base import PARTS
from playground.data.preparation import prepare
from playground.data.preview import preview
from playground.data.series.builder import SeriesBuilder
from playground.data.series.forecasting import SeriesDataset, Timeline
from playground.data.series.measured import CarbonDioxide, Sunspots

SMALL = SeriesBuilder(steps=100, window=8, horizon=4, season=6)
VARIETY: tuple[SeriesDataset, ...] = (
    SMALL,
    SMALL.model_copy(update={"relative": False}),
    SMALL.model_copy(update={"window": 30, "horizon": 1, "scaling": "min-max"}),
    SMALL.model_copy(update={"horizon": 12, "train_share": 0.5, "validation_share": 0.3}),
    SMALL.model_copy(update={"train_share": 0.8, "validation_share": 0.0, "scaling": "none"}),
    SMALL.model_copy(update={"window": 2, "season": 1, "train_share": 0.33, "validation_share": 0.33}),
    SMALL.model_copy(update={"folds": 3, "fold": 2}),
    CarbonDioxide(window=36, horizon=24),
    Sunspots(window=9),
)


def numbered(dataset: SeriesDataset) -> Any:
    """The same data block over the series 0, 1, 2, …: every number tells when it was measured."""

    class Numbered(type(dataset)):  # type: ignore[misc]
        def measured(self, generator: np.random.Generator) -> Any:
            return np.arange(self.length(), dtype=np.float64)

    return Numbered.model_validate({**dataset.parameters(), "scaling": "none", "relative": False})


@pytest.mark.parametrize("dataset", VARIETY, ids=lambda dataset: f"{dataset.id}-{dataset.window}-{dataset.horizon}")
def test_no_part_asks_for_the_time_of_another_and_no_window_sees_the_future(dataset: SeriesDataset) -> None:
    made = numbered(dataset)
    prepared, timeline = prepare(made), made.timeline()
    train_stop, validation_stop, test_start = timeline.cuts
    stops = {"train": train_stop, "validation": validation_stop, "test": made.length()}
    starts = {"train": 0, "validation": train_stop, "test": test_start}
    for part in PARTS:
        windows, targets = prepared.parts[part]["features"][..., 0], prepared.parts[part]["target"]
        if not len(targets):
            continue
        assert targets.min() >= starts[part] and targets.max() < stops[part]
        assert np.all(np.diff(np.concatenate([windows, targets], axis=1), axis=1) == 1.0), "one step after another"
        assert np.all(np.diff(windows[:, 0]) == 1.0), "in order of time, one step apart"
        assert targets.max() == stops[part] - 1, "the whole part is used"
    assert prepared.parts["train"]["features"].max() < train_stop


@pytest.mark.parametrize("dataset", VARIETY, ids=lambda dataset: f"{dataset.id}-{dataset.window}-{dataset.horizon}")
def test_scaling_and_naive_error_know_the_training_time_alone(dataset: SeriesDataset) -> None:
    plain = dataset.timeline()
    other = np.array(plain.values)
    other[plain.cuts[0] :] += 1_000.0
    changed = dataset.cut(other)
    assert (changed.shift, changed.factor) == (plain.shift, plain.factor)
    assert changed.naive_error() == plain.naive_error()
    before, after = plain.origins("train"), changed.origins("train")
    np.testing.assert_array_equal(plain.windows(before), changed.windows(after))
    np.testing.assert_array_equal(plain.targets(before), changed.targets(after))


@pytest.mark.parametrize("dataset", VARIETY, ids=lambda dataset: f"{dataset.id}-{dataset.window}-{dataset.horizon}")
def test_scaled_numbers_lead_back_to_raw_units(dataset: SeriesDataset) -> None:
    prepared, timeline = prepare(dataset), dataset.timeline()
    for part in PARTS:
        origins = timeline.origins(part)
        assert len(origins) == prepared.count(part)
        ahead = timeline.raw(prepared.parts[part]["target"], origins)
        np.testing.assert_allclose(ahead, timeline.truth(origins), rtol=1e-4, atol=1e-3)
        seen = timeline.raw(prepared.parts[part]["features"][..., 0], origins)
        expected = timeline.values[origins[:, None] + np.arange(1 - dataset.window, 1)]
        np.testing.assert_allclose(seen, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("relative", [True, False])
def test_standardized_training_windows_have_deviation_1(relative: bool) -> None:
    features = prepare(SMALL.model_copy(update={"relative": relative})).parts["train"]["features"][..., 0]
    if relative:
        assert np.all(features[:, -1] == 0.0)
        assert np.sqrt((features**2).mean()) == pytest.approx(1.0, abs=0.05)
    else:
        assert features.mean() == pytest.approx(0.0, abs=0.2) and features.std() == pytest.approx(1.0, abs=0.1)


def line(**parameters: Any) -> Timeline:
    """0, 1, 4, 9, … of 20 steps, of which 12 are for training."""
    dataset = SMALL.model_copy(update={"window": 3, "train_share": 0.6, "validation_share": 0.2, **parameters})
    return dataset.cut(np.arange(20.0) ** 2)


def test_the_seasonal_naive_forecast_by_hand() -> None:
    timeline = line(horizon=5, season=3)
    # Known are 0 … 49 (the step 7 is the last): 25, 36, 49, and once more 25, 36.
    np.testing.assert_array_equal(timeline.naive(np.array([7])), [[25.0, 36.0, 49.0, 25.0, 36.0]])
    np.testing.assert_array_equal(line(horizon=3, season=1).naive(np.array([7])), [[49.0, 49.0, 49.0]])
    early = line(horizon=3, season=5).naive(np.array([2]))
    np.testing.assert_array_equal(np.isnan(early), [[True, True, False]])
    # In the training time 0 … 121: i² − (i − 3)² = 6 i − 9 for i from 3 to 11, on average 33.
    assert timeline.naive_error() == pytest.approx(33.0)


def test_behind_the_last_value_the_truth_is_not_known() -> None:
    timeline = line(horizon=4)
    np.testing.assert_array_equal(timeline.truth(np.array([17, 19])), [[324, 361, np.nan, np.nan], [np.nan] * 4])
    assert timeline.every_origin().tolist() == list(range(2, 20))
    assert timeline.origins("test").tolist() == [15]


def test_the_naive_error_goes_with_every_example_and_is_scaled_like_the_target() -> None:
    prepared, timeline = prepare(SMALL), SMALL.timeline()
    for part in PARTS:
        errors = prepared.parts[part]["naive-error"]
        np.testing.assert_allclose(errors, timeline.naive_error() * timeline.factor, rtol=1e-6)
        assert errors.shape == (prepared.count(part), 1)


def test_co2_are_monthly_means_of_what_statsmodels_has() -> None:
    from statsmodels.datasets import co2

    monthly = co2.load_pandas().data["co2"].resample("MS").mean()
    ours = CarbonDioxide().timeline().values
    assert len(monthly) == len(ours) == CarbonDioxide().length()
    assert int(monthly.isna().sum()) == 5
    np.testing.assert_allclose(ours, monthly.interpolate().to_numpy(), rtol=1e-12)
    dataset = CarbonDioxide()
    for step in (0, 9, 10, 525):
        assert dataset.moment(step) == monthly.index[step].strftime("%b %Y")
        assert dataset.nearest_step(dataset.time(step) + 0.03) == step
    assert dataset.time(0) == pytest.approx(1958.2083, abs=1e-4)


def test_sunspots_are_those_of_statsmodels() -> None:
    from statsmodels.datasets import sunspots

    theirs, dataset = sunspots.load_pandas().data, Sunspots()
    np.testing.assert_array_equal(dataset.timeline().values, theirs["SUNACTIVITY"])
    assert [dataset.moment(step) for step in (0, 308)] == [str(int(year)) for year in theirs["YEAR"].iloc[[0, -1]]]
    assert [dataset.time(step) for step in (0, 308)] == [1700.0, 2008.0]


def built(**parameters: Any) -> np.ndarray:
    nothing = {"trend": 0.0, "amplitude": 0.0, "cycle": 0.0, "noise": 0.0, "level": 10.0, "steps": 600}
    return SeriesBuilder.model_validate({**nothing, **parameters}).timeline().values


def test_every_part_of_the_builder_is_what_it_says() -> None:
    np.testing.assert_array_equal(built(), 10.0)
    np.testing.assert_allclose(built(trend=5.0), 10.0 + 0.05 * np.arange(600))
    season = built(amplitude=3.0, season=7)
    np.testing.assert_allclose(season[7:], season[:-7], atol=1e-9)
    assert season.max() == pytest.approx(13.0, abs=0.1)
    swings = built(cycle=2.0, cycle_length=40) - 10.0
    ups = np.diff(np.flatnonzero((swings[:-1] < 0) & (swings[1:] >= 0)))
    assert np.abs(swings).max() == pytest.approx(2.0, abs=0.01)
    assert ups.min() >= 24 and ups.max() <= 57 and len(set(ups.tolist())) > 3, "each swing takes its own time"
    noise = built(noise=2.0, memory=0.8, steps=2_000) - 10.0
    assert noise.std() == pytest.approx(2.0, rel=0.15)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(0.8, abs=0.06)


def test_multiplied_swings_grow_with_the_level_and_added_ones_do_not() -> None:
    def swing(values: np.ndarray) -> tuple[float, float]:
        flat = values - (10.0 + 0.1 * np.arange(600))
        return float(flat[:48].max()), float(flat[-48:].max())

    early, late = swing(built(trend=10.0, amplitude=2.0, composition="multiplicative"))
    assert late / early == pytest.approx(70.0 / 15.0, rel=0.1)
    early, late = swing(built(trend=10.0, amplitude=2.0))
    assert late == pytest.approx(early, rel=0.01)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [({"window": 60}, "60 that are seen"), ({"season": 70}, "a season of 70"), ({"train_share": 0.05}, "5 steps")],
)
def test_too_short_a_training_time_is_refused_with_a_way_out(parameters: dict[str, Any], words: str) -> None:
    dataset = SMALL.model_copy(update={"horizon": 12, **parameters})
    with pytest.raises(BlockError, match=words) as caught:
        prepare(dataset)
    for fix in caught.value.fixes[:1]:
        assert prepare(dataset.model_copy(update=dict(fix.parameters))).count("train") >= 1


def test_the_preview_has_raw_numbers_and_the_whole_series() -> None:
    shown = preview(prepare(CarbonDioxide(horizon=3)), "test", 4)
    assert shown.columns == ("last seen", "value", "+1", "+2", "+3")
    assert [row[0] for row in shown.rows] == ["May 1995", "Jun 1995", "Jul 1995", "Aug 1995"]
    timeline = CarbonDioxide().timeline()
    assert shown.rows[0][1:] == pytest.approx(timeline.values[446:450], abs=1e-3)
    assert shown.series is not None and shown.series.ends == ("Mar 1958", "Dec 2001")
    assert shown.series.value_name == "CO2 (ppm)" and len(shown.series.times) == 526


def test_the_signals_say_what_the_numbers_mean() -> None:
    features, target, error = SMALL.signals()
    assert features.badge() == "batch × time 8 × features 1" and features.kind == "series"
    assert target.badge() == "batch × horizon 4"
    assert (features.scale, target.scale, error.scale) == ("relative", "relative", "any")
    assert Sunspots().signals()[0].scale == "any"
    assert SMALL.subtitle() == "8 steps seen · 4 ahead"
