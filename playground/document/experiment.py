"""The experiment: a question, variants of a project, what is measured, and the rule by which the answer is read off."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, model_validator

from playground.document.graph import Identifier, Parameters, Value
from playground.document.project import Project

EXPERIMENT_VERSION: Literal[1] = 1
MOST_VARIANTS = 16
MOST_VALUES = 40

SettingPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,200}$")]
"""Way to a setting of a project, such as `graph.nodes.dense-1.parameters.units`."""
Words = Annotated[str, Field(min_length=1, max_length=400)]
Quantity = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}(\.[A-Za-z][A-Za-z0-9_/-]{0,127})?$")]
"""A metric such as `test_accuracy`, or another quantity; behind a dot the block that it is of."""


class Exchange(Value):
    """Another block in the place of one; what both have, stays."""

    block: Identifier
    parameters: Parameters = Field(default_factory=dict)


class Insertion(Exchange):
    """A new block on the wire into another one."""

    before: Identifier = Field(description="The block into which the wire runs.")
    port: Identifier = Field("input", description="The input at which the wire ends.")


class Changes(Value):
    """What is different from the base: first blocks exchanged, put in and taken out, then settings."""

    replace_blocks: dict[Identifier, Exchange] = Field(default_factory=dict, max_length=64)
    insert: tuple[Insertion, ...] = Field((), max_length=64)
    remove: tuple[Identifier, ...] = Field((), max_length=64, description="Blocks taken out; their wires are joined.")
    set: dict[SettingPath, JsonValue] = Field(default_factory=dict, max_length=64)


class Variant(Changes):
    """One of the things that are compared."""

    title: Annotated[str, Field(min_length=1, max_length=60)]
    preset: Identifier | None = Field(None, description="Another preset instead of the base.")
    measure: int = Field(
        0, ge=0, lt=16, description="Which of the measures is judged and drawn of it, such as 1 for the second."
    )


class Axis(Value):
    """Values that every variant goes through, so that a curve can be drawn."""

    title: Annotated[str, Field(min_length=1, max_length=60)]
    paths: tuple[SettingPath, ...] = Field(min_length=1, max_length=64, description="All are set to the value.")
    values: tuple[float | str, ...] = Field(min_length=2, max_length=MOST_VALUES)
    logarithmic: bool = False


class Budget(Value):
    """How long each run learns; the time is that of learning alone."""

    epochs: float | None = Field(None, gt=0, le=1_000_000)
    steps: int | None = Field(None, ge=0, le=100_000_000)
    seconds: float | None = Field(None, gt=0, le=36_000)

    @model_validator(mode="after")
    def _one(self) -> Budget:
        if sum(value is not None for value in (self.epochs, self.steps, self.seconds)) != 1:
            raise ValueError("a budget is in epochs, in steps or in seconds")
        return self


class Measure(Value):
    """One number of each run."""

    quantity: Quantity
    moment: Literal["end", "start", "best", "mean"] = Field("end", description="When it is taken.")
    at_least: float | None = Field(None, description="Instead of the quantity: the steps until it is so large.")
    at_most: float | None = Field(None, description="Instead of the quantity: the steps until it is so small.")

    @model_validator(mode="after")
    def _one_bound(self) -> Measure:
        if self.at_least is not None and self.at_most is not None:
            raise ValueError("a measure asks for the steps to at_least or to at_most, not both")
        return self

    @property
    def counts_steps(self) -> bool:
        """Whether the number is one of steps until the quantity is good enough."""
        return self.at_least is not None or self.at_most is not None


Along = Literal["mean", "most", "least", "first", "last"]
"""One number of several along the axis."""


class Above(Value):
    """One variant has more of the first measure than another, seed by seed."""

    kind: Literal["above"] = "above"
    more: str
    less: str
    by: float = Field(0.0, ge=0.0, description="By how much at least.")
    times: float = Field(0.0, ge=0.0, description="Or how many times as much at least.")
    along: Along = Field("mean", description="What of the values on the axis is compared.")
    in_at_least: float = Field(0.8, gt=0.0, le=1.0, description="In which share of the seeds.")


class Equal(Value):
    """Two variants have the same of the first measure, up to a small difference."""

    kind: Literal["equal"] = "equal"
    first: str
    second: str
    within: float = Field(ge=0.0)
    along: Along = "mean"


class Bound(Value):
    """The first measure of a variant is on one side of a number, or between two."""

    kind: Literal["bound"] = "bound"
    variant: str
    at_least: float | None = None
    at_most: float | None = None
    along: Along = "mean"
    in_at_least: float = Field(0.8, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _bounded(self) -> Bound:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a bound has at_least, at_most or both")
        return self


class Trend(Value):
    """The first measure of a variant grows, or falls, along the axis."""

    kind: Literal["grows", "falls"]
    variant: str
    by: float = Field(0.0, ge=0.0, description="From the first value of the axis to the last, at least.")
    in_at_least: float = Field(0.8, gt=0.0, le=1.0)


class Crosses(Value):
    """Along the axis one variant begins above another and ends below it."""

    kind: Literal["crosses"] = "crosses"
    first: str
    second: str
    by: float = Field(0.0, ge=0.0, description="Distance at both ends, at least.")


class BestInside(Value):
    """Along the axis a variant is best between the ends, neither at the first value nor at the last."""

    kind: Literal["best-inside"] = "best-inside"
    variant: str
    best: Literal["most", "least"] = "most"
    by: float = Field(0.0, ge=0.0, description="How much better than at either end, at least.")
    in_at_least: float = Field(0.8, gt=0.0, le=1.0)


Rule = Annotated[Above | Equal | Bound | Trend | Crosses | BestInside, Field(discriminator="kind")]
Word = Literal["holds", "does-not-hold", "too-close"]


class Experiment(Value):
    """Everything one file holds; its name is the file's."""

    format: Literal["playground-experiment"] = "playground-experiment"
    schema_version: Literal[1] = EXPERIMENT_VERSION
    question: Words
    guess: Words = Field(description="What one would expect, and why.")
    answers: tuple[str, ...] = Field((), max_length=32, description="Rows and claims of the course that it settles.")
    base: Identifier | None = Field(None, description="The preset that is varied.")
    project: Project | None = Field(None, description="What is varied in the place of a preset: a whole project.")
    changes: Changes = Field(Changes(), description="What all variants have in common.")
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=MOST_VARIANTS)
    axis: Axis | None = None
    seeds: int = Field(5, ge=1, le=1_000, description="Runs of each variant: first weights and order of the examples.")
    fresh_data: bool = Field(False, description="Each seed has random examples of its own, too.")
    budget: Budget
    looks: int = Field(20, ge=1, le=1_000, description="How often each run is measured on its way.")
    measures: tuple[Measure, ...] = Field(min_length=1, max_length=16, description="The first is judged.")
    rule: Rule
    verdict: Word | None = Field(None, description="What came of it, as measured with these seeds, if it was kept.")
    finding: str = Field("", max_length=1_000, description="What came of it, in a sentence with its numbers.")

    @model_validator(mode="after")
    def _one_base(self) -> Experiment:
        if (self.base is None) == (self.project is None):
            raise ValueError("an experiment has a base, which is a preset, or a project of its own")
        return self

    @model_validator(mode="after")
    def _names_known(self) -> Experiment:
        titles = [variant.title for variant in self.variants]
        if len(set(titles)) < len(titles):
            raise ValueError("two variants have the same title")
        odd = next((one.title for one in self.variants if one.measure >= len(self.measures)), None)
        if odd is not None:
            raise ValueError(f"“{odd}” is to be judged by a measure that is not there; the first has the number 0")
        named = self.rule.model_dump()
        for name in ("more", "less", "first", "second", "variant"):
            if name in named and named[name] not in titles:
                raise ValueError(f"the rule speaks of “{named[name]}”; the variants are {', '.join(titles)}")
        if self.axis is None and self.rule.kind in ("grows", "falls", "crosses", "best-inside"):
            raise ValueError(f"a rule that says “{self.rule.kind}” needs an axis")
        return self


    @property
    def presets(self) -> tuple[str, ...]:
        """The presets that it speaks of, each once, the base first."""
        named = (self.base, *(variant.preset for variant in self.variants))
        return tuple(dict.fromkeys(name for name in named if name is not None))


def experiment_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Experiment.model_json_schema(by_alias=True)}
