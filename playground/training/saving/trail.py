"""The way of a run in a file of weights: a few dozen moments, each with all that a branch needs to begin there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.data.base import ROWS
from playground.network.flat import Layout
from playground.training.experience.state import ExperienceState, Memory
from playground.training.saving.checkpoint import Checkpoint
from playground.training.schedules import PlateauState
from playground.training.snapshot import RunState, Snapshot
from playground.training.trail import spread_out

MOST_MOMENTS = 64
MOST_BYTES = 16 * 2**20
"""A file does not grow by more than this."""
PREFIX = "trail"
Arrays = dict[str, NDArray[Any]]


def trail_tensors(
    trail: Sequence[Snapshot], layout: Layout, best: Snapshot | None = None, most_bytes: int = MOST_BYTES
) -> tuple[dict[str, torch.Tensor], list[dict[str, Any]]]:
    """The moments as stacked tensors under `trail/`, one row each, and what is no tensor as JSON, one entry each.

    Of more than there is room for, the first, the last and the `best` one stay, and of the others some evenly spread.
    """
    same = [one for one in trail if one.layout == layout and one.place is not None]
    size = max((one.nbytes for one in same), default=1)
    room = min(MOST_MOMENTS, max(1, most_bytes // size))
    kept = spread_out(same, room) if len(same) > 1 else []
    if best is not None and best.layout == layout and best.place is not None:
        kept = sorted([*(one for one in kept if one.step != best.step), best], key=lambda one: one.step)
    kept = [one for one in kept if _shaped_as(one, kept[-1])]
    rows = [_arrays(one) for one in kept]
    tensors: dict[str, torch.Tensor] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        like = next(row[name] for row in rows if name in row)
        # What a moment has not, such as the optimizer's memory before the first step, is a row of zeros.
        stack = np.stack([row.get(name, np.zeros_like(like)) for row in rows])
        tensors[f"{PREFIX}/{name}"] = torch.from_numpy(stack)
    return tensors, [_words(one) for one in kept]


def _shaped_as(one: Snapshot, newest: Snapshot) -> bool:
    """Whether the optimizer remembered as much then as it does now, so that both fit into one tensor."""
    return all(
        array.shape == theirs.get(name, array).shape
        for ours, theirs in ((one.memory, newest.memory), (_experience(one), _experience(newest)))
        for name, array in ours.items()
    )


def _experience(one: Snapshot) -> Memory:
    assert one.place is not None
    return one.place.experience.memory


def _arrays(one: Snapshot) -> Arrays:
    assert one.place is not None
    order = one.place.experience.generator_now()
    found: Arrays = {"parameters": one.parameters, "order": order, "noise": one.place.noise}
    found.update({f"buffer/{name}": array for name, array in one.buffers.items()})
    found.update({f"memory/{name}": array for name, array in one.memory.items()})
    found.update({f"experience/{name}": array for name, array in _experience(one).items()})
    return found


def _words(one: Snapshot) -> dict[str, Any]:
    place = one.place
    assert place is not None
    experience = place.experience
    plateau = {name: repr(float(value)) for name, value in asdict(place.plateau).items()}
    return {
        "step": one.step, "epoch": one.epoch, "memory": sorted(one.memory), "optimizers": place.optimizers,
        "examples": place.examples, "seconds": place.seconds, "position": experience.position,
        "epochs": experience.epoch, "shuffled": experience.shuffled, "source": experience.source,
        "experience": sorted(experience.memory), "device": place.device, "plateau": plateau,
        "threads": place.threads,
    }  # fmt: skip


def saved_trail(checkpoint: Checkpoint, layout: Layout) -> list[Snapshot]:
    """The moments of a checkpoint, oldest first; none where they are damaged, as a run can do without."""
    words = checkpoint.meta.get("trail", [])
    try:
        stacks = {name: tensor.numpy() for name, tensor in checkpoint.part(PREFIX).items()}
        found = [_snapshot(entry, {name: stack[row] for name, stack in stacks.items()}, layout)
                 for row, entry in enumerate(words)]  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return []
    whole = all(
        one.parameters.shape == (layout.size,) and np.isfinite(one.parameters).all() and np.isfinite(one.epoch)
        for one in found
    )
    ordered = all(before.step < after.step for before, after in pairwise(found))
    return found if whole and ordered else []


def _snapshot(entry: dict[str, Any], row: Arrays, layout: Layout) -> Snapshot:
    plateau = {name: type(value)(float(entry["plateau"][name])) for name, value in asdict(PlateauState()).items()}
    place = RunState(
        optimizers=str(entry["optimizers"]),
        examples=int(entry["examples"]),
        seconds=float(entry["seconds"]),
        experience=ExperienceState(
            generator=row["order"],
            position=int(entry["position"]),
            epoch=int(entry["epochs"]),
            shuffled=bool(entry["shuffled"]),
            memory=MappingProxyType({name: row[f"experience/{name}"] for name in entry.get("experience", ())}),
            source=str(entry.get("source", ROWS)),
        ),
        noise=row["noise"],
        device=str(entry["device"]),
        plateau=PlateauState(**plateau),
        threads=int(entry.get("threads", 0)),
    )
    buffers = {name.removeprefix("buffer/"): array for name, array in row.items() if name.startswith("buffer/")}
    memory = {name: row[f"memory/{name}"] for name in entry["memory"]}
    return Snapshot(
        int(entry["step"]), float(entry["epoch"]), row["parameters"], layout, MappingProxyType(buffers),
        MappingProxyType(memory), place,
    )  # fmt: skip
