"""The search: settings of a project, the values that each may have, what is measured, and who proposes the trials."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, model_validator

from playground.document.experiment import (
    MOST_VALUES,
    MOST_VARIANTS,
    Budget,
    Changes,
    Measure,
    SettingPath,
    Variant,
    Words,
)
from playground.document.graph import Value

SEARCH_VERSION: Literal[1] = 1
MOST_SETTINGS = 16
MOST_GRID = 1_000_000

Title = Annotated[str, Field(min_length=1, max_length=60)]
Paths = Annotated[tuple[SettingPath, ...], Field(min_length=1, max_length=64)]


class Range(Value):
    """A number between two others."""

    kind: Literal["range"] = "range"
    title: Title
    paths: Paths = Field(description="All are set to the value.")
    low: float
    high: float
    logarithmic: bool = Field(False, description="As likely between 0.001 and 0.01 as between 0.01 and 0.1.")
    integer: bool = Field(False, description="Whole numbers only.")
    step: float | None = Field(None, gt=0.0, description="Only low, low + step, low + 2 step and so on.")
    points: int = Field(5, ge=2, le=1_000, description="So many values on a grid.")

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"the range of “{self.title}” must go from a lower to a higher number")
        if self.logarithmic and self.low <= 0.0:
            raise ValueError(f"the range of “{self.title}” is logarithmic, so it must begin above 0")
        if self.logarithmic and self.step is not None:
            raise ValueError(f"“{self.title}” cannot have a step on a logarithmic range")
        whole = (self.low, self.high, self.step or 1.0)
        if self.integer and not all(number.is_integer() for number in whole):
            raise ValueError(f"“{self.title}” has whole numbers only, so its range must have whole ends and steps")
        return self

    def grid(self) -> tuple[float, ...]:
        """The values on a grid, from low to high: all steps, or `points` of the same distance (ratio)."""
        if self.step is not None:
            count = math.floor((self.high - self.low) / self.step + 1e-9) + 1
            return tuple(self.low + self.step * number for number in range(count))
        shares = [number / (self.points - 1) for number in range(self.points)]
        if self.logarithmic:
            found = [self.low * (self.high / self.low) ** share for share in shares]
        else:
            found = [self.low + (self.high - self.low) * share for share in shares]
        found[-1] = self.high
        if self.integer:
            return tuple(dict.fromkeys(float(round(value)) for value in found))
        return tuple(found)


class Choice(Value):
    """One of several values."""

    kind: Literal["choice"] = "choice"
    title: Title
    paths: Paths = Field(description="All are set to the value.")
    values: tuple[JsonValue, ...] = Field(min_length=2, max_length=MOST_VALUES)

    @model_validator(mode="after")
    def _distinct(self) -> Choice:
        if len(set(self.labels())) < len(self.values):
            raise ValueError(f"two values of “{self.title}” are the same")
        return self

    def labels(self) -> tuple[str, ...]:
        """The values as words."""
        return tuple(value if isinstance(value, str) else json.dumps(value, sort_keys=True) for value in self.values)


class Options(Value):
    """One of several ways to build the network: blocks put in, taken out or exchanged, several settings at once."""

    kind: Literal["options"] = "options"
    title: Title
    options: tuple[Variant, ...] = Field(min_length=2, max_length=MOST_VARIANTS)

    @model_validator(mode="after")
    def _of_the_base(self) -> Options:
        if len(set(self.labels())) < len(self.options):
            raise ValueError(f"two options of “{self.title}” have the same title")
        if any(option.preset is not None for option in self.options):
            raise ValueError(f"the options of “{self.title}” change the base; they cannot be other presets")
        return self

    def labels(self) -> tuple[str, ...]:
        """The titles of the options."""
        return tuple(option.title for option in self.options)


Setting = Annotated[Range | Choice | Options, Field(discriminator="kind")]
Sampler = Literal["grid", "random", "tpe", "cma-es", "genetic"]
"""Who proposes trials: all combinations, chance, a tree-structured Parzen estimator (Bayesian), or evolution."""
Pruner = Literal["none", "median", "successive-halving", "hyperband"]
"""Who ends trials that promise little."""


class Search(Value):
    """Everything one file holds; its name is the file's."""

    format: Literal["playground-search"] = "playground-search"
    schema_version: Literal[1] = SEARCH_VERSION
    question: Words
    answers: tuple[str, ...] = Field((), max_length=32, description="Rows and claims of the course that it settles.")
    base: str = Field(min_length=1, max_length=1_000, description="A preset, or a project file beside this one.")
    changes: Changes = Field(Changes(), description="What all trials have in common.")
    settings: tuple[Setting, ...] = Field(min_length=1, max_length=MOST_SETTINGS)
    measure: Measure = Field(description="What is to be as good as can be.")
    direction: Literal["maximize", "minimize"] | None = Field(None, description="That of the measure when left out.")
    also: tuple[Measure, ...] = Field((), max_length=8, description="Told of the best trial, but not searched by.")
    budget: Budget = Field(description="Of each run.")
    looks: int = Field(20, ge=1, le=1_000, description="How often each run is measured, and may be pruned.")
    seeds: int = Field(1, ge=1, le=100, description="Runs of each trial; their mean counts.")
    folds: int = Field(
        0, ge=0, le=100,
        description="Each trial is cross-validated: its mean is over so many folds, too, and should be measured on the "
        "validation part; 0 for the parts as they are.",
    )  # fmt: skip
    sampler: Sampler = "tpe"
    population: int = Field(0, ge=0, le=1_000, description="Of a generation of evolution; 0 for what is usual.")
    pruner: Pruner = "none"
    trials: int = Field(50, ge=1, le=100_000)
    seed: int = Field(0, ge=0, lt=2**31, description="Of what the sampler draws.")
    fresh_seeds: int = Field(
        3, ge=0, le=100,
        description="At the end the best settings and those of the start run under so many seeds not used before.",
    )  # fmt: skip
    finding: str = Field("", max_length=1_000, description="What came of it, in a sentence with its numbers.")

    @model_validator(mode="after")
    def _settings_apart(self) -> Search:
        titles = [setting.title for setting in self.settings]
        if len(set(titles)) < len(titles):
            raise ValueError("two settings have the same title")
        paths = [path for setting in self.settings if not isinstance(setting, Options) for path in setting.paths]
        if len(set(paths)) < len(paths):
            raise ValueError("two settings set the same path")
        if self.pruner != "none" and self.measure.counts_steps:
            raise ValueError("a number of steps is known at the end only, so trials cannot be pruned by it")
        if self.sampler == "grid" and self.grid_size > MOST_GRID:
            raise ValueError(f"the grid has {self.grid_size:,} combinations, more than {MOST_GRID:,}")
        return self

    @property
    def runs(self) -> int:
        """How many runs a trial has, over seeds and folds."""
        return self.seeds * max(1, self.folds)

    @property
    def grid_size(self) -> int:
        """How many combinations there are on the grid."""
        return math.prod(
            len(setting.grid()) if isinstance(setting, Range) else len(setting.labels()) for setting in self.settings
        )


def search_schema() -> dict[str, Any]:
    """The JSON Schema of a search file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Search.model_json_schema(by_alias=True)}
