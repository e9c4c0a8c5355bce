"""Where the program's own files are, in a checkout and in an installed package alike."""

from __future__ import annotations

from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name


RESOURCES = _shipped("resources")
PRESETS = _shipped("presets")


def user_data() -> Path:
    """Folder for autosaves and recent files; made when first asked for."""
    folder = Path(platformdirs.user_data_dir("playground", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_file() -> Path:
    """The file that tracebacks go to, never the window."""
    folder = Path(platformdirs.user_log_dir("playground", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "playground.log"
