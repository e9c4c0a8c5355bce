"""CMA-ES over the numbers of a search, from what the study knows.

Optuna's own keeps the state of the strategy in the study as a pickle, which would run what a stranger wrote there. Here
it is found again from the values of the trials, generation by generation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import cmaes
import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

GENERATION = "generation"
"""Attribute of a trial: the generation that it was drawn for."""
SIGMA = 0.25
"""First standard deviation, in ranges."""

Numbers = NDArray[np.float64]


class EvolutionSampler(BaseSampler):
    """Draws from a normal distribution that moves to where the better half of each generation was (Hansen 2016, The
    CMA Evolution Strategy). Choices, which have no order, are drawn by chance."""

    def __init__(
        self, distributions: Mapping[str, BaseDistribution], maximizes: bool, population: int, seed: int
    ) -> None:
        self._numbers = {
            name: one for name, one in distributions.items() if isinstance(one, (FloatDistribution, IntDistribution))
        }
        self._sign = -1.0 if maximizes else 1.0
        self._dimensions = len(self._numbers)
        self._population = max(4, population or 4 + math.floor(3 * math.log(max(1, self._dimensions))))
        self._seed = seed
        self._chance = RandomSampler(seed)
        self.generation = 0

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return dict(self._numbers)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, float | int]:
        if not self._numbers:
            return {}
        strategy = cmaes.CMA(
            mean=np.full(self._dimensions, 0.5), sigma=SIGMA, bounds=np.tile((0.0, 1.0), (self._dimensions, 1)),
            seed=self._seed, population_size=self._population,
        )  # fmt: skip
        for told in self._generations(study.get_trials(deepcopy=False)):
            strategy.tell(told)
            self.generation += 1
        drawn = strategy.ask()
        return {name: _from_share(one, float(drawn[place])) for place, (name, one) in enumerate(self._numbers.items())}

    def _generations(self, trials: list[FrozenTrial]) -> list[list[tuple[Numbers, float]]]:
        """Places and values of all generations that are whole."""
        of: dict[int, list[tuple[Numbers, float]]] = {}
        for trial in trials:
            generation = trial.user_attrs.get(GENERATION)
            if generation is not None and trial.state.name in ("COMPLETE", "PRUNED"):
                # What was pruned or ran away is worse than all others, whatever its number was.
                good = trial.state.name == "COMPLETE" and trial.value is not None
                value = self._sign * trial.value if good and trial.value is not None else math.inf
                of.setdefault(generation, []).append((self._place(trial), value))
        found: list[list[tuple[Numbers, float]]] = []
        while len(of.get(len(found), ())) >= self._population:
            found.append(of[len(found)][: self._population])
        return found

    def _place(self, trial: FrozenTrial) -> Numbers:
        return np.array([_share(one, float(trial.params[name])) for name, one in self._numbers.items()])

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> float | int | str:
        value: float | int | str = self._chance.sample_independent(study, trial, param_name, param_distribution)
        return value


def _ends(one: FloatDistribution | IntDistribution) -> tuple[float, float]:
    """Where the range begins and ends; around whole numbers and steps there is half a step of room."""
    half = 0.5 * one.step if one.step is not None and not one.log else 0.5 if isinstance(one, IntDistribution) else 0.0
    low, high = one.low - half, one.high + half
    return (math.log(low), math.log(high)) if one.log else (low, high)


def _share(one: FloatDistribution | IntDistribution, value: float) -> float:
    low, high = _ends(one)
    return ((math.log(value) if one.log else value) - low) / (high - low)


def _from_share(one: FloatDistribution | IntDistribution, share: float) -> float | int:
    low, high = _ends(one)
    value = low + share * (high - low)
    value = math.exp(value) if one.log else value
    if one.step is not None and not one.log:
        value = one.low + one.step * round((value - one.low) / one.step)
    value = min(max(value, one.low), one.high)
    return round(value) if isinstance(one, IntDistribution) else value
