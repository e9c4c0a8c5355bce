"""The declaration of how an example is given by hand, and what is known of the data it must be like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.inputs.files import Entries, InputFile

AnyArray = NDArray[Any]


class EntryError(ValueError):
    """What a person gave cannot be used: a sentence, and the column it is about, if it is about one."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, eq=False)
class Known:
    """What the data say of themselves: the features of the training part before scaling, (N, ...)."""

    features: AnyArray
    names: tuple[str, ...]
    """Names of the columns; empty where they have none."""
    signal: Signal
    """What the features are like for the network."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """An example given by hand, as the data have theirs before scaling."""

    features: AnyArray
    """(1, ...)."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read, one sentence each."""


class InputForm(ABC):
    """How an example of one data block is given: by a person in the window, or by a file for the command `predict`.

    An entry is what was given, as plain values that can be kept and compared: the cells of a row, a drawing or a
    picture, a text, numbers. `encoded` makes an array of it, `entry` goes the other way, so that one can begin with an
    example of the data.
    """

    noun: ClassVar[str]
    """What is given, such as “a row”."""

    @property
    def hint(self) -> str:
        """What a person is asked to type, where an entry is a text."""
        return "Type a text"

    @abstractmethod
    def encoded(self, entry: Any) -> Encoded:
        """The features of an entry, not scaled yet. Raises EntryError with a sentence."""

    @abstractmethod
    def entry(self, features: AnyArray) -> Any:
        """The entry that gives these features (1, ...) of the data, as nearly as it can be written."""

    @abstractmethod
    def read(self, file: InputFile) -> Entries:
        """All entries of a file. Raises FileRefused with a sentence."""

    def words(self, entry: Any) -> str:
        """An entry in a few words."""
        return ""

    def units(self, numbers: NDArray[np.float64], entry: Any) -> NDArray[np.float64] | None:
        """Numbers (k,) that the network says of an entry in the data's own units; None where the scaling of the target
        alone leads there."""
        return None

    def row_of(self, entry: Any) -> int | None:
        """Of data whose examples hang together, such as a graph: the row, from 0, that the answer is wanted for."""
        return None


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names for a sentence, not too many of them; the end of a line is shown by a sign."""
    shown = ", ".join(f"“{name[:40]}”".replace("\n", "↵") for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
