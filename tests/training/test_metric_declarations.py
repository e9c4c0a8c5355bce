"""A metric is one class: its words, bounds and values are everywhere once it is in the registry."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot
from sklearn import metrics as reference

from playground.blocks.class_loss import BinaryCrossEntropy, CrossEntropy
from playground.blocks.loss import Loss, MeanSquaredError
from playground.blocks.signal import Signal
from playground.cli import main
from playground.document.files import write
from playground.document.graph import Graph
from playground.document.project import Goal, MetricTarget, StopRules
from playground.network.check import check
from playground.training.metrics import registry
from playground.training.metrics.base import Metric, NumberMetric, Numbers, Quantity
from playground.training.metrics.metric_set import metrics_for, task_of, why_missing
from playground.training.metrics.words import (
    goal_words,
    higher_is_better,
    is_share,
    metric_words,
    out_of_bounds,
    quantity_title,
    reason,
)  # fmt: skip
from playground.ui.inspector.stop_section import StopSection
from playground.ui.views.shared.curve_lines import quantities, quantity_words
from playground.ui.widgets.qt_access import item_of
from tests.network.small_graphs import chain, node
from tests.training.runs import project, run
from tests.training.test_metrics_of_pictures import DEFINED
from tests.training.test_metrics_of_sequences import DEFINED as OF_SEQUENCES

Values = NDArray[np.float64]


def shares(scores: Values) -> Values:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def averaged(right: Values) -> str:
    """Of two classes the second is asked for, of more all alike."""
    return "binary" if right.max() < 2 else "macro"


ORACLES: dict[str, Callable[[Values, Values], float]] = {
    "accuracy": lambda scores, right: reference.accuracy_score(right, scores.argmax(1)),
    "precision": lambda scores, right: reference.precision_score(
        right, scores.argmax(1), average=averaged(right), zero_division=0
    ),
    "recall": lambda scores, right: reference.recall_score(
        right, scores.argmax(1), average=averaged(right), zero_division=0
    ),
    "balanced_accuracy": lambda scores, right: reference.balanced_accuracy_score(right, scores.argmax(1)),
    "f1": lambda scores, right: reference.f1_score(right, scores.argmax(1), average=averaged(right), zero_division=0),
    "cohen_kappa": lambda scores, right: reference.cohen_kappa_score(right, scores.argmax(1)),
    "top_3_accuracy": lambda scores, right: reference.top_k_accuracy_score(
        right, scores, k=3, labels=np.arange(scores.shape[1])
    ),
    "rare_class_recall": lambda scores, right: (
        reference.recall_score(right == 2, scores.argmax(1) == 2) if 2 in right else math.nan
    ),
    "perplexity": lambda scores, right: math.exp(
        reference.log_loss(right, shares(scores), labels=np.arange(scores.shape[1]))
    ),
    "bits_per_character": lambda scores, right: (
        reference.log_loss(right, shares(scores), labels=np.arange(scores.shape[1])) / math.log(2.0) / 4.0
    ),
    "mean_absolute_error": reference.mean_absolute_error,
    "root_mean_squared_error": lambda found, right: math.sqrt(reference.mean_squared_error(found, right)),
    "r2": lambda found, right: reference.r2_score(right, found, multioutput="variance_weighted"),
}
"""The definition of every metric by another hand."""

EXAMPLES: dict[str, tuple[int, list[int]]] = {
    "six classes, one of them rare": (6, [*range(6), *([0, 1, 3, 4, 5] * 30), 2, 2]),
    "two uneven classes": (2, [0] * 40 + [1] * 9),
    "four classes, one never there": (4, [0] * 20 + [1] * 12 + [3] * 5),
}
"""For metrics of classes: how many there are, and the right one of each example. Definitions part on the last two."""


def asked_of_classes(metric: type[Metric], example: str) -> tuple[float, float] | None:
    """A metric and its definition on an example; None where it is not measured of so few classes."""
    generator = np.random.default_rng(7)
    classes, listed = EXAMPLES[example]
    right = generator.permutation(listed)
    found = generator.normal(0.0, 1.0, (len(right), classes)) + np.eye(classes)[right]
    names = tuple("abcdef"[:classes])
    counts = tuple(np.bincount(right, minlength=classes).tolist())
    signal = Signal((), scale="index", classes=names, counts=counts)
    if metric.id in ("perplexity", "bits_per_character"):
        signal = Signal((), kind="tokens", scale="index", classes=names, characters=4.0)
    values = metrics_for(CrossEntropy(), Signal((classes,)), signal).compute(torch.tensor(found), torch.tensor(right))
    return (values[metric.id], ORACLES[metric.id](found, right)) if metric.id in values else None


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.parametrize(
    "metric", [one for one in registry.METRICS if one.id not in DEFINED | OF_SEQUENCES], ids=lambda metric: metric.id
)
def test_every_metric_agrees_with_its_definition(metric: type[Metric]) -> None:
    assert metric.id in ORACLES, f"give {metric.id} a definition in ORACLES of tests/training/{Path(__file__).name}"
    if issubclass(metric, NumberMetric):
        generator = np.random.default_rng(7)
        right: Values = generator.normal(3.0, 2.0, (60, 3))
        found = right + generator.normal(0.0, 0.5, right.shape)
        chosen = metrics_for(MeanSquaredError(), Signal((3,)), Signal((3,)))
        value = chosen.compute(torch.tensor(found), torch.tensor(right))[metric.id]
        answers = [(value, ORACLES[metric.id](found, right))]
    else:
        asked = [asked_of_classes(metric, example) for example in EXAMPLES]
        answers = [answer for answer in asked if answer is not None]
    assert answers
    for value, expected in answers:
        assert value == pytest.approx(expected, rel=1e-5, nan_ok=True)
        assert math.isnan(value) or out_of_bounds(f"test_{metric.id}", value) == ""
    assert any(not math.isnan(value) for value, _ in answers)


@pytest.mark.parametrize("quantity", registry.quantities(), ids=lambda quantity: quantity.id)
def test_every_declaration_is_complete(quantity: type[Quantity]) -> None:
    low, high = quantity.bounds
    assert quantity.title and quantity.summary.endswith(".") and isinstance(quantity.higher_is_better, bool)
    assert low is None or high is None or low < high
    assert quantity.unit != "share" or quantity.bounds == (0.0, 1.0)
    assert not quantity.undefined or quantity.undefined.endswith(".")
    ids = [one.id for one in registry.quantities()]
    assert ids.count(quantity.id) == 1


@pytest.mark.parametrize(
    ("metric", "words", "higher", "share"),
    [
        ("test_accuracy", "test accuracy", True, True),
        ("train_r2", "train R²", True, False),
        ("r2", "R²", True, False),
        ("validation_mase", "validation MASE", False, False),
        ("test_top_3_accuracy", "test top 3 accuracy", True, True),
        ("test_cohen_kappa", "test Cohen’s kappa", True, False),
        ("test_loss", "test loss", False, False),
        ("test_perplexity", "test perplexity", False, False),
        ("learning_rate", "learning rate", True, False),
        ("test_modes_covered", "test modes covered", True, False),
        ("test_some_error", "test some error", False, False),
    ],
)
def test_words_come_from_the_declaration(metric: str, words: str, higher: bool, share: bool) -> None:
    assert metric_words(metric, {}) == words
    assert (higher_is_better(metric), is_share(metric)) == (higher, share)


def test_words_need_no_torch() -> None:
    code = "import sys, playground.training.metrics.words; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class LargestError(NumberMetric):
    """The largest distance."""

    id: ClassVar[str] = "largest_error"
    title: ClassVar[str] = "Worst case"
    summary: ClassVar[str] = "How far the worst prediction is from its target."
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    undefined: ClassVar[str] = "there is no worst one."

    def compute(self, numbers: Numbers) -> torch.Tensor:
        return numbers.difference.abs().max()


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "METRICS", (*registry.METRICS, LargestError))


@pytest.mark.usefixtures("registered")
def test_a_new_metric_needs_its_class_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], qtbot: QtBot
) -> None:
    line = node("data", "plane", examples=30)
    graph = chain(line, node("unit", "dense", units=1), loss=node("loss", "mean-squared-error"))
    goal = Goal(metric="test_largest_error", at_most=1e6, within_epochs=3)
    settings = project(graph, rate=0.01).replace(goals=(goal,))

    path = tmp_path / "mine.json"
    write(settings, path)
    assert main(["train", str(path), "--epochs", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert 0.0 < told["metrics"]["test_largest_error"] < 1e6
    assert [one["metric"] for one in told["goals"] if one["met"]] == ["test_largest_error"]

    session = run(settings, 5)
    session.evaluate()
    offered = quantities(session.history.curves)
    assert "largest_error" in offered and quantity_words("largest_error") == "Worst case"
    assert goal_words(goal, {}) == "test worst case at most 1e+06 within 3 epochs"
    assert quantity_title("largest_error") == "Worst case" and "no worst one" in reason("test_largest_error", math.nan)

    section = StopSection()
    qtbot.addWidget(section)
    assert section.target_metric.findText("test worst case") == section.target_metric.findData("test_largest_error") > 0


def test_a_target_out_of_bounds_is_refused_in_a_sentence() -> None:
    assert out_of_bounds("test_accuracy", 1.5) == "Accuracy is never more than 1."
    assert out_of_bounds("test_mean_absolute_error", -1.0) == "Mean absolute error is never less than 0."
    assert out_of_bounds("test_loss", -5.0) == out_of_bounds("test_r2", -5.0) == out_of_bounds("test_own", 5.0) == ""


@pytest.mark.parametrize(
    ("said", "right", "value"),
    [([0, 0, 0], [0, 1, 0], 0.0), ([1, 0], [0, 1], -1.0), ([0, 1], [0, 1], 1.0), ([0, 0, 0], [0, 0, 0], math.nan)],
)
def test_kappa_is_zero_by_chance_and_has_no_value_where_chance_is_always_right(
    said: list[int], right: list[int], value: float
) -> None:
    signal = Signal((), scale="index", classes=("a", "b"))
    chosen = metrics_for(CrossEntropy(), Signal((2,)), signal)
    found = chosen.compute(torch.eye(2)[said], torch.tensor(right))["cohen_kappa"]
    assert found == pytest.approx(value, nan_ok=True)
    if len(set(right)) > 1:
        assert found == pytest.approx(reference.cohen_kappa_score(right, said))


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.parametrize(
    ("classes", "said", "right", "value"),
    [
        ("ab", [0, 0, 0, 1], [0, 0, 1, 1], 0.75),
        ("ab", [0, 0, 0, 0], [0, 0, 0, 1], 0.5),
        ("abc", [0, 1, 2, 0], [0, 1, 1, 0], 0.75),
        ("abc", [2, 2, 2], [0, 1, 0], 0.0),
        ("abc", [], [], math.nan),
    ],
)
def test_balanced_accuracy_counts_all_classes_that_occur_and_no_other(
    classes: str, said: list[int], right: list[int], value: float
) -> None:
    size = len(classes)
    chosen = metrics_for(CrossEntropy(), Signal((size,)), Signal((), scale="index", classes=tuple(classes)))
    answers, target = (torch.tensor(numbers, dtype=torch.long) for numbers in (said, right))
    found = chosen.compute(torch.eye(size)[answers], target)["balanced_accuracy"]
    assert found == pytest.approx(value, nan_ok=True)
    if right:
        assert found == pytest.approx(reference.balanced_accuracy_score(right, said))


CLASSED = Signal((), scale="index", classes=tuple("abc"), counts=(50, 50, 50))
SEVERAL = Signal((), scale="index", classes=tuple("abcdef"), counts=(50, 50, 50, 50, 50, 2))
TEXT = Signal((), kind="tokens", scale="index", classes=tuple("abcdef"))
LABELS = Signal((3,), scale="probability", classes=tuple("abc"))
NUMBERS = Signal((3,))
OF_CLASSES, OF_NUMBERS = {"accuracy", "precision", "recall", "f1"}, {"mean_absolute_error", "r2"}
RARE, TOP = {"rare_class_recall"}, {"top_3_accuracy"}


@pytest.mark.parametrize(
    ("loss", "prediction", "target", "measured", "missing"),
    [
        (CrossEntropy(), Signal((3,)), CLASSED, OF_CLASSES, OF_NUMBERS | RARE | TOP | {"perplexity"}),
        (CrossEntropy(), Signal((6,)), SEVERAL, OF_CLASSES | RARE | TOP, OF_NUMBERS | {"perplexity"}),
        (CrossEntropy(), Signal((6,)), TEXT, {"accuracy", "perplexity"}, OF_NUMBERS | RARE | TOP | {"f1"}),
        (BinaryCrossEntropy(), Signal((3,)), LABELS, OF_CLASSES, OF_NUMBERS | RARE | TOP | {"perplexity"}),
        (MeanSquaredError(), Signal((3,)), LABELS, OF_NUMBERS, OF_CLASSES | RARE | TOP | {"perplexity"}),
        (MeanSquaredError(), Signal((3,)), NUMBERS, OF_NUMBERS, OF_CLASSES | RARE | TOP | {"perplexity"}),
    ],
)
def test_every_metric_that_does_not_apply_says_why(
    loss: Loss, prediction: Signal, target: Signal, measured: set[str], missing: set[str]
) -> None:
    task = task_of(loss, prediction, target)
    reasons = {metric.id: metric().why_not(task) for metric in registry.METRICS}
    silent = {name for name, sentence in reasons.items() if not sentence}
    assert measured <= silent and not missing & silent
    for metric in registry.METRICS:
        sentence = reasons[metric.id]
        assert not sentence or (sentence.startswith(metric.title) and sentence.endswith("."))


class OwnCrossEntropy(BinaryCrossEntropy):
    """One of another id: what a loss makes of numbers is declared, not known by its name."""

    id: ClassVar[str] = "own-cross-entropy"


def test_labels_are_told_by_what_the_loss_declares() -> None:
    assert task_of(OwnCrossEntropy(), Signal((3,)), LABELS).kind == "labels"


def test_a_run_of_numbers_cannot_stop_at_an_accuracy_and_says_why(qtbot: QtBot) -> None:
    section = StopSection()
    qtbot.addWidget(section)
    report = check(chain(node("data", "plane", examples=30), node("unit", "dense", units=1),
                         loss=node("loss", "mean-squared-error")))  # fmt: skip
    section.set_rules(StopRules(target=MetricTarget(metric="test_accuracy", at_least=0.9)))
    assert section.metric_row.error.text() == ""
    section.set_missing(why_missing(report))
    item = item_of(section.target_metric, section.target_metric.findData("test_accuracy"))
    assert not item.isEnabled() and item.text() == "test accuracy: not here" and "are predicted here" in item.toolTip()
    assert section.metric_row.error.text() == "Accuracy is a metric of classes, but numbers are predicted here."
    for name in ("test_loss", "train_r2"):
        assert item_of(section.target_metric, section.target_metric.findData(name)).isEnabled()
    section.set_rules(StopRules())
    assert section.metric_row.error.text() == ""
    section.set_missing({})
    assert item.isEnabled() and item.text() == "test accuracy"


def test_without_a_loss_every_metric_says_that_nothing_is_compared() -> None:
    missing = why_missing(check(Graph()))
    assert set(missing) == {metric.id for metric in registry.METRICS}
    assert set(missing.values()) == {"Nothing on the canvas compares predictions with targets."}
