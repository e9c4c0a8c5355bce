"""Pictures in arrays: IDX files, as MNIST is handed round, and NumPy's NPZ."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from playground.data.own.files import FileRefused, Reading
from playground.data.parts import Part

if TYPE_CHECKING:
    from PIL import Image

ARRAY_ENDINGS = frozenset({".npz", ".npy", ".idx", "-ubyte", "-ubyte.gz"})
MOST_BYTES = 2 * 2**30
"""Of one array, unpacked."""
IDX_KINDS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Codes of the third byte of an IDX file (LeCun, Cortes and Burges, the MNIST page)."""
PARTS: tuple[tuple[Part, str], ...] = (
    ("test", r"test|t10k"), ("validation", r"val|valid|validation|dev"), ("train", r"train|training"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArrayGroup:
    """Pictures (N, height, width) or (N, height, width, 3) that lie in one array, with their labels."""

    name: str
    pictures: NDArray[Any]
    labels: tuple[str, ...] | None
    part: Part | None
    digest: str
    ceiling: float
    """The number that is white."""

    def opener(self, row: int) -> Callable[[], Image.Image]:
        """What opens the picture of a row."""

        def opened() -> Image.Image:
            from PIL import Image

            numbers = np.asarray(self.pictures[row], dtype=np.float64) * (255.0 / self.ceiling)
            numbers = numbers[..., 0] if numbers.shape[2:] == (1,) else numbers
            return Image.fromarray(np.clip(np.rint(numbers), 0, 255).astype(np.uint8))

        return opened


def is_array_file(path: Path) -> bool:
    """Whether a file holds arrays, by its name."""
    return any(path.name.lower().endswith(ending) for ending in ARRAY_ENDINGS)


def array_groups(files: list[Path], reading: Reading) -> list[ArrayGroup]:
    """All arrays of pictures of some files that lie together, each with the labels that belong to it.

    One IDX file stands for all that lie beside it. Raises FileRefused and ReadingStopped.
    """
    named: dict[str, NDArray[Any]] = {}
    for file in _siblings(files):
        reading.step(0.0, file.name)
        for name, array in _read(file).items():
            # Channels may come first, as torch has them.
            first = array.ndim == 4 and array.shape[1] in (1, 3) and array.shape[-1] not in (1, 3, 4)
            named[name] = np.moveaxis(array, 1, -1) if first else array
    pictures = {name: array for name, array in named.items() if _are_pictures(array)}
    white = max((_ceiling(array) for array in pictures.values()), default=1.0)
    parts = {name: _part(name) for name in named}
    groups: dict[str, ArrayGroup] = {}
    for name, array in pictures.items():
        labels = next((one for other, one in named.items() if _belongs(one, array, parts[other], parts[name])), None)
        given = None if labels is None else tuple(str(value) for value in labels.reshape(-1).tolist())
        digest = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
        # The same pictures often lie beside each other, packed and unpacked.
        groups.setdefault(digest, ArrayGroup(name, array, given, parts[name], digest, white))
    return list(groups.values())


def _siblings(files: list[Path]) -> list[Path]:
    """The files themselves; of one IDX file those beside it too, since its labels lie there."""
    if len(files) == 1 and "ubyte" in files[0].name.lower():
        folder = files[0].parent
        return sorted(file for file in folder.iterdir() if "ubyte" in file.name.lower() and file.is_file())
    return files


def _read(file: Path) -> dict[str, NDArray[Any]]:
    try:
        if file.suffix.lower() == ".npz":
            return _read_npz(file)
        if file.suffix.lower() == ".npy":
            array = np.load(file, mmap_mode="r", allow_pickle=False)
            return {file.stem: _small_enough(array, file)}
        return {file.name: _read_idx(file)}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, struct.error, KeyError) as error:
        raise FileRefused(f"“{file.name}” is damaged or of another kind than its name says ({error}).") from error


def _read_npz(file: Path) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(file) as archive:
        largest = max((member.file_size for member in archive.infolist()), default=0)
    if largest > MOST_BYTES:
        raise FileRefused(f"“{file.name}” holds an array of more than {MOST_BYTES // 2**30} GB, which is too much.")
    with np.load(file, allow_pickle=False) as content:
        return {name: content[name] for name in content.files}


def _small_enough(array: NDArray[Any], file: Path) -> NDArray[Any]:
    if array.nbytes > MOST_BYTES:
        raise FileRefused(f"“{file.name}” holds an array of more than {MOST_BYTES // 2**30} GB, which is too much.")
    return np.array(array)


def _read_idx(file: Path) -> NDArray[Any]:
    opened: Callable[..., BinaryIO] = gzip.open if file.suffix.lower() == ".gz" else io.open  # type: ignore[assignment]
    with opened(file, "rb") as content:
        zeros, code, count = struct.unpack(">HBB", content.read(4))
        shape = struct.unpack(f">{count}I", content.read(4 * count))
        if zeros or count not in (1, 2, 3, 4):
            raise ValueError("its head is not that of an IDX file")
        kind = np.dtype(IDX_KINDS[code])
        size = int(np.prod(shape, dtype=np.float64)) * kind.itemsize
        if size > MOST_BYTES:
            raise FileRefused(f"“{file.name}” holds more than {MOST_BYTES // 2**30} GB, which is too much.")
        return np.frombuffer(content.read(size), dtype=kind).reshape(shape)


def _part(name: str) -> Part | None:
    words = re.split(r"[^a-z0-9]+", name.lower())
    return next((part for part, pattern in PARTS if any(re.fullmatch(pattern, word) for word in words)), None)


def _are_pictures(array: NDArray[Any]) -> bool:
    if array.dtype.kind not in "uifb" or not len(array):
        return False
    return (array.ndim == 3 or (array.ndim == 4 and array.shape[-1] in (1, 3, 4))) and min(array.shape[1:3]) > 1


def _belongs(labels: NDArray[Any], pictures: NDArray[Any], part: Part | None, of: Part | None) -> bool:
    one_each = labels.shape in ((len(pictures),), (len(pictures), 1))
    return one_each and labels.dtype.kind in "uiUSb" and part == of


def _ceiling(array: NDArray[Any]) -> float:
    """White: 1 for floats and truths up to 1, 255 for bytes and what fits into them, else the bits that are used."""
    largest = float(array.max())
    if array.dtype.kind in "fb" and largest <= 1.0:
        return 1.0
    if largest <= 255.0:
        return 255.0
    return float(2.0 ** np.ceil(np.log2(largest + 1.0)) - 1.0)
