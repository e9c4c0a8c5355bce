"""Which files this process opens for reading: asked of Python itself, so that no way to read escapes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_open_lists: list[list[Path]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _open_lists and isinstance(arguments[0], str):
        for opened in _open_lists:
            opened.append(Path(arguments[0]))


@contextmanager
def opened_below(folder: Path, ending: str = ".json") -> Iterator[list[Path]]:
    """The files below a folder that are opened meanwhile, once for each time; complete when the block has ended."""
    if not _hooked:
        sys.addaudithook(_hear)
        _hooked.append(True)
    opened: list[Path] = []
    found: list[Path] = []
    _open_lists.append(opened)
    try:
        yield found
    finally:
        _open_lists.remove(opened)
        found.extend(path for path in opened if path.suffix == ending and path.is_relative_to(folder))


_hooked: list[bool] = []
"""An audit hook stays for good, so there is one."""
