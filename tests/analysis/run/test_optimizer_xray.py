"""The optimizer X-ray: its steps are those of the run itself, for every optimizer, penalty and phase."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.question import Cancelled, Question, Weight
from playground.analysis.run.optimizer_xray import OptimizerXray, OptimizerXrayAnalysis
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.graph import Choice, Graph, NodeTraining
from playground.document.project import Clipping, Project, Regularization, TrainingSettings
from playground.network.check import check
from playground.training.optimizers import OPTIMIZERS
from playground.training.session.session import Session
from tests.analysis.subjects import chain, spirals

WEIGHTS: tuple[Weight, ...] = (("dense-1.weight", (2, 1)), ("dense-1.bias", (0,)), ("dense-2.weight", (1, 3)))


def graph() -> Graph:
    return chain("spirals", spirals(), [5, 2])


def project_of(optimizer: str, batch: int = 0, **settings: Any) -> Project:
    training = TrainingSettings(optimizer=Choice(id=optimizer), batch_size=batch, **settings)
    return Project(graph=graph(), training=training)


def run_of(project: Project, steps: int) -> Session:
    session = Session(project, "cpu")
    while session.step < steps:
        session.advance(1)
    return session


def look(session: Session, weights: tuple[Weight, ...] = WEIGHTS, subject: Subject | None = None) -> OptimizerXray:
    project = session.project
    question = Question(
        subject or Subject(project.graph), session.snapshot(), trail=session.trail.snapshots, weights=weights,
        project=project,
    )  # fmt: skip
    return OptimizerXrayAnalysis().compute(question)


def values(session: Session, weights: tuple[Weight, ...]) -> list[float]:
    snapshot = session.snapshot()
    return [float(snapshot.array(name)[index]) for name, index in weights]


SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "L2": {"regularization": Regularization(l2=0.05)},
    "clipped by norm": {"clipping": Clipping(kind="norm", limit=0.02)},
    "clipped by value": {"clipping": Clipping(kind="value", limit=0.005)},
    "cosine": {"schedule": Choice(id="cosine", parameters={"epochs": 40})},
    "warm-up": {"schedule": Choice(id="warm-up", parameters={"steps": 50})},
}


@pytest.mark.parametrize("steps", [0, 1, 12])
@pytest.mark.parametrize("optimizer", [kind.id for kind in OPTIMIZERS if not kind.evaluates])
def test_the_step_is_the_one_that_the_run_takes(optimizer: str, steps: int) -> None:
    _is_the_step_of(project_of(optimizer), steps)


@pytest.mark.parametrize("optimizer", [kind.id for kind in OPTIMIZERS if kind.evaluates])
def test_searchers_have_no_step_that_one_gradient_makes(optimizer: str) -> None:
    with pytest.raises(NothingToShow, match="other places"):
        look(Session(project_of(optimizer), "cpu"))


@pytest.mark.parametrize("name", SETTINGS)
def test_penalty_clipping_and_schedule_have_their_part_in_it(name: str) -> None:
    _is_the_step_of(project_of("adam", **SETTINGS[name]), 9)
    _is_the_step_of(project_of("momentum", **SETTINGS[name]), 9)


def _is_the_step_of(project: Project, steps: int) -> None:
    session = run_of(project, steps)
    result = look(session)
    before = values(session, WEIGHTS)
    session.advance(1)
    after, memory = values(session, WEIGHTS), session.snapshot().memory_by_name()
    for traced, old, new in zip(result.weights, before, after, strict=True):
        assert traced.now is not None
        assert traced.now.weight == old
        assert traced.now.step == pytest.approx(new - old, rel=1e-4, abs=2e-7)
        name, index = traced.weight
        for key, value in traced.now.memory.items():
            whole = memory[f"{name}/{key}"].reshape(session.snapshot().array(name).shape)
            assert value == pytest.approx(float(whole[index]), rel=1e-4, abs=1e-10)
    assert "exactly what the next step takes" in result.note


def test_a_block_of_its_own_rate_and_a_frozen_one() -> None:
    project = project_of("adam")
    nodes = tuple(
        node.replace(training=NodeTraining(learning_rate_factor=0.25)) if node.id == "dense-2" else
        node.replace(training=NodeTraining(trainable=False)) if node.id == "dense-1" else node
        for node in project.graph.nodes
    )  # fmt: skip
    project = project.replace(graph=project.graph.replace(nodes=nodes))
    session = run_of(project, 7)
    result = look(session)
    assert [traced.weight for traced in result.weights] == [WEIGHTS[2]]  # what is frozen cannot be looked at
    assert all(name.startswith("dense-2") for name, _ in result.offered)
    before = values(session, WEIGHTS[2:])
    session.advance(1)
    assert result.weights[0].now is not None
    assert result.weights[0].now.step == pytest.approx(values(session, WEIGHTS[2:])[0] - before[0], rel=1e-4)


def test_the_series_are_those_of_every_moment() -> None:
    session = run_of(project_of("adam"), 30)
    result = look(session)
    assert result.moments[0] == 0 and result.moments[-1] == 30 and result.finished
    assert result.quantities == ("weight", "gradient", "exp_avg", "exp_avg_sq", "step", "rate")
    for snapshot in session.trail.snapshots:
        place = int(np.flatnonzero(result.moments == snapshot.step)[0])
        for traced in result.weights:
            name, index = traced.weight
            assert traced.series["weight"][place] == snapshot.array(name)[index]
    steps = np.diff(result.moments)
    assert (steps == 1).all()
    for traced in result.weights:  # every step was taken: the run has one batch
        np.testing.assert_allclose(np.diff(traced.series["weight"]), traced.series["step"][:-1], rtol=1e-3, atol=3e-7)
        rates = -traced.series["step"] / traced.series["gradient"]
        np.testing.assert_allclose(traced.series["rate"], rates)


def test_adams_rule_is_written_out_with_its_numbers() -> None:
    result = look(run_of(project_of("adam"), 4))
    now = result.weights[0].now
    assert now is not None
    assert any(line.startswith("m ← 0.9 ·") for line in now.lines)
    assert now.memory["exp_avg"] == pytest.approx(0.9 * now.before["exp_avg"] + 0.1 * now.gradient, rel=1e-5)
    even, odd = now.memory["exp_avg"] / (1 - 0.9**5), now.memory["exp_avg_sq"] / (1 - 0.999**5)
    assert now.step == pytest.approx(-0.005 * even / (math.sqrt(odd) + 1e-8), rel=1e-3)


def test_players_have_each_their_own_optimizer() -> None:
    project = files.read(library.find("gan-ring"))
    session = run_of(project, 10)
    names = [place.name for place in session.snapshot().layout.places if len(place.shape) > 1]
    weights: tuple[Weight, ...] = ((names[0], (0, 0)), (names[-1], (0, 0)))
    assert any(key.startswith("1:") for key in session.snapshot().memory)
    result = look(session, weights)
    assert len(result.weights) == 2
    for traced in result.weights:
        now = traced.now
        assert now is not None and now.step != 0.0
        assert now.memory["exp_avg"] == pytest.approx(
            0.5 * now.before["exp_avg"] + 0.5 * now.gradient, rel=1e-3, abs=1e-9
        )  # the beta of this preset


def test_without_a_choice_a_few_telling_weights_are_shown_and_stay() -> None:
    project = project_of("sgd", 16)
    session = run_of(project, 5)
    first = look(session, ())
    assert not first.chosen and 1 <= len(first.weights) <= 4
    assert {traced.weight[0] for traced in first.weights} == {"dense-1.weight", "dense-2.weight"}
    session.advance(1)
    assert [traced.weight for traced in look(session, ()).weights] == [traced.weight for traced in first.weights]
    other = look(session, (("gone.weight", (0,)), ("dense-1.weight", (9, 9)), WEIGHTS[0]))
    assert other.chosen and [traced.weight for traced in other.weights] == [WEIGHTS[0]]
    assert "that of one batch" in other.note


def test_where_another_optimizer_was_at_work_nothing_is_said() -> None:
    session = run_of(project_of("sgd"), 6)
    session.apply(project_of("adam"))
    while session.step < 12:
        session.advance(1)
    result = look(session)
    early = result.weights[0].series["step"][result.moments < 6]
    assert len(early) and np.isnan(early).all()
    assert np.isfinite(result.weights[0].series["step"][-1])
    assert "another optimizer" in result.note


def test_what_is_known_is_kept_and_a_newer_request_ends_it() -> None:
    session, calls = run_of(project_of("adam"), 12), 0
    subject = Subject(session.project.graph)
    look(session, WEIGHTS, subject)

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        return True

    question = Question(
        subject, session.snapshot(), trail=session.trail.snapshots, project=session.project, cancelled=cancelled
    )
    with pytest.raises(Cancelled):
        OptimizerXrayAnalysis().compute(question)
    assert calls == 1


def test_a_look_back_says_the_numbers_of_then() -> None:
    session = run_of(project_of("momentum"), 20)
    then = session.trail.snapshots[8]
    question = Question(
        Subject(session.project.graph), then, trail=session.trail.snapshots, weights=WEIGHTS, project=session.project
    )
    result = OptimizerXrayAnalysis().compute(question)
    assert result.step == then.step and result.moments[-1] == 20
    assert result.weights[0].now is not None
    assert result.weights[0].now.weight == then.array("dense-1.weight")[2, 1]


def test_why_not_in_one_line_and_the_table() -> None:
    analysis = OptimizerXrayAnalysis()
    rule = files.read(library.find("k-means-blobs")).graph
    assert analysis.why_not(check(rule), rule)
    still = graph()
    still = still.replace(nodes=tuple(n.replace(training=NodeTraining(trainable=False)) for n in still.nodes))
    assert "frozen" in analysis.why_not(check(still), still)
    assert not analysis.why_not(check(graph()), graph())
    result = look(run_of(project_of("adam"), 3))
    columns, rows = result.table()
    assert len(rows) == 3 * len(result.moments)
    assert columns[2:] == ["weight", "gradient", "first moment m", "second moment v", "next step", "effective rate"]
