"""What has to be settled before Qt is imported, and the picture of the window. Imports neither torch nor Qt itself."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli.report import CallError

if TYPE_CHECKING:
    from playground.document.project import Project


def save_window(
    project: Project, epochs: int, out: Path, theme: str = "light", size: tuple[int, int] = (1600, 1000)
) -> None:
    """Save a picture of the window in which this project has been trained for so many epochs."""
    without_screen()
    from playground.ui.picture import save_picture

    try:
        save_picture(project, epochs, theme, size, out)
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error


def without_screen() -> None:
    """Let Qt draw into memory unless the caller chose a platform. Raises CallError where Qt cannot be trusted."""
    refuse_bad_qt()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # The offscreen platform complains about every window that has a least size.
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")


def refuse_bad_qt() -> None:
    """Raises CallError for PySide6 6.12 on Python 3.11: each call loses a reference to None until Python aborts."""
    try:
        qt = version("PySide6-Essentials")
    except PackageNotFoundError:
        return
    if qt.startswith("6.12.") and sys.version_info < (3, 12):
        raise CallError(f"PySide6 {qt} crashes on Python {sys.version_info[0]}.{sys.version_info[1]}: "
                        "pip install 'PySide6-Essentials<6.11'")  # fmt: skip
