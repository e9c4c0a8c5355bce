"""Folds, order and groups: which rows are in which part, and that nothing of the validation fold is in the scaling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit

from playground.blocks.base import BlockError
from playground.data.base import PARTS, Examples
from playground.data.division import fold_rows, keep_labels, split, split_groups, split_in_order
from playground.data.own.delimited import read_table
from playground.data.own.table import first_dataset
from playground.data.preparation import prepare
from playground.data.tables.classic import Diabetes, Iris
from tests.data.examples import ALL, by_id, ready


def parts_of(folds: int, fold: int, strata, groups=None, in_order=False, seed=3):
    rows = split(strata, 0.6, 0.2, np.random.default_rng(seed))
    return rows, fold_rows(rows, strata, groups, folds, fold, seed, in_order)


@pytest.mark.parametrize(("in_order", "grouped"), [(False, False), (False, True), (True, False)])
def test_every_known_row_validates_once_and_the_test_part_stays(in_order, grouped):
    strata = np.arange(60) % 3
    groups = np.arange(60) // 4 if grouped else None
    seen = []
    for fold in range(1, 6):
        rows, found = parts_of(5, fold, strata, groups, in_order)
        known = np.concatenate([rows["train"], rows["validation"]])
        np.testing.assert_array_equal(found["test"], rows["test"])
        both = np.concatenate([found["train"], found["validation"]])
        assert len(set(both)) == len(both) and set(both) <= set(known)
        if in_order:
            assert found["train"].max() < found["validation"].min()
        else:
            assert set(both) == set(known)
        if grouped:
            assert not set(groups[found["train"]]) & set(groups[found["validation"]])
        seen += found["validation"].tolist()
    assert len(set(seen)) == len(seen)
    assert in_order or set(seen) == set(known)


def test_the_splitters_are_those_of_scikit_learn():
    strata = np.repeat([0, 1], [30, 20])
    everything = {"train": np.arange(50), "validation": np.arange(0), "test": np.arange(0)}
    none = np.zeros(50, dtype=int)
    for fold in (1, 4):
        for given, splitter, in_order in (
            (strata, StratifiedKFold(5, shuffle=True, random_state=7), False),
            (none, KFold(5, shuffle=True, random_state=7), False),
            (none, TimeSeriesSplit(5), True),
        ):
            train, validation = list(splitter.split(np.zeros(50), given))[fold - 1]
            found = fold_rows(everything, given, None, 5, fold, 7, in_order)
            assert sorted(found["train"]) == sorted(train) and sorted(found["validation"]) == sorted(validation)


def test_classes_are_spread_evenly_over_folds_until_their_rows_do_not_suffice():
    strata = np.repeat([0, 1], [40, 10])
    everything = {"train": np.arange(50), "validation": np.arange(0), "test": np.arange(0)}
    assert {int((strata[fold_rows(everything, strata, None, 10, fold, 0)["validation"]] == 1).sum())
            for fold in range(1, 11)} == {1}  # fmt: skip
    single = [fold_rows(everything, strata, None, 50, fold, 0)["validation"].tolist() for fold in range(1, 51)]
    assert single == [[row] for row in range(50)]  # leave one out
    assert len(fold_rows(everything, strata, None, 12, 1, 0)["validation"]) in (4, 5)  # more folds than rows of a class


def test_folds_beyond_the_last_are_shuffled_anew():
    strata = np.zeros(40, dtype=int)
    first = [parts_of(4, fold, strata)[1] for fold in range(1, 9)]
    validated = [sorted(one["validation"].tolist()) for one in first]
    assert not any(one in validated[4:] for one in validated[:4])
    assert sorted(itertools.chain(*validated[:4])) == sorted(itertools.chain(*validated[4:]))


@pytest.mark.parametrize("seed", range(5))
def test_groups_stay_together_and_keep_the_shares_as_nearly_as_they_can(seed):
    generator = np.random.default_rng(seed)
    groups = generator.integers(0, 40, 400)
    rows = split_groups(groups, 0.7, 0.15, generator)
    assert sorted(np.concatenate(list(rows.values()))) == list(range(400))
    for part, share in zip(PARTS, (0.7, 0.15, 0.15), strict=True):
        others = np.concatenate([rows[other] for other in PARTS if other != part])
        assert not set(groups[rows[part]]) & set(groups[others])
        assert abs(len(rows[part]) - 400 * share) <= np.bincount(groups).max()
    assert len(split_groups(np.zeros(9), 0.05, 0.9, generator)["train"]) == 9  # one group alone is learned from


def test_in_order_the_last_rows_are_tested_with():
    rows = split_in_order(10, 0.6, 0.2)
    assert [rows[part].tolist() for part in PARTS] == [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]
    iris = prepare(Iris(in_order=True))
    assert set(iris.class_numbers["train"]) == {0, 1, 2} and set(iris.class_numbers["test"]) == {2}  # it is sorted


@pytest.mark.parametrize("cls", ALL, ids=by_id)
def test_every_dataset_is_divided_or_says_why_not(cls):
    plain = prepare(ready(cls))
    if cls.unfolded:
        with pytest.raises(BlockError, match="because"):
            prepare(ready(cls, folds=2))
        return
    wanted = {"folds": 2}
    whole, sizes = sum(plain.count(part) for part in ("train", "validation")), []
    for fold in (1, 2):
        found = prepare(ready(cls, **wanted, fold=fold))
        sizes.append(found.count("validation"))
        assert found.count("train") and found.count("validation")
        assert found.count("test") == plain.count("test")
    if not ready(cls).in_time():
        assert sum(sizes) == whole


@pytest.mark.parametrize("cls", [Iris, Diabetes])
@pytest.mark.parametrize("kind", ["standardize", "min-max"])
def test_nothing_of_the_validation_fold_is_in_the_scaling(cls, kind):
    dataset = cls(scaling=kind, folds=5, fold=2)
    if cls is Diabetes:
        dataset = dataset.model_copy(update={"target_scaling": kind})
    raw = dataset.generate(dataset.fresh_generator())
    rows = dataset.divided(raw.strata, dataset.fresh_generator())
    before = prepare(dataset)

    def other(self, generator) -> Examples:
        """The same, but with altogether other numbers in validation and test."""
        changed = np.concatenate([rows["validation"], rows["test"]])
        features, target = raw.features.copy(), raw.target.copy()
        features[changed] = 1e4 * features[changed] + 7.0
        if cls is Diabetes:
            target[changed] *= 1e4
        return Examples(features, target, raw.feature_names, raw.class_names)

    after = prepare(type("Other", (cls,), {"generate": other})(**dict(dataset)))
    assert not np.array_equal(after.parts["validation"]["features"], before.parts["validation"]["features"])
    np.testing.assert_array_equal(after.scaler.shift, before.scaler.shift)
    np.testing.assert_array_equal(after.scaler.factor, before.scaler.factor)
    np.testing.assert_array_equal(after.target_scaler.factor, before.target_scaler.factor)
    np.testing.assert_array_equal(after.parts["train"]["features"], before.parts["train"]["features"])
    np.testing.assert_array_equal(after.parts["train"]["target"], before.parts["train"]["target"])


def visits(path, rows=60, patients=12):
    """A file in which every patient comes several times; the number of the patient is no input."""
    lines = [f"{row % patients},{row % patients + 0.01 * row},{row % 7},{'ill' if row % patients % 2 else 'well'}"
             for row in range(rows)]  # fmt: skip
    path.write_text("patient,pressure,noise,state\n" + "\n".join(lines) + "\n")
    dataset = first_dataset(read_table(path), "state")
    columns = tuple(
        column.model_copy(update={"use": "ignored"}) if column.name == "patient" else column
        for column in dataset.table.columns
    )
    return dataset.model_copy(update={"table": dataset.table.model_copy(update={"columns": columns})})


@pytest.mark.parametrize("folds", [0, 4, 12])
def test_a_patient_is_in_one_part_alone(tmp_path, folds):
    plain = visits(tmp_path / "visits.csv").model_copy(update={"scaling": "none"})
    if folds == 12:
        plain = plain.model_copy(update={"train_share": 0.5, "validation_share": 0.5})
    of = {}
    for row in range(60):
        of[np.float32(row % 12 + 0.01 * row)] = row % 12
    prepared = prepare(plain.model_copy(update={"group_column": "patient", "folds": folds, "fold": 3}))
    seen = [{of[value] for value in prepared.parts[part]["features"][:, 0]} for part in PARTS]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]
    assert set.union(*seen) == set(range(12))
    if folds == 12:
        assert len(seen[1]) == 1  # one patient left out


def test_groups_that_are_not_there_and_too_many_folds_are_told(tmp_path):
    dataset = visits(tmp_path / "visits.csv")
    with pytest.raises(BlockError, match="no column “doctor”"):
        prepare(dataset.model_copy(update={"group_column": "doctor"}))
    with pytest.raises(BlockError, match="20 folds: there are 1") as told:
        prepare(dataset.model_copy(update={"group_column": "patient", "folds": 20}))
    assert told.value.fixes[0].parameters["folds"] < 20
    with pytest.raises(BlockError, match="no fold 6"):
        prepare(Iris(in_order=True, folds=5, fold=6))


@pytest.mark.parametrize("in_order", [False, True])
def test_a_budget_of_labels_is_spread_over_the_classes_and_grows_without_exchange(in_order):
    classes = np.repeat([0, 1, 2], [60, 35, 5])
    train = np.arange(100) if in_order else np.random.default_rng(1).permutation(100)[:90]
    rows = {"train": train, "validation": np.arange(0), "test": np.arange(100, 120)}
    before: set[int] = set()
    for count in (3, 10, 20, 90, 200):
        found = keep_labels(rows, classes, count, seed=5)
        kept, hidden = found["train"], found["unlabelled"]
        assert len(kept) == min(count, len(train)) and before <= set(kept)
        assert sorted([*kept, *hidden]) == sorted(train)
        ideal = np.bincount(classes[train], minlength=3) * len(kept) / len(train)
        counts = np.bincount(classes[kept], minlength=3)
        assert counts.min() >= 1 and (np.abs(counts - ideal) <= 1).all()
        np.testing.assert_array_equal(found["test"], rows["test"])
        before = set(kept)
    other = keep_labels(rows, classes, 10, seed=6)["train"]
    assert set(other) != set(keep_labels(rows, classes, 10, seed=5)["train"])


def test_inputs_without_a_label_are_in_no_part_but_count_for_the_scaling():
    whole = prepare(Iris(scaling="standardize"))
    few = prepare(Iris(scaling="standardize", label_budget=12))
    assert (few.count("train"), few.unlabelled_count) == (12, whole.count("train") - 12)
    assert (few.count("test"), whole.unlabelled_count) == (whole.count("test"), 0)
    np.testing.assert_array_equal(few.scaler.factor, whole.scaler.factor)
    both = np.concatenate([few.parts["train"]["features"], few.unlabelled["features"]])
    assert sorted(map(tuple, both)) == sorted(map(tuple, whole.parts["train"]["features"]))
    assert few.class_numbers is not None and np.bincount(few.class_numbers["train"]).tolist() == [4, 4, 4]
    with pytest.raises(BlockError, match="3 classes, so that 2 labels leave some without any") as refused:
        prepare(Iris(label_budget=2))
    assert refused.value.fixes[0].parameters == {"label_budget": 3}
