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
    regroup,
)
from playground.blocks.base import Block

BLOCKS: tuple[type[Block], ...] = (
    *dense.BLOCKS,
    *activation.BLOCKS,
    *merge.BLOCKS,
    *normalization.BLOCKS,
    *regroup.BLOCKS,
    *recurrent.BLOCKS,
    *perceptron.BLOCKS,
    *support_vectors.BLOCKS,
    *clustering.BLOCKS,
    *loss.BLOCKS,
    *class_loss.BLOCKS,
)
