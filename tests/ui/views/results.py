"""Small results made by hand: views draw arrays, so their tests need no network."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.confusion_matrix import ConfusionMatrix
from playground.analysis.answers.decision_boundary import Boundary, BoundaryPoints
from playground.analysis.answers.prediction_wall import PredictionWall
from playground.analysis.inside.data import DataSummary
from playground.analysis.inside.weights import WeightMatrix, Weights
from playground.analysis.run.curves import Best, Curves, OtherCurves
from playground.analysis.run.runs import RunRow, RunTable
from playground.data.base import Part
from playground.training.history import CurveData, Mark, Moment


def curve(values: np.ndarray, every: int = 1) -> CurveData:
    steps = np.arange(len(values), dtype=np.float64) * every
    return CurveData(steps, steps / 10, steps * 32, steps / 100, values, values * 0.9, values * 1.1)


def curves(points: int = 100) -> Curves:
    falling = 1.0 / (1.0 + np.arange(points, dtype=np.float64))
    return Curves(
        curves={
            "test_loss": curve(falling[::10] + 0.02, 10),
            "train_loss": curve(falling),
            "validation_loss": curve(falling[::10] + 0.01, 10),
            "train_accuracy": curve(1 - falling),
            "learning_rate": curve(np.full(points, 0.03)),
        },
        marks=(Mark(Moment(40, 4.0, 1280, 0.4), "learning rate 0.03 → 0.01"),),
        best=Best("validation_loss", Moment(90, 9.0, 2880, 0.9), 0.02),
    )


def curves_beside_another_run() -> Curves:
    """A run that looks back at step 50, and a better one behind it."""
    own = curves()
    better = {name: curve(one.value * 0.5, 10 if name.startswith(("test", "valid")) else 1)
              for name, one in own.curves.items()}  # fmt: skip
    return Curves(own.curves, own.marks, own.best, (OtherCurves("run 1", better),), Moment(50, 5.0, 1600, 0.5))


def runs() -> RunTable:
    """A run, and one that branched off it."""
    first = RunRow(
        1, "run 1", "", "Two spirals", 1, "Adam", 0.01, 20, (), 1_260, 60.0, 0.9,
        {"train_loss": 0.31, "test_loss": 0.35, "test_accuracy": 0.91}, "0a1b2c3d", "0 of 1 met", False, True, False,
    )  # fmt: skip
    second = RunRow(
        2, "run 2", "run 1, step 490", "Two spirals", 1, "Adam", 0.001, 20, ("learning rate 0.01 → 0.001",), 1_743,
        83.0, 1.2, {"train_loss": 0.6, "test_loss": 0.63, "test_accuracy": 0.61}, "9f8e7d6c", "0 of 1 met", True,
        False, True,
    )  # fmt: skip
    return RunTable((first, second), ("train_loss", "test_loss", "test_accuracy"))


def boundary(classes: int = 2, size: int = 20) -> Boundary:
    """Classes in upright stripes, sure in their middle: class 0 on the left."""
    xs, ys = np.linspace(-6, 6, size), np.linspace(-6, 6, size)
    stripe = np.minimum((np.arange(size) * classes) // size, classes - 1)
    field = np.full((size, size, classes), 0.02 / max(1, classes - 1), dtype=np.float32)
    field[:, np.arange(size), stripe] = 0.98
    train = points(classes, wrong=1)
    names = ("orange", "blue", "green", "purple", "red")[:classes]
    return Boundary(
        xs, ys, field, np.tile(stripe, (size, 1)), (-6.0, 6.0, -6.0, 6.0), True, names, ("x1", "x2"), (0.0, 1.0),
        {"train": train, "validation": points(classes, 0), "test": points(classes, 2)}, 5,
    )  # fmt: skip


def points(classes: int, wrong: int, count: int = 12) -> BoundaryPoints:
    generator = np.random.default_rng(wrong)
    xy = generator.uniform(-5, 5, (count, 2)).astype(np.float32)
    target = np.arange(count) % classes
    predicted = target.copy()
    predicted[:wrong] = (predicted[:wrong] + 1) % classes
    return BoundaryPoints(xy, target, predicted, predicted != target)


def regression(low: float = -2.0, high: float = 3.0, size: int = 20) -> Boundary:
    xs, ys = np.linspace(-6, 6, size), np.linspace(-6, 6, size)
    field = np.tile(np.linspace(low, high, size, dtype=np.float32), (size, 1))
    xy = np.array([[-5, 0], [5, 0]], dtype=np.float32)
    target = np.array([low, high], dtype=np.float32)
    some = BoundaryPoints(xy, target, target, np.zeros(2, dtype=np.bool_))
    parts = {"train": some, "validation": some, "test": some}
    return Boundary(xs, ys, field, None, (-6.0, 6.0, -6.0, 6.0), True, (), ("x1", "x2"), (low, high), parts, 5)


def matrix(names: tuple[str, ...] = ("setosa", "versicolor", "virginica")) -> ConfusionMatrix:
    counts = np.diag(np.arange(10, 10 + len(names)))
    counts[1, 2] = 4
    return ConfusionMatrix(counts, names, "test")


def wall(count: int = 20) -> PredictionWall:
    pictures = np.zeros((count, 8, 8), dtype=np.float32)
    pictures[:, 2:6, 3] = 1.0
    actual = np.arange(count) % 10
    predicted = actual.copy()
    predicted[0] = 7
    names = tuple(str(number) for number in range(10))
    confidence = np.linspace(1.0, 0.5, count, dtype=np.float32)
    return PredictionWall(pictures, np.arange(count), actual, predicted, confidence, names, "test", 1, count)


def data(part: Part = "train") -> DataSummary:
    rows = tuple((float(number), -float(number), "ab"[number % 2]) for number in range(6))
    points = np.array([(*row[:2], number % 2) for number, row in enumerate(rows)], np.float32)
    return DataSummary(
        "Letters", part, {"train": 12, "validation": 3, "test": 3}, ("a", "b"), np.array([[6, 2, 1], [6, 1, 2]]),
        ("x1", "x2", "class"), rows, points, None,
    )  # fmt: skip


def data_pictures() -> DataSummary:
    pictures = np.zeros((30, 8, 8), dtype=np.float32)
    pictures[:, 2:6, 3] = 1.0
    rows = tuple((str(number % 10),) for number in range(30))
    counts = np.tile(np.array([7, 2, 1]), (10, 1))
    names = tuple(str(number) for number in range(10))
    totals = {"train": 70, "validation": 20, "test": 10}
    return DataSummary("Digits", "train", totals, names, counts, ("class",), rows, None, pictures)


def data_table() -> DataSummary:
    rows = tuple((float(number), number * 0.5, float(-number)) for number in range(8))
    totals = {"train": 8, "validation": 2, "test": 2}
    return DataSummary("Costs", "train", totals, (), None, ("age", "weight", "cost"), rows, None, None)


def weights(chosen: str = "") -> Weights:
    generator = np.random.default_rng(0)
    matrices = [
        WeightMatrix("dense-1", "First", "weight", generator.normal(size=(4, 2)).astype(np.float32), np.full(4, -2.5)),
        WeightMatrix("dense-2", "Second", "weight", np.array([[3.0, -3.0, 0.0, 1.5]], dtype=np.float32), None),
    ]
    return Weights(tuple(matrices), chosen, 9)
