"""The project: one saved experiment with its graph, training settings, goals and open views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from playground.document.graph import Choice, Graph, Identifier, Position, Value

SCHEMA_VERSION: Literal[4] = 4

Device = Literal["automatic", "cpu", "cuda", "mps"]
Engine = Literal["automatic", "torch", "numpy"]
"""What takes the steps: torch, or for small networks a plan of numpy calls; automatic takes what is quicker."""
Precision = Literal["single", "bfloat16"]
"""What a pass through the network computes in: 32 bits, or products in bfloat16 (mixed precision)."""
Metric = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}(\.[A-Za-z][A-Za-z0-9_-]{0,63})?$")]
"""Name of a measured number, such as `test_accuracy`; of one of several losses, `test_accuracy.loss-2`."""


class Regularization(Value):
    """Penalties on the weights of the whole network; biases are never penalized."""

    l1: float = Field(0.0, ge=0.0, le=100.0, description="Strength of L1: a proximal step makes weights exactly zero.")
    l2: float = Field(0.0, ge=0.0, le=100.0, description="Strength of L2: adds l2 times the sum of squared weights.")
    max_norm: float | None = Field(None, gt=0.0, le=1e6, description="Largest norm of the weights of one unit.")


class Clipping(Value):
    """What happens to a gradient that is too large."""

    kind: Literal["none", "norm", "value"] = "none"
    limit: float = Field(1.0, gt=0.0, le=1e9)


class Pruning(Value):
    """Weights that are taken away while the network learns, the smallest first; what is zero then stays zero."""

    kind: Literal["none", "weights", "filters"] = Field(
        "none", description="Single weights wherever they are smallest, or whole units and filters of hidden blocks."
    )
    share: float = Field(0.8, ge=0.0, le=0.999, description="The share that is gone in the end.")
    begin: int = Field(1, ge=0, le=1_000_000, description="Epochs before the first are taken away.")
    end: int = Field(10, ge=0, le=1_000_000, description="Epochs after which all of the share is gone.")


class MetricTarget(Value):
    """Stop as soon as a metric is good enough."""

    metric: Metric
    at_least: float | None = None
    at_most: float | None = None


class StopRules(Value):
    """When a run ends by itself."""

    epochs: int | None = Field(None, ge=1, le=10_000_000, description="Stop after so many epochs.")
    target: MetricTarget | None = Field(None, description="Stop when a metric is reached.")
    patience: int | None = Field(
        None, ge=1, le=100_000, description="Early stopping: evaluations without improvement on the validation loss."
    )
    restore_best: bool = Field(True, description="After early stopping, go back to the best weights.")


class Phase(Value):
    """Which losses train which blocks, by which optimizer, for how many steps before the next phase has its turn."""

    title: str = Field("", max_length=100)
    losses: tuple[Identifier, ...] = Field((), max_length=32, description="Loss blocks whose sum is made small.")
    trains: tuple[Identifier, ...] = Field((), max_length=500, description="Blocks, or groups of blocks, that learn.")
    optimizer: Choice | None = Field(None, description="Its own optimizer; else that of the network.")
    steps: int = Field(1, ge=1, le=1_000, description="Steps in a row.")


class TrainingSettings(Value):
    """How the network learns. Every number here may change while it runs."""

    optimizer: Choice = Choice(id="adam")
    schedule: Choice = Choice(id="constant")
    initializer: Choice = Choice(id="automatic")
    batch_size: int = Field(32, ge=0, le=1_000_000, description="Examples in one step; 0 means all of them.")
    regularization: Regularization = Regularization()
    clipping: Clipping = Clipping()
    stop: StopRules = StopRules()
    accumulate: int = Field(1, ge=1, le=1_024, description="Batches whose gradients are gathered for one step.")
    precision: Precision = "single"
    pruning: Pruning = Pruning()
    device: Device = "automatic"
    engine: Engine = "automatic"
    objectives: tuple[Choice, ...] = Field(
        (), max_length=8, description="What is added to the loss because of answers to other inputs."
    )
    phases: tuple[Phase, ...] = Field(
        (), max_length=8, description="Phases that take turns, such as the players of a GAN; without any, all learn."
    )

    @property
    def rows_in_step(self) -> int:
        """Examples that one step looks at, in as many batches as are gathered; 0 means all of them."""
        return self.batch_size * self.accumulate


class StartingWeights(Value):
    """Weights that a project does not begin to learn by itself: those that a preset of the program has learned."""

    preset: Identifier = Field(description="The preset whose weights come with the program.")
    blocks: dict[Identifier, Identifier] = Field(
        default_factory=dict, max_length=500,
        description="The blocks that take weights, each with the block there; without any, all of the same name.",
    )  # fmt: skip


class Goal(Value):
    """A promise the project makes: checked by tests, shown as a tick in the window."""

    metric: Metric
    at_least: float | None = None
    at_most: float | None = None
    within_epochs: int = Field(ge=1, le=1_000_000)
    failure: bool = Field(
        False, description="What is to be seen is that something stays bad, so it must still hold at the end."
    )

    @model_validator(mode="after")
    def _one_bound(self) -> Goal:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a goal has either at_least or at_most")
        return self

    def met(self, value: float) -> bool:
        """Whether a measured value keeps the promise; NaN never does."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most


SETTING_TITLES: Mapping[str, str] = {
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "max_norm": "Max-norm",
    "learning_rate_factor": "Learning rate factor",
}
"""What settings are called that say it themselves neither as a parameter nor by their name."""


class OpenView(Value):
    """A view that was open when the project was saved."""

    view: Identifier
    node: Identifier | None = None
    options: dict[str, bool | int | float | str] = Field(default_factory=dict)
    """What the view looks at, by the names of its analysis' parameters; those left out are as usual."""


class Camera(Value):
    """Where the person looked on the canvas when the project was saved."""

    zoom: float = Field(1.0, ge=0.01, le=100.0, description="1 is 100 %.")
    centre: Position = Field(Position(), description="Scene point in the middle of the canvas.")


class Project(Value):
    """Everything one file holds."""

    format: Literal["playground-project"] = "playground-project"
    schema_version: Literal[4] = SCHEMA_VERSION
    title: str = Field("Untitled", max_length=200)
    summary: str = Field("", max_length=2_000, description="One line of what to watch.")
    lesson: str = Field("", max_length=20_000, description="What the experiment teaches, a few paragraphs.")
    seed: int = Field(1, ge=0, le=2**31 - 1)
    graph: Graph = Graph()
    training: TrainingSettings = TrainingSettings()
    starts_from: StartingWeights | None = Field(
        None, description="Where some of the first weights come from; without it, all are drawn."
    )
    views: tuple[OpenView, ...] = Field((), max_length=32)
    camera: Camera | None = Field(None, description="Where to look; without it everything is shown.")
    goals: tuple[Goal, ...] = Field((), max_length=32)
