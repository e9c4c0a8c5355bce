"""Facts about the made-up data: where classes lie, how many there are, what a line can and cannot divide."""

from __future__ import annotations

import numpy as np
import pytest

from playground.blocks.base import BlockError
from playground.data.base import PARTS
from playground.data.points.drawn import DrawnPoints
from playground.data.points.expression import TypedBoundary
from playground.data.points.shapes import Blobs, Circles, Gaussians, Moons, Spirals, Xor
from playground.data.points.surfaces import Bumps, Plane
from playground.data.preparation import prepare
from playground.data.tables.courses import Bonus, Insurance, NoisyCurve, SparseTable, causes
from playground.data.tables.gates import TruthTable
from tests.data.examples import separable

POINTS = [Circles, Xor, Gaussians, Spirals, Moons, Blobs, TypedBoundary]
points = pytest.mark.parametrize("cls", POINTS, ids=lambda cls: cls.id)


def made(dataset, seed=0):
    return dataset.generate(np.random.default_rng(seed))


@points
def test_points_lie_in_the_picture_and_fill_it(cls):
    features = made(cls(examples=2000)).features
    assert np.abs(features).max() < 6.5
    assert np.abs(features).max(axis=0).min() > 2.0


@points
def test_size_balance_and_wrong_labels_are_exact(cls):
    names = cls().class_names()
    for share in (0.05, 0.3, 0.5, 0.95):
        counts = np.bincount(made(cls(examples=400, balance=share)).target, minlength=len(names))
        assert counts.sum() == 400
        if len(names) == 2:
            assert counts[0] == round(400 * share)
    even = np.bincount(made(Blobs(examples=400, clouds=8)).target)
    np.testing.assert_array_equal(even, 50)
    clean, dirty = made(cls(examples=400)), made(cls(examples=400, label_noise=0.1))
    np.testing.assert_array_equal(clean.features, dirty.features)
    assert int((clean.target != dirty.target).sum()) == 40


@points
def test_noise_moves_every_point_by_up_to_two(cls):
    clean, noisy = made(cls(examples=2000)), made(cls(examples=2000, noise=0.5))
    moved = np.abs(noisy.features - clean.features)
    assert 0.98 < moved.max() <= 1.0 + 1e-5
    np.testing.assert_array_equal(clean.target, noisy.target)


def test_first_class_weighs_against_every_other():
    counts = np.bincount(made(Blobs(examples=1000, clouds=4, balance=0.8)).target)
    np.testing.assert_allclose(counts, [571, 143, 143, 143], atol=1)
    smallest = np.bincount(made(Blobs(examples=8, clouds=8, balance=0.95)).target)
    np.testing.assert_array_equal(smallest, 1)


def test_circles_by_radius():
    raw = made(Circles())
    radius = np.hypot(*raw.features.T)
    assert radius[raw.target == 1].max() < 2.5 < 3.5 <= radius[raw.target == 0].min() + 1e-5
    assert radius.max() < 5.0 + 1e-5


def test_xor_by_the_sign_of_the_product():
    raw = made(Xor())
    np.testing.assert_array_equal(raw.target, raw.features.prod(axis=1) > 0)
    assert np.abs(raw.features).min() >= 0.3 - 1e-6


def test_spiral_arms_are_turns_of_one_another():
    raw = made(Spirals(arms=5, examples=500))
    radius = np.hypot(*raw.features.T)
    angle = np.arctan2(raw.features[:, 0], raw.features[:, 1])
    arm = (angle - 1.75 * 2 * np.pi * radius / 5.0) / (2 * np.pi / 5)
    far = radius > 0.05
    np.testing.assert_allclose((arm[far] - raw.target[far] + 0.5) % 5, 0.5, atol=0.02)


def test_moons_are_half_circles():
    raw = made(Moons())
    centre = np.where((raw.target == 0)[:, None], [0.0, 0.0], [1.0, 0.5])
    distance = np.linalg.norm(raw.features / 3.3 + [0.5, 0.25] - centre, axis=1)
    np.testing.assert_allclose(distance, 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("dataset", "line"),
    [
        (TruthTable(gate="and"), True),
        (TruthTable(gate="or"), True),
        (TruthTable(gate="nand"), True),
        (TruthTable(gate="xor"), False),
        (Gaussians(examples=300), True),
        (Blobs(clouds=2, examples=300), True),
        (TypedBoundary(expression="2*x - 1", examples=300), True),
        (Circles(examples=300), False),
        (Xor(examples=300), False),
        (Spirals(examples=300), False),
        (Moons(examples=300), False),
        (TypedBoundary(expression="x^2 - 3", examples=300), False),
    ],
    ids=lambda value: value.subtitle() if hasattr(value, "subtitle") else "",
)
def test_what_one_line_can_divide(dataset, line):
    raw = made(dataset)
    assert separable(raw.features, raw.target) is line


def test_the_square_of_the_radius_divides_the_circles():
    raw = made(Circles())
    assert separable((raw.features**2).sum(axis=1, keepdims=True), raw.target)


@pytest.mark.parametrize(
    ("gate", "answers"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0]), ("nand", [1, 1, 1, 0])]
)
def test_truth_tables(gate, answers):
    raw = made(TruthTable(gate=gate))
    np.testing.assert_array_equal(raw.features, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(raw.target, answers)


def test_plane_and_bumps_stay_within_one():
    plane, bumps = made(Plane(examples=5000)), made(Bumps(examples=5000))
    np.testing.assert_allclose(plane.target[:, 0], plane.features.sum(axis=1) / 12.0, atol=1e-6)
    for raw in (plane, bumps):
        assert raw.target.dtype == np.float32 and raw.target.shape == (5000, 1)
        assert np.abs(raw.target).max() <= 1.0 + 1e-3
    tops = Bumps().height(np.array([(-4.0, 2.5), (0.0, 2.5), (0.0, -2.5)]))
    np.testing.assert_allclose(tops, [1.0, -1.0, 1.0], atol=1e-3)
    noisy = made(Plane(noise=0.5))
    assert 0.02 < np.abs(noisy.target[:, 0] - noisy.features.sum(axis=1) / 12.0).max() <= 2.0 / 12.0 + 1e-6


def test_points_above_a_typed_curve():
    raw = made(TypedBoundary(expression="2*sin(x) + 1"))
    x1, x2 = raw.features.astype(np.float64).T
    sure = np.abs(x2 - (2 * np.sin(x1) + 1)) > 1e-5
    np.testing.assert_array_equal(raw.target[sure], (x2 > 2 * np.sin(x1) + 1)[sure])


def test_a_typed_region_in_the_plane():
    raw = made(TypedBoundary(expression="9 - x1^2 - x2^2"))
    np.testing.assert_array_equal(raw.target, np.hypot(*raw.features.T) < 3.0)
    assert TypedBoundary(expression="x1*x2").subtitle() == "x1*x2 > 0"


def test_points_without_a_value_are_left_out():
    raw = made(TypedBoundary(expression="log(x)"))
    assert raw.features[:, 0].min() >= 0.0
    pole = made(TypedBoundary(expression="1/x", examples=4000))
    assert np.isfinite(pole.features).all()


def test_a_very_rare_class_still_has_its_points():
    raw = made(TypedBoundary(expression="0.002 - x1^2 - x2^2", examples=2000))
    assert np.bincount(raw.target).tolist() == [1000, 1000]
    assert np.hypot(*raw.features[raw.target == 1].T).max() < 0.045


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("100", "above every point"),
        ("-100", "below every point"),
        ("x1^2 + 1", "it is positive"),
        ("-1 - x1^2", "nowhere positive"),
        ("sqrt(-1 - x^2)", "has no value anywhere"),
    ],
)
def test_formulas_that_leave_a_class_empty(expression, words):
    with pytest.raises(BlockError, match=words) as caught:
        prepare(TypedBoundary(expression=expression))
    assert caught.value.fixes[0].parameters == {"expression": "2*sin(x)"}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("x + x1", "not both"),
        ("2x", "write 2*x"),
        ("", "at position 1 the end stands where a number"),
        ("y - x", "at position 1 “y” is not known"),
        ("__import__(x)", "at position 1 “__import__” is not known"),
        ("1" * 201, "at most 200"),
    ],
)
def test_typed_formulas_that_cannot_be_read(expression, words):
    ((name, sentence),) = TypedBoundary.parameter_problems({"expression": expression})
    assert name == "expression" and words in sentence and sentence.startswith("Formula of Typed formula")


def test_drawn_points_keep_their_places_and_classes():
    drawn = ((0.5, -1.5, 0), (2.0, 3.0, 4), (-6.0, 6.0, 2))
    prepared = prepare(DrawnPoints(points=drawn, classes=5, train_share=1.0))
    assert prepared.class_names == ("orange", "blue", "green", "purple", "red")
    rows = {(*map(float, point), int(number)) for point, number in zip(
        prepared.parts["train"]["features"], prepared.parts["train"]["target"], strict=True)}
    assert rows == set(drawn)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"points": [[0, 0, 5]]}, "point 1 has class 5, but classes go from 0 to 4"),
        ({"points": [[0, 0, 0], [0, 1e6, 0]]}, "point 2 lies at (0, 1e+06)"),
        ({"points": [[0, 0]]}, "Points of Drawn points"),
        ({"points": [[0, float("nan"), 0]]}, "finite"),
        ({"points": [[0, "north", 0]]}, "valid number"),
        ({"points": [[0, 0, 0]] * 5001}, "at most 5000"),
        ({"classes": 6}, "from 2 to 5"),
    ],
)
def test_drawn_points_that_cannot_be(parameters, words):
    assert words in " ".join(sentence for _, sentence in DrawnPoints.parameter_problems(parameters))


def test_no_points_drawn_and_classes_that_are_missing():
    with pytest.raises(BlockError, match="has no points yet"):
        prepare(DrawnPoints())
    with pytest.raises(BlockError, match=r"points of class 3 .“purple”., but only 2 classes") as caught:
        prepare(DrawnPoints(points=((0.0, 0.0, 3),)))
    assert caught.value.fixes[0].parameters == {"classes": 4}


@pytest.mark.parametrize("seed", range(5))
def test_bonus_converges_at_the_course_learning_rate(seed):
    prepared = prepare(Bonus(data_seed=seed))
    features = prepared.parts["train"]["features"].astype(np.float64)
    target = prepared.parts["train"]["target"].astype(np.float64)
    z = np.hstack([features, np.ones((len(features), 1))])
    assert np.linalg.eigvalsh(z.T @ z / len(z)).max() < 1 / 0.006
    w = np.zeros((4, 1))
    for _ in range(5000):
        w -= 0.006 * 2.0 / len(z) * z.T @ (z @ w - target)
    assert float(((z @ w - target) ** 2).mean()) < 8.0  # the noise alone gives 4
    best = np.linalg.lstsq(z, target, rcond=None)[0][:, 0]
    np.testing.assert_allclose(best[:3], Bonus.WEIGHTS, atol=0.6)


def test_insurance_follows_its_two_hidden_causes():
    raw = made(Insurance(noise=0.0, examples=2000))
    hidden = causes(raw.features.astype(np.float64))
    np.testing.assert_array_equal(raw.target, np.sqrt(hidden.prod(axis=1)) > 0.5)
    assert 0.3 < raw.target.mean() < 0.7
    assert not separable(raw.features[:300], raw.target[:300])


def test_sparse_table_has_the_weights_it_names():
    dataset = SparseTable(examples=2000, noise=0.1, twin=True)
    beta = dataset.coefficients()
    np.testing.assert_allclose(beta[:4], [3.0, -2.0, 1.0, 0.0])
    assert np.count_nonzero(beta) == 3
    raw = made(dataset)
    found = np.linalg.lstsq(raw.features, raw.target[:, 0], rcond=None)[0]
    np.testing.assert_allclose(found, beta, atol=0.1)
    assert np.corrcoef(raw.features[:, 0], raw.features[:, -1])[0, 1] > 0.97
    with pytest.raises(BlockError, match="5 useful columns, but has only 4 beside the twin") as caught:
        prepare(SparseTable(columns=5, useful=5, twin=True))
    assert caught.value.fixes[0].parameters == {"useful": 4}
    wide = prepare(SparseTable(columns=200, examples=60))
    assert wide.parts["train"]["features"].shape == (42, 200)


@pytest.mark.parametrize("curve", ["sine", "parabola", "cubic"])
def test_noisy_curve(curve):
    dataset = NoisyCurve(curve=curve, examples=5000, noise=0.3)
    heights = dataset.height(np.linspace(-3, 3, 1001))
    assert np.abs(heights).max() <= 1.0 + 1e-9 and np.ptp(heights) > 1.9
    raw = made(dataset)
    error = raw.target - dataset.height(raw.features.astype(np.float64))
    assert abs(error.std() - 0.3) < 0.02 and abs(error.mean()) < 0.02


def test_other_seed_other_points():
    first, second = prepare(Moons()), prepare(Moons(data_seed=1))
    assert not np.array_equal(first.parts["train"]["features"], second.parts["train"]["features"])
    assert [first.count(part) for part in PARTS] == [second.count(part) for part in PARTS]
