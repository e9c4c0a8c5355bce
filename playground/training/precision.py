"""Mixed precision: a forward pass whose products are computed in bfloat16, while weights and losses stay in 32 bits.

bfloat16 has the range of 32 bits and eight bits of accuracy, so that no loss has to be scaled; the optimizer's small
steps would be lost in it, which is why the weights themselves stay as they are (Micikevicius and others 2018; Kalamkar
and others 2019). torch chooses which operations take it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from playground.blocks.loss import Loss
from playground.document.project import Precision
from playground.network.compiled import Network
from playground.training.engine import Forward


def forward_of(network: Network, precision: Precision, device: torch.device) -> Forward:
    """The pass through a network in a precision."""
    return Forward(network) if precision == "single" else MixedForward(network, device)


class MixedForward(Forward):
    """The same pass in mixed precision; losses take what arrives in 32 bits again."""

    def __init__(self, network: Network, device: torch.device) -> None:
        super().__init__(network)
        self._device = device.type
        blocks = network.report.blocks
        self._plan = [
            (self._in_single(entry[0]), *entry[1:]) if isinstance(blocks[step.node], Loss) else entry
            for step, entry in zip(network.steps, self._plan, strict=True)
        ]

    def __call__(self, batch: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The values of all slots, in 32 bits."""
        with torch.autocast(self._device, dtype=torch.bfloat16):
            return super().__call__(batch)

    def _in_single(self, function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        def compute(*inputs: torch.Tensor) -> torch.Tensor:
            with torch.autocast(self._device, enabled=False):
                return function(*map(widened, inputs))

        return compute


def widened(value: torch.Tensor) -> torch.Tensor:
    """The same in 32 bits, where it is in bfloat16."""
    return value.float() if value.dtype is torch.bfloat16 else value
