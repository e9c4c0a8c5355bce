"""Takes the steps of a small network by plans of numpy calls, where every part of the step has one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import call

import numpy as np

from playground.blocks.operations import Array, Call
from playground.document.project import Clipping
from playground.training.arrays.clipping import clip_calls
from playground.training.arrays.plan import Plan
from playground.training.arrays.update import Update
from playground.training.descent import Descent
from playground.training.model import TrainableModel
from playground.training.regularization import Penalties
from playground.training.step_sizes import StepSizes

MOST_PLANS = 4
"""Plans for so many batch sizes are kept: a full batch, the rest of an epoch, and those before a change."""
MOST_VALUES = 300_000
"""Values that a step reads or writes, parameters and activations, up to which numpy was measured to be faster."""


@dataclass(frozen=True)
class Parts:
    """What a learner's step consists of beside the network."""

    descent: Descent
    penalties: Penalties
    clipping: Clipping
    sizes: StepSizes
    set_rate: Callable[[int], None] | None
    """Sets the rate of the step after so many steps, where a schedule moves it from step to step; None where it does
    not."""
    rate: Callable[[], float]
    """The rate of the step that is taken now."""


class ArrayEngine:
    """Steps of one network under one set of settings. Raises NoPlan where a part has no array operations."""

    def __init__(self, model: TrainableModel, parts: Parts, rows: int) -> None:
        self._model, self._parts = model, parts
        self._plans: dict[int, Plan] = {}
        self.losses = len(model.network.loss_weights) + (len(model.network.loss_weights) > 1)
        """Losses of a step: their sum and, where there are several, each of them."""
        self._bound: list[object] = []
        self._updates: list[Update] | None = []
        self.plan(rows)
        self._bind()

    def plan(self, rows: int) -> Plan:
        """The way forward and back for a batch of so many rows."""
        plan = self._plans.get(rows)
        if plan is None:
            while len(self._plans) >= MOST_PLANS:
                del self._plans[next(iter(self._plans))]
            plan = self._plans[rows] = Plan(self._model, rows)
        return plan

    def learn(self, batches: Iterable[Sequence[Array]], step: int, table: Array) -> None:
        """Take one step for each batch, `step` of them taken before; their losses become the rows of `table`.

        A batch is one array (rows, ...) for each of the network's feeds.
        """
        if self._stale():
            self._bind()
        for update in self._updates or ():
            update.set_rate(update.group["lr"])
        with np.errstate(all="ignore"):  # NaN and infinity are found in the losses
            for number, batch in enumerate(batches):
                plan = self.plan(len(batch[0]) if batch else 1)
                for buffer, values in zip(plan.feeds, batch):  # noqa: B905 - this runs in every step
                    np.copyto(buffer, values)
                run(plan.calls)
                table[number] = plan.losses
                step += 1
                if self._simple and not self._parts.sizes.wanted(0, step):
                    run(self._update_calls)
                else:
                    self._update(step)
        for update in self._updates or ():
            update.write_back()

    def _update(self, step: int) -> None:
        """Penalties, clipping and update of one step, with all that happens only in some runs or steps."""
        parts = self._parts
        measured = parts.sizes.wanted(0, step)
        if measured:
            parts.sizes.begin(0, step)
        if parts.set_rate is not None:
            parts.set_rate(step - 1)
            for update in self._updates or ():
                update.set_rate(update.group["lr"])
        run(self._update_calls)
        if measured:
            parts.sizes.end(0)

    def _stale(self) -> bool:
        """Whether the optimizer's memory is other memory than that which the calls work on."""
        now = [value for memory in self._parts.descent.memories() for value in memory.values()]
        return len(now) != len(self._bound) or any(a is not b for a, b in zip(now, self._bound, strict=True))

    def _bind(self) -> None:
        parts, model = self._parts, self._model
        descent, penalties = parts.descent, parts.penalties
        calls: list[Call] = []
        if penalties.before_step:
            calls.append(penalties.add_gradient)
        calls += clip_calls(model.flat.gradients.numpy(), parts.clipping)
        self._updates = updates_of(descent)
        if self._updates is None:
            if descent.update is not None:
                calls.append(descent.update)
        else:
            for update in self._updates:
                calls += [*update.every_step, *update.calls]
        if penalties.after_step:
            calls.append(lambda: penalties.shrink(parts.rate(), 0))
        self._update_calls = calls
        self._simple = parts.set_rate is None
        self._bound = [value for memory in descent.memories() for value in memory.values()]


def updates_of(descent: Descent) -> list[Update] | None:
    """The updates of an optimizer's slices; None where it has no array operations and torch makes its steps."""
    if descent.optimizer is None:
        return []
    found = []
    for group in descent.optimizer.param_groups:
        (values,) = group["params"]
        update = Update(values, values.grad, group, descent.optimizer.state[values])
        if not descent.declaration.plan(update):
            return None
        found.append(update)
    return found


def run(calls: Sequence[Call]) -> None:
    """Make all calls, one after the other."""
    deque(map(call, calls), maxlen=0)
