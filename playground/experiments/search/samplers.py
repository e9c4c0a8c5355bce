"""Who proposes trials, and who prunes them: Optuna's, each made anew for every trial.

What is drawn for a trial follows from the seed of the search, the place of the trial and what is known by then. So two
processes never draw the same, one process gives the same trials however often it is broken off, and nothing but numbers
is kept of a sampler.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from playground.document.search import Pruner, Range, Sampler, Search
from playground.experiments.search.evolution import EvolutionSampler
from playground.experiments.search.task import Task

GENETIC_POPULATION = 10
REDUCTION = 3
"""Of so many trials one goes on at each rung of successive halving."""
STARTUP_TRIALS = 5
"""The median is that of so many trials at least."""


def distributions_of(search: Search) -> dict[str, BaseDistribution]:
    """What each setting may be, by its title."""
    found: dict[str, BaseDistribution] = {}
    for setting in search.settings:
        if not isinstance(setting, Range):
            found[setting.title] = CategoricalDistribution(setting.labels())
            continue
        high = setting.grid()[-1] if setting.step is not None else setting.high
        if setting.integer:
            found[setting.title] = IntDistribution(
                int(setting.low), int(high), log=setting.logarithmic, step=int(setting.step or 1)
            )
        else:
            found[setting.title] = FloatDistribution(setting.low, high, log=setting.logarithmic, step=setting.step)
    return found


def sampler_of(task: Task, place: int) -> BaseSampler:
    """Who proposes the values of the trial at a place."""
    seed = int(np.random.SeedSequence((task.search.seed, place)).generate_state(1)[0] % 2**31)
    return _SAMPLERS[task.search.sampler](task, seed, place)


def pruner_of(task: Task) -> BasePruner:
    """Who says at each look whether a trial goes on."""
    return _PRUNERS[task.search.pruner](task.looks)


class GridSampler(BaseSampler):
    """The combination of a grid at a place, in an order that chance has mixed, so that a part of it is not lopsided.

    Optuna's own may give several processes the same combination.
    """

    def __init__(self, search: Search, place: int) -> None:
        sides = [
            setting.grid() if isinstance(setting, Range) else setting.labels() for setting in search.settings
        ]  # fmt: skip
        point = int(_order(search.seed, search.grid_size)[place])
        places = np.unravel_index(point, [len(side) for side in sides])
        self._values = {
            setting.title: side[int(index)] for setting, side, index in zip(search.settings, sides, places, strict=True)
        }

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, object]:
        return {}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> float | int | str:
        value = self._values[param_name]
        return int(value) if isinstance(param_distribution, IntDistribution) else value


@functools.lru_cache(4)
def _order(seed: int, size: int) -> NDArray[np.int64]:
    """The points of a grid as they come, (size,)."""
    return np.random.default_rng(seed).permutation(size)


def _genetic(task: Task, seed: int, place: int) -> BaseSampler:
    return NSGAIISampler(population_size=max(2, task.search.population or GENETIC_POPULATION), seed=seed)


def _evolution(task: Task, seed: int, place: int) -> BaseSampler:
    return EvolutionSampler(distributions_of(task.search), task.maximizes, task.search.population, seed)


_SAMPLERS: Mapping[Sampler, Callable[[Task, int, int], BaseSampler]] = {
    "grid": lambda task, seed, place: GridSampler(task.search, place),
    "random": lambda task, seed, place: RandomSampler(seed),
    "tpe": lambda task, seed, place: TPESampler(seed=seed),
    "cma-es": _evolution,
    "genetic": _genetic,
}


def _first_rung(looks: int) -> int:
    return max(1, round(looks / REDUCTION**2))


_PRUNERS: Mapping[Pruner, Callable[[int], BasePruner]] = {
    "none": lambda looks: NopPruner(),
    "median": lambda looks: MedianPruner(STARTUP_TRIALS, n_warmup_steps=looks // 10),
    "successive-halving": lambda looks: SuccessiveHalvingPruner(_first_rung(looks), REDUCTION),
    "hyperband": lambda looks: HyperbandPruner(_first_rung(looks), looks, REDUCTION),
}
