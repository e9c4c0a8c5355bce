"""A wall of pictures with what the network takes them for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.answers.confusion_matrix import answer
from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.analysis.shared.heads import answering_once, chosen
from playground.analysis.shared.pictures import image_node, pictures
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report


@dataclass(frozen=True)
class PredictionWall:
    """Some examples of a part; all arrays have the same length n."""

    pictures: NDArray[np.float32]
    """(n, h, w) or (n, h, w, 3), brightness from 0 to 1."""
    rows: NDArray[np.int64]
    """Row numbers in the part."""
    actual: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float32]
    """Probability of the predicted class."""
    class_names: tuple[str, ...]
    part: Part
    wrong_in_part: int
    examples_in_part: int
    title: str = ""
    """Whose answers these are, where several on the canvas answer."""

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which of the shown examples are misclassified."""
        return np.not_equal(self.actual, self.predicted)

    def table(self) -> Table:
        names = self.class_names
        rows = [
            [row, names[actual], names[predicted], confidence, "right" if actual == predicted else "wrong"]
            for row, actual, predicted, confidence in zip(
                self.rows.tolist(),
                self.actual.tolist(),
                self.predicted.tolist(),
                self.confidence.tolist(),
                strict=True,
            )
        ]
        return ["row", "actual", "predicted", "confidence", "verdict"], rows


class PredictionWallAnalysis(Analysis):
    """Pictures with predicted class, actual class and confidence."""

    id: ClassVar[str] = "prediction-wall"
    title: ClassVar[str] = "Prediction wall"
    summary: ClassVar[str] = "Examples with what the network takes them for, and how sure it is."

    part: Part = parameter("test", help="The examples to choose from.")
    wrong_first: bool = parameter(True, label="Wrong first", help="Show the mistakes first, the surest ones on top.")
    count: int = parameter(64, ge=1, le=256, help="Most pictures on the wall.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not image_node(report):
            return "The prediction wall needs images as data."
        if not answering_once(report):
            return "The prediction wall needs a loss block whose target is a class."
        return ""

    def compute(self, question: Question) -> PredictionWall:
        subject = question.loaded()
        candidates = answering_once(subject.report)
        head = chosen(candidates, question.node)
        answers = answer(question, subject, head, self.part)
        confidence = answers.probabilities[np.arange(len(answers.actual)), answers.predicted]
        wrong = answers.actual != answers.predicted
        rows = np.arange(len(wrong), dtype=np.int64)
        if self.wrong_first:
            rows = np.lexsort((np.where(wrong, -confidence, 0.0), ~wrong)).astype(np.int64)
        rows = rows[: self.count]
        return PredictionWall(
            pictures=pictures(subject.prepared[image_node(subject.report)], self.part, rows),
            rows=rows,
            actual=answers.actual[rows],
            predicted=answers.predicted[rows],
            confidence=confidence[rows],
            class_names=head.class_names(answers.probabilities.shape[1]),
            part=self.part,
            wrong_in_part=int(wrong.sum()),
            examples_in_part=len(wrong),
            title=subject.title(head.node) if len(candidates) > 1 else "",
        )
