"""The state of a run turned into a checkpoint, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.data.base import ROWS
from playground.network.flat import Layout, Place
from playground.training.experience.state import ExperienceState
from playground.training.history import Curve, History, Mark, Moment
from playground.training.journal import Given, Journal
from playground.training.learner import Learner
from playground.training.saving.checkpoint import Checkpoint, OtherNetworkError, snapshot_tensors
from playground.training.saving.trail import saved_trail, trail_tensors
from playground.training.schedules import PlateauState
from playground.training.snapshot import Snapshot
from playground.training.stopping import Patience, Watch
from playground.training.trail import Trail

DAMAGE = (KeyError, TypeError, ValueError, RuntimeError, IndexError, AttributeError, OverflowError)
"""What goes wrong when the content of a file is not what it should be."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a file beside the learner's state."""

    journal: Journal
    left_out: tuple[str, ...] = ()
    """What was damaged in the file, and is missing now; one sentence each."""


def to_checkpoint(learner: Learner, journal: Journal) -> Checkpoint:
    """Everything as CPU tensors and plain JSON."""
    state, best = learner.state(), journal.watch.best
    experience = state.experience
    tensors = snapshot_tensors(learner.snapshot(0.0))
    tensors.update({f"optimizer/{name}": tensor for name, tensor in learner.memory_by_name().items()})
    tensors["generator/order"] = torch.tensor(experience.generator_now())
    tensors.update({f"experience/{name}": torch.tensor(array) for name, array in experience.memory.items()})
    tensors["generator/noise"] = state.noise.cpu()
    if best is not None:
        tensors.update({f"best/{name}": tensor for name, tensor in snapshot_tensors(best).items()})
    for name, curve in journal.history.curves.items():
        tensors[f"curve/{name}"] = torch.tensor(curve.rows())
    best_moment = journal.trail.best
    moments, words = trail_tensors(journal.trail.snapshots, learner.model.flat.layout, best_moment)
    tensors.update(moments)
    given = journal.given
    if given is not None:
        tensors.update({f"given/{name}": torch.tensor(array) for name, array in given.values.items()})
    meta = {
        "given": None if given is None else given.words,
        "drawn": journal.drawn,
        "trail": words,
        "least_loss": repr(journal.least_loss),
        "best_step": None if best_moment is None else best_moment.step,
        "layout": [[place.name, list(place.shape)] for place in learner.model.flat.layout.places],
        "optimizer": learner.optimizer_ids,
        "device": learner.model.device.type,
        "step": state.step,
        "examples": state.examples,
        "epoch": experience.epoch,
        "position": experience.position,
        "shuffled": experience.shuffled,
        "source": experience.source,
        "plateau": _json(asdict(state.plateau)),
        "seconds": journal.seconds,
        "finished": journal.finished,
        "evaluated_step": journal.evaluated_step,
        "latest": _json(dict(journal.latest)),
        "patience": _json(asdict(journal.watch.patience)),
        "first_epoch": journal.watch.first_epoch,
        "target_waived": journal.watch.target_waived,
        "best": None if best is None else [best.step, best.epoch],
        "marks": [[list(mark.moment), mark.text] for mark in journal.history.marks],
    }
    return Checkpoint(tensors, meta)


def _json(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers that JSON can hold; the others as text."""
    return {name: value if math.isfinite(value) else repr(float(value)) for name, value in values.items()}


def refuse_other_network(learner: Learner, checkpoint: Checkpoint) -> None:
    """Raises OtherNetworkError when the weights do not belong to this network."""
    layout = checkpoint.meta.get("layout")
    wanted = [[place.name, list(place.shape)] for place in learner.model.flat.layout.places]
    if not isinstance(layout, list) or sorted(map(str, layout)) != sorted(map(str, wanted)):
        raise OtherNetworkError("The saved weights belong to another network; the run starts from its first weights.")


def from_checkpoint(learner: Learner, checkpoint: Checkpoint, budget: int) -> Restored:
    """Put a checkpoint back into the learner; returns the rest. The trail may take `budget` bytes.

    Raises one of DAMAGE, with the learner half changed.
    """
    meta, tensors = checkpoint.meta, checkpoint.tensors
    layout = replace(layout_of(meta["layout"]), shared=learner.model.flat.layout.shared)
    weights = _snapshot(layout, tensors, meta["step"], 0.0)
    if not np.isfinite(weights.parameters).all():
        raise ValueError("the weights are not finite numbers")
    learner.restore(weights)
    if meta["optimizer"] == learner.optimizer_ids:
        learner.remember(checkpoint.part("optimizer"))
    noise = tensors["generator/noise"] if meta["device"] == learner.model.device.type else learner.state().noise
    experience = ExperienceState(
        tensors["generator/order"].numpy(),
        meta["position"],
        meta["epoch"],
        bool(meta["shuffled"]),
        {name: tensor.numpy() for name, tensor in checkpoint.part("experience").items()},
        str(meta.get("source", ROWS)),
    )
    plateau = PlateauState(**_numbers(meta["plateau"], PlateauState()))
    learner.go_to(experience, noise, plateau, step=_count(meta["step"]), examples=_count(meta["examples"]))
    best = checkpoint.part("best")
    watch = Watch(
        Patience(**_numbers(meta["patience"], Patience())),
        _snapshot(layout, best, *meta["best"]) if best else None,
        _count(meta["first_epoch"]),
        bool(meta["target_waived"]),
    )
    history, left_out = saved_history(meta["marks"], checkpoint.part("curve"))
    moments = saved_trail(checkpoint, layout)
    if meta.get("trail") and not moments:
        left_out = (*left_out, "The earlier moments of the run are damaged and left out.")
    best_moment = next((one for one in moments if one.step == meta.get("best_step")), None)
    seconds, trail = float(meta["seconds"]), Trail(budget)
    now = learner.snapshot(learner.experience.progress, seconds)
    trail.begin_at(now, [one for one in moments if one.step < now.step])
    if best_moment is not None:
        trail.keep_best(best_moment)
    journal = Journal(
        history,
        trail,
        watch,
        seconds,
        finished=str(meta["finished"]),
        latest={name: float(value) for name, value in meta["latest"].items()},
        evaluated_step=_count(meta["evaluated_step"]),
        least_loss=_loss(meta.get("least_loss", "inf")) if best_moment is not None else math.inf,
        given=_given(checkpoint),
        drawn=_count(meta.get("drawn", 0)),
    )
    return Restored(journal, left_out)


def _given(checkpoint: Checkpoint) -> Given | None:
    values = {name: tensor.numpy() for name, tensor in checkpoint.part("given").items()}
    return Given(values, str(checkpoint.meta.get("given") or "weights from elsewhere")) if values else None


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no number of steps")
    return value


def _numbers(saved: dict[str, Any], like: PlateauState | Patience) -> dict[str, Any]:
    """Saved numbers in the types of a dataclass's own."""
    return {name: type(value)(float(saved[name])) for name, value in asdict(like).items()}


def layout_of(saved: list[Any]) -> Layout:
    """The layout whose names and shapes a file holds. Raises one of DAMAGE."""
    places: list[Place] = []
    for name, shape in saved:
        places.append(Place(name, places[-1].stop if places else 0, tuple(shape)))
    return Layout(tuple(places))


def _loss(saved: Any) -> float:
    value = float(saved)
    return math.inf if math.isnan(value) else value


def saved_history(marks: Any, curves: Mapping[str, torch.Tensor]) -> tuple[History, tuple[str, ...]]:
    """The curves and marks of a file, and a sentence for each curve of which a part is damaged and left out.

    Raises one of DAMAGE where nothing of a curve or mark can be understood.
    """
    history, left_out = History(), []
    for moment, text in marks:
        if all(math.isfinite(value) for value in moment):
            history.mark(Mark(Moment(*moment), str(text)))
    for name, tensor in curves.items():
        rows = tensor.numpy()
        history.curves[name] = Curve()
        whole = _whole_rows(rows) if rows.ndim == 2 else rows
        history.curves[name].load(whole)
        if len(whole) < len(rows):
            words = f"{len(rows) - len(whole):,} of {len(rows):,} points"
            left_out.append(f"{words} of the curve {name.replace('_', ' ')} are damaged and left out.")
    return history, tuple(left_out)


def _whole_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points (n, 7) of a curve that can be drawn: none is NaN, all moments are finite and come in order."""
    good = np.isfinite(rows[:, :4]).all(axis=1) & (rows[:, :4] >= 0.0).all(axis=1) & ~np.isnan(rows[:, 4:]).any(axis=1)
    rows = rows[good]
    return rows[rows[:, 0] >= np.maximum.accumulate(rows[:, 0])] if len(rows) else rows


def _snapshot(layout: Layout, tensors: dict[str, torch.Tensor], step: int, epoch: float) -> Snapshot:
    buffers = {name.removeprefix("buffer/"): t.numpy() for name, t in tensors.items() if name.startswith("buffer/")}
    parameters = tensors["parameters"].numpy()
    if parameters.shape != (layout.size,):
        raise ValueError(f"there are {parameters.size} weights, but {layout.size} belong here")
    return Snapshot(step, epoch, parameters, layout, buffers)
