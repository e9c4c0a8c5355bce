"""One or more cases for every block: the block, what arrives, and the shape that must come out."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from playground.blocks import activation, class_loss, dense, loss, merge, normalization
from playground.blocks.base import Block
from playground.blocks.signal import Signal

BATCH = 6
CLASSES = ("a", "b", "c")
VECTOR = Signal((4,), axes=("features",))
IMAGE = Signal((3, 4, 5), kind="image")
LOGITS = Signal((3,))
PROBABILITIES = Signal((3,), scale="probability", low=0.0, high=1.0, sums_to_one=True)
LOGARITHMS = Signal((3,), scale="log-probability", high=0.0, sums_to_one=True)
INDEX = Signal((), kind="classes", scale="index", classes=CLASSES)
ONE_HOT = Signal((3,), kind="classes", scale="one-hot", classes=CLASSES)
ONE = Signal((1,))
ONE_PROBABILITY = Signal((1,), scale="probability", low=0.0, high=1.0)
ZERO_ONE = Signal((1,), kind="classes", scale="zero-one", classes=("no", "yes"))
SIGNED = Signal((1,), kind="classes", scale="signed", classes=("no", "yes"))


@dataclass(frozen=True)
class Case:
    """A block with parameters, the arriving signals, the shape per example, and what is special."""

    block: Block
    inputs: tuple[Signal, ...]
    shape: tuple[int, ...]
    parameters: int = 0
    gradient: bool = True
    """Whether a gradient other than zero reaches the first input."""
    changed: Block | None = None
    """The same block with other numbers, which `update` must be able to write into a living module."""

    @property
    def name(self) -> str:
        arriving = "-".join(signal.scale if signal.scale != "any" else signal.kind for signal in self.inputs)
        return f"{self.block.id}:{arriving}"


def same(block: Block, signal: Signal = VECTOR, parameters: int = 0, **special: object) -> Case:
    return Case(block, (signal,), signal.shape, parameters, **special)  # type: ignore[arg-type]


def compared(block: Block, *inputs: Signal, changed: Block | None = None) -> Case:
    return Case(block, inputs, (), changed=changed)


CASES: tuple[Case, ...] = (
    Case(dense.Dense(), (VECTOR,), (8,), 40),
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
    Case(merge.FeatureExpansion(), (Signal((2,)),), (7,)),
    Case(merge.FeatureExpansion(cosines=True), (VECTOR,), (4 * 4 + 6,)),
    Case(merge.FeatureExpansion(originals=False, squares=False, sines=False), (VECTOR,), (6,)),
    same(normalization.Dropout(rate=0.5), changed=normalization.Dropout(rate=0.1)),
    same(normalization.Dropout(rate=0.5), IMAGE),
    same(normalization.GaussianNoise(), changed=normalization.GaussianNoise(deviation=2.0)),
    same(normalization.BatchNorm(), VECTOR, 8, changed=normalization.BatchNorm(momentum=0.5, epsilon=0.1)),
    same(normalization.BatchNorm(), IMAGE, 6),
    same(normalization.BatchNorm(affine=False), IMAGE),
    same(normalization.LayerNorm(), VECTOR, 8, changed=normalization.LayerNorm(epsilon=0.1)),
    same(normalization.LayerNorm(), IMAGE, 120),
    same(normalization.LayerNorm(affine=False), Signal((5, 4), kind="series")),
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
        for cls in (class_loss.CategoricalCrossEntropy, class_loss.KLDivergence)
        for signal in (LOGITS, PROBABILITIES, LOGARITHMS)
        for target in (ONE_HOT, PROBABILITIES)
    ),
    compared(class_loss.Hinge(), ONE, SIGNED, changed=class_loss.Hinge(margin=0.2)),
    compared(class_loss.Hinge(), LOGITS, INDEX, changed=class_loss.Hinge(margin=0.2)),
)


def batch_of(signal: Signal, count: int = BATCH, seed: int = 0) -> torch.Tensor:
    """Random numbers that a wire with this signal could carry: (count, ...)."""
    generator = torch.Generator().manual_seed(seed)
    shape = (count, *signal.shape)
    if signal.scale == "index":
        return torch.randint(len(signal.classes), shape, generator=generator)
    if signal.scale == "one-hot":
        return torch.eye(len(signal.classes))[torch.randint(len(signal.classes), (count,), generator=generator)]
    if signal.scale in ("zero-one", "signed"):
        bits = torch.randint(2, shape, generator=generator).float()
        return bits if signal.scale == "zero-one" else 2.0 * bits - 1.0
    numbers = torch.randn(shape, generator=generator)
    if signal.scale == "probability":
        return numbers.softmax(-1) if signal.sums_to_one else numbers.sigmoid()
    return numbers.log_softmax(-1) if signal.scale == "log-probability" else numbers


def batches_of(signals: tuple[Signal, ...]) -> list[torch.Tensor]:
    """One batch per wire, each from its own seed."""
    return [batch_of(signal, seed=index) for index, signal in enumerate(signals)]
