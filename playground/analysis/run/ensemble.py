"""An ensemble: networks of other seeds learn the same, and then vote, or say the mean of what they say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.run.contests import PRESS_START, Runs, epochs_of, held, why_no_contest
from playground.analysis.shared.heads import Head, answering_once, chosen, heads
from playground.analysis.subject import Subject
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.experiments.contests import Contest
from playground.experiments.members import of_seeds
from playground.experiments.workers import usual_workers
from playground.network.check import Report
from playground.training.metrics.words import metric_words
from playground.training.snapshot import Snapshot

LOOKS = 10
ORDERS = 24
"""Orders of the members over which the curves are averaged: who is asked first is chance."""

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Votes:
    """What the members say alone and together, (K,) each; the curves by the number of members, from 1."""

    alone: Scores
    vote: Scores
    """Of the class that most say; NaN for numbers."""
    mean: Scores
    """Of the mean of the probabilities, or of the numbers."""
    agreed: float
    """The share of examples of which all say the same; NaN for numbers."""
    measure: str
    """In words, such as “test accuracy”."""
    count: int
    """Examples that were answered."""


@dataclass(frozen=True)
class Ensemble:
    """The members as they learn, and their votes once they have."""

    runs: Runs
    votes: Votes | None

    @property
    def whole(self) -> bool:
        """Whether nothing is still to come."""
        return self.votes is not None

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return 1.0 if self.whole else min(self.runs.share, 0.999)

    @property
    def sentence(self) -> str:
        """What they are alone and together, such as “One alone .92 on average; the vote of 16 gets .95”."""
        votes = self.votes
        if votes is None:
            return f"{len(self.runs.names)} networks learn, {self.share:.0%} done"
        best, average = np.nanmax(votes.alone), float(np.nanmean(votes.alone))
        if math.isnan(votes.vote[-1]):
            return f"{votes.measure}: {average:.3g} one alone on average, {votes.mean[-1]:.3g} the mean of all"
        return (
            f"{votes.measure}: {average:.1%} one alone on average, {best:.1%} the best; {votes.vote[-1]:.1%} the vote "
            f"of {len(votes.alone)}, {votes.mean[-1]:.1%} their mean; they agree on {votes.agreed:.0%} of the examples"
        )

    def table(self) -> Table:
        if self.votes is None:
            return self.runs.table()
        votes = self.votes
        rows: list[list[Any]] = [
            [number + 1, name, float(votes.alone[number]), float(votes.vote[number]), float(votes.mean[number])]
            for number, name in enumerate(self.runs.names[: len(votes.alone)])
        ]
        return ["members", "member", f"{votes.measure} alone", "vote of so many", "mean of so many"], rows


class EnsembleAnalysis(Plotted):
    """Many networks decide together."""

    id: ClassVar[str] = "ensemble"
    title: ClassVar[str] = "Ensemble"
    summary: ClassVar[str] = (
        "The same network learns under several seeds, beside the run on screen. Then all answer: one alone, by the "
        "vote of the majority, and by the mean of their probabilities, against the number of members."
    )
    source: ClassVar[str] = "Hansen & Salamon 1990, Neural network ensembles"
    needs: ClassVar[frozenset[str]] = frozenset({"project"})

    seeds: int = parameter(16, ge=2, le=64, label="Members", help="How many networks, from the project's seed on.")
    epochs: int = parameter(
        0, ge=0, le=1_000_000, unit="epochs",
        help="How long each learns; 0 for as long as the goals of the project give.",
    )  # fmt: skip
    part: Part = parameter("test", help="The examples that are answered.")
    start: int = parameter(1, ge=0, advanced=True, help="0 waits until a person presses Start.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not _heads(report):
            return "An ensemble needs networks that give one class or numbers for each example."
        return why_no_contest(report, graph)

    def compute(self, question: Question) -> Ensemble:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[Ensemble]:
        if not self.start:
            raise NothingToShow(PRESS_START)
        project, subject = question.project, question.subject
        if project is None or subject is None:
            raise ValueError("an ensemble needs a network and the settings of a project")
        if not subject.count(self.part):
            raise NothingToShow(f"The {self.part} part has no examples. Give it a share in the data block.")
        members = of_seeds(project, self.seeds)
        epochs = epochs_of(project, self.epochs)
        contest = Contest([one.project for one in members], epochs, LOOKS, weights=True, workers=usual_workers())
        for runs in held(question, members, contest):
            if not runs.whole:
                yield Ensemble(runs, None)
        snapshots = [snapshot for snapshot in contest.paths()[-1] if snapshot is not None]
        if not snapshots:
            raise NothingToShow("All networks ran away. Lower the learning rate.")
        yield Ensemble(runs, votes_of(subject, chosen(_heads(subject.report), question.node), snapshots, self.part))


def _heads(report: Report) -> tuple[Head, ...]:
    """The heads that give one class, or numbers, for each example."""
    return answering_once(report) or tuple(head for head in heads(report) if not head.classifies)


def votes_of(subject: Subject, head: Head, snapshots: Sequence[Snapshot], part: Part) -> Votes:
    """What networks with these weights say of a part, alone and together."""
    feeds = subject.feeds(part)
    said = []
    for snapshot in snapshots:
        subject.load(snapshot)
        answers = subject.values(feeds, [head.prediction, head.target])
        said.append(answers[head.prediction])
    target = answers[head.target]
    generator = np.random.default_rng(0)
    orders = [np.arange(len(said)), *(generator.permutation(len(said)) for _ in range(ORDERS - 1))]
    name = "accuracy" if head.classifies else head.metrics.names[0]
    measure = metric_words(f"{part}_{name}", {})
    if not head.classifies:
        return _of_numbers(head, np.stack(said), target, orders, measure)
    shares = np.stack([head.probabilities(one) for one in said]).astype(np.float64)  # (K, N, classes)
    return _of_classes(shares, head.actual(target), orders, measure)


def _of_classes(
    shares: NDArray[np.float64], actual: NDArray[np.int64], orders: Sequence[NDArray[np.int64]], measure: str
) -> Votes:
    """`shares` (K, N, classes) are probabilities, `actual` (N,) class numbers."""
    classes = shares.argmax(axis=2)  # (K, N)
    one_hot = np.eye(shares.shape[2])[classes]
    numbers = np.arange(1, len(shares) + 1)[:, None, None]
    vote, mean = np.zeros(len(shares)), np.zeros(len(shares))
    for order in orders:
        means = shares[order].cumsum(axis=0) / numbers
        ballots = one_hot[order].cumsum(axis=0) + 0.5 * means  # where as many say one as the other, the surer win
        mean += (means.argmax(axis=2) == actual).mean(axis=1) / len(orders)
        vote += (ballots.argmax(axis=2) == actual).mean(axis=1) / len(orders)
    alone = (classes == actual).mean(axis=1)
    agreed = float((classes == classes[0]).all(axis=0).mean())
    return Votes(alone, vote, mean, agreed, measure, len(actual))


def _of_numbers(
    head: Head, said: NDArray[np.float32], target: NDArray[Any], orders: Sequence[NDArray[np.int64]], measure: str
) -> Votes:
    """`said` (K, N, ...) are numbers."""
    compared = torch.from_numpy(target)
    flags = [number == 0 for number in range(len(head.metrics.names))]

    def score(prediction: NDArray[np.float32]) -> float:
        return float(head.metrics.tensors(torch.from_numpy(prediction), compared, flags)[0])

    mean = np.zeros(len(said))
    for order in orders:
        sums = said[order].cumsum(axis=0, dtype=np.float64)
        mean += [score((total / number).astype(np.float32)) for number, total in enumerate(sums, 1)]
    alone = np.array([score(one) for one in said])
    return Votes(alone, np.full(len(said), np.nan), mean / len(orders), math.nan, measure, len(target))
