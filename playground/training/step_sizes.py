"""How large the true steps are: for every node the norm of its gradient, of its weights and of what the step changed.

Some steps are measured while they are taken, at most one between two looks at the losses, and fewer the longer the run
is. The numbers stay on the device until they are fetched with the losses, and nothing that the run computes is touched:
a run with measured steps equals one without, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from playground.training.descent import Descent
from playground.training.history import Moment, Point
from playground.training.model import TrainableModel

FINENESS = 200
"""The distance between two measured steps is at least the run's length divided by this."""
GRADIENT, WEIGHTS, UPDATE = "gradient", "weights", "update"
SIZES = (GRADIENT, WEIGHTS, UPDATE)
PREFIX = "size/"


def curve_name(size: str, node: str) -> str:
    """The name under which the history keeps the sizes of a node: `size/gradient/dense-1`."""
    return f"{PREFIX}{size}/{node}"


def is_size(curve: str) -> bool:
    """Whether a curve of the history is one of these; they are no losses and no metrics."""
    return curve.startswith(PREFIX)


@dataclass(frozen=True, slots=True)
class _Measured:
    step: int
    nodes: tuple[str, ...]
    norms: list[torch.Tensor]
    """Of the gradients, the weights and the updates, (nodes,) each, on the device."""


class StepSizes:
    """Measures steps of one learner.

    The gradient is that of the loss alone, before penalties and clipping; the weights are those before the step; the
    update is all that the step did to them, from the optimizer, its momentum, penalties and limits. Weights and biases
    of a node count together, by their Euclidean norm. In a phase only the nodes that learn in it are measured.
    """

    def __init__(self, model: TrainableModel, descents: list[Descent]) -> None:
        self._values, self._gradients = model.flat.values, model.flat.gradients
        self._slices = [dict(_slices(model, descent)) for descent in descents]
        self.clear()

    def clear(self) -> None:
        """Forget what was not fetched; the next step of each phase is measured."""
        self._due = [0 if slices else None for slices in self._slices]
        self._waiting: dict[int, _Measured] = {}
        self._before: torch.Tensor | None = None

    def wanted(self, phase: int, step: int) -> bool:
        """Whether to measure the step that is taken now, the first being 1."""
        due = self._due[phase]
        return due is not None and step >= due and phase not in self._waiting

    @torch.no_grad()
    def begin(self, phase: int, step: int) -> None:
        """The gradient of the loss is there, and nothing else has happened yet."""
        slices = self._slices[phase]
        self._before = self._values.clone()
        norms = [self._norms(self._gradients, phase), self._norms(self._before, phase)]
        self._waiting[phase] = _Measured(step, tuple(slices), norms)
        self._due[phase] = step + max(1, step // FINENESS)

    @torch.no_grad()
    def end(self, phase: int) -> None:
        """The weights have changed."""
        assert self._before is not None
        self._waiting[phase].norms.append(self._norms(self._values - self._before, phase))
        self._before = None

    def _norms(self, flat: torch.Tensor, phase: int) -> torch.Tensor:
        # One call for all nodes, as torch's own clipping does it; the squares of large numbers need 64 bits.
        parts = [flat[part] for part in self._slices[phase].values()]
        return torch.stack(torch._foreach_norm(parts, dtype=torch.float64))

    def points(self, before: Moment, now: Moment) -> list[Point]:
        """The measured steps as points of curves, forgotten here; waits for the device.

        `before` and `now` are the moments around these steps.
        """
        found: list[Point] = []
        for measured in self._waiting.values():
            table = torch.stack(measured.norms).tolist()
            moment = _at(measured.step, before, now)
            for size, values in zip(SIZES, table, strict=True):
                found.extend(
                    Point(curve_name(size, node), moment, value, value, value)
                    for node, value in zip(measured.nodes, values, strict=True)
                )
        self._waiting.clear()
        return found


def _slices(model: TrainableModel, descent: Descent) -> Iterator[tuple[str, slice]]:
    """Where the parameters of every node lie that learns in a phase; those of a node lie side by side."""
    places = model.flat.layout.places
    for group in descent.groups:
        inside = [place for place in places if group.start <= place.start < group.stop]
        for node in dict.fromkeys(place.node for place in inside):
            own = [place for place in inside if place.node == node]
            yield node, slice(own[0].start, own[-1].stop)


def _at(step: int, before: Moment, now: Moment) -> Moment:
    """The moment after a step between two moments."""
    if step >= now.step:
        return now
    share = (step - before.step) / max(1, now.step - before.step)
    epoch, examples, seconds = (
        old + (new - old) * share for old, new in zip(before[1:], now[1:], strict=True)
    )
    return Moment(step, epoch, round(examples), seconds)
