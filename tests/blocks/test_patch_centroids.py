"""K-means filters find the patterns that pictures are made of, also in pictures without a label."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import torch
from torch.nn import functional

from playground.blocks.images.patch_centroids import PatchCentroids, PatchCentroidsLayer, whitening_of
from playground.blocks.signal import Signal
from playground.document.project import Project, TrainingSettings
from playground.network.check import check
from playground.training.session.session import Session
from tests.code.projects import chain, dense

TILES = torch.tensor([[[1.0, -1.0], [1.0, -1.0]], [[1.0, 1.0], [-1.0, -1.0]], [[1.0, -1.0], [-1.0, 1.0]]])
"""Left and right, above and below, and the diagonals: of different length with every other at a right angle."""


def tiled(count: int) -> torch.Tensor:
    """Pictures (count, 1, 2, 2), each one tile, brighter or darker, of any contrast and either sign."""
    generator = torch.Generator().manual_seed(3)
    which = torch.randint(3, (count,), generator=generator)
    size = torch.empty(count, 1, 1).uniform_(0.5, 2.0, generator=generator)
    sign = torch.randint(2, (count, 1, 1), generator=generator) * 2 - 1
    light = torch.rand((count, 1, 1), generator=generator)
    return (TILES[which] * size * sign + light)[:, None]


def taught(x: torch.Tensor, **parameters) -> PatchCentroidsLayer:
    block = PatchCentroids(kernel_size=2, padding="valid", **parameters)
    module = block.build(Signal(tuple(x.shape[1:]), kind="image"))
    assert isinstance(module, PatchCentroidsLayer)
    module.generator = torch.Generator().manual_seed(1)
    module.begin(x)
    while not module.settled:
        module.learn(x)
    return module


def test_the_centres_are_the_patterns() -> None:
    module = taught(tiled(200), filters=3, whiten=False, patches=2_000)
    likeness = (module.weight.flatten(1) @ functional.normalize(TILES.flatten(1), dim=1).T).abs()
    torch.testing.assert_close(likeness.amax(dim=0), torch.ones(3), atol=0.02, rtol=0.0)
    assert int(module.done) == 10
    bright = tiled(5)
    torch.testing.assert_close(module(bright), module(bright + 0.7))  # a patch counts without its brightness


def test_whitened_patches_are_uncorrelated() -> None:
    rows = np.random.default_rng(2).normal(size=(4_000, 4)) @ np.array(
        [[3.0, 2.0, 0, 0], [0, 1.0, 0.5, 0], [0, 0, 2.0, 1.0], [0, 0, 0, 1.5]]
    )
    found = torch.tensor(rows) @ whitening_of(torch.tensor(rows))
    np.testing.assert_allclose(np.cov(found.numpy().T), np.eye(4), atol=0.03)


def test_inputs_without_a_label_are_clustered_too_and_the_run_can_be_broken_off() -> None:
    graph = chain(
        ("k-means-filters", {"filters": 4, "patches": 500}), ("flatten", {}), dense(10), data="digits", examples=200,
        label_budget=10,
    )
    project = Project(title="A project", graph=graph, training=TrainingSettings(batch_size=0))
    assert check(graph).ok
    whole, first, second = (Session(project, "cpu") for _ in range(3))
    (module,) = (one for one in whole.learner.model.network.modules() if isinstance(one, PatchCentroidsLayer))
    with patch.object(module, "learn", wraps=module.learn) as learned:
        whole.advance(14)
    assert [len(call.args[0]) for call in learned.call_args_list] == [10 + 130] * 10
    first.advance(6)
    second.resume(first.checkpoint())
    second.advance(8)
    for name, array in whole.snapshot().buffers.items():
        np.testing.assert_array_equal(second.snapshot().buffers[name], array)
    np.testing.assert_array_equal(second.snapshot().parameters, whole.snapshot().parameters)
