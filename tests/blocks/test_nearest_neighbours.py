"""Nearest neighbours against scikit-learn, and the tangent distance against least squares by numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from playground.blocks.augmentation.tangents import tangents_of
from playground.blocks.nearest_neighbours import (
    TURN,
    NearestNeighbours,
    NearestNeighboursLayer,
    moved_away,
    orthonormal,
)
from playground.blocks.signal import Signal

CLASSES = Signal((), kind="classes", scale="index", classes=("a", "b", "c"))
PICTURE = Signal((1, 8, 8), kind="image")


def taught(block: NearestNeighbours, signal: Signal, x: torch.Tensor, y: torch.Tensor) -> NearestNeighboursLayer:
    module = block.build(signal, CLASSES)
    assert isinstance(module, NearestNeighboursLayer)
    module.begin(x, y)
    module.learn(x, y)
    return module


def drawn(count: int, shape: tuple[int, ...], seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((count, *shape), generator=generator), torch.randint(3, (count,), generator=generator)


@pytest.mark.parametrize("neighbours", [1, 4])
def test_shares_are_those_of_scikit_learn(neighbours: int) -> None:
    (x, y), (asked, _) = drawn(60, (5,), 1), drawn(20, (5,), 2)
    module = taught(NearestNeighbours(nearest=neighbours), Signal((5,)), x, y)
    reference = KNeighborsClassifier(neighbours).fit(x.numpy(), y.numpy())
    np.testing.assert_allclose(module(asked).numpy(), reference.predict_proba(asked.numpy()), atol=1e-6)
    assert "60 examples" in module.settled_words()


def test_the_tangent_distance_is_the_least_square_of_what_is_left() -> None:
    """min over a of |x − (y + T a)|², with T the four tangents of y, by numpy's least squares."""
    (x, y), (asked, _) = drawn(6, PICTURE.shape, 3), drawn(4, PICTURE.shape, 4)
    module = taught(NearestNeighbours(distance="tangent"), PICTURE, x, y)
    plain = (asked.flatten(1)[:, None] - x.flatten(1)).square().sum(dim=2)
    basis = module.basis(x)
    assert basis is not None
    found = (plain - moved_away(asked, x, basis)).numpy()
    tangents = torch.stack([one.flatten(1) for one in tangents_of(x, 1.0, TURN, 1.0)], dim=2).double().numpy()
    for row, one in enumerate(asked.flatten(1).double().numpy()):
        for column, other in enumerate(x.flatten(1).double().numpy()):
            _, (left,), *_ = np.linalg.lstsq(tangents[column], one - other, rcond=None)
            assert found[row, column] == pytest.approx(left, rel=1e-3)


def test_a_picture_moved_a_little_is_nearest_to_itself() -> None:
    rows, columns = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")

    def blob(row: float, column: float, width: float = 1.6) -> torch.Tensor:
        return torch.exp(-((rows - row) ** 2 + 0.3 * (columns - column) ** 2) / width)[None, None]

    x = torch.cat([blob(3.5, 3.5), blob(4.6, 3.5, 1.1)])
    asked, y = blob(4.1, 3.5), torch.tensor([0, 1])
    near = taught(NearestNeighbours(distance="tangent", rotation=False, zoom=False), PICTURE, x, y)
    whole = (asked - x).flatten(1).square().sum(1)
    basis = near.basis(x)
    assert basis is not None
    left = (whole - moved_away(asked, x, basis)[0]) / whole
    assert float(left[0]) < 0.2 < float(left[1])  # most of the distance to the same blob was the shift
    assert near(asked).argmax() == 0


def test_directions_that_say_the_same_are_counted_once() -> None:
    one = torch.rand((1, 9, 1), generator=torch.Generator().manual_seed(5))
    basis = orthonormal(torch.cat([one, 2.0 * one, torch.zeros_like(one)], dim=2))
    assert (basis.square().sum(dim=1) > 0.5).sum() == 1
