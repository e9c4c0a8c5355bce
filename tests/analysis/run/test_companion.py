"""The companion says what stands out, the gravest first, and nothing where nothing does."""

from __future__ import annotations

import numpy as np
import pytest

from playground.analysis.question import Question
from playground.analysis.run.advice import of_curves, smoothed
from playground.analysis.run.companion import CompanionAnalysis
from playground.analysis.run.data_advice import of_data
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.project import Goal, Project
from playground.training.history import CurveData
from playground.training.session.session import Session

STEPS = np.arange(1.0, 401.0)
NOISE = np.random.default_rng(0).normal(0.0, 0.01, len(STEPS))


def curve(values: np.ndarray, every: int = 1) -> CurveData:
    step = STEPS[:: len(STEPS) // len(values)][: len(values)]
    return CurveData(step, step / 10.0, step * 10.0, step / 100.0, values, values, values)


FALLING = np.exp(-STEPS / 100.0)
HISTORIES = {
    "falls": ({"train_loss": FALLING + NOISE * FALLING}, []),
    "explodes": ({"train_loss": np.where(STEPS < 200, FALLING, 1e-3 * np.exp((STEPS - 200) / 15))}, ["exploding"]),
    "one spike": ({"train_loss": np.where(STEPS == 300, 1e6, FALLING)}, []),
    "nothing is learned": ({"train_loss": 0.69 + NOISE}, ["standstill"]),
    "stands still": ({"train_loss": np.maximum(FALLING, 0.3)}, ["standstill"]),
    "learned to the end": ({"train_loss": np.maximum(FALLING**4, 1e-5)}, []),
    "by heart": (
        {"train_loss": FALLING, "validation_loss": 0.5 + np.abs(np.linspace(-1.0, 2.0, 40))},
        ["overfitting"],
    ),
    "a rise that is no more than noise": (
        {"train_loss": FALLING, "validation_loss": np.concatenate([np.linspace(1.0, 3e-5, 20), np.full(20, 4.7e-5)])},
        [],
    ),
    "hardly a rise": (
        {"train_loss": FALLING, "validation_loss": np.concatenate([np.linspace(1.0, 0.1, 20), np.full(20, 0.12)])},
        [],
    ),
    "both grow": (
        {"train_loss": np.linspace(1.0, 1.4, 400), "validation_loss": np.linspace(0.5, 1.5, 40)},
        [],
    ),
    "short": ({"train_loss": np.array([1.0, 2.0, 50.0])}, []),
    "nothing": ({}, []),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_curves_are_read_as_a_person_would(name):
    curves, kinds = HISTORIES[name]
    history = {key: curve(np.asarray(values, dtype=np.float64)) for key, values in curves.items()}
    assert [advice.kind for advice in of_curves(history, Project())] == kinds


def test_an_explosion_names_the_step_to_go_back_to():
    values = np.where(STEPS < 200, FALLING, 1e-3 * np.exp((STEPS - 200) / 15))
    advice = of_curves({"train_loss": curve(values)}, Project())[0]
    least = int(STEPS[np.argmin(smoothed(values))])
    assert advice.offers[0].step == least and advice.offers[0].way_back
    assert f"{least:,}" in advice.sentence


def test_a_goal_is_met_only_when_all_are():
    accurate = Goal(metric="test_accuracy", at_least=0.9, within_epochs=9)
    goals = (accurate, Goal(metric="test_loss", at_most=0.1, within_epochs=9))
    project = Project(goals=goals)
    good, bad = curve(np.full(40, 0.95)), curve(np.full(40, 0.5))
    assert [one.kind for one in of_curves({"test_accuracy": good, "test_loss": bad}, project)] == []
    met = of_curves({"test_accuracy": good, "test_loss": curve(np.full(40, 0.05))}, project)
    assert [one.kind for one in met] == ["goal"] and met[0].good
    assert [one.kind for one in of_curves({"test_accuracy": good}, project)] == []
    failing = Project(goals=(Goal(metric="test_accuracy", at_most=0.6, within_epochs=9, failure=True),))
    assert of_curves({"test_accuracy": bad}, failing) == (), "a failure to see is no success"


PRESETS = {
    # preset: epochs, what must be said, what must not be
    "wine-unscaled": (5, {"unscaled"}, {"exploding"}),
    "dying-relu": (20, {"none", "dead"}, set()),
    "deep-sigmoid": (5, {"vanishing"}, {"dead"}),
    "over-fitting": (1500, {"overfitting"}, {"exploding"}),
    "iris": (60, {"goal"}, {"unscaled", "leaked", "overfitting", "dead", "exploding"}),
    "spirals": (10, set(), {"goal", "unscaled", "leaked", "dead", "exploding", "overfitting"}),
}


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_judged_as_their_lessons_say(preset):
    epochs, said, unsaid = PRESETS[preset]
    project = files.read(library.find(preset))
    if "goal" not in said and not any(goal.failure for goal in project.goals):
        project = project.replace(goals=())
    session = Session(project)
    session.advance(round(epochs * session.steps_per_epoch))
    session.evaluate(observe=False)
    history = {name: one.data() for name, one in session.history.curves.items()}
    question = Question(subject=Subject(project.graph), snapshot=session.snapshot(), history=history, project=project)
    kinds = {advice.kind for advice in CompanionAnalysis().compute(question).advice}
    assert said <= kinds and not unsaid & kinds, kinds


def test_lucky_first_weights_meet_no_goal() -> None:
    goal = Goal(metric="test_accuracy", at_least=0.9, within_epochs=9)
    start = np.zeros(1)
    lucky = CurveData(start, start, start, start, np.ones(1), np.ones(1), np.ones(1))
    assert of_curves({"test_accuracy": lucky}, Project(goals=(goal,))) == ()


def test_offers_standardize_what_is_not_scaled():
    project = files.read(library.find("wine-unscaled"))
    advice = of_data(Subject(project.graph))[0]
    ((node, parameters),) = advice.offers[0].edits
    assert advice.kind == "unscaled" and parameters == {"scaling": "standardize"}
    assert "proline" in advice.sentence
    from playground.document.edits import set_parameters

    assert of_data(Subject(set_parameters(project.graph, node, dict(parameters)))) == ()
