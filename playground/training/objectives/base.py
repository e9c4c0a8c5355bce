"""What all objectives have in common: a declaration that turns a look at the network under other inputs into a number.

A loss block compares what the wires of one pass carry. An objective asks for further passes: how the loss is at
attacked inputs, how far an answer moves with its input, what is said of inputs that have no label.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from playground.document.declaration import Declaration, parameter
from playground.network.check import Output, Report


class Look:
    """What an objective sees of one step: the batch, and the network under other inputs."""

    def __init__(
        self,
        model: nn.Module,
        features: torch.Tensor,
        loss: torch.Tensor,
        passes: tuple[Callable[[torch.Tensor], torch.Tensor], Callable[[torch.Tensor], Sequence[torch.Tensor]]],
        bounds: tuple[torch.Tensor, torch.Tensor],
        generator: torch.Generator,
        unlabelled: torch.Tensor,
        readings: Sequence[str] = (),
        step: int = 0,
    ) -> None:
        self.features = features  # (batch, ...) as the network gets them
        self.loss = loss  # of the ordinary pass, with its gradient
        self.low, self.high = bounds  # of the training data: () for pictures, else of each number
        self.generator = generator  # its numbers are those of this step, whatever was drawn before
        self.unlabelled = unlabelled  # (N, ...) all inputs without a label; none where all have one
        self.step = step  # counted from 0
        self._model, (self._loss_of, self._answers), self._readings = model, passes, readings

    def loss_of(self, features: torch.Tensor) -> torch.Tensor:
        """The loss of a pass in which the batch has other features and the same targets; a scalar."""
        return self._loss_of(features)

    def answers(self, features: torch.Tensor) -> Sequence[torch.Tensor]:
        """What the losses are given as predictions when these are the features, one (batch, ...) for each loss."""
        with sdpa_kernel(SDPBackend.MATH):  # the fused kernels of attention cannot be differentiated twice
            return self._answers(features)

    def some_unlabelled(self, times: float) -> torch.Tensor:
        """Inputs without a label by chance, so many for each example of the batch; none where all have one."""
        if not len(self.unlabelled):
            return self.unlabelled
        count = max(1, round(times * len(self.features)))
        device = self.unlabelled.device
        return self.unlabelled[torch.randint(len(self.unlabelled), (count,), generator=self.generator, device=device)]

    def surprises(self, features: torch.Tensor) -> Sequence[torch.Tensor]:
        """Minus the logarithm of the probability of every class, (n, classes) for each loss that asks for a class."""
        read = zip(self._answers(features), self._readings, strict=True)
        return [surprise_at_each(answer, reading) for answer, reading in read if reading]

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Lets the network answer as outside training: nothing is dropped, and no running statistics adapt."""
        awake = [module for module in self._model.modules() if module.training]
        for module in awake:
            module.training = False
        try:
            yield
        finally:
            for module in awake:
                module.training = True


class Objective(Declaration):
    """Base of the objectives: added to the loss with a weight, or put in place of a part of it."""

    blends: ClassVar[bool] = False
    """Whether it takes the place of its share of the losses, and is not added to them."""

    weight: float = parameter(
        0.1, ge=0.0, le=1e6, logarithmic=True,
        help="How much it counts beside the losses. With 0 the network learns as if it were not there.",
    )  # fmt: skip

    @abstractmethod
    def amount(self, look: Look) -> torch.Tensor:
        """The number to make small at this step, a scalar with its gradient, not weighted."""

    def why_not(self, report: Report) -> str:
        """Why it cannot be had with a network whose data have numbers as features; empty when it can."""
        return ""


def features_of(report: Report) -> Output | None:
    """The output that objectives vary: the features of the first data block that gives numbers."""
    for name in report.data_nodes():
        signal = report.signals.get((name, "features"))
        if signal is not None and signal.of_kind.numbers and not signal.of_kind.whole:
            return name, "features"
    return None


def depends_on(report: Report, output: Output, source: Output) -> bool:
    """Whether a value is computed from another."""
    waiting, seen = [output], {output}
    while waiting:
        found = waiting.pop()
        if found == source:
            return True
        new = [one for one in report.inputs.get(found[0], ()) if one not in seen]
        seen.update(new)
        waiting.extend(new)
    return False


def surprise_at_each(answer: torch.Tensor, reading: str) -> torch.Tensor:
    """Minus the logarithm of the probability of every class, (n, classes), of answers (n, classes) or (n, 1)."""
    if reading == "softmax":
        return -answer.log_softmax(1)
    if reading == "logit":
        return torch.cat([functional.softplus(answer), functional.softplus(-answer)], 1)
    if reading == "log-probability":
        return -answer
    shares = torch.cat([1.0 - answer, answer], 1) if answer.shape[1] == 1 else answer
    return -shares.clamp(min=1e-7).log()


def bounds_of(features: torch.Tensor, pictures: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """The least and the greatest number of examples (n, ...): of all pixels together, else of each number."""
    return (features.min(), features.max()) if pictures else (features.amin(0), features.amax(0))
