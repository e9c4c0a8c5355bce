"""The window behind each number: of series, images and volumes, with gaps, in groups, transposed, at the border."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.analysis.inside.sliding import Frame, Sliding, sliding_of
from playground.blocks.images.convolution import Conv1D
from playground.blocks.images.transposed import ConvTranspose2D
from playground.blocks.reveals import SlidesWindow
from playground.blocks.signal import Signal
from tests.blocks.case import Case, batches_of
from tests.blocks.cases_convolution import CASES

SLIDING = [case for case in CASES if "sliding window" in case.block.reveals and max(case.inputs[0].shape) < 20]


def slid(case: Case) -> tuple[Sliding, np.ndarray]:
    """How a block slides over an example, and the sums that it gives, as maps."""
    torch.manual_seed(0)
    module, (x,) = case.block.build(*case.inputs), batches_of(case.inputs)
    assert isinstance(case.block, SlidesWindow)
    window = case.block.window(module)
    with torch.no_grad():
        given = (module if window.weight is None else module.weighted_sum)(x)[0]  # type: ignore[operator]
        found = sliding_of(case.block, module, "source", x[0], 64, case.shape)
    assert found is not None
    return found, (given.T[:, None] if window.channels_last else given.flatten(0, -3)).numpy()


@pytest.mark.parametrize("case", SLIDING, ids=lambda case: case.name)
def test_every_number_comes_from_what_lies_under_its_window(case: Case) -> None:
    sliding, maps = slid(case)
    arriving = sliding.arriving
    sources = arriving[:, None] if arriving.ndim == 2 else arriving.reshape(-1, *arriving.shape[-2:])
    for place in np.ndindex(maps.shape):
        looks = [sliding.look(*place, channel) for channel in range(sliding.channels)]
        assert looks[0].before == pytest.approx(float(maps[place]), abs=1e-5)
        if sliding.way == "weigh":
            assert sum(look.part for look in looks) == pytest.approx(looks[0].total, abs=1e-5)
        frame, under = sliding.frame(*place), sliding.sources(*place)
        assert len(under) == sliding.channels
        for source, look in zip(under, looks, strict=True):
            if source < 0 or frame is None:
                assert not look.inside.any()
            elif sliding.along[-1].border == "zeros":  # what lies inside is seen in the frame
                seen = sources[source][max(frame.row, 0) : frame.row + frame.rows,
                                       max(frame.column, 0) : frame.column + frame.columns]  # fmt: skip
                assert set(look.window[look.inside].tolist()) <= set(seen.ravel().tolist())


def test_a_dilated_window_and_a_transposed_one_say_where_they_lie() -> None:
    gaps, _ = slid(Case(Conv1D(dilation=3), (Signal((9, 1), kind="series"),), (3, 8)))
    assert gaps.frame(0, 0, 1) == Frame(0, 1, 1, 7)
    spread, _ = slid(Case(ConvTranspose2D(kernel_size=2), (Signal((1, 3, 3), kind="image"),), (8, 6, 6)))
    assert spread.frame(0, 2, 3) == Frame(1, 1, 1, 1)
    assert spread.look(0, 2, 3).inside.tolist() == [[False, True], [False, False]]
