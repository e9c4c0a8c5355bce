"""What every block declares of copied channels is what its module does with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from playground.blocks.copied import Copied, channel_axis
from playground.blocks.registry import BLOCKS
from playground.blocks.signal import Signal
from playground.training.weights.widening import Spread, joined
from tests.blocks import block_cases
from tests.blocks.case import Case, batches_of

ADDED = np.array([0, 0, 1])
"""The channels that are copied once more."""
CASES = [
    case for case in block_cases.CASES
    if case.inputs and case.inputs[0].of_kind.numbers and case.block.copied(*case.inputs).way != "stopped"
]  # fmt: skip


def spread_of(width: int) -> Spread:
    copies = np.concatenate([np.arange(width), np.minimum(ADDED, width - 1)])
    shares = np.random.default_rng(width).uniform(0.2, 1.0, len(copies))
    return Spread(copies, shares / np.bincount(copies, weights=shares)[copies])


def wider(signal: Signal, spread: Spread) -> Signal:
    shape = list(signal.shape)
    shape[channel_axis(signal) - 1] = len(spread.copies)
    return signal.but(shape=tuple(shape), axes=())


def written(module: torch.nn.Module, old: torch.nn.Module, copied: Copied, spread: Spread, behind: Spread) -> None:
    """Give a module the arrays of another one as the block says that they follow the copies."""
    before, after = old.state_dict(), module.state_dict()
    for name, tensor in before.items():
        array = tensor.numpy()
        if name in copied.arrays:
            array = spread.shared(array, copied.axis) if copied.way == "weighed" else behind.rows(array)
        after[name].copy_(torch.from_numpy(np.ascontiguousarray(array)))


def behind_of(copied: Copied, spreads: Sequence[Spread], widths: Sequence[int]) -> Spread:
    return joined(spreads, widths) if copied.way == "joined" else spreads[0].behind(copied)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@torch.no_grad()
def test_copies_stay_copies_or_share_a_weight(case: Case) -> None:
    copied, block = case.block.copied(*case.inputs), case.block
    alone = copied.way in ("weighed", "apart")  # other wires, such as the edges of a graph, keep their numbers
    if copied.way == "alike" and len({signal.shape for signal in case.inputs}) > 1:
        return  # an axis of size 1 stretches, so the wires do not carry the same copies
    widths = [signal.shape[channel_axis(signal) - 1] for signal in case.inputs]
    spreads = [spread_of(width) for width in widths]
    signals = [wider(one, spread) if not (alone and place) else one
               for place, (one, spread) in enumerate(zip(case.inputs, spreads, strict=True))]  # fmt: skip
    values = batches_of(case.inputs)
    copies = [value if alone and place else torch.tensor(np.take(value.numpy(), spread.copies, channel_axis(one)))
              for place, (value, one, spread) in enumerate(zip(values, case.inputs, spreads, strict=True))]  # fmt: skip
    torch.manual_seed(0)
    old, new = block.build(*case.inputs).eval(), block.build(*signals).eval()
    for tensor in (*old.parameters(), *old.buffers()):
        if tensor.is_floating_point():
            tensor.uniform_(0.1, 1.0)
    behind = spreads[0] if copied.way == "weighed" else behind_of(copied, spreads, widths)
    written(new, old, copied, spreads[0], behind)
    expected, found = old(*values), new(*copies)
    if copied.way != "weighed":
        given = block.describe((expected.shape,), *case.inputs)[0]
        expected = torch.tensor(np.take(expected.numpy(), behind.copies, channel_axis(given)))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.widened_by], ids=lambda block: block.id)
def test_what_is_widened_has_a_row_for_each_unit(block: type) -> None:
    case = next(case for case in block_cases.CASES if type(case.block) is block)
    made = case.block.build(*case.inputs)
    width = getattr(case.block, block.widened_by)
    assert isinstance(made.weight, torch.Tensor) and len(made.weight) == width
    assert made.bias is None or made.bias.shape == (width,)
