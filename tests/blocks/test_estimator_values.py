"""What learns without a gradient, against textbook numbers and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans as Reference
from sklearn.metrics import adjusted_rand_score
from sklearn.svm import SVC

from playground.blocks.clustering import KMeans, KMeansLayer, adjusted_rand_index
from playground.blocks.perceptron import Perceptron, PerceptronLayer, signed
from playground.blocks.signal import Signal
from playground.blocks.support_vectors import SupportVectorLayer, SupportVectorMachine
from playground.network.check import infer

PLANE = Signal((2,))
SIGNED = Signal((1,), kind="classes", scale="signed", classes=("no", "yes"))
THREE = Signal((), kind="classes", scale="index", classes=("a", "b", "c"))


def moons(count: int = 120) -> tuple[torch.Tensor, torch.Tensor]:
    generator = np.random.default_rng(4)
    angle = generator.uniform(0, np.pi, count)
    first = np.arange(count) % 2 == 0
    x = np.where(first, np.cos(angle), 1 - np.cos(angle)) + generator.normal(0, 0.15, count)
    y = np.where(first, np.sin(angle), 0.5 - np.sin(angle)) + generator.normal(0, 0.15, count)
    points = torch.tensor(np.stack([x, y], axis=1), dtype=torch.float32)
    return points, torch.where(torch.tensor(first), -1.0, 1.0)[:, None]


def test_the_perceptron_of_the_notes() -> None:
    # w = (3, 4), b = −10, point (4, 5) with label 0 has the score 22; with α = 0.1 it moves to (2.6, 3.5), −10.1.
    module = Perceptron(rate=0.1).build(PLANE, SIGNED)
    assert isinstance(module, PerceptronLayer)
    module.begin(torch.zeros(3, 2))
    module.weight.copy_(torch.tensor([[3.0, 4.0]]))
    module.bias.fill_(-10.0)
    point, label = torch.tensor([[4.0, 5.0]]), torch.tensor([[-1.0]])
    assert module(point).item() == 22.0
    module.learn(point, label)
    assert module.weight[0].tolist() == pytest.approx([2.6, 3.5])
    assert module.bias.item() == pytest.approx(-10.1)


def test_a_right_answer_moves_nothing() -> None:
    module = Perceptron().build(PLANE, SIGNED)
    module.weight.copy_(torch.tensor([[1.0, 0.0]]))
    before = module.weight.clone()
    module.learn(torch.tensor([[2.0, 1.0]]), torch.tensor([[1.0]]))
    assert torch.equal(module.weight, before) and module.mistakes == 0 and module.right_in_a_row == 1


@pytest.mark.parametrize(
    ("coding", "target"),
    [
        ("signed", [[-1.0], [1.0]]),
        ("zero-one", [[0.0], [1.0]]),
        ("index", [0, 1]),
        ("one-hot", [[1.0, 0.0], [0.0, 1.0]]),
    ],
)
def test_every_coding_of_two_classes_is_understood(coding: str, target: list[object]) -> None:
    assert signed(torch.tensor(target), coding).tolist() == [-1.0, 1.0]


@pytest.mark.parametrize("block", [Perceptron(), SupportVectorMachine()], ids=lambda block: block.id)
def test_three_classes_are_refused_with_a_sentence(block: Perceptron) -> None:
    error = infer(block, (PLANE, THREE))
    assert "tells two classes apart" in error.error and error.port == "target"


def test_lloyds_rounds_end_where_scikit_learn_ends() -> None:
    points = torch.randn(200, 2, generator=torch.Generator().manual_seed(3))
    module = KMeans(clusters=4).build(PLANE)
    assert isinstance(module, KMeansLayer)
    module.generator = torch.Generator().manual_seed(1)
    module.begin(points)
    start = module.centroids.numpy().copy()
    rounds = 0
    while not module.settled:
        before = (-module(points).amax(dim=1)).sum()
        module.learn(points)
        assert (-module(points).amax(dim=1)).sum() <= before + 1e-4
        rounds += 1
        assert rounds < 100
    reference = Reference(4, init=start, n_init=1, tol=0.0).fit(points.numpy())
    np.testing.assert_allclose(module.centroids.numpy(), reference.cluster_centers_, atol=1e-5)


def test_small_batches_come_near_the_same_centroids() -> None:
    generator = torch.Generator().manual_seed(5)
    corners = torch.tensor([[4.0, 0.0], [-4.0, 0.0]])
    points = corners[torch.arange(400) % 2] + torch.randn(400, 2, generator=generator)
    module = KMeans(clusters=2).build(PLANE)
    module.generator = generator
    module.begin(points)
    for batch in points[torch.randperm(400, generator=generator)].split(10):
        module.learn(batch)
    found = module.centroids[module.centroids[:, 0].argsort(descending=True)]
    torch.testing.assert_close(found, corners, atol=0.25, rtol=0.0)
    assert not module.settled


def test_the_agreement_of_partitions_is_that_of_scikit_learn() -> None:
    generator = torch.Generator().manual_seed(2)
    for _ in range(10):
        first, second = (torch.randint(4, (50,), generator=generator) for _ in range(2))
        expected = adjusted_rand_score(first.numpy(), second.numpy())
        assert adjusted_rand_index(first, second) == pytest.approx(expected, abs=1e-9)
    assert adjusted_rand_index(first, 3 - first) == 1.0
    assert adjusted_rand_index(torch.zeros(5, dtype=torch.long), torch.zeros(5)) == 1.0


@pytest.mark.parametrize("kernel", ["linear", "rbf", "polynomial"])
def test_the_support_vectors_are_those_of_scikit_learn(kernel: str) -> None:
    points, target = moons()
    block = SupportVectorMachine(kernel=kernel, cost=2.0)
    module = block.build(PLANE, SIGNED)
    assert isinstance(module, SupportVectorLayer)
    module.begin(points, target)
    counts = []
    while not module.settled:
        module.learn(points, target)
        counts.append(int(module.count))
        assert len(counts) < 40
    assert len(counts) > 1, "one should see it settle"
    names = {"linear": "linear", "rbf": "rbf", "polynomial": "poly"}
    reference = SVC(C=2.0, kernel=names[kernel], gamma=float(module.gamma), coef0=1.0).fit(points.numpy(), target[:, 0])
    assert counts[-1] == len(reference.support_)
    np.testing.assert_allclose(module(points)[:, 0], reference.decision_function(points.numpy()), atol=2e-3)


def test_a_single_class_is_no_reason_to_fail() -> None:
    module = SupportVectorMachine().build(PLANE, SIGNED)
    module.begin(torch.zeros(4, 2), torch.ones(4, 1))
    module.learn(torch.zeros(4, 2), torch.ones(4, 1))
    assert module.settled


def test_classes_that_cannot_be_separated_come_to_an_end_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.blocks.support_vectors.MOST_ITERATIONS", 64)
    generator = torch.Generator().manual_seed(1)
    x, y = torch.randn(60, 2, generator=generator), torch.randint(0, 2, (60, 1), generator=generator).float()
    layer = SupportVectorLayer(2, SupportVectorMachine(kernel="linear", cost=1e6), "zero-one")
    layer.begin(x, y)
    rounds = 0
    while not bool(layer.settled) and rounds < 20:
        layer.learn(x, y)
        rounds += 1
    assert rounds == 4 and "can hardly be separated" in layer.settled_words()
