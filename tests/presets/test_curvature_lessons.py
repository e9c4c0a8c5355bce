"""What the lessons on sharp and flat minima say is true of the runs they show."""

from __future__ import annotations

import pytest

from playground.analysis.loss.curvature import CurvatureAnalysis, CurvatureResult
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.training.session.session import Session


def after(name: str, seed: int, epochs: int) -> tuple[CurvatureResult, dict[str, float]]:
    project = files.read(library.find(name)).replace(seed=seed)
    session = Session(project, "cpu")
    while session.epoch < epochs - 1e-9:
        session.advance(session.steps_left_in_epoch)
    question = Question(Subject(project.graph), session.snapshot(), trail=session.trail.snapshots, project=project)
    return CurvatureAnalysis().compute(question), session.evaluate(full=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_large_batch_finds_a_sharper_valley_than_a_small_one(seed: int) -> None:
    large, hard = after("large-batch-sharp", seed, 1_500)
    small, easy = after("small-batch-flat", seed, 150)
    assert large.largest > 3.0 * small.largest
    assert 18.0 < large.largest < 22.0
    assert "edge of stability" in large.stability and "short enough" in small.stability
    assert hard["train_r2"] > 0.75 and easy["train_r2"] > 0.75  # both have learned


def test_the_sharpness_climbs_to_the_limit_and_stays_there() -> None:
    result, _ = after("large-batch-sharp", 1, 1_500)
    assert result.sharpness[0] < 0.6 * result.limits[0]
    late = result.sharpness[result.moments > 1_000]
    assert len(late) > 3
    assert ((late > 18.0) & (late < 24.0)).all()


def test_both_have_the_same_network_data_rate_and_first_weights() -> None:
    one, other = (files.read(library.find(name)) for name in ("large-batch-sharp", "small-batch-flat"))
    assert one.graph.nodes == other.graph.nodes and one.graph.edges == other.graph.edges
    assert one.training.replace(batch_size=1) == other.training.replace(batch_size=1) and one.seed == other.seed


@pytest.mark.parametrize(("rate", "limit", "steps"), [(0.05, 40.0, 3_000), (0.2, 10.0, 1_000)])
def test_the_sharpness_follows_the_limit_of_another_rate(rate: float, limit: float, steps: int) -> None:
    project = files.read(library.find("large-batch-sharp"))
    session = Session(project, "cpu")
    while session.step < 1_500:
        session.advance(1)
    optimizer = project.training.optimizer.replace(parameters={"learning_rate": rate})
    session.apply(project.replace(training=project.training.replace(optimizer=optimizer)))
    while session.step < 1_500 + steps:
        session.advance(1)
    question = Question(Subject(project.graph), session.snapshot())
    assert CurvatureAnalysis().compute(question).largest == pytest.approx(limit, rel=0.15)
