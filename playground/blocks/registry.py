"""All blocks, family by family: the tuple at the end of each file, joined."""

from __future__ import annotations

from playground.blocks import (
    activation,
    adversarial,
    autoregression,
    class_loss,
    clustering,
    contrastive,
    coverage,
    dense,
    descent,
    distillation,
    divergence,
    embedding,
    features,
    forecast_measures,
    foreign,
    graph,
    hard_activations,
    hinge,
    image_loss,
    image_measures,
    loss,
    merge,
    normalization,
    perceptron,
    regroup,
    support_vectors,
)
from playground.blocks.attention import cross, multi_head, positions
from playground.blocks.augmentation import colours, geometry, mixing
from playground.blocks.base import Block
from playground.blocks.decoder import recurrent as decoders
from playground.blocks.images import convolution, fixed, gram, patch_centroids, pooling, resizing, transposed
from playground.blocks.images import normalization as of_maps
from playground.blocks.recurrent import layers as recurrent

BLOCKS: tuple[type[Block], ...] = (
    *dense.BLOCKS,
    *activation.BLOCKS,
    *hard_activations.BLOCKS,
    *merge.BLOCKS,
    *features.BLOCKS,
    *regroup.BLOCKS,
    *adversarial.BLOCKS,
    *normalization.BLOCKS,
    *of_maps.BLOCKS,
    *geometry.BLOCKS,
    *colours.BLOCKS,
    *mixing.BLOCKS,
    *convolution.BLOCKS,
    *transposed.BLOCKS,
    *fixed.BLOCKS,
    *pooling.BLOCKS,
    *resizing.BLOCKS,
    *gram.BLOCKS,
    *embedding.BLOCKS,
    *recurrent.BLOCKS,
    *positions.BLOCKS,
    *multi_head.BLOCKS,
    *cross.BLOCKS,
    *decoders.BLOCKS,
    *graph.BLOCKS,
    *perceptron.BLOCKS,
    *support_vectors.BLOCKS,
    *clustering.BLOCKS,
    *patch_centroids.BLOCKS,
    *contrastive.BLOCKS,
    *autoregression.BLOCKS,
    *loss.BLOCKS,
    *descent.BLOCKS,
    *class_loss.BLOCKS,
    *divergence.BLOCKS,
    *distillation.BLOCKS,
    *hinge.BLOCKS,
    *image_loss.BLOCKS,
    *coverage.BLOCKS,
    *forecast_measures.BLOCKS,
    *image_measures.BLOCKS,
    *foreign.BLOCKS,
)
