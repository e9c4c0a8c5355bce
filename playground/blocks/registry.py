"""All blocks, family by family: the tuple at the end of each file, joined."""

from __future__ import annotations

from playground.blocks import activation, class_loss, dense, loss, merge, normalization, recurrent
from playground.blocks.base import Block

BLOCKS: tuple[type[Block], ...] = (
    *dense.BLOCKS,
    *activation.BLOCKS,
    *merge.BLOCKS,
    *normalization.BLOCKS,
    *recurrent.BLOCKS,
    *loss.BLOCKS,
    *class_loss.BLOCKS,
)
