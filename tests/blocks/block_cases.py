"""One or more cases for every block. A family with a file of its own has its cases in `cases_FAMILY.py`."""

from __future__ import annotations

from playground.blocks import activation, class_loss, dense, divergence, features, hinge, loss, merge, normalization
from playground.blocks.signal import Signal
from tests.blocks import (
    cases_adversarial,
    cases_attention,
    cases_convolution,
    cases_descent,
    cases_estimators,
    cases_forecasts,
    cases_graph,
    cases_recurrent,
    cases_regroup,
)
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
    VECTOR,
    ZERO_ONE,
    Case,
    compared,
    same,
)

CASES: tuple[Case, ...] = (
    Case(dense.Dense(), (VECTOR,), (8,), 40),
    Case(dense.Dense(), (SERIES,), (5, 8), 40),
    Case(dense.Dense(units=3, activation="identity", bias=False), (VECTOR,), (3,), 12),
    *(same(cls(), signal) for cls in activation.ACTIVATIONS for signal in (VECTOR, IMAGE)
      if cls not in (activation.Step, activation.PReLU, activation.LeakyReLU, activation.ELU)),
    same(activation.Step(), gradient=False),
    same(activation.LeakyReLU(), changed=activation.LeakyReLU(slope=0.3)),
    same(activation.ELU(), IMAGE, changed=activation.ELU(alpha=0.5)),
    same(activation.PReLU(), VECTOR, 1),
    same(activation.PReLU(slopes="per-channel"), VECTOR, 4),
    same(activation.PReLU(slopes="per-channel"), IMAGE, 3),
    Case(merge.Flatten(), (IMAGE,), (60,)),
    Case(merge.Flatten(), (VECTOR,), (4,)),
    Case(merge.Reshape(shape="3 x 20"), (IMAGE,), (3, 20)),
    Case(merge.Reshape(shape="1 x 2 x -1"), (VECTOR,), (1, 2, 2)),
    Case(merge.Concatenate(), (VECTOR, LOGITS, VECTOR), (11,)),
    Case(merge.Concatenate(), (IMAGE, Signal((1, 4, 5), kind="image")), (4, 4, 5)),
    Case(merge.Concatenate(axis=3), (IMAGE, Signal((3, 4, 1), kind="image")), (3, 4, 6)),
    Case(merge.Concatenate(), (VECTOR,), (4,)),
    Case(merge.Add(), (VECTOR, VECTOR, VECTOR), (4,)),
    Case(merge.Add(), (IMAGE, Signal((3, 1, 1), kind="image")), (3, 4, 5)),
    Case(merge.Multiply(), (VECTOR, VECTOR), (4,)),
    Case(merge.Multiply(), (ONE, VECTOR), (4,)),
    Case(features.FeatureExpansion(), (Signal((2,)),), (7,)),
    Case(features.FeatureExpansion(cosines=True), (VECTOR,), (4 * 4 + 6,)),
    Case(features.FeatureExpansion(originals=False, squares=False, sines=False), (VECTOR,), (6,)),
    same(normalization.Dropout(rate=0.5), changed=normalization.Dropout(rate=0.1)),
    same(normalization.Dropout(rate=0.5), IMAGE),
    same(normalization.GaussianNoise(), changed=normalization.GaussianNoise(deviation=2.0)),
    same(normalization.BatchNorm(), VECTOR, 8, changed=normalization.BatchNorm(momentum=0.5, epsilon=0.1)),
    same(normalization.BatchNorm(), IMAGE, 6),
    same(normalization.BatchNorm(affine=False), IMAGE),
    same(normalization.LayerNorm(), VECTOR, 8, changed=normalization.LayerNorm(epsilon=0.1)),
    same(normalization.LayerNorm(), IMAGE, 120),
    same(normalization.LayerNorm(affine=False), SERIES),
    *(compared(cls(), signal, signal) for signal in (VECTOR, IMAGE) for cls in loss.BLOCKS),
    compared(loss.MeanSquaredError(), ONE_PROBABILITY, ZERO_ONE, changed=loss.MeanSquaredError(weight=2.0)),
    compared(loss.SumOfSquaresError(), VECTOR, VECTOR, changed=loss.SumOfSquaresError(half=False, average=True)),
    compared(loss.Huber(), VECTOR, VECTOR, changed=loss.Huber(delta=0.1)),
    compared(class_loss.BinaryCrossEntropy(), ONE, ZERO_ONE),
    compared(class_loss.BinaryCrossEntropy(), ONE_PROBABILITY, ZERO_ONE),
    compared(class_loss.BinaryCrossEntropy(), LOGITS, ONE_HOT),
    *(compared(class_loss.CrossEntropy(), signal, INDEX) for signal in (LOGITS, PROBABILITIES, LOGARITHMS)),
    *(
        compared(cls(), signal, target)
        for cls in (class_loss.CategoricalCrossEntropy, divergence.KLDivergence)
        for signal in (LOGITS, PROBABILITIES, LOGARITHMS)
        for target in (ONE_HOT, PROBABILITIES)
    ),
    compared(hinge.Hinge(), ONE, SIGNED, changed=hinge.Hinge(margin=0.2)),
    compared(hinge.Hinge(), LOGITS, INDEX, changed=hinge.Hinge(margin=0.2)),
    *cases_adversarial.CASES,
    *cases_attention.CASES,
    *cases_convolution.CASES,
    *cases_descent.CASES,
    *cases_estimators.CASES,
    *cases_forecasts.CASES,
    *cases_graph.CASES,
    *cases_recurrent.CASES,
    *cases_regroup.CASES,
)
