"""The Gram matrix of maps."""

from __future__ import annotations

import numpy as np
import torch

from playground.blocks.images.gram import GramMatrix
from playground.blocks.signal import Signal


def test_it_is_the_mean_product_of_each_pair_and_forgets_the_place() -> None:
    x = torch.randn((2, 3, 4, 5))
    layer = GramMatrix().build(Signal((3, 4, 5), kind="image"))
    wanted = np.einsum("bcij,bdij->bcd", x.numpy(), x.numpy()) / 20.0
    assert np.allclose(layer(x).numpy(), wanted.reshape(2, 9), atol=1e-5)
    elsewhere = x.roll((1, 2), dims=(2, 3))
    assert torch.allclose(layer(elsewhere), layer(x), atol=1e-5)
