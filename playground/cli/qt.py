"""What has to be settled before Qt is imported, and the picture of the window. Imports neither torch nor Qt itself."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playground.cli.report import CallError

if TYPE_CHECKING:
    from playground.document.project import Project
    from playground.training.session.session import Session


def save_window(
    project: Project, epochs: int, out: Path, theme: str = "light", size: tuple[int, int] = (1600, 1000),
    weights: Path | None = None,
) -> None:  # fmt: skip
    """Save a picture of the window in which this project has been trained for so many epochs, from weights if given."""
    _save_window(project, epochs, out, theme, size, weights)


def save_trained_window(session: Session, out: Path) -> None:
    """Save a picture of the window as a run has left it: its weights, its curves, without training again."""
    from playground.training.saving.checkpoint import write_checkpoint

    with TemporaryDirectory() as folder:
        weights = Path(folder) / "trained.safetensors"
        write_checkpoint(session.checkpoint(), weights)
        _save_window(session.project, 0, out, "light", (1600, 1000), weights)


def _save_window(
    project: Project, epochs: int, out: Path, theme: str, size: tuple[int, int], weights: Path | None
) -> None:
    without_screen()
    from playground.ui.shell.picture import save_picture

    try:
        save_picture(project, epochs, theme, size, out, weights)
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
