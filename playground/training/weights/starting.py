"""The first weights of a project that starts from those of a preset."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import safetensors
from safetensors.numpy import load_file

from playground.document.library import files
from playground.document.project import StartingWeights
from playground.training.weights.preset_files import stored_path
from playground.training.weights.source import Array, Arrays, Shape


def starting_values(start: StartingWeights, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    """What a network with these parameters and buffers takes: all that is there in the same shape.

    What does not fit is drawn as usual, so that blocks can be changed; `starting_note` tells of it.
    """
    try:
        stored = preset_arrays(start.preset)
    except MissingWeights:
        return {}
    found: dict[str, Array] = {}
    for name, source in _named(start, shapes):
        array = stored.get(source)
        if array is not None and array.shape == shapes[name]:
            found[name] = array
    return found


def starting_note(start: StartingWeights, shapes: Mapping[str, Shape]) -> str:
    """What of the weights that a project names is missing, or does not fit, in a sentence; empty when all is well."""
    try:
        preset_arrays(start.preset)
    except MissingWeights as error:
        return str(error)
    found = starting_values(start, shapes)
    wanted = {name.split(".", 1)[0]: name for name, _ in _named(start, shapes)}
    missing = [node for node, name in wanted.items() if name not in found] if start.blocks else []
    if missing or not found:
        names = " and ".join(missing) or "No block"
        return (
            f"{names} cannot take the weights of the preset “{start.preset}” that this project starts from: "
            "names or shapes are others there. Drawn weights take their place."
        )
    return ""


def _named(start: StartingWeights, shapes: Mapping[str, Shape]) -> list[tuple[str, str]]:
    """The arrays of a network that take weights, each with its name in the preset. Copies take those of their block."""
    found: list[tuple[str, str]] = []
    for name in shapes:
        node, leaf = name.split(".", 1)
        drawn = node.rsplit("/", 1)[-1]
        if not start.blocks:
            found.append((name, name))
        elif drawn in start.blocks:
            found.append((name, f"{start.blocks[drawn]}.{leaf}"))
    return found


class MissingWeights(Exception):
    """The weights of a preset are not there; the message is for people."""


def preset_arrays(preset: str) -> Arrays:
    """The stored weights of a preset by name. Raises MissingWeights with a sentence when there are none."""
    path = files().get(preset)
    if path is None:
        raise MissingWeights(f"This project starts from the weights of the preset “{preset}”, which is not there.")
    file = stored_path(path)
    try:
        return _read(file, file.stat().st_mtime_ns)
    except (OSError, ValueError, safetensors.SafetensorError) as error:
        raise MissingWeights(
            f"This project starts from the weights of the preset “{preset}”, which cannot be read, so all are drawn. "
            "“playground presets --make-weights” makes them."
        ) from error


@functools.lru_cache(maxsize=4)
def _read(path: Path, written: int) -> Arrays:
    return MappingProxyType(load_file(path))
