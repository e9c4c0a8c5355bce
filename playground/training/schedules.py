"""How the learning rate changes over a run. A schedule gives a factor, by which every learning rate is multiplied."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from playground.blocks.code import Code
from playground.document.declaration import Declaration, parameter
from playground.document.graph import Choice

EPOCHS_WITHOUT_END = 100
"""The length a cosine takes where neither it nor the run has one."""


class Schedule(Declaration):
    """Base of the schedules."""

    def factor(self, step: int, steps_per_epoch: int, total_steps: int | None) -> float:
        """What the learning rate is multiplied by at a step; pure.

        `step` counts the steps already made, so the first step of a run has number 0; `total_steps` is the length of
        the run, None where it has no end.
        """
        return 1.0

    def to_code(self) -> Code:
        """How it is written: the function that gives the factor, by its source; nothing where it never changes."""
        return Code("{factor}", uses=(self.factor,))


class ConstantSchedule(Schedule):
    """No change."""

    id: ClassVar[str] = "constant"
    title: ClassVar[str] = "Constant"
    summary: ClassVar[str] = "The learning rate stays as it is."
    formula: ClassVar[str] = r"\eta_t = \eta_0"

    def to_code(self) -> Code:
        return Code()


class StepSchedule(Schedule):
    """A staircase."""

    id: ClassVar[str] = "step"
    title: ClassVar[str] = "Step"
    summary: ClassVar[str] = "Multiplies the learning rate by γ once every n epochs: a staircase."
    formula: ClassVar[str] = r"\eta_e = \eta_0 \, \gamma^{\lfloor e / n \rfloor}"

    gamma: float = parameter(0.5, gt=0.0, le=1.0, label="Factor γ", help="What each stair multiplies the rate by.")
    every: int = parameter(30, ge=1, le=1_000_000, label="Every n epochs", unit="epochs", help="Length of a stair.")

    def factor(self, step: int, steps_per_epoch: int, total_steps: int | None) -> float:
        epoch = step // max(1, steps_per_epoch)
        return float(self.gamma ** (epoch // self.every))


class ExponentialSchedule(Schedule):
    """A smooth decay by the same share in every epoch."""

    id: ClassVar[str] = "exponential"
    title: ClassVar[str] = "Exponential"
    summary: ClassVar[str] = "Falls by the same share in every epoch, smoothly from step to step."
    formula: ClassVar[str] = r"\eta_e = \eta_0 \, \gamma^{e}"

    gamma: float = parameter(0.98, gt=0.0, le=1.0, label="Factor γ", help="What is left of the rate after one epoch.")

    def factor(self, step: int, steps_per_epoch: int, total_steps: int | None) -> float:
        return float(self.gamma ** (step / max(1, steps_per_epoch)))


class CosineSchedule(Schedule):
    """Half a cosine wave down to a floor."""

    id: ClassVar[str] = "cosine"
    title: ClassVar[str] = "Cosine"
    summary: ClassVar[str] = (
        "Half a cosine wave from the full rate down to a floor, where it stays. "
        f"Without a length it takes that of the run, or {EPOCHS_WITHOUT_END} epochs."
    )
    formula: ClassVar[str] = r"\eta_t = \eta_0 \left(f + (1 - f) \, \frac{1 + \cos(\pi t / T)}{2}\right)"
    source: ClassVar[str] = "Loshchilov and Hutter (2017), SGDR"

    epochs: int | None = parameter(
        None, ge=1, le=10_000_000, unit="epochs", help="Length of the fall; empty means the whole run."
    )
    floor: float = parameter(0.0, ge=0.0, le=1.0, label="Floor f", help="Share of the learning rate at the end.")

    def factor(self, step: int, steps_per_epoch: int, total_steps: int | None) -> float:
        length = (self.epochs or EPOCHS_WITHOUT_END) * steps_per_epoch
        if self.epochs is None and total_steps is not None:
            length = total_steps
        progress = min(1.0, step / max(1, length))
        return self.floor + (1.0 - self.floor) * (1.0 + math.cos(math.pi * progress)) / 2.0


class InverseSquareRootSchedule(Schedule):
    """The rate over the root of time."""

    id: ClassVar[str] = "inverse-square-root"
    title: ClassVar[str] = "Inverse square root"
    summary: ClassVar[str] = "η₀ / √t: falls fast at first, then ever more slowly, and never to zero."
    formula: ClassVar[str] = r"\eta_t = \frac{\eta_0}{\sqrt{t}}, \quad t = 1, 2, 3, \ldots"

    count: Literal["steps", "epochs"] = parameter("steps", label="Count", help="Whether t counts steps or epochs.")

    def factor(self, step: int, steps_per_epoch: int, total_steps: int | None) -> float:
        passed = step if self.count == "steps" else step // max(1, steps_per_epoch)
        return 1.0 / math.sqrt(passed + 1)


class WarmUpSchedule(Schedule):
    """A ramp, then constant."""

    id: ClassVar[str] = "warm-up"
    title: ClassVar[str] = "Warm-up"
    summary: ClassVar[str] = "Rises evenly to the full rate over the first n steps, then stays; tames a wild start."
    formula: ClassVar[str] = r"\eta_t = \eta_0 \, \min\left(1, \frac{t}{n}\right), \quad t = 1, 2, 3, \ldots"
    source: ClassVar[str] = "Goyal et al. (2017), Accurate, large minibatch SGD"

    steps: int = parameter(100, ge=1, le=10_000_000, unit="steps", help="Number of steps up to the full rate.")

    def factor(self, step: int, steps_per_epoch: int, total_steps: int | None) -> float:
        return min(1.0, (step + 1) / self.steps)


@dataclass(frozen=True, slots=True)
class PlateauState:
    """What reduce-on-plateau remembers: the best loss, evaluations since it, and the factor reached."""

    best: float = math.inf
    bad: int = 0
    factor: float = 1.0


class PlateauSchedule(Schedule):
    """Lower the rate when the validation loss no longer falls.

    `factor` is 1 at every step; what multiplies the rate is the `factor` of the state that `observe` returns.
    """

    id: ClassVar[str] = "plateau"
    title: ClassVar[str] = "Reduce on plateau"
    summary: ClassVar[str] = "Multiplies the rate by γ whenever the validation loss has not improved for a while."
    formula: ClassVar[str] = r"\eta \leftarrow \gamma \, \eta \quad \text{after more than } p \text{ bad evaluations}"

    gamma: float = parameter(0.5, gt=0.0, lt=1.0, label="Factor γ", help="What a reduction multiplies the rate by.")
    patience: int = parameter(
        5, ge=0, le=100_000, unit="evaluations", help="Evaluations without improvement that are tolerated."
    )
    threshold: float = parameter(
        1e-4, ge=0.0, lt=1.0, advanced=True, help="Share of the best loss by which a new one must be lower to count."
    )
    floor: float = parameter(0.001, ge=0.0, le=1.0, advanced=True, help="Least share of the rate that is left.")

    def to_code(self) -> Code:
        return Code("{observe}", uses=(PlateauState, self.observe))

    def observe(self, state: PlateauState, validation_loss: float) -> PlateauState:
        """The state after one more evaluation; a loss that is not a number counts as no improvement. Pure."""
        margin = self.threshold * abs(state.best) if math.isfinite(state.best) else 0.0
        if validation_loss < state.best - margin:
            return PlateauState(validation_loss, 0, state.factor)
        if state.bad < self.patience:
            return PlateauState(state.best, state.bad + 1, state.factor)
        return PlateauState(state.best, 0, min(state.factor, max(self.floor, state.factor * self.gamma)))


SCHEDULES: tuple[type[Schedule], ...] = (
    ConstantSchedule,
    StepSchedule,
    ExponentialSchedule,
    CosineSchedule,
    InverseSquareRootSchedule,
    WarmUpSchedule,
    PlateauSchedule,
)


def schedule_of(choice: Choice) -> Schedule:
    """The schedule that a project chose. Raises KeyError (no such id) or pydantic's ValidationError (parameters)."""
    kinds = {kind.id: kind for kind in SCHEDULES}
    return kinds[choice.id].model_validate(choice.parameters)
