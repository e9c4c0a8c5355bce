"""The stack: sessions of networks that are alike take their steps together, each bit for bit as it would alone."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from playground.blocks.memory import memory_from, zeros
from playground.blocks.operations import Array, Call
from playground.document.graph import Choice
from playground.document.project import Project, TrainingSettings
from playground.training.arrays.engine import ArrayEngine, run
from playground.training.arrays.update import Update
from playground.training.experience.rows import Feeder
from playground.training.optimizers import optimizer_of
from playground.training.session.session import Session
from playground.training.stacked.fusing import fused
from playground.training.stacked.shelves import NotAlike, Shelves

MOST_AT_ONCE = 2**21
"""Numbers that are gathered for the next batches of all networks in one go."""


class CannotStack(Exception):
    """Runs that cannot learn in one stack; the message is for people."""


class Stack:
    """Row k is a session of `projects[k]`, which have the same graph and batch size. On the CPU.

    Between two calls of `advance` the `sessions` can be measured, and told as they are, but take no steps of their own.
    A run that meets infinity goes on with what it has then; `finite` tells which do not.

    Raises CannotStack where the networks have no plan of array operations, what decides on the end of a run is watched,
    or the examples are not rows in a random order; CannotCompile and CannotTrain as sessions do.
    """

    def __init__(self, projects: Sequence[Project], before_each: Callable[[], None] = lambda: None) -> None:
        """`before_each` is called before each session is made, and may raise what breaks off."""
        self.projects = tuple(projects)
        self._shelves = Shelves()
        self.sessions: list[Session] = []
        self._engines: list[ArrayEngine] = []
        self._feeders: list[Feeder] = []
        kinds = [(number, row, len(kind)) for number, kind in enumerate(_kinds(projects)) for row in range(len(kind))]
        try:
            for row, (project, kind) in enumerate(zip(projects, kinds, strict=True)):
                before_each()
                self._shelves.turn_to("network", row, len(projects))
                with memory_from(self._shelves):
                    self._add(project, kind)
        except NotAlike as error:
            raise CannotStack("The networks differ, so that they cannot learn in one step.") from error
        self.step = 0
        """Steps taken by every row."""
        self.seconds = 0.0
        """Time spent learning."""
        self._calls: dict[int, tuple[list[Call], Array, list[Array]]] = {}
        self._slab: list[Array] = []
        """The next examples of all rows, from one place in the epoch to another."""
        self._slab_start, self._slab_end = 0, -1
        self._position = 0
        """Examples consumed in this epoch."""
        self._count, self._batch_size = self._feeders[0].count, self._feeders[0].batch_size
        self._joint: Update | None = None
        self._update: list[Call] = self._fused_update()
        self._moving = any(engine.moving for engine in self._engines)
        self._losses: list[Array] = []

    def _add(self, project: Project, kind: tuple[int, int, int]) -> None:
        session = Session(project, "cpu")
        for module in session.learner.model.network.modules():
            for name, buffer in module.named_buffers(recurse=False):
                beside = torch.from_numpy(zeros(tuple(buffer.shape), buffer.numpy().dtype))
                module._buffers[name] = beside.copy_(buffer)
        engine, feeder = _engine_of(session)
        for rows in {feeder.batch_size, feeder.count % feeder.batch_size or feeder.batch_size}:
            engine.plan(rows)
        self._shelves.turn_to(*kind)
        engine.update_calls()
        self.sessions.append(session)
        self._engines.append(engine)
        self._feeders.append(feeder)

    def __len__(self) -> int:
        return len(self.sessions)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch of every row."""
        return self._feeders[0].steps_per_epoch

    @property
    def together(self) -> float:
        """The share of the calls of a step that are one for all rows."""
        alone = sum(len(engine.plan(self._feeders[0].batch_size).calls) for engine in self._engines)
        calls = len(self._step_calls(self._feeders[0].batch_size)[0])
        return (alone - calls) / max(1, alone - alone // len(self))

    # Learning -------------------------------------------------------------------------------------------------------

    def advance(self, steps: int) -> None:
        """Take so many steps in every row."""
        began = time.perf_counter()
        self._take_rates()
        with np.errstate(all="ignore"):  # infinity is found in the weights
            for _ in range(steps):
                self._learn()
        for session, feeder in zip(self.sessions, self._feeders, strict=True):
            session.learner.step = self.step
            session.learner.examples = feeder.epoch * feeder.count + self._position
            feeder.position = self._position
        self.seconds += time.perf_counter() - began

    def _learn(self) -> None:
        count = min(self._batch_size, self._count - self._position)
        if not self._slab_start <= self._position < self._slab_end:
            self._gather()
        rows = slice(self._position - self._slab_start, self._position - self._slab_start + count)
        calls, losses, feeds = self._step_calls(count)
        for feed, values in zip(feeds, self._slab, strict=True):
            np.copyto(feed, values[:, rows])
        run(calls)
        self._losses.append(losses[:, 0].copy())
        if self._moving:
            self._move_rates()
        run(self._update)
        self.step += 1
        self._position += count
        if self._position >= self._count:
            self._finish_epoch()

    def _gather(self) -> None:
        """The next batches of all rows, (rows, examples, ...)."""
        examples, first = self._feeders[0].examples, self._feeders[0]
        numbers = sum(tensor[0].numel() for tensor in examples) * len(self) * first.batch_size
        most = max(1, MOST_AT_ONCE // max(1, numbers)) * first.batch_size
        span = slice(self._position, min(first.count, self._position + most))
        orders = [feeder.order for feeder in self._feeders]
        if first.order is None:
            self._slab = [tensor[span].numpy()[None] for tensor in examples]
        else:
            order = torch.stack([one[span] for one in orders if one is not None])
            places = order.flatten()
            picked = (tensor.index_select(0, places) for tensor in examples)
            self._slab = [one.view(*order.shape, *one.shape[1:]).numpy() for one in picked]
        self._slab_start, self._slab_end = span.start, span.stop

    def _finish_epoch(self) -> None:
        for session, feeder in zip(self.sessions, self._feeders, strict=True):
            session.learner.step, feeder.position = self.step, feeder.count
            feeder.finish_epoch()
        self._position = 0
        if self._feeders[0].order is not None or self._slab_end - self._slab_start < self._feeders[0].count:
            self._slab_end = -1
        watching = [one for one in self.sessions if one.learner.watches_validation]
        for session in watching:
            session.evaluate()
        if watching:
            self._take_rates()

    def _take_rates(self) -> None:
        """Let the updates know the rates that the sessions have now."""
        for engine in self._engines:
            engine.update_calls()
        if self._joint is not None:
            self._joint.set_rate(self._joint.group["lr"])

    def _move_rates(self) -> None:
        for engine in self._engines[:1] if self._joint is not None else self._engines:
            engine.set_rate(self.step)
        if self._joint is not None:
            self._joint.set_rate(self._joint.group["lr"])

    def _step_calls(self, count: int) -> tuple[list[Call], Array, list[Array]]:
        """The calls of the way forward and back for batches of so many rows, where their losses will lie, and where
        what the network is fed with."""
        known = self._calls.get(count)
        if known is None:
            plans = [engine.plan(count) for engine in self._engines]
            calls = fused([plan.calls for plan in plans], self._shelves)
            losses = self._shelves.across([plan.losses for plan in plans])
            feeds = [self._shelves.across([fill.args[0] for fill in fills])
                     for fills in zip(*(plan.fills for plan in plans), strict=True)]  # fmt: skip
            assert losses is not None
            known = self._calls[count] = calls, losses, [feed for feed in feeds if feed is not None]
        return known

    def _fused_update(self) -> list[Call]:
        """The calls after the way back."""
        rows = [engine.update_calls() for engine in self._engines]
        self._joint = self._joint_update()
        if self._joint is not None:
            before, after = zip(*(engine.beside_update for engine in self._engines), strict=True)
            own = [*self._joint.every_step, *self._joint.calls]
            return [*fused(before, self._shelves), *own, *fused(after, self._shelves)]
        found, start = list[Call](), 0
        for kind in _kinds(self.projects):
            found += fused(rows[start : start + len(kind)], self._shelves)
            start += len(kind)
        return found

    def _joint_update(self) -> Update | None:
        """One update of the weights of all rows, where they have the same optimizer, numbers and rates."""
        first = self.projects[0].training
        updates = [engine.updates for engine in self._engines]
        alike = all((one.training.optimizer, one.training.schedule, one.training.stop.epochs)
                    == (first.optimizer, first.schedule, first.stop.epochs) for one in self.projects)  # fmt: skip
        if not alike or len(updates[0]) != 1 or self.sessions[0].learner.watches_validation:
            return None
        values, gradients = (
            self._shelves.across([getattr(own[0], name) for own in updates]) for name in ("values", "gradients")
        )
        if values is None or gradients is None or not (values.flags.c_contiguous and gradients.flags.c_contiguous):
            return None
        flat = torch.from_numpy(values.reshape(-1)), torch.from_numpy(gradients.reshape(-1))
        joint = Update(*flat, updates[0][0].group, {})
        return joint if optimizer_of(first.optimizer).plan(joint) else None

    # Looking --------------------------------------------------------------------------------------------------------

    def losses(self) -> NDArray[np.float64]:
        """The training losses of the steps since the last call, (steps, K)."""
        found = np.array(self._losses, dtype=np.float64).reshape(-1, len(self))
        self._losses.clear()
        return found

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which rows have finite weights, (K,)."""
        return np.array([session.learner.is_finite() for session in self.sessions])

    def metrics(self, row: int, *, full: bool = False) -> Mapping[str, float]:
        """Losses and metrics of a row on all parts."""
        return self.sessions[row].evaluate(full=full, observe=False)


def refuse(project: Project) -> None:
    """Raises CannotStack where runs of this project cannot learn in one stack; CannotCompile and CannotTrain as a
    session does."""
    rules = project.training.stop
    if rules.patience is not None or rules.target is not None:
        raise CannotStack("Each of these runs may end at another step.")
    _engine_of(Session(project, "cpu"))


def _engine_of(session: Session) -> tuple[ArrayEngine, Feeder]:
    learner = session.learner
    if not isinstance(learner.experience, Feeder):
        raise CannotStack("The examples of these runs are made while they learn.")
    if learner.engine.arrays is None:
        raise CannotStack(f"These networks do not learn in one step: {learner.engine.reason}")
    return learner.engine.arrays, learner.experience


def _kinds(projects: Sequence[Project]) -> list[list[Project]]:
    """Neighbours whose updates have the same calls."""
    groups = itertools.groupby(projects, key=lambda one: _kind(one.training))
    return [list(group) for _, group in groups]


def _kind(training: TrainingSettings) -> tuple[object, ...]:
    """What decides on which calls an update has."""
    regularization, schedule = training.regularization, training.schedule.id
    penalties = bool(regularization.l1), bool(regularization.l2), regularization.max_norm is None
    return training.optimizer.id, training.clipping.kind, penalties, schedule, bool(_zeros(training.optimizer))


def _zeros(optimizer: Choice) -> list[str]:
    """Numbers of an optimizer that are 0, which may spare a call."""
    return [name for name, value in optimizer.parameters.items() if not value]
