"""How several processes share the trials of a study, so that none is lost and none is run twice."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import fail_stale_trials
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from playground.experiments.search.drafts import drawn_up, written
from playground.experiments.search.evolution import GENERATION
from playground.experiments.search.samplers import distributions_of, sampler_of
from playground.experiments.search.slots import BROKEN_OFF, REPEATS, slots_of
from playground.experiments.search.storage import Opened, Place
from playground.experiments.search.task import Task, Values

WORKER = "worker"
"""Attribute of a trial: who runs it."""


def id_of(trial: Trial | FrozenTrial) -> int:
    """What the storage calls a trial; its number is that of the study alone."""
    return trial._trial_id  # Optuna has no public name for it


@dataclass(frozen=True)
class Claim:
    """A trial that this process, and no other, runs."""

    place: int
    number: int
    """Of the attempt, in the study."""
    id: int
    """What the storage calls it."""
    values: Values
    study: Study

    @cached_property
    def trial(self) -> Trial:
        """To report to the pruner, and to ask it."""
        return Trial(self.study, self.id)


class Claims:
    """Takes trials of a study, up to a number of them in all."""

    def __init__(self, task: Task, opened: Opened, worker: str) -> None:
        self._task, self._opened, self._worker = task, opened, worker
        self._looked_for_stale = -math.inf

    def take(self) -> Claim | bool:
        """The next trial; True while others still run some, which may come back, and False when all are done."""
        self._give_back_stale()
        while True:
            trials = self._opened.study.get_trials(deepcopy=False)
            # Those above the number of the search wait for a time when more are asked for.
            every = slots_of(trials)
            slots = every[: self._task.trials]
            lost = [slot for slot in slots if slot.lost]
            if lost:
                for slot in lost:
                    self._repeat(slot.last)
                continue
            for slot in slots:
                if slot.last.state == TrialState.WAITING and self._won(slot.last):
                    return self._claimed(trials, slot.place, slot.last)
            if len(slots) == self._task.trials:
                return any(not slot.finished for slot in slots)
            claim = self._claimed(trials, len(every), None)
            if claim:
                return claim

    def _give_back_stale(self) -> None:
        """Let trials that give no sign of life be taken up again; a look as often as they give one is enough."""
        now = time.monotonic()
        if now - self._looked_for_stale >= (self._opened.storage.get_heartbeat_interval() or 0):
            self._looked_for_stale = now
            fail_stale_trials(self._opened.study)

    def _repeat(self, lost: FrozenTrial) -> None:
        """Put a lost trial back with the same values. Where two do so at once, the first counts (`slots_of`)."""
        kept = {GENERATION: lost.user_attrs[GENERATION]} if GENERATION in lost.user_attrs else {}
        template = optuna.create_trial(
            state=TrialState.WAITING, user_attrs={**kept, REPEATS: lost.number},
            params=lost.params, distributions=lost.distributions,
            system_attrs=lost.system_attrs,  # the generation of a genetic search
        )  # fmt: skip
        self._opened.storage.create_new_trial(self._opened.id, template)

    def _won(self, trial: FrozenTrial) -> bool:
        # The sign of life comes before the trial runs: there is no moment at which it runs without one.
        self._opened.storage.record_heartbeat(id_of(trial))
        try:
            return self._opened.storage.set_trial_state_values(id_of(trial), TrialState.RUNNING)
        except UpdateFinishedTrialError:
            return False

    def _claimed(self, trials: list[FrozenTrial], place: int, waiting: FrozenTrial | None) -> Claim | bool:
        """The trial at a place; False when somebody else has opened it since the trials were read."""
        study, sampler = self._opened.study, sampler_of(self._task, place)

        def fill(trial: Trial) -> None:
            trial.set_user_attr(WORKER, self._worker)
            for name, distribution in distributions_of(self._task.search).items():
                _suggest(trial, name, distribution)
            generation = getattr(sampler, GENERATION, None)
            if generation is not None and GENERATION not in trial.user_attrs:
                trial.set_user_attr(GENERATION, generation)

        draft = drawn_up(study, trials, waiting, sampler, fill)
        found = written(self._opened.storage, self._opened.id, draft, len(trials))
        if found is None:
            return False
        return Claim(place, draft.trial.number, found, draft.trial.params, study)

    def lose(self, claim: Claim, *, broken_off: bool = False) -> None:
        """Give a trial back, so that it is taken up again."""
        fail(self._opened, claim.id, broken_off=broken_off)


def fail(opened: Opened, trial_id: int, *, broken_off: bool = False) -> None:
    """Say of a trial that it was lost; nothing where it is finished."""
    try:
        if broken_off:
            opened.storage.set_trial_user_attr(trial_id, BROKEN_OFF, True)
        opened.storage.set_trial_state_values(trial_id, TrialState.FAIL)
    except UpdateFinishedTrialError:
        return


def fail_all_of(opened: Opened, workers: Collection[str], *, broken_off: bool = False) -> None:
    """The same of all trials that some workers were running that are no more."""
    for trial in opened.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if trial.user_attrs.get(WORKER) in workers:
            fail(opened, id_of(trial), broken_off=broken_off)


def _suggest(trial: Trial, name: str, distribution: optuna.distributions.BaseDistribution) -> None:
    if isinstance(distribution, optuna.distributions.FloatDistribution):
        trial.suggest_float(name, distribution.low, distribution.high, step=distribution.step, log=distribution.log)
    elif isinstance(distribution, optuna.distributions.IntDistribution):
        trial.suggest_int(name, distribution.low, distribution.high, step=distribution.step, log=distribution.log)
    elif isinstance(distribution, optuna.distributions.CategoricalDistribution):
        trial.suggest_categorical(name, distribution.choices)


@contextmanager
def signs_of_life(opened: Opened, place: Place, claim: Claim) -> Iterator[None]:
    """Within, the study is told every few seconds that the trial is still alive."""
    over = threading.Event()

    def tell() -> None:
        while not over.wait(place.beat):
            opened.storage.record_heartbeat(claim.id)
        opened.storage.remove_session()

    thread = threading.Thread(target=tell, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
