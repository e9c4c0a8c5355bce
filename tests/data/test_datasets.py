"""One table-driven check of every dataset, so that a new one is tested the moment it is registered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.blocks.base import BlockError
from playground.data.base import PARTS, ClassDataset, RegressionDataset, ScaledDataset
from playground.data.preparation import prepare
from playground.data.preview import preview
from playground.data.registry import CATALOGUE, DATASETS
from tests.data.examples import ALL, CLASSES, FIXED, REAL, SCALED, by_id, one_class_each, ready

ROOT = Path(__file__).resolve().parents[2]
every = pytest.mark.parametrize("cls", ALL, ids=by_id)
every_scaled = pytest.mark.parametrize("cls", SCALED, ids=by_id)


def raw(dataset, seed=0):
    return dataset.generate(np.random.default_rng(seed))


def test_ids_are_unique_and_all_issue_datasets_are_there():
    ids = [cls.id for cls in DATASETS]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= {
        "circles", "xor", "gaussians", "spirals", "moons", "blobs", "plane", "bumps", "truth-table", "expression",
        "drawn-points", "iris", "wine", "breast-cancer", "diabetes", "insurance", "bonus", "sparse-table",
        "noisy-curve", "mnist", "digits",
    }  # fmt: skip
    assert all(CATALOGUE[cls.id] is cls for cls in DATASETS)


@every
def test_every_dataset_has_examples_to_be_tested_with(cls):
    try:
        count = len(raw(ready(cls)).features)
    except (BlockError, ValueError) as error:
        pytest.fail(f"give “{cls.id}” parameters that lead to examples, in NEEDED of tests/data/examples.py: {error}")
    assert count, f"give “{cls.id}” examples, in NEEDED of tests/data/examples.py"


@every
def test_words_that_teach(cls):
    assert cls.question.endswith("?")
    assert cls.summary.endswith(".")
    assert cls.licence.endswith(".")
    assert ready(cls).subtitle()
    assert cls.family == "data"
    infos = cls.parameter_infos()
    assert all(info.help for info in infos)
    names = [info.name for info in infos]
    assert names[-7:-4] == ["train_share", "validation_share", "folds"]
    assert names[-4:] == ["fold", "test_folds", "test_fold", "data_seed"]
    if issubclass(cls, ScaledDataset):
        own = [name for name in names[:-7] if name not in ("in_order", "train_rows", "label_budget")]
        assert own[-2:] == ["scaling", "given_scaling"]


@every
def test_signals_tell_the_truth_about_the_arrays(cls):
    dataset = ready(cls)
    prepared = prepare(dataset)
    for part in PARTS:
        rows = {len(array) for array in prepared.parts[part].values()}
        assert rows == {prepared.count(part)}
        for port, signal in zip(dataset.outputs, dataset.signals(), strict=True):
            array = prepared.parts[part][port.name]
            assert array.shape[1:] == signal.shape
            assert torch.tensor(array).dtype == signal.dtype
            assert np.isfinite(array).all()
            if array.size:
                assert array.min() >= signal.low and array.max() <= signal.high
    if isinstance(dataset, ClassDataset):
        assert prepared.class_names == dataset.class_names()
    if one_class_each(dataset):
        assert dataset.signals()[1].classes == prepared.class_names
        assert prepared.class_numbers is not None
        joined = np.concatenate([prepared.class_numbers[part] for part in PARTS])
        assert set(joined) == set(range(len(prepared.class_names)))
    else:
        assert prepared.class_numbers is None and prepared.class_names == ()
    if isinstance(dataset, RegressionDataset):
        assert len(dataset.target_names()) == dataset.signals()[1].size
    if len(dataset.signals()[0].shape) == 1 and dataset.signals()[0].kind == "vector":
        assert len(prepared.feature_names) == dataset.signals()[0].size


@every
def test_same_seed_same_arrays_other_seed_others(cls):
    first, again, other = raw(ready(cls)), raw(ready(cls)), raw(ready(cls), seed=1)
    np.testing.assert_array_equal(first.features, again.features)
    np.testing.assert_array_equal(first.target, again.target)
    if cls.id not in REAL | FIXED:
        differ = any(not np.array_equal(one, two) for one, two in zip(arrays(first), arrays(other), strict=True))
        assert differ, f"name “{cls.id}” in REAL or FIXED of tests/data/examples.py, if nothing of it is random"
    shuffled = prepare(ready(cls, data_seed=1)).parts["train"]["features"]
    if cls.id != "truth-table" and first.rows is None:
        assert not np.array_equal(prepare(ready(cls)).parts["train"]["features"], shuffled)


@every
def test_parts_hold_every_example_once(cls):
    dataset = ready(cls, **({"scaling": "none"} if cls in SCALED else {}))
    prepared = prepare(dataset)
    examples = raw_of(dataset)
    joined = np.concatenate([prepared.parts[part]["features"] for part in PARTS])
    assert sorted(map(bytes, joined)) == sorted(map(bytes, examples.features.astype(joined.dtype)))


def arrays(examples):
    return [examples.features, examples.target, *(examples.fields or {}).values()]


def raw_of(dataset):
    return dataset.generate(dataset.fresh_generator())


@every
def test_default_split_is_70_15_15(cls):
    prepared = prepare(ready(cls))
    total = sum(prepared.count(part) for part in PARTS)
    if cls.id == "truth-table":
        assert [prepared.count(part) for part in PARTS] == [4, 0, 0]
        return
    if cls.id == "typed-examples":
        assert [prepared.count(part) for part in PARTS] == [total, 0, 0]
        return
    if raw_of(ready(cls)).rows is not None:
        return  # these data decide themselves
    for part, share in zip(PARTS, (0.7, 0.15, 0.15), strict=True):
        assert abs(prepared.count(part) - total * share) <= 1.0


@pytest.mark.parametrize("cls", CLASSES, ids=by_id)
def test_every_class_has_its_share_of_every_part(cls):
    prepared = prepare(ready(cls, train_share=0.7, validation_share=0.15))
    counts = {part: np.bincount(prepared.class_numbers[part], minlength=len(prepared.class_names)) for part in PARTS}
    total = sum(counts.values())
    for part, share in zip(PARTS, (0.7, 0.15, 0.15), strict=True):
        assert np.all(np.abs(counts[part] - total * share) < 1.0 + 1e-9)


@every_scaled
def test_scaling_is_measured_on_the_training_part(cls):
    axis = 0 if len(ready(cls).signals()[0].shape) == 1 else None
    standardized = prepare(ready(cls, scaling="standardize")).parts["train"]["features"]
    np.testing.assert_allclose(standardized.mean(axis=axis, dtype=np.float64), 0.0, atol=1e-4)
    np.testing.assert_allclose(standardized.std(axis=axis, dtype=np.float64), 1.0, rtol=1e-4)
    squeezed = prepare(ready(cls, scaling="min-max")).parts["train"]["features"]
    np.testing.assert_allclose(squeezed.min(axis=axis), 0.0, atol=1e-5)
    np.testing.assert_allclose(squeezed.max(axis=axis), 1.0, rtol=1e-5)


@every_scaled
def test_unscaling_gives_the_raw_numbers_back(cls):
    plain = prepare(ready(cls, scaling="none")).parts["train"]["features"]
    for scaling in ("standardize", "min-max"):
        prepared = prepare(ready(cls, scaling=scaling))
        back = prepared.scaler.unscale(prepared.parts["train"]["features"])
        np.testing.assert_allclose(back, plain, rtol=1e-4, atol=1e-4 * np.abs(plain).max())


@pytest.mark.parametrize("cls", CLASSES, ids=by_id)
def test_all_codings_of_the_classes(cls):
    count = len(ready(cls).class_names())
    numbers = prepare(ready(cls)).class_numbers["train"]
    np.testing.assert_array_equal(prepare(ready(cls, labels="index")).parts["train"]["target"], numbers)
    hot = prepare(ready(cls, labels="one-hot")).parts["train"]["target"]
    assert hot.shape == (len(numbers), count) and hot.dtype == np.float32
    np.testing.assert_array_equal(hot.argmax(axis=1), numbers)
    np.testing.assert_array_equal(hot.sum(axis=1), 1.0)
    for labels, expected in (("zero-one", numbers[:, None]), ("signed", 2 * numbers[:, None] - 1)):
        dataset = ready(cls, labels=labels)
        assert dataset.signals()[1].shape == (1,)
        if count == 2:
            coded = prepare(dataset).parts["train"]["target"]
            assert coded.dtype == np.float32
            np.testing.assert_array_equal(coded, expected)
        else:
            with pytest.raises(BlockError, match=re.escape(f"{cls.title} has {count} classes")) as caught:
                prepare(dataset)
            assert caught.value.fixes[0].parameters == {"labels": "one-hot"}


@every
def test_parameters_survive_json(cls):
    dataset = ready(cls)
    again = cls.model_validate_json(json.dumps(dataset.parameters()))
    assert again == dataset and hash(again) == hash(dataset)
    assert prepare(again) is prepare(dataset)


@every
def test_bad_parameters_give_sentences(cls):
    for name, bad in (("data_seed", -1), ("train_share", 0.0), ("scaling", "huge"), ("nonsense", 1)):
        ((where, sentence),) = cls.parameter_problems({name: bad})
        assert where == name
        assert cls.title in sentence and sentence.endswith(".")
    for info in cls.parameter_infos():
        for bad in (info.minimum - 1 if info.minimum is not None else None, float("nan"), {"a": 1}):
            if bad is None:
                continue
            problems = cls.parameter_problems({info.name: bad})
            assert problems and all(sentence.endswith(".") for _, sentence in problems)


MANY = 2_000
"""Examples that are as good as the most: a picture of the largest number is like one of these."""


@every
def test_smallest_and_largest_parameters_work(cls):
    infos = {info.name: info for info in cls.parameter_infos()}
    few = {"examples": max(200, int(infos["examples"].minimum))} if "examples" in infos else {}
    for info in infos.values():
        if info.kind not in ("integer", "number") or info.name == "useful":
            continue
        for value in (info.minimum, info.maximum):
            number = int(value) if info.kind == "integer" else value
            if info.name == "examples":
                number = min(number, MANY)
            if cls.id == "random-pictures" and info.name == "side":
                number = min(number, 64)  # larger ones only take longer to draw
            extra = {"useful": 1} if cls.id == "sparse-table" else {}
            dataset = ready(cls, **{**few, **extra, info.name: number})
            try:
                prepared = prepare(dataset)
            except BlockError as error:  # it does not go with the other parameters, but there is a way out
                prepared = prepare(dataset.model_copy(update=dict(error.fixes[0].parameters)))
            assert prepared.count("train") >= 1
            assert np.isfinite(prepared.parts["train"]["features"]).all()


@every
def test_preview(cls):
    dataset = ready(cls)
    prepared = prepare(dataset)
    shown = preview(prepared, "train", 5)
    count = min(5, prepared.count("train"))
    assert len(shown.rows) == count
    assert all(len(row) == len(shown.columns) for row in shown.rows)
    assert shown.counts == {part: prepared.count(part) for part in PARTS}
    if one_class_each(dataset):
        assert {part: sum(numbers) for part, numbers in shown.class_counts.items()} == shown.counts
        assert {row[-1] for row in shown.rows} <= set(prepared.class_names)
        assert shown.columns[-1] == "class"
    elif isinstance(dataset, RegressionDataset):
        assert shown.columns[-len(dataset.target_names()) :] == dataset.target_names()
    features = dataset.signals()[0]
    assert (shown.images is not None) == (features.kind == "image")
    assert (shown.points is not None) == (features.shape == (2,))
    if shown.images is not None:
        assert shown.images.shape[:3] == (count, *features.shape[1:])
        assert shown.images.min() >= 0.0 and shown.images.max() <= 1.0
    if shown.points is not None:
        assert shown.points.shape == (count, 3)


def test_datasets_load_without_importing_the_heavy_packages():
    code = (
        "import sys; from playground.data.registry import DATASETS; from playground.data.preparation import prepare\n"
        "few = lambda cls: {'examples': 200} if 'examples' in cls.model_fields else {}\n"
        "chosen = [cls for cls in DATASETS if cls.id != 'drawn-points' and not cls.id.startswith('own-')]\n"
        "[prepare(cls(**few(cls))) for cls in chosen]\n"
        "print([name for name in ('sklearn', 'mlxtend', 'pandas', 'matplotlib', 'PySide6') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=120)
    assert done.stdout.strip() == "[]"
