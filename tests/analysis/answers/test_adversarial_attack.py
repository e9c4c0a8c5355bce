"""Attacks stay within their budget, follow the gradient, and are told as they are."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch

from playground.analysis.answers.adversarial_attack import AdversarialAttack, AdversarialAttackAnalysis, Target
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.heads import answering_once
from playground.analysis.subject import Subject
from playground.cli import running
from playground.document import files, library
from playground.network.check import check
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired
from tests.training.runs import project

PATHS = library.paths()
PICTURES, POINTS = "digits-8x8", "spirals"


@functools.cache
def trained(name: str, steps: int = 150) -> Question:
    session = running.start(files.read(PATHS[name]))
    session.advance(steps)
    return Question(subject=Subject(session.project.graph), snapshot=session.snapshot(), example=3)


def target_of(name: str) -> Target:
    subject = trained(name).loaded()
    return Target(subject, answering_once(subject.report)[0], "test", 100)


def loss_of(target: Target, x: torch.Tensor) -> torch.Tensor:
    """The loss of every example, from the probabilities alone."""
    shares = torch.from_numpy(target.shares(x))
    return -shares[torch.arange(len(shares)), torch.from_numpy(target.actual)].clamp_min(1e-30).log()


@pytest.mark.parametrize("name", [PICTURES, POINTS])
@pytest.mark.parametrize("method", ["fgsm", "pgd"])
def test_an_attack_keeps_to_its_budget_and_to_the_range_of_the_data(name: str, method: str) -> None:
    target = target_of(name)
    found = target.attack(method, 0.08, 5)  # type: ignore[arg-type]
    assert ((found - target.x).abs() <= 0.08 * target.extent + 1e-6).all()
    assert (found <= torch.maximum(target.bounds[1], target.x)).all()
    assert (found >= torch.minimum(target.bounds[0], target.x)).all()
    assert not torch.equal(found, target.x)
    assert torch.equal(target.attack(method, 0.0, 5), target.x)  # type: ignore[arg-type]


def test_the_direction_is_the_sign_of_the_slope() -> None:
    """Against differences of the loss in double precision, for the numbers of one example."""
    target = target_of(PICTURES)
    direction = target.slope(target.x)[0].flatten().sign()
    step = 1e-2
    moved = target.x[:1].repeat(64, 1, 1, 1)
    ways = torch.eye(64).view(64, 1, 8, 8) * step
    target.feeds = {output: values[:1].repeat(64, *[1] * (values.ndim - 1)) for output, values in target.feeds.items()}
    target.actual = np.repeat(target.actual[:1], 64)
    slopes = (loss_of(target, moved + ways) - loss_of(target, moved - ways)) / (2.0 * step)
    clear = slopes.abs() > 0.05 * slopes.abs().max()
    assert clear.sum() > 10
    assert torch.equal(slopes[clear].sign(), direction[clear])


def test_answers_that_do_not_come_from_the_examples_have_no_direction() -> None:
    """Wired by mistake: the network is told the target. Its loss has a slope by the weights alone."""
    nodes = [node("data", "moons", examples=60, labels="one-hot"), node("out", "dense", units=2),
             node("loss", "categorical-cross-entropy")]  # fmt: skip
    graph = wired(nodes, "data.target > out", "out > loss.prediction", "data.target > loss.target")
    subject = Subject(graph)
    subject.load(Session(project(graph, "sgd", rate=0.1)).snapshot())
    target = Target(subject, answering_once(subject.report)[0], "test", 9)
    assert torch.equal(target.attack("pgd", 0.1, 3), target.x)


def test_more_budget_and_more_steps_mislead_more() -> None:
    question = trained(PICTURES)
    found = {
        method: AdversarialAttackAnalysis(method=method, count=200, budget=0.15).compute(question)
        for method in ("fgsm", "pgd")
    }
    for result in found.values():
        assert result.whole and result.share == 1.0
        assert result.accuracies[0] > 0.9 > result.accuracies[-1] + 0.3
        assert result.accuracies[-1] <= result.accuracies[4] <= result.accuracies[0]
    assert found["pgd"].accuracies[-1] <= found["fgsm"].accuracies[-1]
    columns, rows = found["pgd"].table()
    assert columns == ["budget", "accuracy"] and len(rows) == len(found["pgd"].budgets)


def test_examples_begin_with_the_one_that_is_looked_at() -> None:
    result = AdversarialAttackAnalysis(count=50, shown=4).compute(trained(PICTURES))
    shown = result.examples
    assert shown.rows.tolist() == [3, 4, 5, 6]
    assert shown.originals.shape == shown.attacked.shape == shown.changes.shape == (4, 8, 8)
    difference = np.abs(shown.attacked - shown.originals)
    assert difference.max() == pytest.approx(0.1, abs=1e-4)
    assert set(np.unique(shown.changes.round(4))) <= {0.0, 0.5, 1.0} or (shown.changes != 0.5).any()
    assert ((shown.surety_before > 0.1) & (shown.surety_before <= 1.0)).all()


def test_data_without_pictures_have_the_curve_alone() -> None:
    result = AdversarialAttackAnalysis(count=50).compute(trained(POINTS))
    assert result.examples.originals.size == 0 and len(result.examples.actual) == 6
    assert np.isfinite(result.accuracies).all()


def test_the_curve_grows_and_can_be_broken_off() -> None:
    question = trained(PICTURES)
    stages: list[AdversarialAttack] = list(AdversarialAttackAnalysis(count=50).stages(question))
    assert [np.isfinite(stage.accuracies).sum() for stage in stages] == list(range(1, len(stages) + 1))
    growing = AdversarialAttackAnalysis(count=50).stages(Question(
        subject=question.subject, snapshot=question.snapshot, cancelled=lambda: True
    ))  # fmt: skip
    with pytest.raises(Cancelled):
        list(growing)


@pytest.mark.parametrize(("name", "words"), [("next-character", "names"), ("builder-dense", "loss block")])
def test_it_says_what_it_cannot_attack(name: str, words: str) -> None:
    graph = files.read(PATHS[name]).graph
    assert words in AdversarialAttackAnalysis().why_not(check(graph), graph)
