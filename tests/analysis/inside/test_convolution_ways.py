"""All ways to convolve give the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from playground.analysis.inside.convolution_ways import SIZES, WAYS, ConvolutionWaysAnalysis, by_torch
from playground.analysis.question import Question


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("extents", [(12, 12), (13, 18)])
def test_all_ways_agree(size: int, extents: tuple[int, int]) -> None:
    generator = np.random.default_rng(size)
    x = generator.standard_normal((3, *extents)).astype(np.float32)
    w = generator.standard_normal((2, 3, size, size)).astype(np.float32)
    right = by_torch(x, w)
    for name, way in WAYS.items():
        if name == "Winograd" and size != 3:
            with pytest.raises(ValueError, match="3 × 3 alone"):
                way(x, w)
        else:
            np.testing.assert_allclose(way(x, w), right, atol=1e-4)


def test_each_way_is_timed_for_each_size() -> None:
    found = ConvolutionWaysAnalysis(side=12, channels=1, filters=1).compute(Question())
    assert found.difference < 1e-4 and found.share == 1.0
    assert {way: int(np.isfinite(times).sum()) for way, times in found.times.items()} == {
        way: 1 if way == "Winograd" else len(SIZES) for way in WAYS
    }
    assert found.times["naive loops"][-1] > found.times["im2col"][-1]
