"""More cases for the array operations of blocks, beside those of every block; and who has none, and why."""

from __future__ import annotations

from typing import get_args

from playground.blocks import (
    activation,
    class_loss,
    dense,
    divergence,
    embedding,
    features,
    hinge,
    loss,
    merge,
    normalization,
)
from playground.blocks.signal import Signal
from tests.blocks.case import (
    IMAGE,
    INDEX,
    LOGARITHMS,
    LOGITS,
    ONE,
    ONE_HOT,
    ONE_PROBABILITY,
    PROBABILITIES,
    SERIES,
    SIGNED,
    TOKENS,
    VECTOR,
    ZERO_ONE,
    Case,
    compared,
    same,
)

WITHOUT = {
    "noise": "only adversarial networks have it, which learn in phases, and these are taken by torch",
    "real-and-generated": "it makes two rows of one example",
    "generator-loss": "only adversarial networks have it",
    "random-flip": "it changes pictures, and these go through convolutions",
    "random-affine": "it changes pictures, and these go through convolutions",
    "random-crop": "it changes pictures, and these go through convolutions",
    "colour-jitter": "it changes pictures, and these go through convolutions",
    "distillation": "its teacher is a second, larger network, for which torch is as quick",
    "contrastive-loss": "it compares each row of a batch with all others",
    "dice-loss": "it compares pixels, which come out of convolutions",
    "cutout": "it changes pictures, and these go through convolutions",
    "mixup": "its shares are drawn from a distribution that torch does not offer",
    **dict.fromkeys(
        ("conv1d", "conv2d", "conv3d", "depthwise-conv2d", "conv-transpose1d", "conv-transpose2d", "conv-transpose3d"),
        "torch's own convolution is faster than any made of products of arrays",
    ),
    **dict.fromkeys(
        ("max-pool1d", "max-pool2d", "max-pool3d", "avg-pool1d", "avg-pool2d", "avg-pool3d", "adaptive-avg-pool",
         "adaptive-max-pool", "global-max-pooling", "fixed-convolution", "upsampling", "pixel-shuffle", "patches",
         "group-norm", "instance-norm", "local-response-norm", "map-dropout", "gram-matrix", "learned-picture"),
        "it follows a convolution",
    ),
    "simple-rnn": "it runs over time, where torch has one call",
    "lstm": "it runs over time, where torch has one call",
    "gru": "it runs over time, where torch has one call",
    "reservoir": "it runs over time",
    "recursive-net": "it goes up another tree for each example",
    "multi-head-attention": "its products of many heads are too large for numpy to win",
    "cross-attention": "its products of many heads are too large for numpy to win",
    "decoder": "it runs over time, where torch has one call",
    "graph-convolution": "its products with the edges are too large for numpy to win",
    "perceptron": "it learns without a gradient",
    "support-vector-machine": "it learns without a gradient",
    "nearest-neighbours": "it learns without a gradient",
    "k-means": "it learns without a gradient",
    "k-means-filters": "it learns without a gradient",
    "autoregression": "it learns without a gradient",
    "ridge": "it learns without a gradient",
    "foreign-operator": "it computes nothing",
    **dict.fromkeys(
        ("one-hot-tokens", "bag-of-words", "mean-of-words", "subword-embedding", "similarity"),
        "with words it is the table that costs, and torch reads only the rows that it needs",
    ),
    "tf-idf": "it learns without a gradient",
    "negative-sampling": "it follows embeddings of words",
    "glove-loss": "it follows embeddings of words",
    "triplet-loss": "it compares each row of a batch with all others",
    "test-function": "its formulas are differentiated by torch, in double precision",
}
"""The blocks that have no array operations, and the reason."""

LEFT_OUT = frozenset({"batch-norm:series"})
"""Cases of a block with array operations that leaves this kind of input to torch."""

ACTIVATIONS = get_args(activation.ActivationName)
PADDED = Signal((5,), kind="classes", scale="index", classes=("a", "b", "c"), unanswered=True)
UNLIKE = (1.0, 2.5, 0.25)
SCALES = (LOGITS, PROBABILITIES, LOGARITHMS)
STEPS = Signal((5, 3), kind="series")
GATE = Signal((3, 1, 1), kind="image")
PLANE = Signal((1, 4, 5), kind="image")

CASES: tuple[Case, ...] = (
    *(Case(dense.Dense(units=3, activation=name), (VECTOR,), (3,)) for name in ACTIVATIONS),
    *(Case(dense.Dense(units=3, activation=name, bias=False), (SERIES,), (5, 3)) for name in ACTIVATIONS),
    *(same(cls(), SERIES) for cls in activation.ACTIVATIONS),
    same(activation.PReLU(slopes="per-channel"), SERIES),
    same(activation.LeakyReLU(slope=0.3), IMAGE),
    same(activation.LeakyReLU(slope=0.0), VECTOR),
    same(activation.ELU(alpha=2.5), VECTOR),
    Case(merge.Flatten(), (SERIES,), (20,)),
    Case(merge.Reshape(shape="4 x 5 x 3"), (IMAGE,), (4, 5, 3)),
    Case(merge.Concatenate(axis=2), (SERIES, Signal((5, 2), kind="series"), SERIES), (5, 10)),
    Case(merge.Add(), (VECTOR,), (4,)),
    Case(merge.Add(), (GATE, PLANE), (3, 4, 5)),
    Case(merge.Add(), (GATE, GATE, IMAGE, PLANE), (3, 4, 5)),
    Case(merge.Add(), (ONE, ONE), (1,)),
    Case(merge.Multiply(), (VECTOR,), (4,)),
    Case(merge.Multiply(), (GATE, PLANE), (3, 4, 5)),
    Case(merge.Multiply(), (GATE, GATE, IMAGE, PLANE), (3, 4, 5)),
    Case(merge.Multiply(), (VECTOR, VECTOR, ONE), (4,)),
    Case(features.FeatureExpansion(), (ONE,), (3,)),
    Case(features.FeatureExpansion(originals=False, products=False, cosines=True), (VECTOR,), (12,)),
    same(normalization.Dropout(rate=0.0)),
    same(normalization.Dropout(rate=0.9), SERIES),
    same(normalization.GaussianNoise(deviation=0.0)),
    same(normalization.GaussianNoise(deviation=2.0), IMAGE),
    same(normalization.BatchNorm(momentum=1.0, epsilon=0.1)),
    same(normalization.BatchNorm(momentum=0.4, affine=False)),
    same(normalization.LayerNorm(affine=False), IMAGE),
    same(normalization.LayerNorm(epsilon=0.1), SERIES),
    Case(embedding.Embedding(units=1), (TOKENS,), (5, 1)),
    compared(loss.MeanSquaredLogarithmicError(), ONE_PROBABILITY, ONE_PROBABILITY),
    compared(loss.SumOfSquaresError(half=False), SERIES, SERIES),
    compared(loss.SumOfSquaresError(average=True), IMAGE, IMAGE),
    compared(loss.Huber(delta=0.3), SERIES, SERIES),
    compared(class_loss.BinaryCrossEntropy(), PROBABILITIES, PROBABILITIES),
    compared(class_loss.BinaryCrossEntropy(), IMAGE, Signal(IMAGE.shape, scale="probability", low=0.0, high=1.0)),
    compared(class_loss.BinaryCrossEntropy(), ONE, ZERO_ONE.but(weights=(0.75, 3.0))),
    compared(class_loss.BinaryCrossEntropy(), ONE_PROBABILITY, ZERO_ONE.but(weights=(0.75, 3.0))),
    *(compared(class_loss.BinaryCrossEntropy(), one, ONE_HOT.but(weights=UNLIKE)) for one in (LOGITS, PROBABILITIES)),
    *(compared(class_loss.CrossEntropy(), one, INDEX.but(weights=UNLIKE)) for one in SCALES),
    *(compared(class_loss.CrossEntropy(), STEPS.but(scale=one.scale, sums_to_one=True), PADDED) for one in SCALES),
    *(compared(class_loss.CategoricalCrossEntropy(), one, ONE_HOT.but(weights=UNLIKE)) for one in SCALES),
    *(compared(class_loss.CategoricalCrossEntropy(), one, Signal((3,), low=0.0, high=1.0)) for one in SCALES),
    *(compared(divergence.KLDivergence(), one, LOGARITHMS) for one in SCALES),
    compared(hinge.Hinge(margin=0.2), ONE, SIGNED),
    compared(hinge.Hinge(margin=3.0), LOGITS, INDEX),
)  # fmt: skip
