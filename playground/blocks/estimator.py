"""What learns without a gradient: the base of estimators, whose modules change their own state step by step.

An estimator is a block like any other: wires bring it features and, where it is told the answers, a target; its output
is what it predicts. The session lets it learn from the same batches as a network, its state lies in buffers, so that
snapshots, checkpoints and views need to know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from playground.blocks.base import Block, BlockError, Port, flat_vector_only
from playground.blocks.code import Code, not_written
from playground.blocks.interruption import Asked, never
from playground.blocks.loss import CLASS_CODINGS, Task, label_fixes
from playground.blocks.signal import Signal


class Learning(nn.Module):
    """Base of the modules of estimators. All that is learned lies in buffers; `forward` predicts.

    `settled` is True when there is nothing more to learn.
    """

    whole: ClassVar[bool] = False
    """Whether `learn` wants all training examples at once, in the order of the data, and not a batch."""
    settled: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("settled", torch.zeros((), dtype=torch.bool))
        self.generator: torch.Generator | None = None
        self.interrupted: Asked = never
        """What takes longer than a moment asks this, and raises Interrupted."""

    def begin(self, *inputs: torch.Tensor) -> None:
        """Take the first state; `inputs` are all training examples, one tensor per wire."""

    def learn(self, *inputs: torch.Tensor) -> None:
        """One step, from one tensor per wire, as in `forward`."""
        raise NotImplementedError

    def wake(self) -> None:
        """Something around it has changed: look again whether there is more to learn, from the present state."""
        self.settled.fill_(False)

    def settled_words(self) -> str:
        """Why there is nothing more to learn, one sentence."""
        return "There is nothing more to learn."


class Estimator(Block):
    """A block that learns by a rule of its own. `build` gives a `Learning` module."""

    family: ClassVar[str] = "estimator"
    inputs: ClassVar[tuple[Port, ...]] = (Port("features", "Features"), Port("target", "Target"))
    outputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Prediction"),)
    learns_from: ClassVar[tuple[str, ...]] = ("target",)

    def task(self, target: Signal) -> Task:
        """Classification when the target codes classes, else regression."""
        return "classification" if target.scale in CLASS_CODINGS else "regression"

    def to_code(self, *inputs: Signal) -> Code:
        return not_written(f"{self.title} learns by a rule of Playground’s own, without a gradient.")

    def measure(self, module: nn.Module, *inputs: torch.Tensor) -> Mapping[str, float]:
        """Numbers that tell how good it is on these examples, beyond the metrics of its predictions."""
        return {}


def squared_distances(x: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """(batch, n) from points (batch, features) to places (n, features).

    Unlike torch's `cdist` it has a second derivative. Both are shifted to the middle of the places first, as the
    squares of large numbers leave no digits for small distances.
    """
    middle = places.mean(dim=0).detach()
    x, places = x - middle, places - middle
    squares = x.square().sum(dim=1)[:, None] + places.square().sum(dim=1)
    return (squares - 2.0 * x @ places.T).clamp_min(0.0)


def two_classes_only(title: str, features: Signal, target: Signal) -> None:
    """Raise BlockError, with the fixes as buttons, unless vectors arrive whose target is one of two classes."""
    flat_vector_only(title, features)
    if len(target.classes) != 2 or target.kind == "tokens" or (target.scale == "index" and target.shape):
        raise BlockError(
            f"{title} tells two classes apart, but {target.words()} arrives as target.",
            *label_fixes(target, "signed"),
            port="target",
        )
