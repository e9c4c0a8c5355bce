"""Where the program's own files are, in a checkout and in an installed package alike."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name


RESOURCES = _shipped("resources")
PRESETS = _shipped("presets")


def user_data() -> Path:
    """Folder for what is kept between two starts; made when first asked for. Raises OSError where it cannot be."""
    folder = Path(platformdirs.user_data_dir("playground", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def user_cache() -> Path:
    """Folder for what can be found again at any time; it need not be there yet."""
    return Path(platformdirs.user_cache_dir("playground", appauthor=False))


def log_file() -> Path:
    """The file that tracebacks go to, never the window; in the folder for passing files where the usual one cannot be
    written to."""
    for folder in (Path(platformdirs.user_log_dir("playground", appauthor=False)), Path(tempfile.gettempdir())):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder / "playground.log"
    return Path(os.devnull)
