"""A project and its weights lie in two files and are saved as one: both are of the same save, whatever happens.

The weights carry the fingerprint of the project they belong to. They are written first, under a name of their own;
with the project in its place the new pair counts, and a reader takes the weights that belong to the project it found.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playground.document.files import refuse_other_than_file, write_atomically

LOG = logging.getLogger(__name__)

PAIR = "project"
"""Where the metadata of a weights file names the fingerprint of its project."""
NOTHING = "nothing-learned"
LARGEST_HEADER = 100 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class PairedWeights:
    """The weights beside a project, as their header describes them."""

    path: Path
    matches: bool
    """Whether they were saved with exactly this project; whole ones that say nothing of their project count as such."""
    step: int = 0
    epoch: float = 0.0
    seconds: float = 0.0
    """Seconds of learning."""


def weights_path(project_path: Path) -> Path:
    """Where the weights of a project lie: beside it, with the ending `.safetensors`."""
    return project_path.with_suffix(".safetensors")


def fingerprint(project: bytes) -> str:
    """What tells one project file from another: SHA-256 of its text, whatever the ends of its lines."""
    return hashlib.sha256(project.replace(b"\r\n", b"\n")).hexdigest()


def write_pair(project_path: Path, project: bytes, weights: bytes | None) -> None:
    """Save a project and the weights that carry its fingerprint; without weights, the project alone.

    Until the project is in its place, the pair before counts; from then on the new one. Weights that lie there and are
    not those of the project there are set aside, not replaced. Raises OSError, and the pair before still stands.
    """
    beside = weights_path(project_path)
    refuse_other_than_file(project_path)
    refuse_other_than_file(beside)
    if weights is None:
        if not beside.exists():
            write_atomically(project_path, project)
            return
        weights = _nothing_learned(project)
    _set_strangers_aside(project_path)
    pending = _pending(project_path)
    try:
        write_atomically(pending, weights)
        write_atomically(project_path, project)
    except OSError:
        pending.unlink(missing_ok=True)
        raise
    try:
        pending.replace(beside.resolve())
    except OSError as error:  # The pair stands all the same: readers find the weights under their first name.
        LOG.warning("%s could not be renamed: %s", pending, error)


def weights_of(project_path: Path) -> PairedWeights | None:
    """The weights that belong to a project file, or those beside it where none do; None where there are none.

    What a save that was cut short left behind is brought to its end.
    """
    if not project_path.is_file():  # a pipe would be waited for
        return None
    try:
        wanted = fingerprint(project_path.read_bytes())
    except OSError:
        return None
    pending, beside = _pending(project_path), weights_path(project_path)
    if pending.is_file() and metadata_of(pending).get(PAIR) == wanted:
        try:
            pending.replace(beside.resolve())
        except OSError:
            beside = pending
    if not beside.is_file():
        return None
    metadata = metadata_of(beside)
    matches = bool(metadata) and metadata.get(PAIR, wanted) in (wanted, "")
    if matches and NOTHING in metadata:
        return None
    return PairedWeights(
        beside,
        matches,
        step=int(_number(metadata, "step")),
        epoch=_number(metadata, "epoch"),
        seconds=_number(metadata, "seconds"),
    )


def _nothing_learned(project: bytes) -> bytes:
    """A weights file without weights, for a project that nothing was learned for: it says that none belong to it."""
    header = json.dumps({"__metadata__": {PAIR: fingerprint(project), NOTHING: "yes"}}).encode()
    return struct.pack("<Q", len(header)) + header


def _set_strangers_aside(project_path: Path) -> None:
    """Give weights that are not those of the project they lie beside another name."""
    found = weights_of(project_path)
    lone = weights_path(project_path) if not project_path.exists() and weights_path(project_path).exists() else None
    stranger = found.path if found is not None and not found.matches else lone
    if stranger is not None:
        names = (stranger.with_suffix(f".old{number or ''}.safetensors") for number in itertools.count())
        stranger.rename(next(name for name in names if not name.exists()))


def remove_pair(project_path: Path) -> None:
    """Delete a project and all its weights. Raises OSError."""
    for path in (project_path, weights_path(project_path), _pending(project_path)):
        path.unlink(missing_ok=True)


def metadata_of(path: Path) -> Mapping[str, str]:
    """The metadata of a safetensors file, without reading its tensors; empty where the file is damaged or gone."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > LARGEST_HEADER:
                return {}
            header = json.loads(file.read(length))
        found = header.get("__metadata__", {})
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _pending(project_path: Path) -> Path:
    """Where new weights lie until the project they belong to is in its place."""
    weights = weights_path(project_path).resolve()
    return weights.with_name(f".{weights.name}.pending")


def _number(metadata: Mapping[str, str], name: str) -> float:
    try:
        value = float(metadata.get(name, "0"))
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0
