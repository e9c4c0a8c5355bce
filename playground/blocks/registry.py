"""All blocks, family by family: the tuple at the end of each file, joined."""

from __future__ import annotations

from playground.blocks import (
    activation,
    class_loss,
    clustering,
    dense,
    loss,
    merge,
    normalization,
    perceptron,
    recurrent,
    support_vectors,
)
from playground.blocks.base import Block

BLOCKS: tuple[type[Block], ...] = (
    *dense.BLOCKS,
    *activation.BLOCKS,
    *merge.BLOCKS,
    *normalization.BLOCKS,
    *recurrent.BLOCKS,
    *perceptron.BLOCKS,
    *support_vectors.BLOCKS,
    *clustering.BLOCKS,
    *loss.BLOCKS,
    *class_loss.BLOCKS,
)
