"""A `.keras` file: a ZIP of a JSON that describes the layers, and an HDF5 with their weights. Nothing in it is run."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.exchange.refusals import ExchangeRefused, needed

PURPOSE = "Opening a Keras file"
LARGEST_TEXT, LARGEST_WEIGHTS = 32 * 2**20, 2**31
GROUPS = ("layers", "_layer_checkpoint_dependencies")
"""Where the weights of layers lie: since Keras 3.2, and before."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as the file describes it."""

    kind: str
    """Its class, such as Conv2D."""
    name: str
    settings: Mapping[str, Any]
    calls: tuple[tuple[str, ...], ...]
    """For each time that it is used, the layers whose outputs it takes; empty for those of a plain stack."""
    weights: tuple[NDArray[np.float32], ...]
    input_shape: tuple[int, ...]
    """Without the batch; empty where the file does not say it."""


@dataclass(frozen=True, slots=True)
class KerasModel:
    """What stands in a file."""

    stack: bool
    """Whether each layer takes what the one before it gives."""
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]
    """Names of the layers that give the answers; empty for a stack."""


def read_keras(path: Path) -> KerasModel:
    """Read a file. Raises ExchangeRefused with a sentence for everything that is wrong with it."""
    needed("h5py", "keras", PURPOSE)
    try:
        with zipfile.ZipFile(path) as archive:
            description = json.loads(_member(archive, "config.json", LARGEST_TEXT, path))
            weights = io.BytesIO(_member(archive, "model.weights.h5", LARGEST_WEIGHTS, path))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ExchangeRefused(f"{path.name} cannot be read: it is no Keras file, or it is damaged.") from error
    except (ValueError, RecursionError) as error:
        raise ExchangeRefused(f"{path.name} is damaged: its description of the layers cannot be read.") from error
    try:
        return _model(description, weights, path)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ExchangeRefused(f"{path.name} describes its layers in a form that is not known here.") from error


def _member(archive: zipfile.ZipFile, name: str, most: int, path: Path) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise ExchangeRefused(
            f"{path.name} is no Keras file: there is no {name} in it. Save the model with model.save(“name.keras”)."
        ) from error
    if info.file_size > most:
        raise ExchangeRefused(f"{name} in {path.name} has {info.file_size / 2**20:,.0f} MB, which is too much.")
    return archive.read(info)


def _model(description: Mapping[str, Any], weights: io.BytesIO, path: Path) -> KerasModel:
    kind, settings = str(description["class_name"]), description["config"]
    if kind not in ("Sequential", "Functional", "Model"):
        raise ExchangeRefused(
            f"{path.name} is a model of the class {kind[:60]}, whose layers only its own code knows. Models that are "
            "Sequential, or made of layers one after another by calls, can be opened."
        )
    entries = settings["layers"]
    if not 1 <= len(entries) <= 5_000:
        raise ExchangeRefused(f"{path.name} has {len(entries):,} layers; 1 to 5,000 can be opened.")
    stored = _stored(weights, path)
    counts: dict[str, int] = {}
    layers = tuple(_layer(entry, stored, counts) for entry in entries)
    return KerasModel(kind == "Sequential", layers, _names(settings.get("output_layers", [])))


def _layer(
    entry: Mapping[str, Any], stored: Mapping[str, tuple[NDArray[np.float32], ...]], counts: dict[str, int]
) -> Layer:
    kind, settings = str(entry["class_name"]), entry["config"]
    place = snake_case(kind)
    counts[place] = counts.get(place, -1) + 1
    numbered = f"{place}_{counts[place]}" if counts[place] else place
    calls = tuple(tuple(_sources(node)) for node in entry.get("inbound_nodes", ()))
    shape = (entry.get("build_config") or {}).get("input_shape") or settings.get("batch_shape") or ()
    sizes = tuple(int(size or -1) for size in shape[1:]) if all(not isinstance(size, list) for size in shape) else ()
    name = str(settings.get("name") or entry.get("name") or numbered)
    return Layer(kind, name, settings, calls, stored.get(numbered, ()), sizes)


def snake_case(name: str) -> str:
    """How Keras names the place of a layer's weights: after its class, not after the layer."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _sources(node: Any) -> list[str]:
    """The layers whose tensors occur in the arguments of a call, in order."""
    if isinstance(node, Mapping):
        history = node.get("config", {}).get("keras_history") if node.get("class_name") == "__keras_tensor__" else None
        if history is not None:
            return [f"{history[0]}:{int(history[1])}"]
        arguments: list[Any] = [node.get("args", []), *node.get("kwargs", {}).values()]
        return _sources(arguments)
    return [name for part in node for name in _sources(part)] if isinstance(node, list | tuple) else []


def _names(outputs: Any) -> tuple[str, ...]:
    """Output layers: one as [name, call, tensor], or several of these."""
    if outputs and isinstance(outputs[0], str):
        outputs = [outputs]
    return tuple(f"{one[0]}:{int(one[1])}" for one in outputs)


def _stored(weights: io.BytesIO, path: Path) -> dict[str, tuple[NDArray[np.float32], ...]]:
    """The arrays of each place, in their order. Links out of the file are not followed."""
    import h5py

    found: dict[str, tuple[NDArray[np.float32], ...]] = {}
    try:
        with h5py.File(weights, "r") as file:
            layers: Any = next((file[name] for name in GROUPS if _is_inside(file, name)), {})
            for name in layers:
                if _is_inside(layers, name) and _is_inside(layers[name], "vars"):
                    found[str(name)] = _arrays(h5py, layers[name]["vars"])
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        raise ExchangeRefused(f"{path.name} is damaged: its weights cannot be read.") from error
    return found


def _is_inside(group: Any, name: str) -> bool:
    import h5py

    return name in group and isinstance(group.get(name, getlink=True), h5py.HardLink)


def _arrays(h5py: Any, group: Any) -> tuple[NDArray[np.float32], ...]:
    arrays = []
    for name in sorted((name for name in group if name.isdigit()), key=int):
        dataset = group[name] if _is_inside(group, name) else None
        if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
            raise ValueError("weights that lie in another file")
        if dataset.nbytes > LARGEST_WEIGHTS:
            raise ValueError("too large")
        arrays.append(np.asarray(dataset[()], dtype=np.float32))
    return tuple(arrays)
