"""What the training thread tells the window: frames of a run, and why it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playground.blocks.base import Fix
from playground.document.project import Project
from playground.training.history import Mark, Point
from playground.training.snapshot import Snapshot

if TYPE_CHECKING:
    from playground.training.recovery import Recovery
    from playground.training.saving.earlier_runs import RunBook

State = Literal["empty", "building", "ready", "running", "paused", "finished", "failed"]


@dataclass(frozen=True)
class Origin:
    """Where a run came from another."""

    run: int
    step: int
    rebuilt: bool = False
    """Whether the network was built otherwise from here on, so that earlier moments are of another one."""


@dataclass(frozen=True)
class Frame:
    """What the window needs to show one moment of a run: plain numbers and read-only arrays."""

    run: int
    """Another one whenever another run is on screen; the same again when undo or redo brings a run back."""
    snapshot: Snapshot
    points: tuple[Point, ...]
    marks: tuple[Mark, ...]
    """All marks of the run so far."""
    step: int
    epoch: float
    examples: int
    seconds: float
    steps_per_second: float
    learning_rate: float
    device: str
    engine: str
    """What takes the steps, torch or numpy, or empty where that is not known any more."""
    engine_reason: str
    latest: dict[str, float]
    finished: str
    trail: tuple[Snapshot, ...] = ()
    project: Project | None = None
    """The project as the run has it: an edit that could not be trained yet is not in it."""
    best: Snapshot | None = None
    """The moment of the least validation loss so far, or training loss where nothing is validated."""
    origin: Origin | None = None
    """The run it branched off from, if it did not start from first weights."""
    saved_runs: RunBook | None = None
    """The runs that were saved with this one, if it was opened from a file."""
    opening: int = 0
    """Grows with every project that is opened."""
    leaves: bool = False
    """Whether this is the last frame of a run that is left, and that of another run follows at once."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A project and its weights were written, or could not be."""

    path: Path
    error: str
    """Why not; empty when both stand."""
    run: int
    step: int
    """How far the run was."""
    ticket: int
    """The number that whoever asked for it gave."""
    left_out: str = ""
    """Which runs had no room in the file, in a sentence."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run stopped by itself against the person's will."""

    kind: Literal["diverged", "memory", "data", "optimizer", "objective", "unexpected", "weights"]
    message: str
    node: str = ""
    fixes: tuple[Fix, ...] = ()
    """Remedies on the canvas, each a button."""
    recovery: Recovery | None = None
    """Where to go back to after the loss has exploded, and what to change there; it comes after the news itself."""
