"""Adversarial examples: what a change that is hardly seen makes of the answers, and accuracy against its budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.heads import Head, answering_once, chosen
from playground.analysis.shared.pictures import brightness, is_image
from playground.analysis.subject import Subject
from playground.blocks.loss import Loss
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report
from playground.training.objectives.adversarial import Method, attacked
from playground.training.objectives.base import bounds_of, features_of

BUDGETS = 9
WIDEST = 0.3
"""The largest budget of the curve, as a share of the range of the data; more where a larger one is asked for."""
METHODS: tuple[Method, ...] = ("fgsm", "pgd")


@dataclass(frozen=True)
class AttackedExamples:
    """Some examples before and after the attack; all arrays have the same length n."""

    rows: NDArray[np.int64]
    """Row numbers in the part."""
    originals: NDArray[np.float32]
    """(n, h, w) or (n, h, w, 3), brightness from 0 to 1; without pictures (n, 0, 0)."""
    attacked: NDArray[np.float32]
    changes: NDArray[np.float32]
    """(n, h, w) or (n, h, w, 3): the change, from 0 (budget spent downwards) over .5 (none) to 1 (upwards)."""
    actual: tuple[str, ...]
    before: tuple[str, ...]
    """What the network says of the example as it is."""
    after: tuple[str, ...]
    surety_before: NDArray[np.float32]
    """Probability of what is said."""
    surety_after: NDArray[np.float32]


@dataclass(frozen=True)
class AdversarialAttack:
    """The curve, which grows budget by budget, and some examples."""

    budgets: NDArray[np.float64]
    """Shares of the range of the data, ascending; the first is 0."""
    accuracies: NDArray[np.float64]
    """Accuracy at each; NaN where it is still to come."""
    budget: float
    """The budget of the examples."""
    accuracy: float
    """Accuracy at that budget; NaN while it is still to come."""
    examples: AttackedExamples
    method: Method
    part: Part
    count: int
    """Examples that were attacked."""
    title: str = ""
    """Whose answers these are, where several on the canvas answer."""

    @property
    def whole(self) -> bool:
        """Whether nothing is still to come."""
        return not np.isnan(self.accuracies).any()

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return float(np.isfinite(self.accuracies).mean())

    @property
    def words(self) -> tuple[str, ...]:
        """What the attack does, in a few words; none before it is known."""
        if np.isnan(self.accuracies[0]) or np.isnan(self.accuracy):
            return ()
        change = f"{self.accuracies[0]:.1%} → {self.accuracy:.1%}"
        return f"{self.part} accuracy {change}", f"budget {self.budget:.3g}", f"{self.count:,} examples"

    def table(self) -> Table:
        rows: list[list[Any]] = [list(one) for one in zip(self.budgets.tolist(), self.accuracies.tolist(), strict=True)]
        return ["budget", "accuracy"], rows


class AdversarialAttackAnalysis(Analysis):
    """The fast gradient sign method, and projected gradient descent."""

    id: ClassVar[str] = "adversarial-attack"
    title: ClassVar[str] = "Adversarial attack"
    summary: ClassVar[str] = (
        "Changes every number of an example by a small budget, each in the direction that raises the loss, and shows "
        "what the network says then: pictures that look the same to us, and accuracy against the budget."
    )
    source: ClassVar[str] = "Goodfellow, Shlens & Szegedy 2015; Madry et al. 2018"

    method: Method = parameter(
        "fgsm", help="FGSM: one step along the sign of the gradient. PGD: several, each brought back into the budget."
    )
    budget: float = parameter(
        0.1, ge=0.0, le=0.5, help="How far each number may move, as a share of the range of the data: 0.1 is a tenth."
    )
    steps: int = parameter(10, ge=1, le=100, help="Steps of PGD.")
    part: Part = parameter("test", help="The examples that are attacked.")
    count: int = parameter(256, ge=8, le=4_096, logarithmic=True, help="How many examples the curve is of.")
    shown: int = parameter(6, ge=1, le=24, label="Examples shown", help="How many examples are shown.")
    example: int = example_row()

    def why_not(self, report: Report, graph: Graph) -> str:
        if features_of(report) is None:
            return "An attack changes numbers; the data on the canvas are names, such as tokens."
        if not _heads(report):
            return "An attack needs a loss block whose target is a class, and a gradient that comes back to the data."
        return ""

    def compute(self, question: Question) -> AdversarialAttack:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[AdversarialAttack]:
        subject = question.loaded()
        candidates = _heads(subject.report)
        head = chosen(candidates, question.node)
        if not subject.count(self.part):
            raise NothingToShow(f"The {self.part} part has no examples. Give it a share in the data block.")
        target = Target(subject, head, self.part, self.count)
        budgets = np.linspace(0.0, max(WIDEST, self.budget), BUDGETS)
        accuracies = np.full(BUDGETS, np.nan)
        found = target.attack(self.method, self.budget, self.steps)
        accuracy = float((target.answers(found) == target.actual).mean())
        examples = self._examples(target, found, question)
        title = subject.title(head.node) if len(candidates) > 1 else ""
        for place, budget in enumerate(budgets.tolist()):
            question.check()
            target.subject = question.loaded()
            attacked = target.attack(self.method, budget, self.steps)
            accuracies[place] = (target.answers(attacked) == target.actual).mean()
            yield AdversarialAttack(
                budgets, accuracies.copy(), self.budget, accuracy, examples, self.method, self.part, len(target), title
            )

    def _examples(self, target: Target, attacked: torch.Tensor, question: Question) -> AttackedExamples:
        count = len(target)
        first = question.example % count if self.part == target.subject.shown_part else 0
        rows = (first + np.arange(min(self.shown, count))) % count
        picked = torch.from_numpy(rows.astype(np.int64))
        before, after = target.shares(target.x)[rows], target.shares(attacked)[rows]
        names = target.head.class_names(before.shape[1])
        moved = (attacked - target.x)[picked] / (max(self.budget, 1e-9) * target.extent)
        return AttackedExamples(
            rows=rows.astype(np.int64),
            originals=target.pictures(target.x[picked]),
            attacked=target.pictures(attacked[picked]),
            changes=_channels_last(moved.mul(0.5).add(0.5).clamp(0.0, 1.0), target.draws),
            actual=tuple(names[one] for one in target.actual[rows]),
            before=tuple(names[one] for one in before.argmax(1)),
            after=tuple(names[one] for one in after.argmax(1)),
            surety_before=before.max(axis=1),
            surety_after=after.max(axis=1),
        )


class Target:
    """Examples of a part, and the head that is to be misled about them."""

    def __init__(self, subject: Subject, head: Head, part: Part, count: int) -> None:
        self.subject = subject
        self.head = head
        source = features_of(subject.report)
        assert source is not None
        self.source: Output = source
        self.feeds = subject.feeds(part, count)
        self.x = self.feeds[self.source]
        """(n, ...) as the network gets them."""
        self.draws = is_image(subject.report.signals[self.source])
        self.bounds = bounds_of(subject.looked_at("train")[self.source], pictures=self.draws)
        self.extent = (self.bounds[1] - self.bounds[0]).clamp_min(1e-9)
        self.loss: Output = head.node, "loss"
        slots = subject.network.slots
        values = self._run(self.x, [head.target])
        self.actual = head.actual(values[slots[head.target]].numpy())

    def __len__(self) -> int:
        return len(self.x)

    def _run(self, x: torch.Tensor, outputs: list[Output]) -> list[torch.Tensor]:
        network, feeds = self.subject.network, {**self.feeds, self.source: x}
        self.subject.calm()
        return network.run(feeds, network.steps_to(outputs, feeds))

    def shares(self, x: torch.Tensor) -> NDArray[np.float32]:
        """Probabilities of the classes, (n, classes)."""
        with torch.no_grad():
            values = self._run(x, [self.head.prediction])
        return self.head.probabilities(values[self.subject.network.slots[self.head.prediction]].numpy())

    def answers(self, x: torch.Tensor) -> NDArray[np.int64]:
        """Class numbers, (n,)."""
        with torch.no_grad():
            values = self._run(x, [self.head.prediction])
        return self.head.classes(values[self.subject.network.slots[self.head.prediction]].numpy())

    def slope(self, x: torch.Tensor) -> torch.Tensor:
        """The derivative of the loss by each number of the examples."""
        with torch.enable_grad():
            moved = x.detach().clone().requires_grad_(True)
            loss = self._run(moved, [self.loss])[self.subject.network.slots[self.loss]]
            if not loss.requires_grad:
                return torch.zeros_like(x)
            (slope,) = torch.autograd.grad(loss, moved, allow_unused=True)
            return torch.zeros_like(x) if slope is None else slope

    def attack(self, method: Method, budget: float, steps: int) -> torch.Tensor:
        """The examples, moved within the budget and the range of the data so that the loss grows."""
        if not budget:
            return self.x
        return attacked(self.x, self.slope, budget * self.extent, self.bounds, steps if method == "pgd" else 1)

    def pictures(self, x: torch.Tensor) -> NDArray[np.float32]:
        """Examples as pictures; (n, 0, 0) where they are none."""
        if not self.draws:
            return np.zeros((len(x), 0, 0), dtype=np.float32)
        return brightness(self.subject.prepared[self.source[0]], x.numpy())


def _channels_last(values: torch.Tensor, draws: bool) -> NDArray[np.float32]:
    if not draws:
        return np.zeros((len(values), 0, 0), dtype=np.float32)
    found = values.permute(0, 2, 3, 1).numpy()
    return np.ascontiguousarray(found[..., 0] if found.shape[3] == 1 else found)


def _heads(report: Report) -> tuple[Head, ...]:
    """The heads that can be misled: they classify once, by a loss."""
    return tuple(head for head in answering_once(report) if isinstance(head.judge, Loss))
