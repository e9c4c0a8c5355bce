"""What the lessons of the chapter Generative say is true of the runs they show."""

from __future__ import annotations

import itertools
import math

import pytest

from playground.document import files, library
from playground.document.project import Project
from playground.training.session.session import Session


def preset(name: str) -> Project:
    return files.read(library.find(name))


def modes(session: Session, epochs: float) -> list[int]:
    """The modes covered after every epoch up to this one."""
    found = []
    while session.epoch < epochs - 1e-9:
        session.advance(session.steps_left_in_epoch)
        found.append(int(session.evaluate(full=True)["test_modes_covered"]))
    return found


def test_the_generator_finds_all_modes_and_the_discriminator_ends_in_guessing() -> None:
    session = Session(preset("gan-ring"), "cpu")
    found = modes(session, 30)
    assert found[9] <= 4 and found[-1] >= 7
    assert 12 <= next(epoch for epoch, count in enumerate(found, 1) if count >= 7) <= 25
    session.advance(3_000)
    metrics = session.evaluate(full=True)
    assert metrics["test_modes_covered"] == 8 and metrics["test_high_quality_share"] > 0.65
    for player in ("discriminator", "generator"):
        assert metrics[f"test_loss.{player}"] == pytest.approx(math.log(2.0), abs=0.2)
    assert metrics["test_accuracy.discriminator"] < 0.7


def test_the_collapsed_generator_never_covers_more_than_a_few_modes() -> None:
    found = modes(Session(preset("gan-collapse"), "cpu"), 60)
    assert max(found) <= 3
    assert sum(count <= 1 for count in found) > 45
    assert any(later != sooner for sooner, later in itertools.pairwise(found))


def test_both_presets_are_the_same_players_with_other_numbers() -> None:
    ring, collapse = preset("gan-ring"), preset("gan-collapse")
    assert ring.graph.nodes == collapse.graph.nodes and ring.graph.edges == collapse.graph.edges
    rates = [
        [phase.optimizer.parameters for phase in project.training.phases if phase.optimizer is not None]
        for project in (ring, collapse)
    ]
    assert rates == [
        [{"learning_rate": 0.005, "beta1": 0.5}, {"learning_rate": 0.001, "beta1": 0.5}],
        [{"learning_rate": 0.001, "beta1": 0.9}, {"learning_rate": 0.01, "beta1": 0.9}],
    ]
