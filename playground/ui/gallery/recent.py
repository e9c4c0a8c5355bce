"""The files that were open lately, kept in the settings of the person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

from playground.paths import PRESETS

KEY = "gallery/recent"
MOST = 8


def remember(path: Path) -> None:
    """Put a file in front of the list. Presets are not listed: they have cards of their own."""
    path = path.absolute()
    if not path.is_relative_to(PRESETS):
        _store([path, *(other for other in _stored() if other != path)])


def forget(path: Path) -> None:
    """Take a file off the list."""
    _store([other for other in _stored() if other != path.absolute()])


def recent_files() -> list[Path]:
    """The files that are still there, the latest first."""
    return [path for path in _stored() if path.is_file()]


def _stored() -> list[Path]:
    value = QSettings().value(KEY, [])
    # A list of one comes back from the settings as a string.
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [Path(name) for name in names if isinstance(name, str) and name]


def _store(paths: list[Path]) -> None:
    if paths[:MOST] != _stored():  # writing waits for the disk
        QSettings().setValue(KEY, [str(path) for path in paths[:MOST]])
