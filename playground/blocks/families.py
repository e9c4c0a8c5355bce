"""The families of blocks as rows: a new family is one row here and one icon of its name in `resources/icons`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["data", "layer", "activation", "normalization", "estimator", "loss", "measure"]
"""What blocks of a family do in a network: give examples; compute; apply a function to each number; keep the numbers
but for scale or noise; learn by a rule of their own; say what is to be made small; tell how good it is."""


@dataclass(frozen=True, slots=True)
class Family:
    """What all blocks of a family share on the canvas and in the palette."""

    id: str
    """As blocks declare it, and the name of the icon."""
    title: str
    topic: str
    """The heading in the palette under which it stands with others."""
    color: str
    """As hex, for light paper; dark panels get a lighter one."""
    role: Role = "layer"
    follows: tuple[str, ...] = ()
    """The families that usually come after it, the most usual first; all others follow."""
    usual: tuple[str, ...] = ()
    """Its blocks that are wanted most, first."""


FAMILIES = (
    Family(
        "data", "Data", "Data", "#2a9d8f", "data",
        ("dense", "convolution", "recurrent", "attention", "graph", "merge", "normalization", "loss", "activation",
         "estimator"),
        ("circles", "xor", "spirals", "drawn-points", "iris", "mnist", "co2", "own-table"),
    ),
    Family(
        "dense", "Dense", "Layers", "#4056a1", "layer",
        ("dense", "loss", "normalization", "activation", "merge", "attention", "recurrent", "convolution"),
        ("dense",),
    ),
    Family(
        "activation", "Activation", "Layers", "#e0a100", "activation",
        ("dense", "convolution", "normalization", "loss", "merge", "attention", "recurrent", "activation"),
        ("relu", "tanh", "sigmoid", "softmax", "identity", "leaky-relu", "gelu"),
    ),
    Family(
        "convolution", "Convolution", "Layers", "#1f77b4", "layer",
        ("convolution", "activation", "normalization", "merge", "dense", "attention", "recurrent", "loss"),
    ),
    Family(
        "recurrent", "Recurrent", "Layers", "#7b4fa3", "layer",
        ("dense", "recurrent", "attention", "normalization", "loss", "merge", "activation", "convolution"),
    ),
    Family(
        "words", "Words", "Layers", "#8f3f71", "layer",
        ("dense", "words", "loss", "recurrent", "normalization", "merge", "attention"),
    ),
    Family(
        "attention", "Attention", "Layers", "#b83280", "layer",
        ("attention", "dense", "normalization", "merge", "loss", "recurrent", "activation", "convolution"),
    ),
    Family(
        "graph", "Graph", "Layers", "#a3552b", "layer",
        ("graph", "dense", "loss", "normalization", "activation", "merge"),
    ),
    Family(
        "merge", "Merge and reshape", "Between layers", "#64748b", "layer",
        ("dense", "convolution", "activation", "normalization", "loss", "merge", "attention", "recurrent"),
        ("flatten", "add", "concatenate"),
    ),
    Family(
        "normalization", "Normalize and regularize", "Between layers", "#5b8c3e", "normalization",
        ("dense", "activation", "convolution", "attention", "recurrent", "merge", "loss", "normalization"),
        ("dropout", "batch-norm"),
    ),
    Family(
        "augmentation", "Augment pictures", "Between layers", "#0f8a8a", "normalization",
        ("augmentation", "convolution", "dense", "normalization", "merge"),
        ("random-affine", "random-flip", "random-crop"),
    ),
    Family(
        "estimator", "Learn without gradient", "Without gradient", "#8a5a44", "estimator",
        ("measure", "dense", "merge"),
    ),
    Family(
        "loss", "Loss", "What is learned", "#2f6f4f", "loss",
        usual=("cross-entropy", "mean-squared-error", "binary-cross-entropy", "categorical-cross-entropy",
               "mean-absolute-error", "huber", "hinge"),
    ),
    Family("measure", "Measure", "What is learned", "#4f6d7a", "measure"),
)  # fmt: skip
"""All families, in the order of the palette; those of one topic stand together."""

FAMILY = {family.id: family for family in FAMILIES}
"""Every family by its id."""


def role_of(family: str) -> Role:
    """What blocks of a family do; those of an unknown one compute."""
    return FAMILY[family].role if family in FAMILY else "layer"


def computes(family: str) -> bool:
    """Whether blocks of a family make numbers from numbers on the way from the data to the losses."""
    return role_of(family) in ("layer", "activation", "normalization")


def before(family: str) -> tuple[str, ...]:
    """The families that a block of this family usually follows, the most usual first."""
    rows = [row for row in FAMILIES if family in row.follows]
    return tuple(row.id for row in sorted(rows, key=lambda row: row.follows.index(family)))
