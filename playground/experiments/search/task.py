"""What a search runs: the cells of a trial, from the values of its settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from playground.document.project import Project
from playground.document.search import Choice, Options, Range, Search
from playground.experiments.cells import Cell, Opener, bare, changed, seeded, settled
from playground.experiments.folding import in_folds
from playground.experiments.measure_titles import measure_words
from playground.training.metrics.words import higher_is_better

Values = Mapping[str, float | int | str]
"""What a trial has for each setting, by its title: a number, or the words of a choice."""


class SearchFault(Exception):
    """A search cannot be run as it is written, or where it is kept; the message is for people."""


@dataclass(frozen=True)
class Task:
    """A search together with the project that it is about."""

    search: Search
    project: Project
    """With the changes that all trials have in common."""

    @classmethod
    def of(cls, search: Search, project: Project) -> Task:
        """Raises ExperimentFault when the changes cannot be made."""
        return cls(search, changed(bare(project), search.changes, "What all trials have in common"))

    @classmethod
    def opened(cls, search: Search, opener: Opener) -> Task:
        """The same by the name of its base. Raises UnknownPreset, ProjectFileError and ExperimentFault."""
        return cls.of(search, opener(search.base))

    @property
    def maximizes(self) -> bool:
        """Whether a larger number is a better one."""
        search = self.search
        if search.direction is not None:
            return search.direction == "maximize"
        return not search.measure.counts_steps and higher_is_better(search.measure.quantity)

    @property
    def measure(self) -> str:
        """What is searched by, in words."""
        return measure_words(self.search.measure)

    @property
    def trials(self) -> int:
        """How many trials there are to run: on a grid at most one for each combination."""
        search = self.search
        return min(search.trials, search.grid_size) if search.sampler == "grid" else search.trials

    @property
    def looks(self) -> int:
        """Looks at a whole trial, over all its runs."""
        return self.search.looks * self.search.runs

    def with_values(self, values: Values) -> Project:
        """The project of a trial. Raises ExperimentFault where the values do not go together."""
        return self.applied(self.project, values)

    def applied(self, project: Project, values: Values) -> Project:
        """A project with the values of a trial, and nothing else changed. Raises ExperimentFault."""
        settings: dict[str, JsonValue] = {}
        for setting in self.search.settings:
            value = values.get(setting.title)
            if value is None:
                continue
            if isinstance(setting, Options):
                option = setting.options[setting.labels().index(str(value))]
                project = changed(project, option, option.title)
            elif isinstance(setting, Choice):
                settings |= dict.fromkeys(setting.paths, setting.values[setting.labels().index(str(value))])
            else:
                settings |= dict.fromkeys(setting.paths, _number(setting, float(value)))
        return settled(project, settings, words_of(values))

    def cells(self, values: Values, first: int = 0, count: int | None = None) -> tuple[Cell, ...]:
        """The runs of a trial, one for each seed from `first` on and each fold. Raises ExperimentFault."""
        search, project = self.search, self.with_values(values)
        measures = (search.measure, *search.also)
        return tuple(
            Cell(0, fold, seed, one, search.budget, search.looks, measures)
            for seed in range(first, first + (search.seeds if count is None else count))
            for fold, one in enumerate(in_folds(seeded(project, seed, fresh_data=False), search.folds))
        )

    @cached_property
    def key(self) -> str:
        """The same for searches of which one may go on with the trials of the other: a hash of all but their number."""
        search = self.search.model_dump(mode="json", exclude={"question", "answers", "base", "trials", "finding",
                                                              "fresh_seeds"})  # fmt: skip
        content = [search, self.cells({}, count=1)[0].key]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _number(setting: Range, value: float) -> float | int:
    return round(value) if setting.integer else value


def words_of(values: Values) -> str:
    """The values of a trial in words: “learning rate 0.03, units 8”."""
    return ", ".join(
        f"{title} {value if isinstance(value, str) else format(value, '.3g')}" for title, value in values.items()
    )
