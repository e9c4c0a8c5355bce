"""A source of experience: what a learner asks for the batches that it learns from.

The rows of a data set are one source (`rows.py`). Others make their examples while the run goes on: an environment that
the network acts in, a memory of what happened there, a generator of puzzles, the noise of a GAN (`stream.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Self

import torch
from numpy.typing import NDArray

from playground.training.batches import Batch
from playground.training.experience.state import ExperienceState
from playground.training.model import TrainableModel


class Experience(ABC):
    """Gives batches, each only when the step on the one before has been taken, so that it may depend on the weights.

    An epoch is `count` examples. All that is random comes from the generator, and all that changes is in `state`: a
    source that is put back into a state gives the same batches to the same weights, bit for bit on the CPU. A data
    block names its source by `Dataset.experience`.
    """

    id: ClassVar[str]

    def __init__(self, examples: Batch, batch_size: int, generator: torch.Generator) -> None:
        self.examples = examples
        """The training part of the data blocks, (N, ...) in the order of the network's feeds and on its device; empty
        without data. Evaluation looks at these and at the other parts, and so does what learns from all at once."""
        self.count = len(examples[0]) if examples else 1
        """Examples in one epoch; without data one empty example, so that each step is an epoch."""
        self.epoch = 0
        """Epochs completed."""
        self.position = 0
        """Examples consumed in this epoch."""
        self._batch_size = batch_size
        self.generator = generator
        """Where all that is random comes from; on the CPU."""

    @classmethod
    def made(cls, model: TrainableModel, examples: Batch, batch_size: int, generator: torch.Generator) -> Self:
        """The source at the start of a run; `generator` lies on the CPU and is the source's own.

        One that acts with the network overrides this and keeps the `model`. It looks at the weights no sooner than a
        batch is asked for: at the start they are not the run's yet.
        """
        return cls(examples, batch_size, generator)

    @property
    def batch_size(self) -> int:
        """Examples in one batch; the last of an epoch may be smaller. A setting of 0 stands for the whole epoch."""
        return min(self._batch_size or self.count, self.count)

    def set_batch_size(self, batch_size: int) -> None:
        """Another batch size from the next batch on."""
        self._batch_size = batch_size

    @property
    def progress(self) -> float:
        """Epochs completed, with the part of the present one."""
        return self.epoch + self.position / self.count

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one epoch."""
        return -(-self.count // self.batch_size)

    @property
    def steps_left(self) -> int:
        """Batches left in this epoch, at least one."""
        return max(1, -(-(self.count - self.position) // self.batch_size))

    @property
    def at_end(self) -> bool:
        """Whether the epoch is over."""
        return self.position >= self.count

    @abstractmethod
    def take(self, most: int) -> Iterable[Batch]:
        """Up to `most` batches, never past the end of the epoch. When it is reached, `finish_epoch` must follow.

        A batch has one tensor (B, ...) for each feed of the network, on its device. Whoever takes learns from each
        before asking for the next, and may break off: then the source is put back into a state.
        """

    def upcoming(self, count: int) -> Batch:
        """The next examples as far as they are known, at most `count`, for those who read ahead."""
        return ()

    def take_arrays(self, most: int) -> Iterable[tuple[NDArray[Any], ...]]:
        """The same as numpy arrays in the memory of the tensors, for sources on the CPU."""
        return (tuple(tensor.numpy() for tensor in batch) for batch in self.take(most))

    def finish_epoch(self) -> None:
        """Count the epoch and begin the next."""
        self.epoch += 1
        self.position = 0

    @abstractmethod
    def state(self) -> ExperienceState:
        """What `restore` needs to give the same batches from here on."""

    @abstractmethod
    def restore(self, state: ExperienceState) -> None:
        """Go to where `state` was taken. Raises ValueError, and stays where it is, when there is no such place."""

    def follow(self, other: Experience, *, same_examples: bool) -> None:
        """Go on for another source after an edit: with the same data where it stood, with others in the same epoch.

        A source that remembers what depends on the network's shapes overrides this.
        """
        if same_examples and type(other) is type(self):
            self.restore(other.state())
        else:
            self.epoch = other.epoch

    def _refuse_elsewhere(self, state: ExperienceState) -> None:
        """Raises ValueError when there is no such place here."""
        if state.source != self.id:
            raise ValueError(f"the state is of another source of experience ({state.source}, not {self.id})")
        if not 0 <= state.position <= self.count or state.epoch < 0:
            raise ValueError("there is no such position in the data")
