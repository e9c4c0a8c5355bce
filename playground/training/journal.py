"""The journal of a run: what it has come through, beyond the state of its learner."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from playground.document.project import Project
from playground.training.history import History, Mark, Moment
from playground.training.stopping import Watch
from playground.training.trail import Trail


@dataclass(frozen=True)
class Changes:
    """The changes noted last: those of one movement of the hand, or of one step of the run."""

    base: Project
    """The project before them."""
    moment: Moment
    """When the first was made."""
    gesture: object = None
    """What the movement of the hand is known by; None when it cannot go on."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, eq=False)
class Given:
    """Weights that the run was given before its first step: they belong to its first weights."""

    values: Mapping[str, NDArray[Any]]
    """By the names of parameters and buffers."""
    words: str
    """Where they come from, for the curves."""


@dataclass(eq=False)
class Journal:
    """Kept by one run alone; a run that rests takes its journal along, and a file holds it."""

    history: History = field(default_factory=History)
    trail: Trail = field(default_factory=Trail)
    """The way that the weights have come."""
    watch: Watch = field(default_factory=Watch)
    seconds: float = 0.0
    """Time spent learning, pauses and evaluations left out."""
    finished: str = ""
    """Why the run is over; empty while it may go on."""
    latest: Mapping[str, float] = field(default_factory=dict)
    """Losses and metrics of the last evaluation."""
    evaluated_step: int = 0
    """The step of the last evaluation."""
    least_loss: float = math.inf
    """The least watched loss so far."""
    changes: Changes | None = None
    """Those noted last on the curves."""
    given: Given | None = None
    """What a rewound run begins with again."""
    drawn: int = 0
    """How often blocks have been drawn anew: each time gives other weights."""
