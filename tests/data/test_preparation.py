"""Split, scaling and coding at their edges: tiny sets, empty parts, one class, constant columns, many threads."""

from __future__ import annotations

import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.blocks.base import BlockError
from playground.data import preparation
from playground.data.base import PARTS, Examples
from playground.data.division import split
from playground.data.images.scenes import ShapeDepth
from playground.data.points.drawn import DrawnPoints
from playground.data.points.shapes import Blobs, Circles, Spirals
from playground.data.preparation import MOST_REMEMBERED, code_labels, fit_scaler, prepare
from playground.data.preview import preview
from playground.data.tables.classic import Diabetes, Iris
from playground.data.tables.courses import NoisyCurve
from playground.data.tables.gates import TruthTable


def examples(numbers) -> Examples:
    numbers = np.array(numbers, dtype=np.int64)
    return Examples(np.zeros((len(numbers), 1), dtype=np.float32), numbers, class_names=("a", "b", "c"))


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.integers(0, 2), max_size=60),
    st.floats(0.05, 1.0),
    st.floats(0.0, 0.9),
    st.integers(0, 100),
)
def test_split_of_anything_is_a_partition_with_fair_shares(numbers, train, validation, seed):
    raw = examples(numbers)
    parts = split(raw.strata, train, validation, np.random.default_rng(seed))
    joined = np.concatenate([parts[part] for part in PARTS])
    assert sorted(joined) == list(range(len(numbers)))
    shares = (train, min(validation, 1.0 - train), max(0.0, 1.0 - train - validation))
    for part, share in zip(PARTS, shares, strict=True):
        found = np.bincount(raw.target[parts[part]], minlength=3)
        total = np.bincount(numbers, minlength=3)
        near = np.where(total * train < 1.0, 2.0, 1.0)  # where train would go without, it takes a row from another part
        assert np.all(np.abs(found - share * total) <= near + 1e-6)
    assert set(raw.target[parts["train"]]) == set(numbers)
    if train + validation >= 1.0:
        assert len(parts["test"]) == 0
    if train == 1.0:
        assert len(parts["train"]) == len(numbers)


def test_many_small_classes_do_not_add_up_their_rounding():
    parts = split(examples(np.arange(30) % 3).strata, 0.7, 0.15, np.random.default_rng(0))
    assert [len(parts[part]) for part in PARTS] == [21, 5, 4]


def test_a_class_of_one_example_is_learned_from():
    raw = examples([0] * 20 + [1])
    parts = split(raw.strata, 0.05, 0.5, np.random.default_rng(0))
    assert 20 in parts["train"]


def test_no_examples_at_all():
    parts = split(examples([]).strata, 0.7, 0.15, np.random.default_rng(0))
    assert [len(parts[part]) for part in PARTS] == [0, 0, 0]
    assert fit_scaler("standardize", np.zeros((0, 2), dtype=np.float32)).shift.tolist() == [0.0, 0.0]


def test_truth_table_is_all_training_and_its_empty_parts_have_shapes():
    prepared = prepare(TruthTable(labels="one-hot"))
    assert [prepared.count(part) for part in PARTS] == [4, 0, 0]
    assert prepared.parts["test"]["features"].shape == (0, 2)
    assert prepared.parts["test"]["target"].shape == (0, 2)
    assert preview(prepared, "test", 10).rows == ()
    assert preview(prepared, "test", 10).class_counts == {"train": (3, 1), "validation": (0, 0), "test": (0, 0)}


def test_all_in_train_ignores_the_validation_share():
    prepared = prepare(Circles(train_share=1.0, validation_share=0.5, examples=50))
    assert [prepared.count(part) for part in PARTS] == [50, 0, 0]


def test_one_drawn_point_and_one_class_only():
    alone = prepare(DrawnPoints(points=((1.0, 2.0, 0),), scaling="standardize"))
    assert [alone.count(part) for part in PARTS] == [1, 0, 0]
    np.testing.assert_array_equal(alone.parts["train"]["features"], [[0.0, 0.0]])
    same = prepare(DrawnPoints(points=tuple((float(i), 0.0, 1) for i in range(10)), labels="one-hot"))
    np.testing.assert_array_equal(same.parts["train"]["target"][:, 1], 1.0)
    assert same.parts["train"]["target"].shape == (7, 2)


@pytest.mark.parametrize("scaling", ["standardize", "min-max"])
@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6, -3e-20])
def test_a_constant_column_is_only_shifted(scaling, constant):
    features = np.stack([np.full(101, constant), np.arange(101.0)], axis=1).astype(np.float32)
    scaler = fit_scaler(scaling, features)
    assert float(scaler.factor[0]) == 1.0
    assert np.abs(scaler.scale(features)[:, 0]).max() <= abs(constant) * 1e-6
    assert scaler.factor[1] != 1.0


def test_target_scaling_of_regression():
    prepared = prepare(Diabetes())
    target = prepared.parts["train"]["target"]
    assert abs(target.mean()) < 1e-5 and abs(target.std() - 1.0) < 1e-5
    raw = prepare(Diabetes(target_scaling="none")).parts["train"]["target"]
    np.testing.assert_allclose(prepared.target_scaler.unscale(target), raw, rtol=1e-5)
    assert raw.min() >= 25 and raw.max() <= 346
    small = prepare(Diabetes(target_scaling="min-max")).parts["train"]["target"]
    assert small.min() == 0.0 and abs(small.max() - 1.0) < 1e-6
    assert preview(prepared, "train", 1).rows[0][-1] == pytest.approx(raw[0, 0])


def test_one_hot_rows_are_the_identity_and_lie_sqrt_2_apart():
    hot = code_labels("one-hot", np.arange(3), 3)
    np.testing.assert_array_equal(hot, np.eye(3))
    distances = np.linalg.norm(hot[:, None] - hot[None, :], axis=2)
    np.testing.assert_allclose(distances[~np.eye(3, dtype=bool)], np.sqrt(2.0), rtol=1e-6)


def test_arrays_are_read_only():
    prepared = prepare(Iris())
    for part in PARTS:
        for array in (*prepared.parts[part].values(), prepared.class_numbers[part]):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        prepared.scaler.shift[0] = 1.0
    with pytest.raises(TypeError):
        prepared.parts["train"]["features"] = None


def test_all_threads_share_one_object():
    dataset = Spirals(examples=333, data_seed=77)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(prepare, [dataset.model_copy() for _ in range(32)]))
    assert all(prepared is found[0] for prepared in found)


def test_what_is_in_use_is_shared_whatever_else_is_asked_for():
    first = prepare(Spirals(examples=200, data_seed=9_001))
    for seed in range(2 * MOST_REMEMBERED):
        prepare(Spirals(examples=20, data_seed=seed))
    assert prepare(Spirals(examples=200, data_seed=9_001)) is first


@pytest.mark.parametrize(("most_bytes", "kept"), [(10**9, MOST_REMEMBERED), (40_000, 2), (0, 1)])
def test_what_nobody_uses_is_remembered_within_a_number_and_a_size(monkeypatch, most_bytes, kept):
    monkeypatch.setattr(preparation, "MOST_BYTES", most_bytes)
    assert prepare(Spirals(examples=1_000)).nbytes == 1_000 * (2 * 4 + 8)  # two float32 and a class
    found = [weakref.ref(prepare(Spirals(examples=1_000, data_seed=seed))) for seed in range(9_200, 9_220)]
    assert [ref() is not None for ref in found] == [False] * (20 - kept) + [True] * kept


def test_datasets_with_equal_parameters_are_not_mixed_up():
    assert prepare(Circles()) is not prepare(Spirals())
    assert prepare(Circles()).dataset.id == "circles"


def test_more_than_two_classes_refuse_two_valued_labels():
    for labels in ("zero-one", "signed"):
        with pytest.raises(BlockError, match=r"Blobs has 3 classes, but labels .* can tell only two apart"):
            prepare(Blobs(labels=labels))
    assert prepare(Blobs(clouds=2, labels="signed")).count("train") == 350


def test_four_points_of_a_curve():
    prepared = prepare(NoisyCurve(examples=4))
    assert [prepared.count(part) for part in PARTS] == [3, 1, 0]


def test_a_given_scaling_is_used_as_it_stands() -> None:
    measured = prepare(Circles(scaling="standardize"))
    scaler = measured.scaler
    numbers = "; ".join(", ".join(map(str, array.tolist())) for array in (scaler.shift, scaler.factor))
    again = prepare(Circles(scaling="given", given_scaling=numbers))
    for part in PARTS:
        np.testing.assert_array_equal(again.parts[part]["features"], measured.parts[part]["features"])
    one = prepare(Circles(scaling="given", given_scaling="1; 0.5"))
    plain = prepare(Circles())
    np.testing.assert_allclose(one.parts["test"]["features"], (plain.parts["test"]["features"] - 1.0) * 0.5, rtol=1e-6)
    np.testing.assert_allclose(one.scaler.unscale(one.parts["test"]["features"]), plain.parts["test"]["features"], 1e-5)


@pytest.mark.parametrize("text", ["", "1", "a; 2", "1; 0", "1; 2; 3", "nan; 1", "; 1"])
def test_a_scaling_that_cannot_be_read_is_refused(text: str) -> None:
    ((name, sentence),) = Circles.parameter_problems({"given_scaling": text})
    assert name == "given_scaling" and sentence.endswith(".")


def test_a_scaling_for_other_columns_is_refused_with_a_remedy() -> None:
    with pytest.raises(BlockError, match="given a scaling for 3 columns, but it has 2") as refused:
        prepare(Circles(scaling="given", given_scaling="1, 2, 3; 1"))
    assert refused.value.fixes[0].parameters == {"scaling": "standardize"}


LEAVING = """
import atexit

def at_the_end():  # Python has taken apart by then what tells equal datasets
    def broken(self): raise TypeError
    Spirals.__hash__ = broken
    for examples in range(40, 60):
        prepare(Circles(examples=examples))

atexit.register(at_the_end)
from playground.data.points.shapes import Circles, Spirals
from playground.data.preparation import prepare
prepare(Spirals())
"""


def test_a_program_leaves_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", LEAVING], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_picture_that_is_asked_for_is_told_by_its_span() -> None:
    prepared = prepare(ShapeDepth(examples=40))
    shown = preview(prepared, "train", 2)
    depths = prepared.target_scaler.unscale(prepared.parts["train"]["target"][:2])
    assert shown.columns == ("target",)
    assert shown.rows == tuple((f"{one.min():.4g} to {one.max():.4g}",) for one in depths)
