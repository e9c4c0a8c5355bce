"""All blocks, family by family: the tuple at the end of each file, joined."""

from __future__ import annotations

from playground.blocks import (
    activation,
    adversarial,
    attention,
    autoregression,
    class_loss,
    clustering,
    coverage,
    dense,
    descent,
    divergence,
    features,
    forecast_measures,
    foreign,
    graph,
    hinge,
    loss,
    merge,
    normalization,
    perceptron,
    recurrent,
    regroup,
    support_vectors,
)
from playground.blocks.augmentation import colours, geometry, mixing
from playground.blocks.base import Block
from playground.blocks.images import convolution, pooling, transposed

BLOCKS: tuple[type[Block], ...] = (
    *dense.BLOCKS,
    *activation.BLOCKS,
    *merge.BLOCKS,
    *features.BLOCKS,
    *regroup.BLOCKS,
    *adversarial.BLOCKS,
    *normalization.BLOCKS,
    *geometry.BLOCKS,
    *colours.BLOCKS,
    *mixing.BLOCKS,
    *convolution.BLOCKS,
    *transposed.BLOCKS,
    *pooling.BLOCKS,
    *recurrent.BLOCKS,
    *attention.BLOCKS,
    *graph.BLOCKS,
    *perceptron.BLOCKS,
    *support_vectors.BLOCKS,
    *clustering.BLOCKS,
    *autoregression.BLOCKS,
    *loss.BLOCKS,
    *descent.BLOCKS,
    *class_loss.BLOCKS,
    *divergence.BLOCKS,
    *hinge.BLOCKS,
    *coverage.BLOCKS,
    *forecast_measures.BLOCKS,
    *foreign.BLOCKS,
)
