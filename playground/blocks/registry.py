"""All blocks, family by family: the tuple at the end of each file, joined."""

from __future__ import annotations

from playground.blocks import activation, dense, loss
from playground.blocks.base import Block

BLOCKS: tuple[type[Block], ...] = (*dense.BLOCKS, *activation.BLOCKS, *loss.BLOCKS)
