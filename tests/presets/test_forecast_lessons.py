"""What the lessons on forecasts say is true of the runs they show."""

from __future__ import annotations

from typing import Any

import pytest

from playground.analysis.answers.forecast import ForecastAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.edits import set_parameters
from playground.document.project import Project, StopRules
from playground.training.session.session import Session


def preset(name: str) -> Project:
    return files.read(library.find(name))


def metrics(project: Project, epochs: int, seed: int = 1) -> dict[str, float]:
    session = trained(project, epochs, seed)
    return session.evaluate(full=True, observe=False)


def trained(project: Project, epochs: int, seed: int = 1) -> Session:
    session = Session(project.replace(seed=seed), "cpu")
    while session.epoch < epochs - 1e-9 and not session.finished:
        session.advance(session.steps_left_in_epoch)
    return session


def changed(project: Project, node: str, **parameters: Any) -> Project:
    return project.replace(graph=set_parameters(project.graph, node, parameters))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_formula_of_1927_beats_the_network_on_sunspots(seed: int) -> None:
    found = metrics(preset("sunspots-ar-lstm"), 50, seed)
    assert found["test_mase.mase-ar"] == pytest.approx(0.99, abs=0.01)
    assert 1.25 < found["test_mase.mase-lstm"] < 1.5
    assert found["train_mase.mase-lstm"] < 0.83 < found["train_mase.mase-ar"], "it knows what it saw by heart"


def test_longer_training_makes_it_worse_and_two_lags_are_too_few() -> None:
    project = preset("sunspots-ar-lstm")
    endless = project.replace(training=project.training.replace(stop=StopRules()))
    long = metrics(endless, 200)
    assert long["train_mase.mase-lstm"] < 0.73 and long["test_mase.mase-lstm"] > 1.6
    assert metrics(changed(project, "ar", lags=2), 1)["test_mase.mase-ar"] == pytest.approx(1.68, abs=0.01)


def test_co2_is_foreseen_and_not_without_the_trick() -> None:
    project = preset("co2-lstm")
    session = trained(project, 100)
    assert session.evaluate(full=True)["test_mase"] < 0.5
    shown = ForecastAnalysis().compute(Question(Subject(project.graph), session.snapshot()))
    assert shown.naive_score.mase == pytest.approx(1.40, abs=0.01)
    assert shown.models[0].score.error == pytest.approx(0.55, abs=0.08)
    assert metrics(changed(project, "data", relative=False), 100)["test_mase"] > 5.0


def test_noise_and_what_it_hides_are_what_cannot_be_foreseen() -> None:
    project = preset("builder-dense")
    whole = metrics(project, 100)["test_mase"]
    assert whole == pytest.approx(0.715, abs=0.02)
    assert metrics(changed(project, "data", window=48), 100)["test_mase"] < 0.65
    assert metrics(changed(project, "data", noise=0.0, cycle=0.0), 100)["test_mase"] < 0.3
    assert metrics(changed(project, "data", noise=0.0), 100)["test_mase"] < 0.25
    assert metrics(changed(project, "data", composition="multiplicative"), 100)["test_mase"] > 1.0
