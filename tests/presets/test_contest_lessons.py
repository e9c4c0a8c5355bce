"""What the lessons of the presets with a race or the luck meter say is true of the runs they show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from playground.analysis.question import Question
from playground.analysis.run.ensemble import EnsembleAnalysis
from playground.analysis.run.luck import LuckAnalysis
from playground.analysis.run.race import Race, RaceAnalysis
from playground.analysis.subject import Subject
from playground.data.base import Dataset
from playground.data.preparation import prepare
from playground.document import edits
from playground.document.graph import Choice
from playground.document.project import Project
from playground.network.check import check
from tests.presets.test_lessons import preset


def held(project: Project, **parameters: object) -> Race:
    analysis = RaceAnalysis.model_validate(parameters)
    return analysis.compute(Question(subject=Subject(project.graph), project=project))


def by_optimizer(race: Race) -> dict[str, int]:
    return {name.rpartition(" ")[0]: run for run, name in enumerate(race.runs.names)}


def test_adam_gets_there_on_raw_columns_and_sgd_does_not() -> None:
    race = held(preset("adam-against-sgd"))
    runs, run = race.runs, by_optimizer(race)
    assert runs.reached[run["Adam"]] <= 20 and math.isfinite(runs.reached[run["RMSProp"]])
    for name in ("SGD", "Momentum"):
        assert math.isnan(runs.reached[run[name]]) and 0.5 < runs.final[run[name]] < 0.7
        assert runs.losses[-1, run[name]] > 1000.0
    assert race.ground is not None
    far = np.linalg.norm(race.ground.paths[-1] - race.ground.paths[0], axis=1)
    assert min(far[run["SGD"]], far[run["Momentum"]]) > 200.0 and max(far[run["Adam"]], far[run["RMSProp"]]) < 20.0


def test_no_rate_lets_sgd_get_there_on_raw_columns() -> None:
    project = preset("adam-against-sgd")
    sgd = project.replace(training=project.training.replace(optimizer=Choice(id="sgd")))
    race = held(sgd, over="learning-rate", low=1e-7, high=0.1, count=7)
    assert np.isnan(race.runs.reached).all()


def test_scaled_columns_let_sgd_keep_up() -> None:
    project = preset("adam-against-sgd")
    scaled = project.replace(graph=edits.set_parameters(project.graph, "data", {"scaling": "standardize"}))
    assert (held(scaled).runs.reached <= 3.5).all()


def test_rates_beyond_two_over_the_curvature_run_away() -> None:
    project = preset("learning-rate-race")
    block = check(project.graph).blocks["data"]
    assert isinstance(block, Dataset)
    features = np.asarray(prepare(block).parts["train"]["features"], dtype=np.float64)
    inputs = np.column_stack([features, np.ones(len(features))])
    border = 2.0 / np.linalg.eigvalsh(2.0 * inputs.T @ inputs / len(inputs))[-1]
    assert border == pytest.approx(0.082, abs=5e-4)
    runs = held(project, over="learning-rate").runs
    rates = np.array([float(name) for name in runs.names])
    assert np.isfinite(runs.diverged).tolist() == (rates > border).tolist()
    assert runs.names == ("0.001", "0.0039", "0.0152", "0.0592", "0.231", "0.9")
    np.testing.assert_allclose(runs.reached, [math.nan, 42.5, 10.0, 5.0, math.nan, math.nan], atol=2.6)


def test_two_in_three_seeds_see_the_spirals_in_time() -> None:
    project = preset("luck-on-spirals")
    luck = LuckAnalysis().compute(Question(project=project))
    assert len(luck.runs.names) == 32 and 18 <= luck.successes <= 26
    assert 130 < np.nanmedian(luck.runs.reached) < 175 and 90 < np.nanmin(luck.runs.reached) < 120
    assert luck.sentence.startswith(f"{luck.successes} of 32 reach the goal; median after 1")
    low, _, _, _, high = luck.band("score")[:, -1]
    assert low < 0.9 and high > 0.99


@pytest.mark.parametrize(("units", "least", "most"), [(5, 0, 4), (16, 14, 16)])
def test_width_makes_less_of_luck(units: int, least: int, most: int) -> None:
    project = preset("luck-on-spirals")
    for node in ("dense-1", "dense-2"):
        project = project.replace(graph=edits.set_parameters(project.graph, node, {"units": units}))
    assert least <= LuckAnalysis(seeds=16).compute(Question(project=project)).successes <= most


def test_sixteen_nets_vote_better_than_one_reads() -> None:
    project = preset("vote-on-digits")
    votes = EnsembleAnalysis().compute(Question(subject=Subject(project.graph), project=project)).votes
    assert votes is not None
    together = votes.vote[-1], votes.mean[-1]
    assert min(together) > votes.alone.mean() + 0.02 and votes.vote[4] > votes.alone.mean() + 0.015
    assert 0.5 < votes.agreed < 0.75
