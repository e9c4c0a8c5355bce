"""Votes and means against those that are counted one by one, and what is not an ensemble."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.question import Question
from playground.analysis.run.ensemble import EnsembleAnalysis
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import check
from playground.training.session.session import Session
from tests.network.small_graphs import chain, multilayer, node
from tests.training.runs import circles, project

THREE = chain(
    node("data", "blobs", examples=120, clouds=3, noise=0.9), node("hidden", "dense", units=3, activation="tanh"),
    node("out", "dense", units=3, activation="identity"), loss=node("loss", "cross-entropy"),
)  # fmt: skip
NUMBERS = multilayer(node("data", "plane", examples=60), (3, "tanh"), (1, "identity"), loss="mean-squared-error")


def asked(settings: Project) -> Question:
    return Question(subject=Subject(settings.graph), project=settings)


def answers(settings: Project, seeds: int, epochs: int) -> tuple[list[np.ndarray], np.ndarray]:
    """What every member says of the test part, trained one by one, and what is right."""
    found = []
    for seed in range(settings.seed, settings.seed + seeds):
        session = Session(settings.replace(seed=seed), "cpu")
        while session.epoch < epochs:
            session.advance(session.steps_left_in_epoch)
        subject = Subject(settings.graph)
        subject.load(session.snapshot())
        values = subject.values(subject.feeds("test"), [("out", "output"), ("data", "target")])
        found.append(values["out", "output"])
    return found, values["data", "target"]


def test_the_vote_of_all_is_counted_by_hand() -> None:
    settings = project(THREE, "adam")
    *parts, whole = EnsembleAnalysis(seeds=5, epochs=2).stages(asked(settings))
    said, right = answers(settings, 5, 2)
    assert all(part.votes is None and part.share < 1.0 for part in parts) and whole.whole
    votes = whole.votes
    assert votes is not None and votes.count == len(right) == 18
    classes = np.array([one.argmax(1) for one in said])
    np.testing.assert_allclose(votes.alone, (classes == right).mean(axis=1))
    soft = [np.exp(one) / np.exp(one).sum(1, keepdims=True) for one in said]
    assert votes.mean[-1] == pytest.approx((np.mean(soft, axis=0).argmax(1) == right).mean())
    elected = []
    for ballots, shares in zip(classes.T, np.mean(soft, axis=0), strict=True):
        counts = Counter(ballots.tolist())
        elected.append(max(counts, key=lambda name, counts=counts, shares=shares: (counts[name], shares[name])))
    assert votes.vote[-1] == pytest.approx((np.array(elected) == right).mean())
    assert votes.agreed == pytest.approx(np.mean([len(set(ballots)) == 1 for ballots in classes.T]))
    assert "the vote of 5" in whole.sentence


def test_numbers_have_a_mean_and_no_vote() -> None:
    votes = EnsembleAnalysis(seeds=3, epochs=2).compute(asked(project(NUMBERS, "adam"))).votes
    assert votes is not None and np.isnan(votes.vote).all() and np.isfinite(votes.mean).all()


@pytest.mark.parametrize(("graph", "words"), [
    (Graph(), "one class or numbers"), (multilayer(circles(), (1, "sigmoid"), loss="mean-squared-error"), ""),
])  # fmt: skip
def test_where_it_does_not_apply(graph: Graph, words: str) -> None:
    assert words in EnsembleAnalysis().why_not(check(graph), graph)


def test_it_waits_for_start() -> None:
    with pytest.raises(NothingToShow, match="Press Start"):
        list(EnsembleAnalysis(start=0).stages(asked(project())))
