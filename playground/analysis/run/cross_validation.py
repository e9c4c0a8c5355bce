"""Cross-validation beside the run on screen: one run for each fold, in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Cancelled, Question
from playground.analysis.run.contests import epochs_of
from playground.data.base import Dataset
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.document.project import Project
from playground.experiments import running
from playground.experiments.cells import ExperimentFault
from playground.experiments.folds import CrossValidation, Folding, cross_validated, planned
from playground.experiments.store import usual_store
from playground.experiments.workers import WorkersLost, usual_workers
from playground.network.check import Report
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain


@dataclass(frozen=True)
class FoldScores:
    """What is known of a cross-validation so far; rows of `scores` are repetitions, NaN where nothing is."""

    nodes: tuple[str, ...]
    """The data blocks that are divided."""
    division: NDArray[np.int8]
    """The part of every row in every fold, (folds, rows): its place in PARTS, or −1 for those in none."""
    classes: NDArray[np.int64] | None
    """The class of every row, −1 for one that no fold has; None where rows have none."""
    in_time: bool
    """Whether the rows follow each other in time."""
    measure: str
    """What is measured, in words."""
    scores: NDArray[np.float64]
    """On the fold that validates, (repeats, folds)."""
    train_scores: NDArray[np.float64]
    """The same measure on the rows that are learned from."""
    mean: float
    spread: float
    """Standard deviation of the scores."""
    sentence: str
    share: float
    rows: Table

    @property
    def folds(self) -> int:
        """How many folds there are."""
        return len(self.division)

    @property
    def begun(self) -> bool:
        """Whether a fold is done."""
        return self.share > 0.0

    @property
    def whole(self) -> bool:
        """Whether all folds are done."""
        return self.share >= 1.0

    def table(self) -> Table:
        return self.rows


class CrossValidationAnalysis(Analysis):
    """What a project reaches on rows that it has not seen, fold by fold."""

    id: ClassVar[str] = "cross-validation"
    title: ClassVar[str] = "Cross-validation"
    summary: ClassVar[str] = (
        "Train and validation together are divided into folds. The network learns anew for each fold without its rows "
        "and is scored on them, so that every row validates once; the spread over the folds says how far to trust the "
        "mean. The test part stays apart, and nothing of the fold left out is in the scaling."
    )
    source: ClassVar[str] = "Stone 1974, Cross-Validatory Choice and Assessment; Nadeau & Bengio 2003 for the interval"
    needs: ClassVar[frozenset[str]] = frozenset({"project"})

    folds: int = parameter(5, ge=0, le=1_000, help="How many folds; 0 leaves one row out each time, or one group.")
    repeats: int = parameter(1, ge=1, le=50, help="How often the rows are shuffled and divided anew.")
    epochs: int = parameter(
        0, ge=0, le=1_000_000, unit="epochs", help="How long each runs; 0 for as long as the goals of the project give."
    )
    start: int = parameter(1, ge=0, advanced=True, help="0 waits until a person presses Start.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.data_nodes():
            return "There is no data block, so there are no rows to divide into folds."
        for node in report.data_nodes():
            block = report.blocks[node]
            if isinstance(block, Dataset) and block.unfolded:
                return f"{block.title} cannot be divided into folds, because {block.unfolded}."
        return ""

    def compute(self, question: Question) -> FoldScores:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[FoldScores]:
        project = question.project
        if project is None:
            raise ValueError("a cross-validation needs the settings of a project")
        folding = Folding(self.folds, self.repeats, epochs_of(project, self.epochs))
        try:
            yield from self._found(project, folding, question)
        except running.Cancelled as error:
            raise Cancelled from error
        except (ExperimentFault, WorkersLost, CannotTrain, CannotCompile) as error:
            raise NothingToShow(str(error)) from error

    def _found(self, project: Project, folding: Folding, question: Question) -> Iterator[FoldScores]:
        if not self.start:
            yield scores_of(planned(project, folding))
            return
        before: CrossValidation | None = None
        for one in cross_validated(
            project, folding, store=usual_store(), workers=usual_workers(), stopped=question.cancelled
        ):
            if one is not before:
                before, result = one, scores_of(one)
            yield result


def scores_of(found: CrossValidation) -> FoldScores:
    """A cross-validation as arrays."""
    shape = (found.repeats, found.folds)
    columns, rows = found.table()
    return FoldScores(
        nodes=found.nodes,
        division=found.division,
        classes=found.classes,
        in_time=found.in_time,
        measure=found.measure,
        scores=found.scores(loss=found.by_loss).reshape(shape),
        train_scores=found.scores("train", loss=found.by_loss).reshape(shape),
        mean=found.mean,
        spread=found.spread,
        sentence=found.sentence,
        share=found.share if found.whole else min(0.999, found.share),
        rows=(columns, rows),
    )
