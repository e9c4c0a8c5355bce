"""What every measuring process stands on: folders of its own, and a screen or none."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDERS = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A folder for settings, autosaves and logs; those of the person stay out of reach."""
    with tempfile.TemporaryDirectory(prefix="playground-bench-") as folder:
        yield Path(folder)


def environment(home: Path) -> dict[str, str]:
    """The environment of a measuring process."""
    variables = {**os.environ, **{name: str(home / name.lower()) for name in FOLDERS}}
    if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        variables.setdefault("QT_QPA_PLATFORM", "offscreen")
    return variables
