"""The machine in one line: numbers without it mean nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def words() -> str:
    """Processor, cores, system, and the versions that matter."""
    versions = f"torch {version('torch')}, Qt {version('PySide6-Essentials')}"
    screen = os.environ.get("QT_QPA_PLATFORM") or ("offscreen" if _no_screen() else "screen")
    return (
        f"{_processor()}, {os.cpu_count()} cores{_load()}; {platform.system()}, Python {platform.python_version()}, "
        f"{versions}, {screen}"
    )


def _no_screen() -> bool:
    return platform.system() == "Linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _load() -> str:
    """What else the machine does, where the system tells."""
    return f" (load {os.getloadavg()[0]:.1f})" if hasattr(os, "getloadavg") else ""
