"""What a network answers to some examples, in words and in the data's own units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["classes", "numbers", "labels", "clusters", "steps", "picture", "continuation"]
"""One class of several; numbers in their own units; yes or no for each label; the nearest of some centres; a class for
each step; a picture drawn again; how a text goes on."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What one loss block or estimator is told for N examples."""

    node: str
    """The loss block or the estimator."""
    title: str
    """What it is about."""
    kind: Kind
    names: tuple[str, ...]
    """Of the classes, labels, numbers or centres; of steps the classes; of a continuation the likeliest tokens of the
    first example."""
    values: NDArray[np.floating]
    """(N, names): shares from 0 to 1, numbers, or distances; of steps (N, steps), the share of what is said."""
    decided: NDArray[np.int64]
    """(N,): the class, or the nearest centre; of steps (N, steps); else zeros."""
    texts: tuple[str, ...] = ()
    """Of steps and continuations, one for each example."""
    pictures: NDArray[np.float32] | None = None
    """(N, height, width) or (N, height, width, 3), brightness from 0 to 1."""
    ink: bool = False
    """Grey pictures are ink on paper."""

    def words(self, row: int = 0) -> str:
        """The answer to one example in a few words."""
        if self.kind == "classes":
            place = int(self.decided[row])
            return f"{self.names[place]} ({self.values[row, place]:.1%})"
        if self.kind == "clusters":
            return self.names[int(self.decided[row])]
        if self.kind == "labels":
            said = [name for name, share in zip(self.names, self.values[row], strict=True) if share > 0.5]
            return ", ".join(said) or "none"
        if self.kind in ("steps", "continuation"):
            return self.texts[row]
        if self.kind == "picture":
            return "a picture"
        return ", ".join(
            f"{name} {number_words(value)}" for name, value in zip(self.names, self.values[row].tolist(), strict=True)
        )

    def columns(self, prefix: str = "") -> list[tuple[str, list[Any]]]:
        """The answers as columns of a table, one cell for each example; `prefix` tells several answers apart."""
        said = [(name, column.tolist()) for name, column in zip(self.names, self.values.T, strict=False)]
        count = len(self.decided)
        found: list[tuple[str, list[Any]]] = []
        if self.kind in ("classes", "clusters"):
            what, about = ("class", "probability of") if self.kind == "classes" else ("cluster", "distance to")
            found.append((f"predicted {what}", [self.names[number] for number in self.decided.tolist()]))
            found += [(f"{about} {name}", cells) for name, cells in said]
        elif self.kind == "labels":
            for name, cells in said:
                found.append((f"predicted {name}", [int(share > 0.5) for share in cells]))
                found.append((f"probability of {name}", cells))
        elif self.kind == "steps":
            found.append(("predicted text", list(self.texts)))
            found.append(("least probability", self.values.min(axis=1).tolist()))
        elif self.kind == "continuation":
            found.append(("continuation", list(self.texts)))
        elif self.kind == "picture":
            flat = np.asarray(self.pictures).reshape(count, -1)
            found += [(f"pixel {number}", cells.tolist()) for number, cells in enumerate(flat.T, start=1)]
        else:
            found += [(f"predicted {name}", cells) for name, cells in said]
        return [(prefix + name, cells) for name, cells in found]


def number_words(value: float) -> str:
    """A number to five digits."""
    return f"{value:,.5g}" if abs(value) < 1e15 else f"{value:.4e}"
