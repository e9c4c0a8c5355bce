"""Cross-validation: a project learns once for each fold of its data, and what it reaches on the fold left out is told
with its spread."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from playground.data.preparation import Prepared
from playground.document.experiment import Budget, Measure
from playground.document.project import Project, StopRules
from playground.experiments.cells import Cell, ExperimentFault
from playground.experiments.folding import in_fold
from playground.experiments.running import Outcome, Stopped
from playground.experiments.store import Store
from playground.experiments.workers import outcomes
from playground.network.check import check
from playground.training.batches import examples_of
from playground.training.metrics.words import bounds_of, first_shown, metric_words
from playground.training.session.session import Session

Numbers = NDArray[np.float64]

MOST_RUNS = 2_000
CONFIDENCE = 0.9
LOSS = "validation_loss"
PREFIX = "validation_"
LOOKS = 1


@dataclass(frozen=True)
class Folding:
    """How a cross-validation is done."""

    folds: int = 5
    """0 for as many as rows, or groups: one is left out each time."""
    repeats: int = 1
    epochs: float = 100.0


@dataclass(frozen=True)
class CrossValidation:
    """What is known of it so far; cell i is fold i + 1."""

    project: Project
    """The project of the first fold."""
    nodes: tuple[str, ...]
    """Its data blocks."""
    folds: int
    repeats: int
    metric: str
    """The measure on the fold that validates, such as `validation_accuracy`."""
    sizes: tuple[int, int, int]
    """Rows of train, validation and test in the first fold."""
    division: NDArray[np.int8]
    """The part of every row in every fold of the first repetition, (folds, rows): its place in PARTS, or −1."""
    classes: NDArray[np.int64] | None
    """The class of every row, −1 for one that no fold has; None where rows have none."""
    in_time: bool
    """Whether the rows follow each other in time."""
    cells: tuple[Cell, ...]
    outcomes: Mapping[int, Outcome]
    known: int
    """How many of the runs had been measured before."""

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return len(self.outcomes) / len(self.cells)

    @property
    def whole(self) -> bool:
        """Whether all is done."""
        return len(self.outcomes) == len(self.cells)

    def scores(self, part: str = "validation", *, loss: bool = False) -> Numbers:
        """The measure on a part at the end of every fold, (folds · repeats,); NaN where it is not known."""
        name = f"{part}_loss" if loss else self.metric.replace("validation", part, 1)
        place = [measure.quantity for measure in self.cells[0].measures].index(name)
        found = np.full(len(self.cells), math.nan)
        for index, outcome in self.outcomes.items():
            found[index] = outcome.values[place]
        return found

    @property
    def by_loss(self) -> bool:
        """Whether the loss has to stand for the measure, which has no value on a single row, as R² has none."""
        return self.whole and not np.isfinite(self.scores()).any()

    @property
    def mean(self) -> float:
        """Mean over all folds with a number."""
        known = _finite(self.scores(loss=self.by_loss))
        return float(known.mean()) if len(known) else math.nan

    @property
    def spread(self) -> float:
        """Standard deviation over the folds."""
        known = _finite(self.scores(loss=self.by_loss))
        return float(known.std(ddof=1)) if len(known) > 1 else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Where the mean over other data of this kind lies with 90 % confidence: the corrected t interval of Nadeau and
        Bengio (2003), Inference for the Generalization Error, as the folds share what they learn from."""
        from scipy.stats import t

        known = _finite(self.scores(loss=self.by_loss))
        if len(known) < 2:
            return math.nan, math.nan
        train, validation, _ = self.sizes
        error = self.spread * math.sqrt(1.0 / len(known) + validation / max(1, train))
        reach = float(t.ppf((1.0 + CONFIDENCE) / 2.0, len(known) - 1)) * error
        low, high = bounds_of(self.measure_name)
        return (max(self.mean - reach, -math.inf if low is None else low),
                min(self.mean + reach, math.inf if high is None else high))  # fmt: skip

    @property
    def measure_name(self) -> str:
        """What is told, such as `validation_accuracy`."""
        return LOSS if self.by_loss else self.metric

    @property
    def measure(self) -> str:
        """The same in words."""
        return metric_words(self.measure_name, {})

    @property
    def sentence(self) -> str:
        """Mean and spread of the folds, where the mean may lie, and what to make of training and test."""
        known, by_loss = _finite(self.scores(loss=self.by_loss)), self.by_loss
        if not self.outcomes:
            train, validation, test = self.sizes
            aside = f"; {test:,} stay apart for the test" if test else ""
            return f"{len(self.cells)} runs, each on {train:,} rows and scored on {validation:,} others{aside}."
        done = f"{len(self.outcomes)} of {len(self.cells)} folds are done"
        if not len(known):
            return f"{done}; none has a number yet." if not self.whole else "No fold has a number: every run ran away."
        one_each = self.sizes[1] == 1
        over = f"{self.folds} rows, each left out once" if one_each else f"{self.folds} folds"
        over += f", {self.repeats} times" if self.repeats > 1 else ""
        found = f"{self.measure[0].upper()}{self.measure[1:]} {self.mean:.3g}"
        if len(known) > 1 and not one_each:
            found += f" ± {self.spread:.2g} over {over} (from {known.min():.3g} to {known.max():.3g})"
            low, high = self.interval
            if high > low:
                found += f"; the mean of other such data would lie between {low:.3g} and {high:.3g}"
        else:
            found += f" over {over}"
        if not self.whole:
            return f"{found}. {done}."
        learned = _finite(self.scores("train", loss=by_loss))
        words = f". On the rows that are learned from it is {learned.mean():.3g}" if len(learned) else ""
        lost = len(self.cells) - len(known)
        missing = f" {lost} of {len(self.cells)} folds have no number." if lost else ""
        return f"{found}{words}.{missing}{self._caution()}"

    def _caution(self) -> str:
        """What makes the score better than it is."""
        if self.project.training.stop.patience is not None:
            return " Early stopping looks at the fold that is scored, so the score is a little too good."
        return ""

    def project_of(self, fold: int) -> Project:
        """The project that learned in a fold, counted from 1."""
        return self.cells[fold - 1].project

    def table(self) -> tuple[list[str], list[list[object]]]:
        """Columns and rows: one row for each fold."""
        names = [metric_words(measure.quantity, {}) for measure in self.cells[0].measures]
        columns = ["fold", "repetition", *names, "steps", "seconds", "ran away"]
        rows: list[list[object]] = []
        for index in sorted(self.outcomes):
            cell, outcome = self.cells[index], self.outcomes[index]
            rows.append([cell.value + 1, cell.seed + 1, *outcome.values, outcome.steps, outcome.seconds,
                         outcome.diverged])  # fmt: skip
        return columns, rows


def _finite(values: Numbers) -> Numbers:
    known: Numbers = values[np.isfinite(values)]
    return known


def cross_validated(
    project: Project, folding: Folding, *, store: Store | None = None, workers: int = 0,
    stopped: Stopped = lambda: False,
) -> Iterator[CrossValidation]:  # fmt: skip
    """The cross-validation as its folds are done, the last whole; the same one again while nothing is new, to give way
    to others. What the store knows is not run again.

    Raises ExperimentFault, Cancelled, WorkersLost, and what a project that cannot be trained raises.
    """
    plan = planned(project, folding)
    known = store.find(cell.key for cell in plan.cells) if store is not None else {}
    found = {index: known[cell.key] for index, cell in enumerate(plan.cells) if cell.key in known}
    latest = _with(plan, found, len(found))
    yield latest
    left = [index for index in range(len(plan.cells)) if index not in found]
    for one in outcomes([plan.cells[index] for index in left], workers, stopped):
        if one is not None:
            place, outcome = one
            found[left[place]] = outcome
            if store is not None:
                store.keep(plan.cells[left[place]].key, outcome)
            latest = _with(plan, found, latest.known)
        yield latest


def _with(plan: CrossValidation, found: Mapping[int, Outcome], known: int) -> CrossValidation:
    return replace(plan, outcomes=dict(found), known=known)


def planned(project: Project, folding: Folding) -> CrossValidation:
    """All runs of a cross-validation, none of them done. Raises ExperimentFault, CannotCompile and CannotTrain."""
    report = check(project.graph)
    nodes = tuple(report.data_nodes())
    if not nodes:
        raise ExperimentFault("There is no data block, so there are no rows to divide into folds.")
    stop = project.training.stop if project.training.stop.patience is not None else StopRules()
    base = project.replace(training=project.training.replace(stop=stop), goals=(), views=())
    count = folding.folds or _most_folds(base, nodes)
    if count < 2:
        raise ExperimentFault(f"{count} fold leaves nothing to learn from: at least 2 are needed.")
    if count * folding.repeats > MOST_RUNS:
        raise ExperimentFault(f"{count * folding.repeats:,} runs are more than {MOST_RUNS:,}. Make fewer folds.")
    first = in_fold(base, count, 1)
    metric, names = _measures(project, Session(first, "cpu").evaluate(full=True, observe=False))
    measures = tuple(Measure(quantity=name) for name in names)
    cells = tuple(
        Cell(0, number % count, number // count, in_fold(base, count, number + 1),
             Budget(epochs=folding.epochs), LOOKS, measures)
        for number in range(count * folding.repeats)
    )  # fmt: skip
    if folding.repeats > 1:
        _examples(cells[count].project, nodes[0])  # where nothing is shuffled, there is no repetition
    examples = _examples(first, nodes[0])
    sizes = examples.count("train"), examples.count("validation"), examples.count("test")
    division, classes = _division(_examples(cell.project, nodes[0]) for cell in cells[:count])
    return CrossValidation(
        first, nodes, count, folding.repeats, metric, sizes, division, classes, examples.dataset.in_time(), cells, {}, 0
    )


def _most_folds(project: Project, nodes: tuple[str, ...]) -> int:
    """As many folds as there are rows, or groups, beside the test part."""
    prepared = _examples(project, nodes[0])
    return prepared.dataset.most_folds(prepared.rows)


def _measures(project: Project, metrics: Mapping[str, float]) -> tuple[str, tuple[str, ...]]:
    """The measure of the first goal on the validation part, or the most telling one; and all that are taken."""
    goals = (f"{PREFIX}{goal.metric.partition('_')[2]}" for goal in project.goals if "_" in goal.metric)
    wanted = (*goals, *first_shown(("validation",)), LOSS)
    metric = next((name for name in wanted if name in metrics), "")
    if not metric:
        raise ExperimentFault("Nothing is measured on the rows left out. Wire a loss block to the network.")
    ending = metric.removeprefix(PREFIX)
    every = [f"{part}_{name}" for name in (ending, "loss") for part in ("validation", "train", "test")]
    return metric, tuple(dict.fromkeys(name for name in every if name in metrics))


def _examples(project: Project, node: str) -> Prepared:
    """The examples of a data block. Raises ExperimentFault where it cannot be divided so."""
    report = check(project.graph)
    problem = next(iter(report.errors()), None)
    if problem is not None:
        raise ExperimentFault(problem.message)
    return examples_of(report)[node]


def _division(folds: Iterable[Prepared]) -> tuple[NDArray[np.int8], NDArray[np.int64] | None]:
    """The part of every row in every fold, (folds, rows), and the class of every row, −1 where no fold has it.

    Where fewer rows are learned from than there are, a fold says nothing of what lies behind its last row.
    """
    parts: list[NDArray[np.int8]] = []
    known: dict[int, int] = {}
    classified = False
    for examples in folds:
        parts.append(examples.dataset.parts_in_order(examples.rows))
        if examples.class_numbers is not None:
            classified = True
            for part, numbers in examples.class_numbers.items():
                known.update(zip(examples.rows[part].tolist(), numbers.tolist(), strict=True))
    count = max(len(one) for one in parts)
    division = np.stack([np.pad(one, (0, count - len(one)), constant_values=-1) for one in parts])
    if not classified:
        return division, None
    classes = np.full(count, -1, dtype=np.int64)
    classes[list(known)] = list(known.values())
    return division, classes
