"""Which engine takes the steps of a network: the plan of array operations where it is quicker, else torch."""

from __future__ import annotations

from dataclasses import dataclass

from playground.document.project import Engine
from playground.training.arrays.engine import ArrayEngine, Parts
from playground.training.arrays.plan import NoPlan
from playground.training.model import TrainableModel

MOST_PARAMETERS = 250_000
MOST_NUMBERS = 500_000
"""Parameters, and numbers in the values of one batch, up to which the plan was measured to be quicker than torch on one
thread: 3.6 times with 784-16-10 and batches of 16, 1.2 times with 784-256-128-10 and batches of 64."""


@dataclass(frozen=True)
class EngineChoice:
    """What takes the steps of a run."""

    arrays: ArrayEngine | None
    """The plan; None where torch takes the steps."""
    reason: str
    """Why, in a sentence."""

    @property
    def id(self) -> str:
        """The word for it: numpy or torch."""
        return "torch" if self.arrays is None else "numpy"


def choose_engine(setting: Engine, model: TrainableModel, parts: Parts, rows: int) -> EngineChoice:
    """The engine for batches of so many rows. `setting` forces one; numpy only where the network has a plan."""
    if setting == "torch":
        return EngineChoice(None, "torch takes the steps, as chosen in the settings.")
    try:
        _refuse(model, parts)
        if setting == "automatic":
            _refuse_large(model, rows)
        reason = "numpy takes the steps, which is quicker for a small network."
        return EngineChoice(ArrayEngine(model, parts, rows), reason)
    except NoPlan as error:
        return EngineChoice(None, f"torch takes the steps: {error}")


def _refuse(model: TrainableModel, parts: Parts) -> None:
    """Raises NoPlan where something beside the blocks needs torch."""
    if model.device.type != "cpu":
        raise NoPlan(f"the network is on {model.device.type}.")
    if model.network.report.shared:
        raise NoPlan("blocks share their weights.")
    if len(parts.descents) != 1 or parts.descents[0].losses is not None:
        raise NoPlan("phases take turns.")
    if parts.descents[0].evaluates:
        raise NoPlan(f"{parts.descents[0].declaration.title} evaluates the loss several times in a step.")
    if parts.estimators:
        raise NoPlan("an estimator learns without gradients.")
    if parts.torch_only:
        raise NoPlan(parts.torch_only)
    if not model.network.loss_weights:
        raise NoPlan("there is no loss.")
    if not model.network.feed_slots:
        raise NoPlan("there are no data.")
    if model.network.readers:
        raise NoPlan("the examples are read from their files while it learns.")


def _refuse_large(model: TrainableModel, rows: int) -> None:
    """Raises NoPlan where torch is as quick."""
    signals = model.network.report.signals.values()
    numbers = rows * sum(signal.size for signal in signals)
    if model.flat.layout.size > MOST_PARAMETERS or numbers > MOST_NUMBERS:
        raise NoPlan("the network is large enough for torch to be as quick.")
