"""Our own classes and functions as source that stands alone."""

import numpy as np
import pytest
import torch

from playground.code.folding import folded
from playground.code.sources import CannotWrite, Sources
from playground.data.base import Dataset
from playground.data.division import fold_rows
from playground.data.points.expression import divide
from playground.data.points.shapes import PointClasses, Spirals, around
from playground.data.preparation import code_labels
from playground.data.registry import DATASETS
from playground.data.text.characters import TextWindows
from playground.training.averaged_momentum import AveragedMomentum
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES, CosineSchedule, Schedule
from playground.training.searchers import NewtonSearch

MADE = [
    kind
    for kind in DATASETS
    if not kind.own and kind.id != "drawn-points" and not issubclass(kind, TextWindows)  # which writes itself
]


def run(sources):
    """What the names of a text stand for, in a module that knows nothing else."""
    text = "\n".join([*sources.imports, sources.text()])
    assert "playground" not in text.lower()
    found = {"__name__": "alone"}
    exec(compile(text, "alone", "exec"), found)
    return found


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.id)
def test_a_dataset_is_made_alike_by_its_source(kind: type[Dataset]) -> None:
    dataset = kind(data_seed=3)
    sources = Sources()
    name = sources.method(dataset, "generate", "made")
    features, target, *more = run(sources)[name](dataset.fresh_generator())
    expected = dataset.generate(dataset.fresh_generator())
    np.testing.assert_array_equal(features, expected.features)
    np.testing.assert_array_equal(target, expected.target)
    assert features.dtype == expected.features.dtype and target.dtype == expected.target.dtype
    further = [part for part in (expected.fields, expected.rows) if part is not None]
    assert len(more) == len(further)
    for found, wanted in zip(more, further, strict=True):
        assert found.keys() == wanted.keys()
        for key, values in wanted.items():
            np.testing.assert_array_equal(found[key], values)


@pytest.mark.parametrize("kind", SCHEDULES, ids=lambda kind: kind.id)
def test_a_schedule_is_the_same_function(kind: type[Schedule]) -> None:
    schedule = kind()
    sources = Sources()
    factor = run_of(sources, sources.method(schedule, "factor"))
    for step in (0, 1, 7, 500):
        assert factor(step, 10, 400) == schedule.factor(step, 10, 400)
        assert factor(step, 10, None) == schedule.factor(step, 10, None)


def run_of(sources, name):
    return run(sources)[name]


@pytest.mark.parametrize(
    ("fixed", "left"),
    [({"in_order": True}, "rows, strata, groups, folds, fold, seed"), ({"seed": 3, "in_order": False}, "rows, strata, "
     "groups, folds, fold"), ({"groups": None}, "rows, strata, folds, fold, seed, in_order=False")],
)  # fmt: skip
def test_arguments_whose_value_is_fixed_go_with_their_defaults(fixed, left) -> None:
    sources = Sources()
    name = sources.function(fold_rows, **fixed)
    names = run(sources)
    assert f"def {name}({left}):" in sources.text()
    rows = {"train": np.arange(12), "validation": np.arange(0), "test": np.arange(0)}
    given = {"rows": rows, "strata": np.zeros(12), "groups": None, "folds": 3, "fold": 2, "seed": 3, "in_order": False}
    wanted = fold_rows(**{**given, **fixed})
    found = names[name](**{key: value for key, value in given.items() if key in left})
    np.testing.assert_array_equal(found["train"], wanted["train"])


def test_what_fixed_values_decide_is_left_out() -> None:
    sources = Sources()
    sources.method(CosineSchedule(epochs=3), "factor")
    assert "total_steps is not None" not in sources.text()
    sources = Sources()
    name = sources.function(code_labels, "labelled", labels="signed")
    assert "eye" not in sources.text() and "def labelled(numbers, classes):" in sources.text()
    np.testing.assert_array_equal(run_of(sources, name)(np.array([0, 1]), 2), [[-1.0], [1.0]])


def test_branches_are_chosen_and_what_cannot_be_reached_goes() -> None:
    source = (
        "def f(x):\n    if 1 == 2:\n        return 0\n    elif 'a' in ('a', 'b'):\n        # kept\n"
        "        y = 1 if not 3 > 2 else x\n"
        "        return y\n    else:\n        return 2\n    return 3\n"
    )
    assert folded(source) == "def f(x):\n    # kept\n    y = x\n    return y\n"


def test_classes_come_with_what_they_need_and_do_the_same() -> None:
    sources = Sources()
    names = [sources.need(kind) for kind in (AveragedMomentum, NewtonSearch)]
    text = sources.text()
    assert names == ["AveragedMomentum", "NewtonSearch"]
    assert text.index("class Searcher") < text.index("class NewtonSearch") and text.count("class Searcher") == 1
    assert "type: ignore" not in text and "-> " not in text
    alone = run(sources)
    weights = torch.tensor([1.0, 2.0])
    weights.grad = torch.tensor([0.5, -0.5])
    alone["AveragedMomentum"]([{"params": [weights]}], lr=0.1, beta=0.9).step()
    torch.testing.assert_close(weights, torch.tensor([0.995, 2.005]))


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.id)
def test_every_optimizer_that_is_ours_can_be_taken(kind) -> None:
    if kind.kind.__module__.startswith("playground"):
        sources = Sources()
        assert issubclass(run_of(sources, sources.need(kind.kind)), torch.optim.Optimizer)


def test_one_thing_is_written_once_and_another_of_the_same_name_gets_another() -> None:
    sources = Sources(taken=("around",))
    assert sources.need(around) == sources.need(around) == "around_2"
    two = [Spirals(arms=2), Spirals(arms=3)]
    names = [sources.method(dataset, "generate", "spirals") for dataset in two]
    assert names == ["spirals", "spirals_2"] and sources.text().count("def around_2") == 1
    alone = run(sources)
    for dataset, name in zip(two, names, strict=True):
        made = alone[name](dataset.fresh_generator())[1]
        np.testing.assert_array_equal(made, dataset.generate(dataset.fresh_generator()).target)


def test_what_only_the_program_can_read_is_refused_in_words() -> None:
    with pytest.raises(CannotWrite, match="PointClasses is a declaration"):
        Sources().need(PointClasses)
    with pytest.raises(TypeError):
        Sources().need(np.zeros)
    assert "lru_cache" in _text_of(divide)


def _text_of(function) -> str:
    sources = Sources()
    sources.need(function)
    return sources.text()
