"""Race and luck meter: their runs are those of single sessions, and what they say of them follows from the numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.question import Cancelled, Question
from playground.analysis.run.contests import Runs
from playground.analysis.run.luck import Luck, LuckAnalysis
from playground.analysis.run.race import Race, RaceAnalysis, RaceOffer
from playground.analysis.subject import Subject
from playground.document.graph import Group
from playground.document.project import Goal, Phase, Project
from playground.experiments.members import RATE, settings_of, title_of_path
from playground.network.check import check
from playground.training.session.session import Session
from tests.network.small_graphs import chain, multilayer, node
from tests.training.runs import change, circles, noisy_graph, project

EPOCHS = 8


def question(settings: Project, **others: Any) -> Question:
    return Question(subject=Subject(settings.graph), project=settings, **others)


def single(settings: Project, epochs: int = EPOCHS) -> Session:
    session = Session(settings, "cpu")
    while session.epoch < epochs - 1e-9:
        session.advance(session.steps_left_in_epoch)
    session.evaluate(full=True, observe=False)
    return session


def test_every_seed_ends_where_a_session_of_that_seed_ends() -> None:
    settings = project(optimizer="adam", rate=0.05, seed=3)
    luck = LuckAnalysis(seeds=4, epochs=EPOCHS).compute(question(settings))
    assert luck.runs.seeds == (3, 4, 5, 6) and luck.runs.whole and luck.runs.metric == "test_accuracy"
    for run, seed in enumerate(luck.runs.seeds):
        session = single(settings.replace(seed=seed))
        assert luck.runs.final[run] == pytest.approx(session.latest["test_accuracy"], abs=1e-6)
    assert len(set(luck.runs.losses[-1].tolist())) == 4
    columns, rows = luck.table()
    assert len(rows) == 4 * len(luck.runs.epochs) and len(columns) == len(rows[0])


def test_band_and_words_follow_from_the_numbers() -> None:
    scores = np.array([[0.5, 0.5, 0.4], [0.9, 0.7, math.nan]])
    runs = Runs(
        names=("a", "b", "c"), epochs=np.array([0.0, 10.0]), losses=1.0 - scores, scores=scores,
        metric="test_accuracy", measure="test accuracy of the loss",
        better="more", reached=np.array([10.0, 30.0, math.nan]), goals=("a goal",),
        diverged=np.array([math.nan, math.nan, 5.0]), seeds=(1, 2, 3), share=1.0, steps_per_second=1.0, together="",
    )  # fmt: skip
    luck = Luck(runs)
    np.testing.assert_allclose(luck.band("score")[:, 0], [0.4, 0.45, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(luck.band("score")[:, 1], [0.7, 0.75, 0.8, 0.85, 0.9])
    assert luck.successes == 2
    assert luck.sentence == "2 of 3 reach the goal; median after 20 epochs; 1 ran away"
    assert "test accuracy of the loss" in runs.table()[0]
    assert runs.order == [0, 1, 2] and runs.ranks == [1, 2, 3]


def test_a_race_starts_everyone_at_the_same_weights_and_ends_where_sessions_end() -> None:
    settings = project(optimizer="adam", rate=0.05)
    race = RaceAnalysis(optimizers="sgd adam", epochs=EPOCHS).compute(question(settings))
    assert race.runs.names == ("SGD 0.1", "Adam 0.05") and race.over == "Optimizer"
    assert race.ground is not None and race.whole
    np.testing.assert_allclose(race.ground.paths[0, 0], race.ground.paths[0, 1], atol=1e-5)
    for run, (optimizer, rate) in enumerate((("sgd", 0.1), ("adam", 0.05))):
        session = single(project(optimizer=optimizer, rate=rate))
        assert race.runs.final[run] == pytest.approx(session.latest["test_accuracy"], abs=1e-6)


def test_the_ground_holds_the_loss_of_the_network() -> None:
    settings = project(optimizer="adam", rate=0.05)
    subject = Subject(settings.graph)
    race = RaceAnalysis(optimizers="sgd adam", epochs=EPOCHS).compute(Question(subject=subject, project=settings))
    ground = race.ground
    assert ground is not None and sum(ground.explained) <= 1.0 + 1e-9
    assert ground.alphas[0] < np.nanmin(ground.paths[..., 0]) and np.nanmax(ground.paths[..., 1]) < ground.betas[-1]
    # Two straight ways and a corner: with three snapshots the plane is exact, so the loss at the ends is the true one.
    short = RaceAnalysis(optimizers="sgd adam", epochs=1).compute(Question(subject=subject, project=settings)).ground
    assert short is not None and np.isfinite(short.values).all()
    start = [int(np.abs(side - place).argmin())
             for side, place in zip((short.alphas, short.betas), short.paths[0, 0], strict=True)]  # fmt: skip
    first = Session(settings, "cpu").latest["train_loss"]
    assert short.values[start[1], start[0]] == pytest.approx(first, rel=0.05)


@pytest.mark.parametrize(
    ("analysis", "names"),
    [
        (RaceAnalysis(over="learning-rate", low=0.01, high=1.0, count=3), ("0.01", "0.1", "1")),
        (RaceAnalysis(over="learning-rate", low=0.1, high=0.3, count=3, logarithmic=False), ("0.1", "0.2", "0.3")),
        (RaceAnalysis(over="setting", path="training.batch_size", low=1, high=28, count=3), ("1", "5", "28")),
        (RaceAnalysis(over="setting", path="training.regularization.l2", low=1e-4, high=1e-2, count=2),
         ("0.0001", "0.01")),
        (RaceAnalysis(over="setting", path="training.initializer", choices="zeros he-normal"),
         ("Zeros", "He, normal")),
        (RaceAnalysis(over="setting", path="graph.nodes.layer-1.parameters.activation", choices="tanh relu"),
         ("Tanh", "ReLU")),
    ],
)  # fmt: skip
def test_a_race_over_any_setting(analysis: RaceAnalysis, names: tuple[str, ...]) -> None:
    settings = project()
    race = analysis.model_copy(update={"epochs": 3}).compute(question(settings))
    assert race.runs.names == names and race.whole
    path = RATE if analysis.over == "learning-rate" else analysis.path
    assert bool(race.why_no_ground) == ("activation" in path)
    assert len({tuple(column) for column in race.runs.losses.T.tolist()}) == len(names)


def test_dropout_rates_race_as_sessions_would() -> None:
    settings = project(graph=noisy_graph())
    analysis = RaceAnalysis(
        over="setting", path="graph.nodes.drop.parameters.rate", low=0.1, high=0.5, count=2, logarithmic=False, epochs=3
    )
    race = analysis.compute(question(settings))
    assert race.runs.together == "2 runs beside each other"
    for run, (_, member) in enumerate((one.name, one.project) for one in analysis.members(settings)[1]):
        assert race.runs.final[run] == pytest.approx(single(member, 3).latest["test_accuracy"], abs=1e-6)


@pytest.mark.parametrize("path", ["graph.nodes.layer-1.parameters.units", "graph.groups.g.repeat"])
def test_networks_of_other_sizes_race_on_no_common_ground(path: str) -> None:
    graph = multilayer(circles(), (3, "tanh"), (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    settings = project(graph=graph.replace(groups=(Group(id="g", title="Layer", nodes=("layer-2",), repeat=2),)))
    analysis = RaceAnalysis(over="setting", path=path, low=1, high=3, count=3, logarithmic=False, epochs=3)
    race = analysis.compute(question(settings))
    assert race.runs.names == ("1", "2", "3") and "compute differently" in race.why_no_ground
    for run, (_, member) in enumerate((one.name, one.project) for one in analysis.members(settings)[1]):
        assert race.runs.final[run] == pytest.approx(single(member, 3).latest["test_accuracy"], abs=1e-6)


def test_the_number_of_copies_is_on_offer() -> None:
    graph = multilayer(circles(), (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    settings = project(graph=graph.replace(groups=(Group(id="g", title="Layer", nodes=("layer-1",), repeat=2),)))
    assert "Layer: Copies" in [one.title for one in settings_of(settings)]
    assert title_of_path(settings, "graph.groups.g.repeat") == "Layer: Copies"


@pytest.mark.parametrize(
    ("analysis", "words"),
    [
        (RaceAnalysis(optimizers="sgd magic"), "no optimizer 'magic'"),
        (RaceAnalysis(over="setting", path="training.speed", low=1, high=2), "no “speed”"),
        (RaceAnalysis(over="learning-rate", low=-1, high=1), "above 0"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(analysis: RaceAnalysis, words: str) -> None:
    with pytest.raises(NothingToShow, match=words):
        analysis.compute(question(project()))


@pytest.mark.parametrize("setting", [one.path for one in settings_of(project(graph=noisy_graph()))])
def test_every_setting_on_offer_makes_a_race(setting: str) -> None:
    _, members = RaceAnalysis(over="setting", path=setting, count=4).members(project(graph=noisy_graph()))
    assert 2 <= len(members) <= 8
    assert all(check(member.project.graph).ok for member in members)


def test_a_run_that_runs_away_is_marked_and_the_others_go_on() -> None:
    graph = multilayer(circles(), (3, "relu"), (1, "identity"), loss="mean-squared-error")
    analysis = RaceAnalysis(over="learning-rate", low=0.05, high=500.0, count=3, epochs=30)
    race = analysis.compute(question(project(graph=graph)))
    assert np.isfinite(race.runs.diverged).tolist() == [False, True, True] or np.isfinite(race.runs.diverged)[-1]
    assert race.runs.order[0] == 0 and math.isnan(race.runs.final[-1]) and np.isfinite(race.runs.final[0])
    assert race.ground is not None and np.isnan(race.ground.paths[:, -1]).all()


def test_goals_are_reached_at_the_first_look_that_keeps_them() -> None:
    settings = project(optimizer="adam", rate=0.1).replace(goals=(
        Goal(metric="train_accuracy", at_least=0.9, within_epochs=60),))  # fmt: skip
    luck = LuckAnalysis(seeds=3).compute(question(settings))
    assert luck.runs.metric == "train_accuracy" and luck.runs.epochs[-1] == 60
    for run, reached in enumerate(luck.runs.reached):
        kept = luck.runs.epochs[luck.runs.scores[:, run] >= 0.9]
        assert (math.isnan(reached) and not kept.size) or reached == kept[0]


def test_nothing_starts_by_itself() -> None:
    with pytest.raises(NothingToShow, match="Press Start"):
        list(LuckAnalysis(start=0).stages(question(project())))
    (offer,) = RaceAnalysis(start=0).stages(question(project(optimizer="adam")))
    assert isinstance(offer, RaceOffer) and offer.optimizer == "adam"
    assert [one.path for one in offer.settings][:2] == [RATE, "training.optimizer.parameters.beta1"]


@pytest.mark.parametrize("analysis", [RaceAnalysis(epochs=40), LuckAnalysis(epochs=40, seeds=4)])
def test_it_grows_and_can_be_stopped(analysis: RaceAnalysis | LuckAnalysis) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 30

    with pytest.raises(Cancelled):
        for result in analysis.stages(question(project(), cancelled=cancelled)):
            assert isinstance(result, Race | Luck) and not result.runs.whole
    assert asked == 31


@pytest.mark.parametrize("analysis", [RaceAnalysis(), LuckAnalysis()])
def test_where_it_does_not_apply(analysis: RaceAnalysis | LuckAnalysis) -> None:
    rule = chain(circles(labels="signed"), loss=node("rule", "perceptron-rule"))
    report = check(rule)
    assert analysis.why_not(report, rule)


def test_players_in_turns_race_on_no_common_ground() -> None:
    settings = change(project(), phases=[Phase(losses=("loss",), trains=("layer-1",)).model_dump()])
    race = RaceAnalysis(optimizers="sgd adam", epochs=2).compute(question(settings))
    assert race.runs.final.tolist() == [single(settings, 2).latest["test_accuracy"]] * 2
    assert "take turns" in race.why_no_ground


def test_a_race_is_a_result_of_its_own_kind() -> None:
    assert isinstance(RaceAnalysis(epochs=1).compute(question(project())), Race)
