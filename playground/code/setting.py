"""What the training part of a written file is written from, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from playground.code.network import NetworkCode
from playground.code.parameters import Learned
from playground.document.project import Project
from playground.training.optimizers import Optimizer, optimizer_of
from playground.training.phases import ActivePhase
from playground.training.pruning import Prunable
from playground.training.schedules import ConstantSchedule, PlateauSchedule, Schedule, schedule_of

NOTHING = Prunable((), {})
FIRST_EPOCHS = 20
"""Epochs of a project that says nowhere how many."""


@dataclass(frozen=True)
class Setting:
    """A project with its network as it is written."""

    project: Project
    network: NetworkCode
    parameters: tuple[Learned, ...]
    phases: tuple[ActivePhase, ...]
    weights: Mapping[str, float]
    """How much each loss block counts, by its node."""
    units: bool
    """Whether the target is scaled, so that evaluation is told the unit."""
    fed: bool
    """Whether there are data; without any, each step is an epoch."""
    distributed: bool = False
    sums: bool = False
    """Whether the losses are sums over the batch, not means."""
    prunable: Prunable = NOTHING
    """What of the written network can be pruned."""
    mixes: bool = False
    """Whether some losses are sums over the batch and others means."""

    @cached_property
    def learned(self) -> tuple[Learned, ...]:
        """The parameters that learn, those of the highest rate first, as Playground lays them side by side."""
        found = [one for one in self.parameters if one.factor > 0.0 and one.phases]
        return tuple(sorted(found, key=lambda one: (-one.factor, one.phases)))

    @cached_property
    def schedule(self) -> Schedule:
        """How the learning rate changes."""
        return schedule_of(self.project.training.schedule)

    @property
    def moving(self) -> bool:
        """Whether it changes from step to step."""
        return not isinstance(self.schedule, ConstantSchedule | PlateauSchedule)

    @property
    def batched(self) -> bool:
        """Whether an epoch has several steps, each on a batch of examples."""
        return self.fed and self.project.training.batch_size > 0

    @cached_property
    def optimizer(self) -> Optimizer:
        """The optimizer of the first phase."""
        return optimizer_of(self.phases[0].optimizer)

    @property
    def inputs(self) -> str:
        """What `loss` is given behind the model."""
        if not self.fed:
            return ""
        if self.distributed:
            return ", *share"
        return ", *batch" if self.batched else ", *examples"

    @property
    def gathers(self) -> bool:
        """Whether a step gathers the gradients of several batches. Where phases take turns, or losses are joined in two
        ways, the large batch is written instead, which comes to the same."""
        return self.fed and self.project.training.accumulate > 1 and len(self.phases) == 1 and not self.mixes

    @property
    def mixed(self) -> bool:
        """Whether products are computed in bfloat16."""
        return self.project.training.precision == "bfloat16"

    @property
    def spread(self) -> str:
        """The network, or what spreads it over processes."""
        return "parallel" if self.distributed else "model"

    @property
    def model(self) -> str:
        """What the loss is computed with."""
        return "mixed" if self.mixed else self.spread

    @property
    def epochs(self) -> int:
        """How many epochs the file trains."""
        promised = [goal.within_epochs for goal in self.project.goals]
        return self.project.training.stop.epochs or max(promised, default=FIRST_EPOCHS)

    @property
    def evaluated(self) -> str:
        """The call that measures everything."""
        return f"evaluate({', '.join(self.handed_on)})"

    @property
    def handed_on(self) -> tuple[str, ...]:
        """What `evaluate` takes, and `train` where it evaluates."""
        return ("model", *(("data",) if self.fed else ()), *(("unit",) if self.units else ()))

    @property
    def watches(self) -> bool:
        """Whether every epoch ends with a look at all metrics."""
        stop = self.project.training.stop
        return stop.target is not None or stop.patience is not None or isinstance(self.schedule, PlateauSchedule)
