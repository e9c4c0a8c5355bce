"""Takes the steps of a small network by plans of numpy calls, where every part of the step has one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import call

import numpy as np

from playground.blocks.operations import Array, Call
from playground.document.project import Clipping
from playground.network.one_thread import multiply_on_one_thread
from playground.training.arrays.clipping import clip_calls
from playground.training.arrays.plan import Plan
from playground.training.arrays.update import Update
from playground.training.descent import Descent
from playground.training.model import TrainableModel
from playground.training.regularization import Penalties
from playground.training.step_sizes import StepSizes

MOST_PLANS = 4
"""Plans for so many batch sizes are kept: a full batch, the rest of an epoch, and those before a change."""

MOST_UPDATED = 20_000
"""Values up to which the update of an optimizer was measured to be quicker as several array operations than as the one
operation that torch has for it."""


@dataclass(frozen=True)
class Parts:
    """What a learner's step consists of beside the network."""

    descents: tuple[Descent, ...]
    penalties: Penalties
    clipping: Clipping
    sizes: StepSizes
    set_rate: Callable[[int], None] | None
    """Sets the rate of the step after so many steps, where a schedule moves it from step to step; None where it does
    not."""
    rate: Callable[[], float]
    """The rate of the step that is taken now."""
    estimators: bool
    """Whether anything learns without a gradient."""
    torch_only: str = ""
    """What of the settings has no array operations, in a sentence; empty where all has."""


class ArrayEngine:
    """Steps of one network under one set of settings. Raises NoPlan where a part has no array operations."""

    def __init__(self, model: TrainableModel, parts: Parts, rows: int) -> None:
        self._model, self._parts = model, parts
        (self._descent,) = parts.descents
        self._plans: dict[int, Plan] = {}
        model.flat.gradients.zero_()  # what has no part in the loss stays so
        self._updates: list[Update] = []
        self._before: list[Call] = []
        self._after: list[Call] = []
        self._update_calls: list[Call] = []
        self._bound: list[object] | None = None  # bound by the first step, which gives the optimizer its memory
        multiply_on_one_thread()
        self.plan(rows)

    @property
    def updates_itself(self) -> bool:
        """Whether the optimizer's update is array operations too, as far as it is known: after the first step."""
        return bool(self._updates)

    def plan(self, rows: int) -> Plan:
        """The way forward and back for a batch of so many rows."""
        plan = self._plans.get(rows)
        if plan is None:
            while len(self._plans) >= MOST_PLANS:
                del self._plans[next(iter(self._plans))]
            plan = self._plans[rows] = Plan(self._model, rows)
        return plan

    def learn(self, batches: Iterable[Sequence[Array]], step: int) -> Array:
        """Take one step for each batch, `step` of them taken before. Returns their losses, (steps, losses): the sum
        and, where there are several, each of them.

        A batch is one array (rows, ...) for each of the network's feeds.
        """
        update_calls = self.update_calls()
        losses: list[Array] = []
        sizes, simple = self._parts.sizes, self._parts.set_rate is None
        with np.errstate(all="ignore"):  # NaN and infinity are found in the losses
            for batch in batches:
                plan = self.plan(len(batch[0]))
                for fill, values in zip(plan.fills, batch):  # noqa: B905 - this runs in every step
                    fill(values)
                run(plan.calls)
                losses.append(plan.losses.copy())
                step += 1
                if simple and not sizes.wanted(0, step):
                    run(update_calls)
                else:
                    self._update(step)
        for update in self._updates:
            update.write_back()
        return np.array(losses)

    def _update(self, step: int) -> None:
        """Penalties, clipping and update of one step, with all that happens only in some runs or steps."""
        parts = self._parts
        measured = parts.sizes.wanted(0, step)
        if measured:
            parts.sizes.begin(0, step)
        self.set_rate(step - 1)
        run(self._update_calls)
        if measured:
            parts.sizes.end(0)

    def update_calls(self) -> Sequence[Call]:
        """The calls that follow those of the plan in every step, with the rate as it is now; `set_rate` comes before
        them where a schedule moves it."""
        if self._stale():
            self._bind()
        for update in self._updates:
            update.set_rate(update.group["lr"])
        return self._update_calls

    @property
    def beside_update(self) -> tuple[list[Call], list[Call]]:
        """Those of these calls that come before the update of the optimizer, and those that come after it."""
        return self._before, self._after

    @property
    def updates(self) -> Sequence[Update]:
        """The updates of the optimizer, one for each slice; none where torch makes its steps."""
        return self._updates

    def set_rate(self, step: int) -> None:
        """Take the rate of the step after so many, where a schedule moves it from step to step."""
        if self._parts.set_rate is not None:
            self._parts.set_rate(step)
            for update in self._updates:
                update.set_rate(update.group["lr"])

    @property
    def moving(self) -> bool:
        """Whether `set_rate` does anything."""
        return self._parts.set_rate is not None

    def _stale(self) -> bool:
        """Whether the optimizer's memory is other memory than that which the calls work on."""
        if self._bound is None:
            return True
        now = [value for memory in self._descent.memories() for value in memory.values()]
        return len(now) != len(self._bound) or any(a is not b for a, b in zip(now, self._bound, strict=True))

    def _bind(self) -> None:
        """Write the calls after the way back, for the optimizer's memory as it is now."""
        parts, descent, gradients = self._parts, self._descent, self._model.flat.gradients.numpy()
        penalties = parts.penalties
        calls: list[Call] = [penalties.add_gradient] if penalties.before_step else []
        calls += clip_calls(gradients, parts.clipping)
        self._before = calls
        updates = updates_of(descent)
        self._updates, own = updates or [], list[Call]()
        if updates is None and descent.update is not None:
            own.append(descent.update)
        for update in self._updates:
            own += [*update.every_step, *update.calls]
        self._after = [lambda: penalties.shrink(parts.rate(), 0)] if penalties.after_step else []
        self._update_calls = [*self._before, *own, *self._after]
        self._bound = [value for memory in descent.memories() for value in memory.values()]


def updates_of(descent: Descent) -> list[Update] | None:
    """The updates of an optimizer's slices; None where it has no array operations and torch makes its steps."""
    if descent.optimizer is None:
        return []
    found = []
    for group in descent.optimizer.param_groups:
        (values,) = group["params"]
        if len(values) > MOST_UPDATED:
            return None
        update = Update(values, values.grad, group, descent.optimizer.state[values])
        if not descent.declaration.plan(update):
            return None
        found.append(update)
    return found


def run(calls: Sequence[Call]) -> None:
    """Make all calls, one after the other."""
    deque(map(call, calls), maxlen=0)
