"""Forecasts: in raw units, from any origin, with a fan of errors known by then, which holds as much as it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.answers.forecast import BANDS, LEAST_ERRORS, Forecast, ForecastAnalysis, forecasters
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Choice, Graph
from playground.document.project import Project, TrainingSettings
from playground.network.check import check
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired

SMALL: dict[str, Any] = {"steps": 240, "window": 8, "horizon": 4, "season": 6, "relative": False}
COMPARED = (
    "data.features > ar.features", "data.target > ar.target", "data.features > flat", "flat > dense",
    "dense > loss.prediction", "data.target > loss.target",
)  # fmt: skip


def both(**data: Any) -> Graph:
    """An autoregression beside a linear network, each with its MASE."""
    measures = [
        f"{source} > {name}.prediction" for source, name in (("ar.prediction", "mase-ar"), ("dense", "mase-net"))
    ]
    for name in ("mase-ar", "mase-net"):
        measures += [f"data.{port} > {name}.{port}" for port in ("target", "naive-error")]
    return wired(
        [
            node("data", "series-builder", **{**SMALL, **data}), node("ar", "autoregression", lags=6),
            node("flat", "flatten"), node("dense", "dense", units=4, activation="identity"),
            node("loss", "mean-squared-error"), node("mase-ar", "mase"), node("mase-net", "mase"),
        ],
        *COMPARED, *measures,
    )  # fmt: skip


def with_dropout(rate: float) -> Graph:
    return wired(
        [
            node("data", "series-builder", **SMALL), node("flat", "flatten"), node("hidden", "dense", units=16),
            node("drop", "dropout", rate=rate), node("out", "dense", units=4, activation="identity"),
            node("loss", "mean-squared-error"),
        ],
        "data.features > flat", "flat > hidden", "hidden > drop", "drop > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip


def session_of(graph: Graph, steps: int) -> Session:
    report = check(graph)
    assert report.problems == (), report.problems
    adam = Choice(id="adam", parameters={"learning_rate": 0.02})
    session = Session(Project(graph=graph, training=TrainingSettings(optimizer=adam)))
    session.advance(steps)
    return session


def question_of(session: Session, **further: Any) -> Question:
    return Question(Subject(session.project.graph), session.snapshot(), **further)


@pytest.fixture(scope="module")
def learned() -> Session:
    return session_of(both(), 150)


def computed(session: Session, example: int = 0, **parameters: Any) -> Forecast:
    return ForecastAnalysis(**parameters).compute(question_of(session, example=example))


def test_each_model_forecasts_in_raw_units_what_its_network_says(learned: Session) -> None:
    question = question_of(learned, example=5)
    result = ForecastAnalysis().compute(question)
    assert question.subject is not None
    timeline = question.subject.report.blocks["data"].timeline()  # type: ignore[attr-defined]
    assert [model.node for model in result.models] == ["ar", "dense"]
    assert result.origin == timeline.origins("test")[5]
    feeds = question.subject.example(5)
    for model, output in zip(result.models, [("ar", "prediction"), ("dense", "output")], strict=True):
        scaled = question.subject.values(feeds, [output])[output]
        expected = scaled[0] / timeline.factor + timeline.shift
        np.testing.assert_allclose(model.ahead, expected, rtol=1e-4)
    np.testing.assert_array_equal(result.truth, timeline.values[result.origin + 1 : result.origin + 5])
    np.testing.assert_array_equal(result.naive, timeline.values[result.origin - 5 : result.origin - 1])
    assert result.times[result.ahead].tolist() == [result.origin + 2.0 + ahead for ahead in range(4)]
    assert result.moments[result.origin] == f"step {result.origin + 1}"


@pytest.mark.parametrize("relative", [True, False])
def test_the_scores_are_those_of_the_measures(relative: bool) -> None:
    graph = with_dropout(0.2)
    measured = wired(
        [*graph.nodes, node("mase", "mase")],
        *(f"{edge.source}.{edge.source_port} > {edge.target}.{edge.target_port}" for edge in graph.edges),
        "out > mase.prediction", "data.target > mase.target", "data.naive-error > mase.naive-error",
    )  # fmt: skip
    data = measured.node("data")
    nodes = (data.replace(parameters={**data.parameters, "relative": relative}), *measured.nodes[1:])
    session = session_of(measured.replace(nodes=nodes), 40)
    result = computed(session)
    assert result.models[0].score.mase == pytest.approx(session.evaluate(full=True)["test_mase"], rel=1e-4)
    assert result.models[0].score.error == pytest.approx(
        result.models[0].score.mase * result.naive_score.error / result.naive_score.mase
    )


def test_measures_of_a_kind_are_told_apart_by_their_names(learned: Session) -> None:
    metrics = learned.evaluate(full=True)
    result = computed(learned)
    assert "test_mase" not in metrics
    for name, model in zip(("mase-ar", "mase-net"), result.models, strict=True):
        assert metrics[f"test_mase.{name}"] == pytest.approx(model.score.mase, rel=1e-4)
    assert {"test_mean_absolute_error.ar", "test_mean_absolute_error.loss"} <= metrics.keys()


def test_the_score_here_is_that_of_this_origin(learned: Session) -> None:
    result = computed(learned, example=3)
    block = learned.report.blocks["data"]
    naive_error = block.timeline().naive_error()  # type: ignore[attr-defined]
    for model in result.models:
        assert model.score.here == pytest.approx(np.abs(result.truth - model.ahead).mean() / naive_error)
    assert result.naive_score.here == pytest.approx(np.abs(result.truth - result.naive).mean() / naive_error)


@pytest.mark.parametrize(("origin", "expected"), [(0, 7), (7, 7), (100, 100), (239, 239), (5_000, 239)])
def test_an_origin_can_be_anywhere_with_a_whole_window_before_it(
    learned: Session, origin: int, expected: int
) -> None:
    result = computed(learned, origin=origin)
    assert result.origin == expected and result.first_origin == 7
    assert np.isfinite(result.models[0].ahead).all()
    assert int(np.isnan(result.truth).sum()) == max(0, expected + 4 - 239)
    if expected == 7:
        assert result.models[0].paths.shape == (0, 4) and result.errors_from == ""
        assert np.isnan(result.models[0].low).all() and "nan" in str(result.table()[1][0])


def test_no_path_knows_an_error_from_after_the_origin(learned: Session) -> None:
    """What is measured after the origin may change as it likes: fan and forecast stay as they are."""
    origin = 190
    before = computed(learned, origin=origin)
    block = learned.report.blocks["data"]
    changed = np.array(block.timeline().values)  # type: ignore[attr-defined]
    changed[origin + 1 :] += 1_000.0
    question = question_of(learned)
    assert question.subject is not None

    class Changed(type(block)):  # type: ignore[misc]
        def timeline(self) -> Any:
            return self.cut(changed)

    question.subject.report.blocks["data"] = Changed.model_validate(block.parameters())  # type: ignore[index]
    after = ForecastAnalysis(origin=origin).compute(question)
    for one, other in zip(before.models, after.models, strict=True):
        np.testing.assert_allclose(one.ahead, other.ahead, rtol=1e-6)
        np.testing.assert_allclose(one.paths, other.paths, rtol=1e-6)


def test_the_errors_are_those_of_the_held_out_time_as_soon_as_there_are_enough(learned: Session) -> None:
    cut = learned.report.blocks["data"].timeline().cuts[0]  # type: ignore[attr-defined]
    enough = cut - 1 + LEAST_ERRORS - 1 + 4
    assert computed(learned, origin=enough).errors_from == f"{LEAST_ERRORS} earlier windows, none of them learned from"
    assert "some of them learned from" in computed(learned, origin=enough - 1).errors_from
    assert computed(learned, origin=11).errors_from == "1 earlier window, some of them learned from"


def test_each_path_is_the_forecast_plus_the_errors_of_one_window(learned: Session) -> None:
    result = computed(learned, example=10)
    timeline = learned.report.blocks["data"].timeline()  # type: ignore[attr-defined]
    model, known = result.models[0], range(timeline.cuts[0] - 1, result.origin - 4 + 1)
    pool = np.stack([computed(learned, origin=place).truth - computed(learned, origin=place).models[0].ahead
                     for place in known])  # fmt: skip
    errors = model.paths - model.ahead
    distances = np.abs(errors[:, None] - pool[None]).max(axis=2)
    assert len(model.paths) == 100 and distances.min(axis=1).max() < 1e-6
    assert len(set(distances.argmin(axis=1).tolist())) > 15, "different seeds draw different windows"


def test_the_fan_holds_about_as_much_as_it_says() -> None:
    """On a series that really is an AR(1), over all origins of the test time."""
    graph = both(steps=2_000, trend=0.0, amplitude=0.0, cycle=0.0, noise=2.0, memory=0.7)
    session = session_of(graph, 1)
    question = question_of(session)
    assert question.subject is not None
    origins = question.subject.report.blocks["data"].timeline().origins("test")  # type: ignore[attr-defined]
    inside = np.zeros((len(BANDS), 0))
    for origin in origins[::3].tolist():
        result = ForecastAnalysis(origin=origin).compute(question)
        model = result.models[0]
        hit = (model.low <= result.truth) & (result.truth <= model.high)
        inside = np.concatenate([inside, hit], axis=1)
    for share, found in zip(BANDS, inside.mean(axis=1), strict=True):
        assert found == pytest.approx(share, abs=0.08)


def test_the_fan_is_the_same_for_the_same_weights_and_widens_ahead(learned: Session) -> None:
    first, again = computed(learned), computed(learned)
    for one, other in zip(first.models, again.models, strict=True):
        np.testing.assert_array_equal(one.paths, other.paths)
        assert np.all(one.high >= one.low) and np.all(one.high[1] >= one.high[0])


def test_dropout_is_switched_on_for_the_paths_and_off_again() -> None:
    session = session_of(with_dropout(0.5), 60)
    question = question_of(session)
    dropped = ForecastAnalysis().compute(question).models[0]
    again = ForecastAnalysis().compute(question).models[0]
    np.testing.assert_array_equal(dropped.ahead, again.ahead)
    np.testing.assert_array_equal(dropped.paths, again.paths)
    assert question.subject is not None and not any(module.training for module in question.subject.network.modules())
    sure = question_of(session_of(with_dropout(0.0), 60))
    assert question.snapshot is not None and sure.subject is not None
    same_weights = Question(sure.subject, question.snapshot)
    plain = ForecastAnalysis().compute(same_weights).models[0]
    np.testing.assert_allclose(plain.ahead, dropped.ahead, rtol=1e-5)
    assert dropped.paths.std(axis=0).mean() > 1.1 * plain.paths.std(axis=0).mean(), "each path has its own"


def test_the_table_has_a_row_for_every_step_ahead(learned: Session) -> None:
    columns, rows = computed(learned).table()
    assert columns[:4] == ["when", "truth", "seasonal naive", "Autoregression AR(p)"] and len(columns) == 13
    assert columns[4:8] == [f"Autoregression AR(p) {words}" for words in ("50% low", "50% high", "90% low", "90% high")]
    assert len(rows) == 4 and all(len(row) == 13 for row in rows)


def test_who_forecasts_is_found_by_target_and_window() -> None:
    assert [(name, head.node) for name, head in forecasters(check(both()))] == [("data", "ar"), ("data", "loss")]
    twice = wired(
        [*both().nodes, node("second", "huber")], *COMPARED, "dense > second.prediction", "data.target > second.target"
    )
    assert [head.node for _, head in forecasters(check(twice))] == ["ar", "loss"], "one prediction is one model"


def test_why_it_does_not_apply() -> None:
    points = wired([node("data", "circles"), node("out", "dense", units=2), node("loss", "cross-entropy")],
                   "data.features > out", "out > loss.prediction", "data.target > loss.target")  # fmt: skip
    assert "needs a time series" in ForecastAnalysis().why_not(check(points), points)
    alone = wired([node("data", "sunspots"), node("flat", "flatten")], "data.features > flat")
    assert "loss or an autoregression" in ForecastAnalysis().why_not(check(alone), alone)
    assert ForecastAnalysis().why_not(check(both()), both()) == ""


def test_an_estimator_in_the_graph_is_resumed_bit_for_bit() -> None:
    graph = both()
    whole, first = session_of(graph, 3), session_of(graph, 3)
    second = session_of(graph, 0)
    second.resume(first.checkpoint())
    for session in (whole, second):
        session.advance(20)
    one, other = whole.snapshot(), second.snapshot()
    assert one.parameters.tobytes() == other.parameters.tobytes()
    assert set(one.buffers) == {"ar.settled", "ar.coefficients", "ar.constant"}
    for name, buffer in one.buffers.items():
        assert buffer.tobytes() == other.buffers[name].tobytes()
    assert bool(one.buffers["ar.settled"]) and np.abs(one.buffers["ar.coefficients"]).max() > 0.1


def test_an_autoregression_alone_ends_the_run_after_one_epoch() -> None:
    graph = wired(
        [node("data", "sunspots"), node("ar", "autoregression", lags=9)],
        "data.features > ar.features", "data.target > ar.target",
    )  # fmt: skip
    session = session_of(graph, 100)
    assert "9 lags" in session.finished and session.step <= session.steps_per_epoch
    assert torch.tensor(session.latest["test_r2"]) > 0.3
