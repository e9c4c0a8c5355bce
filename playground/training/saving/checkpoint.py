"""A checkpoint: everything a run needs to go on as if it had never stopped, in memory and as a safetensors file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.numpy import save as to_safetensors

from playground.document.files import write_atomically
from playground.document.pairing import PAIR
from playground.training.snapshot import Snapshot

FORMAT = "playground-checkpoint"


class CheckpointError(Exception):
    """A weights file that cannot be used; the message says why."""


class OtherNetworkError(CheckpointError):
    """Weights of another network than that of the project."""


@dataclass(frozen=True)
class Checkpoint:
    """State of a run. Tensors are copies on the CPU and are never changed.

    `tensors` holds `parameters` (P,), `buffer/NAME`, `optimizer/PARAMETER/KEY`, `generator/order`, `generator/noise`,
    `experience/NAME` (what the source of the examples remembers), `best/parameters`, `curve/NAME` (n, 7), `trail/…`
    with a row for each moment of the way, and `run/NUMBER/…` for the other runs. `meta` holds plain JSON: step, epoch,
    position, seconds, layout, the project that was trained and so on.
    """

    tensors: dict[str, torch.Tensor] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)

    def part(self, prefix: str) -> dict[str, torch.Tensor]:
        """Tensors under `prefix/`, with the prefix taken off."""
        start = len(prefix) + 1
        return {name[start:]: tensor for name, tensor in self.tensors.items() if name.startswith(prefix + "/")}

    def to_bytes(self, project: str = "") -> bytes:
        """The checkpoint as the bytes of a safetensors file; `project` is the fingerprint of the file it belongs to."""
        metadata = {"format": FORMAT, PAIR: project, "state": json.dumps(self.meta)}
        metadata.update({name: str(self.meta[name]) for name in ("step", "epoch", "seconds") if name in self.meta})
        # As arrays: of tensors, safetensors makes a ctypes class for every number of bytes, and none of them ever goes.
        arrays = {name: tensor.contiguous().numpy() for name, tensor in self.tensors.items()}
        return to_safetensors(arrays, metadata=metadata)


def write_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Save atomically. Raises OSError."""
    write_atomically(path, checkpoint.to_bytes())


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises CheckpointError with a sentence when the file is missing, damaged, or another thing."""
    try:
        with safetensors.safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise CheckpointError(f"{path.name} holds tensors, but no state of a Playground run.")
            meta = json.loads(metadata["state"])
            if not isinstance(meta, dict):
                raise ValueError("its description is not what it should be")
            return Checkpoint({name: file.get_tensor(name) for name in file.keys()}, meta)  # noqa: SIM118
    except CheckpointError:
        raise
    except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"The weights in {path.name} cannot be read: {error}.") from error


def snapshot_tensors(snapshot: Snapshot) -> dict[str, torch.Tensor]:
    """A snapshot's arrays as tensors under the names of a checkpoint."""
    tensors = {"parameters": torch.tensor(snapshot.parameters)}
    tensors.update({f"buffer/{name}": torch.tensor(array) for name, array in snapshot.buffers.items()})
    return tensors
