"""Lets the estimators of a network learn: each from the batch that reaches it, or from all examples at once."""

from __future__ import annotations

import torch

from playground.blocks.base import BlockError
from playground.blocks.estimator import Learning
from playground.blocks.interruption import Asked
from playground.training.batches import Batch, DataError
from playground.training.model import TrainableModel


class Estimators:
    """The estimators of one network, in the order of the graph."""

    def __init__(self, model: TrainableModel) -> None:
        self._network = model.network
        self._found = [
            (step.module, step.inputs) for step in model.network.steps if isinstance(step.module, Learning)
        ]
        self.any = bool(self._found)

    @property
    def settled(self) -> bool:
        """Whether there are estimators and none has more to learn."""
        return self.any and all(bool(module.settled) for module, _ in self._found)

    def ask(self, interrupted: Asked) -> None:
        """Let what takes long ask whether it is to be broken off."""
        for module, _ in self._found:
            module.interrupted = interrupted

    def words(self) -> str:
        """Why the estimators have nothing more to learn."""
        return " ".join(dict.fromkeys(module.settled_words() for module, _ in self._found))

    @torch.no_grad()
    def begin(self, examples: Batch) -> None:
        """Take the first states, from all training examples."""
        for module, slots in self._found:
            module.settled.fill_(False)
            module.begin(*self._whole(examples, slots))

    @torch.no_grad()
    def learn(self, values: list[torch.Tensor], examples: Batch) -> None:
        """One step of each that has not settled; `values` are the slots of the present batch."""
        for module, slots in self._found:
            if bool(module.settled):
                continue
            inputs = self._whole(examples, slots) if module.whole else [values[slot].detach() for slot in slots]
            try:
                module.learn(*inputs)
            except BlockError as error:  # only the numbers themselves show what no shape could
                raise DataError(error.message) from error

    def wake(self) -> None:
        """Something has changed: look again whether there is more to learn."""
        for module, _ in self._found:
            module.wake()

    def _whole(self, examples: Batch, slots: tuple[int, ...]) -> list[torch.Tensor]:
        """What reaches an estimator for all examples, in the order of the data."""
        network = self._network
        names = {slot: output for output, slot in network.slots.items()}
        steps = network.steps_to([names[slot] for slot in slots])
        found = network.run(dict(zip(network.feed_outputs, examples, strict=True)), steps)
        return [found[slot] for slot in slots]
