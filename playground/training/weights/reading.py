"""Reading weights from files: projects, safetensors, PyTorch's state dictionaries, and numpy's archives.

No file is ever allowed to run code: of PyTorch's files only those are read that hold nothing but tensors.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import safetensors
import torch

from playground.document.files import ProjectFileError
from playground.document.library import files as preset_files
from playground.document.pairing import metadata_of, weights_of
from playground.document.project import Project
from playground.paths import PRESETS
from playground.training.opening import open_project, project_from
from playground.training.saving.checkpoint import FORMAT, CheckpointError, read_checkpoint
from playground.training.saving.present_run import DAMAGE, layout_of
from playground.training.weights.preset_files import stored_weights
from playground.training.weights.source import Array, Source, WeightsRefused, usable

TORCH_ENDINGS = (".pt", ".pth", ".bin", ".ckpt")
ENDINGS = (".safetensors", *TORCH_ENDINGS, ".npz")
"""Files of weights alone; a project file is asked for the weights beside it."""
NESTED = (
    "state_dict", "model_state_dict", "model_state", "model", "module", "network", "net", "weights", "params",
    "parameters", "ema", "generator", "encoder",
)  # fmt: skip
"""Keys under which programs that train keep the weights among other things, the surest first."""
DEEPEST = 6


def read_weights(path: Path) -> Source:
    """The weights in a file, or beside a project. Raises WeightsRefused with a sentence."""
    if not path.is_file():
        raise WeightsRefused(f"There is no file “{path.name}” to take weights from.")
    suffix = path.suffix.lower()
    if suffix == ".json":
        return _of_project(path)
    if suffix == ".safetensors":
        return _of_safetensors(path)
    if suffix in TORCH_ENDINGS:
        return _of_torch(path)
    if suffix == ".npz":
        return _of_numpy(path)
    raise WeightsRefused(
        f"“{path.name}” is no file of weights that can be read here. There are projects (.json), {', '.join(ENDINGS)}."
    )


# Projects -----------------------------------------------------------------------------------------------------------


def _of_project(path: Path) -> Source:
    try:
        project = open_project(path)
    except ProjectFileError as error:
        raise WeightsRefused(f"“{path.name}” cannot be opened: {error.problems[0]}") from error
    if path.absolute().is_relative_to(PRESETS):
        stored = stored_weights(path)
        if stored is None:
            raise WeightsRefused(
                f"The preset “{project.title}” has no weights of its own. Open it, train it, and take those of its run."
            )
        return _of_safetensors(stored, project.title)
    beside = weights_of(path)
    if beside is None:
        raise WeightsRefused(
            f"“{path.name}” has learned nothing yet: no weights lie beside it. Open it, train it and save it."
        )
    return _of_safetensors(beside.path, path.name.removesuffix(".json").removesuffix(".playground"))


def preset_source(preset: str) -> Source:
    """The stored weights of a preset by its id. Raises WeightsRefused."""
    path = preset_files().get(preset)
    if path is None:
        raise WeightsRefused(f"There is no preset “{preset}”, whose weights are asked for.")
    return _of_project(path)


# Safetensors --------------------------------------------------------------------------------------------------------


def _of_safetensors(path: Path, title: str = "") -> Source:
    metadata = metadata_of(path)
    if metadata.get("format") == FORMAT:
        return _of_checkpoint(path, title or path.name)
    try:
        with safetensors.safe_open(str(path), framework="pt") as file:
            names = sorted(file.keys(), key=_natural)
            tensors = {name: file.get_tensor(name) for name in names}
    except (OSError, ValueError, safetensors.SafetensorError) as error:
        raise WeightsRefused(f"“{path.name}” cannot be read: {_first_line(error)}.") from error
    return _source(title or path.name, tensors, path.name, _project_in(metadata))


def _project_in(metadata: Mapping[str, str]) -> Project | None:
    """The project that a file of weights says it is of."""
    text = metadata.get("trained")
    try:
        return None if text is None else project_from(text)
    except ProjectFileError:
        return None


def _natural(name: str) -> tuple[Any, ...]:
    """Sorts `layer.2` before `layer.10`: these files do not keep an order, and names mostly count."""
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name) if part)


def _of_checkpoint(path: Path, title: str) -> Source:
    """The present weights in a saved run of this program."""
    try:
        checkpoint = read_checkpoint(path)
        parameters = checkpoint.tensors["parameters"].numpy()
        layout = layout_of(checkpoint.meta["layout"])
        if parameters.shape != (layout.size,):
            raise ValueError("there are not as many numbers as it says")
        state = {place.name: parameters[place.start : place.stop].reshape(place.shape) for place in layout.places}
        state.update({name: tensor.numpy() for name, tensor in checkpoint.part("buffer").items()})
    except CheckpointError as error:
        raise WeightsRefused(str(error)) from error
    except DAMAGE as error:
        raise WeightsRefused(f"The weights in “{path.name}” are damaged: {_first_line(error)}.") from error
    left_out: list[str] = []
    arrays = dict(usable(state.items(), left_out))
    return Source(title, MappingProxyType(arrays), tuple(left_out), _project_in(checkpoint.meta))


# PyTorch ------------------------------------------------------------------------------------------------------------


def _of_torch(path: Path) -> Source:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about a file is told in a sentence, or is none of ours
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsRefused(_holds_code(path, str(error))) from error
    except (RuntimeError, ValueError, EOFError, OSError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise WeightsRefused(_no_torch_file(path, error)) from error
    tensors = dict(_tensors_in(content))
    if not tensors:
        raise WeightsRefused(
            f"“{path.name}” holds no weights: {_content_words(content)} is in it. Save a network's state with "
            f"torch.save(model.state_dict(), \"{path.stem}.pt\"), and take that file."
        )
    return _source(path.name, tensors, path.name)


def _holds_code(path: Path, reason: str) -> str:
    """The sentence about a file with more in it than tensors."""
    if not reason.startswith("Weights only load failed"):
        return f"“{path.name}” is damaged, or no file that PyTorch has written."
    named = re.search(r"GLOBAL ([\w.]+)", reason)
    what = f" ({named.group(1)})" if named else ""
    return (
        f"“{path.name}” holds more than weights: pickled Python objects{what}, which could run any code when they are "
        "read. Such files are not opened. Where it was made, save the weights alone: "
        f'torch.save(model.state_dict(), "{path.stem}.pt").'
    )


def _no_torch_file(path: Path, error: Exception) -> str:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = [name.split("/", 1)[-1] for name in archive.namelist()]
        if any(name == "constants.pkl" or name.startswith("code/") for name in names):
            return (
                f"“{path.name}” is a TorchScript program, not weights alone. Where it was made, save them with "
                f'torch.save(model.state_dict(), "{path.stem}.pt").'
            )
    return f"“{path.name}” cannot be read as weights of PyTorch: {_first_line(error)}."


def _tensors_in(content: Any, depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """The named tensors of a state dictionary, wherever it lies in what was saved."""
    if not isinstance(content, Mapping) or depth > DEEPEST:
        return
    own = {str(name): value for name, value in content.items() if isinstance(value, torch.Tensor)}
    inside = {str(name): value for name, value in content.items() if isinstance(value, Mapping)}
    for key in NESTED:
        if key in inside and (found := dict(_tensors_in(inside[key], depth + 1))):
            yield from found.items()
            return
    if own:
        yield from own.items()
        return
    rest = [dict(_tensors_in(part, depth + 1)) for name, part in inside.items() if "optim" not in name]
    yield from max(rest, key=len, default={}).items()


def _content_words(content: Any) -> str:
    if isinstance(content, Mapping):
        names = ", ".join(f"“{str(name)[:30]}”" for name in list(content)[:5])
        return names or "nothing"
    return f"a {type(content).__name__}"


# NumPy --------------------------------------------------------------------------------------------------------------


def _of_numpy(path: Path) -> Source:
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: np.asarray(archive[name]) for name in archive.files}
    except ValueError as error:
        words = "it holds pickled Python objects, which could run any code" if "pickle" in str(error) else str(error)
        raise WeightsRefused(f"“{path.name}” cannot be read: {words}.") from error
    except (OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsRefused(f"“{path.name}” cannot be read: {_first_line(error)}.") from error
    left_out: list[str] = []
    found = dict(usable(arrays.items(), left_out))
    return _filled(Source(path.name, MappingProxyType(found), tuple(left_out)), path.name)


# Shared -------------------------------------------------------------------------------------------------------------


def _source(title: str, tensors: Mapping[str, torch.Tensor], file: str, project: Project | None = None) -> Source:
    left_out: list[str] = []
    arrays = dict(usable(((name, _array(tensor)) for name, tensor in tensors.items()), left_out))
    return _filled(Source(title, MappingProxyType(arrays), tuple(left_out), project), file)


def _filled(source: Source, file: str) -> Source:
    if source.arrays:
        return source
    more = f" {source.left_out[0]}" if source.left_out else ""
    raise WeightsRefused(f"“{file}” holds no weights.{more}")


def _array(tensor: torch.Tensor) -> Array:
    tensor = tensor.detach()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    if tensor.is_floating_point() and tensor.dtype not in (torch.float32, torch.float64):
        tensor = tensor.float()
    return tensor.contiguous().numpy()


def _first_line(error: Exception) -> str:
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return line.rstrip(".")[:200]
