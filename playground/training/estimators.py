"""Lets the estimators of a network learn: each from the batch that reaches it, or from all examples at once."""

from __future__ import annotations

import torch

from playground.blocks.base import BlockError
from playground.blocks.estimator import Learning
from playground.blocks.interruption import Asked
from playground.training.batches import Batch, DataError
from playground.training.model import TrainableModel
from playground.training.objectives.base import depends_on, features_of


class Estimators:
    """The estimators of one network, in the order of the graph."""

    def __init__(self, model: TrainableModel, unlabelled: torch.Tensor | None = None) -> None:
        """What is told no answers learns from `unlabelled` inputs (N, ...), too, where it wants all at once."""
        self._network = model.network
        self._found = [
            (step.module, step.inputs) for step in model.network.steps if isinstance(step.module, Learning)
        ]
        self._unlabelled = unlabelled
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
            module.begin(*self._whole(examples, slots, module.whole))

    @torch.no_grad()
    def learn(self, values: list[torch.Tensor], examples: Batch) -> None:
        """One step of each that has not settled; `values` are the slots of the present batch."""
        for module, slots in self._found:
            if bool(module.settled):
                continue
            inputs = self._whole(examples, slots, True) if module.whole else [values[slot].detach() for slot in slots]
            try:
                module.learn(*inputs)
            except BlockError as error:  # only the numbers themselves show what no shape could
                raise DataError(error.message) from error

    def wake(self) -> None:
        """Something has changed: look again whether there is more to learn."""
        for module, _ in self._found:
            module.wake()

    def _whole(self, examples: Batch, slots: tuple[int, ...], unlabelled: bool) -> list[torch.Tensor]:
        """What reaches an estimator for all examples, in the order of the data; behind them, where they are wanted and
        it is told no answers, for the inputs without a label."""
        network = self._network
        names = {slot: output for output, slot in network.slots.items()}
        outputs = [names[slot] for slot in slots]
        steps, feeds = network.steps_to(outputs), dict(zip(network.feed_outputs, examples, strict=True))
        source = features_of(network.report)
        others = [feed for feed in feeds if feed != source]
        if unlabelled and self._unlabelled is not None and source is not None and not any(
            depends_on(network.report, output, other) for output in outputs for other in others
        ):
            feeds = {source: torch.cat([feeds[source], self._unlabelled])}
        found = network.run(feeds, steps)
        return [found[slot] for slot in slots]
