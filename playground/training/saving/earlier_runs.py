"""The runs before the present one in a file of weights: their curves, where they ended, and a few moments of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from playground.document.files import ProjectFileError, to_json
from playground.document.project import Project
from playground.network.flat import Layout
from playground.training.history import History, joined_neighbours
from playground.training.opening import project_from
from playground.training.saving.checkpoint import Checkpoint
from playground.training.saving.present_run import DAMAGE, layout_of, saved_history
from playground.training.saving.trail import saved_trail, trail_tensors
from playground.training.snapshot import Snapshot

MOST_BYTES = 32 * 2**20
"""What the moments of all runs may take beside the last one of each."""
LAST_BYTES = 256 * 2**20
"""What the last moments of all runs may take; the newest runs come first."""
MOST_POINTS = 1_000
"""Points of each curve; the extremes of what is joined stay."""
PREFIX = "run"


@dataclass(frozen=True, slots=True)
class Branched:
    """Where a run came from another."""

    run: int
    step: int
    rebuilt: bool = False


@dataclass(frozen=True, eq=False)
class SavedRun:
    """A run that rests, as it goes into a file and comes back."""

    number: int
    project: Project
    snapshot: Snapshot
    """Where it ended."""
    history: History
    trail: Sequence[Snapshot] = ()
    origin: Branched | None = None
    began: float = 0.0
    """Seconds that had been learned when it began."""
    pinned: bool = False
    shown: bool = False
    learning_rate: float = 0.0
    device: str = "cpu"
    latest: Mapping[str, float] = field(default_factory=dict)
    finished: str = ""


@dataclass(frozen=True, eq=False)
class RunBook:
    """All runs of a project: those that rest, and what the present one is called and comes from."""

    resting: tuple[SavedRun, ...] = ()
    number: int = 1
    origin: Branched | None = None
    began: float = 0.0
    pinned: bool = False


def add_runs(checkpoint: Checkpoint, book: RunBook) -> tuple[int, ...]:
    """Put the runs into the checkpoint of the present one. Those too large for a file are left out, oldest first.

    Returns the numbers of those that were left out.
    """
    entries, left, without = [], LAST_BYTES, []
    share = MOST_BYTES // max(1, len(book.resting))
    for run in sorted(book.resting, key=lambda one: (one.pinned, one.number), reverse=True):
        left -= run.snapshot.nbytes
        if left < 0 or run.snapshot.place is None:
            without.append(run.number)
            continue
        layout = run.snapshot.layout
        before = [one for one in run.trail if one.step < run.snapshot.step]
        tensors, words = trail_tensors([*before, run.snapshot], layout, run.snapshot, share)
        for name, curve in run.history.curves.items():
            tensors[f"curve/{name}"] = torch.from_numpy(joined_neighbours(curve.rows(), MOST_POINTS))
        checkpoint.tensors.update({f"{PREFIX}/{run.number}/{name}": tensor for name, tensor in tensors.items()})
        entries.append({**_entry(run), "trail": words})
    checkpoint.meta["runs"] = sorted(entries, key=lambda entry: int(entry["number"]))
    checkpoint.meta["run"] = {
        "number": book.number, "origin": _origin(book.origin), "began": book.began, "pinned": book.pinned,
    }  # fmt: skip
    return tuple(sorted(without))


def left_out_words(numbers: tuple[int, ...]) -> str:
    """Which runs are not in a file, and why; empty when all are."""
    if not numbers:
        return ""
    several = len(numbers) > 1
    verb = "are" if several else "is"
    named = ", ".join(map(str, numbers[:-1])) + (" and " if several else "") + str(numbers[-1])
    return (
        f"Run{'s' if several else ''} {named} {verb} not in the file: the last weights of all runs may "
        f"take {LAST_BYTES >> 20} MB there, and pinned and newer runs come first."
    )


def _entry(run: SavedRun) -> dict[str, Any]:
    return {
        "number": run.number,
        "origin": _origin(run.origin),
        "project": to_json(run.project),
        "layout": [[place.name, list(place.shape)] for place in run.snapshot.layout.places],
        "began": run.began,
        "pinned": run.pinned,
        "shown": run.shown,
        "learning_rate": repr(float(run.learning_rate)),
        "device": run.device,
        "latest": {name: repr(float(value)) for name, value in run.latest.items()},
        "finished": run.finished,
        "marks": [[list(mark.moment), mark.text] for mark in run.history.marks],
    }


def _origin(origin: Branched | None) -> list[Any] | None:
    return None if origin is None else [origin.run, origin.step, origin.rebuilt]


def saved_runs(checkpoint: Checkpoint) -> RunBook:
    """The runs in a checkpoint; one that is damaged is left out."""
    found: list[SavedRun] = []
    entries = checkpoint.meta.get("runs", [])
    for entry in entries if isinstance(entries, list) else ():
        try:
            found.append(_run(checkpoint, entry))
        except (*DAMAGE, ProjectFileError):
            continue
    try:
        own = checkpoint.meta["run"]
        return RunBook(tuple(found), int(own["number"]), _branched(own["origin"]), float(own["began"]),
                       own["pinned"] is True)  # fmt: skip
    except DAMAGE:
        return RunBook(tuple(found), max((run.number for run in found), default=0) + 1)


def _run(checkpoint: Checkpoint, entry: dict[str, Any]) -> SavedRun:
    number = int(entry["number"])
    part = checkpoint.part(f"{PREFIX}/{number}")
    layout: Layout = layout_of(entry["layout"])
    moments = saved_trail(Checkpoint(part, {"trail": entry["trail"]}), layout)
    history, _ = saved_history(
        entry["marks"], {name.removeprefix("curve/"): part[name] for name in part if name.startswith("curve/")}
    )
    return SavedRun(
        number=number,
        project=project_from(entry["project"]),
        snapshot=moments[-1],
        history=history,
        trail=tuple(moments),
        origin=_branched(entry["origin"]),
        began=float(entry["began"]),
        pinned=entry["pinned"] is True,
        shown=entry["shown"] is True,
        learning_rate=float(entry["learning_rate"]),
        device=str(entry["device"]),
        latest={str(name): float(value) for name, value in entry["latest"].items()},
        finished=str(entry["finished"]),
    )


def _branched(saved: Any) -> Branched | None:
    return None if saved is None else Branched(int(saved[0]), int(saved[1]), bool(saved[2]))
