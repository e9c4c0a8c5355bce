"""All blocks, family by family: the tuple at the end of each file, joined."""

from __future__ import annotations

from playground.blocks import (
    activation,
    adversarial,
    attention,
    autoregression,
    class_loss,
    clustering,
    convolution,
    coverage,
    dense,
    descent,
    divergence,
    features,
    forecast_measures,
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
from playground.blocks.base import Block

BLOCKS: tuple[type[Block], ...] = (
    *dense.BLOCKS,
    *activation.BLOCKS,
    *merge.BLOCKS,
    *features.BLOCKS,
    *regroup.BLOCKS,
    *adversarial.BLOCKS,
    *normalization.BLOCKS,
    *convolution.BLOCKS,
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
)
