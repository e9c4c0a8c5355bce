"""The state of a session: taken and put back in memory many times a second, and turned into checkpoints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from playground.training.batches import OrderState
from playground.training.checkpoint import Checkpoint, CheckpointError, snapshot_tensors
from playground.training.history import Curve, Mark, Moment
from playground.training.optimizer_state import put_together, take_apart
from playground.training.schedules import PlateauState
from playground.training.snapshot import Snapshot
from playground.training.stopping import Patience

if TYPE_CHECKING:
    from playground.training.session import GradientSession


@dataclass(frozen=True, slots=True)
class State:
    """A run at one step, on its device, without the curves."""

    values: torch.Tensor
    buffers: dict[str, torch.Tensor]
    optimizer: list[dict[str, Any]]
    order: OrderState
    noise: torch.Tensor
    step: int
    examples: int
    seconds: float


def state_of(session: GradientSession) -> State:
    """Copy the state; a few clones of flat tensors."""
    model, optimizer = session._model, session._optimizer
    memory = [] if optimizer is None else [_copied(optimizer.state[p]) for g in optimizer.param_groups for p in g["params"]]
    return State(
        values=model.flat.values.detach().clone(),
        buffers={name: buffer.clone() for name, buffer in model.buffers().items()},
        optimizer=memory,
        order=session._feeder.state(),
        noise=model.noise.get_state(),
        step=session.step,
        examples=session.examples,
        seconds=session.seconds,
    )


def _copied(memory: dict[str, Any]) -> dict[str, Any]:
    return {key: value.clone() if isinstance(value, torch.Tensor) else value for key, value in memory.items()}


@torch.no_grad()
def return_to(session: GradientSession, state: State) -> None:
    """Put a state back; the session then goes on from there as it would have."""
    model, optimizer = session._model, session._optimizer
    model.flat.values.copy_(state.values)
    for name, buffer in model.buffers().items():
        buffer.copy_(state.buffers[name])
    if optimizer is not None:
        flats = [p for group in optimizer.param_groups for p in group["params"]]
        for flat, memory in zip(flats, state.optimizer, strict=True):
            optimizer.state[flat] = _copied(memory)
    session._feeder.restore(state.order)
    model.noise.set_state(state.noise)
    session.step, session.examples, session.seconds = state.step, state.examples, state.seconds
    session._losses.clear()


def to_checkpoint(session: GradientSession) -> Checkpoint:
    """Everything as CPU tensors and plain JSON."""
    model = session._model
    snapshot = session.snapshot()
    tensors = snapshot_tensors(snapshot)
    if session._optimizer is not None:
        memory = take_apart(session._optimizer, session._learning_groups(), model.flat.layout)
        tensors.update({f"optimizer/{name}": tensor for name, tensor in memory.items()})
    order = session._feeder.state()
    tensors["generator/order"] = order.generator
    tensors["generator/noise"] = model.noise.get_state().cpu()
    if session._best is not None:
        tensors.update({f"best/{name}": tensor for name, tensor in snapshot_tensors(session._best).items()})
    for name, curve in session.history.curves.items():
        data = curve.data()
        tensors[f"curve/{name}"] = torch.tensor(np.stack([getattr(data, field) for field in data.__slots__], axis=1))
    meta = {
        "step": session.step,
        "examples": session.examples,
        "seconds": session.seconds,
        "finished": session.finished,
        "epoch": order.epoch,
        "position": order.position,
        "evaluated_step": session._evaluated_step,
        "latest": {name: value for name, value in session.latest.items() if np.isfinite(value)},
        "layout": [[place.name, list(place.shape)] for place in model.flat.layout.places],
        "optimizer": session.project.training.optimizer.id,
        "device": session.device.type,
        "patience": {**asdict(session._patience), "best": _json_number(session._patience.best)},
        "plateau": {key: _json_number(value) for key, value in asdict(session._plateau).items()},
        "best_step": None if session._best is None else [session._best.step, session._best.epoch],
        "marks": [[list(mark.moment), mark.text] for mark in session.history.marks],
    }
    return Checkpoint(tensors, meta)


def _json_number(value: float) -> float | str:
    return value if np.isfinite(value) else repr(float(value))


def from_checkpoint(session: GradientSession, checkpoint: Checkpoint) -> None:
    """Put a checkpoint back. Raises CheckpointError when it belongs to another network."""
    model, meta = session._model, checkpoint.meta
    layout = [[place.name, list(place.shape)] for place in model.flat.layout.places]
    if meta.get("layout") != layout:
        raise CheckpointError("The saved weights belong to another network; the run starts from its first weights.")
    try:
        _load(session, checkpoint)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        session.rewind()
        raise CheckpointError(f"The saved state is damaged ({error}); the run starts from its first weights.") from error


def _load(session: GradientSession, checkpoint: Checkpoint) -> None:
    model, meta = session._model, checkpoint.meta
    session.restore(_snapshot(session, checkpoint.tensors, meta["step"], 0.0))
    if session._optimizer is not None and meta["optimizer"] == session.project.training.optimizer.id:
        put_together(
            session._optimizer, session._learning_groups(), model.flat.layout, checkpoint.part("optimizer")
        )
    session._feeder.restore(OrderState(checkpoint.tensors["generator/order"], meta["position"], meta["epoch"]))
    if meta["device"] == session.device.type:
        model.noise.set_state(checkpoint.tensors["generator/noise"])
    session.step, session.examples, session.seconds = meta["step"], meta["examples"], meta["seconds"]
    session.finished = meta["finished"]
    session.latest = dict(meta["latest"])
    session._evaluated_step = meta["evaluated_step"]
    session._patience = Patience(**{**meta["patience"], "best": float(meta["patience"]["best"])})
    session._plateau = PlateauState(**{
        key: type(getattr(session._plateau, key))(float(value)) for key, value in meta["plateau"].items()
    })
    best = checkpoint.part("best")
    session._best = _snapshot(session, best, *meta["best_step"]) if best else None
    _load_history(session, checkpoint)
    session._losses.clear()
    session._good = state_of(session)


def _load_history(session: GradientSession, checkpoint: Checkpoint) -> None:
    history = session.history
    history.curves.clear()
    history.marks[:] = [Mark(Moment(*moment), text) for moment, text in checkpoint.meta["marks"]]
    for name, rows in checkpoint.part("curve").items():
        history.curves[name] = Curve()
        history.curves[name].load(rows.numpy())
    session._new_points.clear()
    session._new_marks.clear()


def _snapshot(session: GradientSession, tensors: dict[str, torch.Tensor], step: int, epoch: float) -> Snapshot:
    buffers = {name.removeprefix("buffer/"): t.numpy() for name, t in tensors.items() if name.startswith("buffer/")}
    return Snapshot(step, epoch, tensors["parameters"].numpy(), session._model.flat.layout, buffers)
