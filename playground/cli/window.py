"""`playground` alone: the window; on a machine without a screen the same job in the terminal."""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from playground.cli.qt import refuse_bad_qt, save_trained_window
from playground.document.library import find

DEFAULT_PRESET = "spirals"


def open_(options: argparse.Namespace) -> int:
    """Open the gallery, or a project."""
    path = find(options.project) if options.project else None
    if not has_screen():
        return _in_terminal(options.project or DEFAULT_PRESET)
    refuse_bad_qt()
    if sys.platform == "win32":
        # Since torch 2.9 the DLLs fail to load when Qt came first (pytorch#166628).
        import torch  # noqa: F401
    elif sys.platform == "linux":
        threading.Thread(target=read_torch_ahead, name="torch-ahead", daemon=True).start()
    from playground.ui.shell.app import run

    return run(path)


def read_torch_ahead() -> None:
    """Let the system load torch's largest library while Python makes the window.

    `import torch` loads it too, but keeps Python waiting for it: a call of a foreign function does not. Where it is not
    found, nothing happens.
    """
    found = find_spec("torch")
    if found is None or found.origin is None:
        return
    load = ctypes.CDLL(None).dlopen
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    folder = Path(found.origin).parent / "lib"
    # Visible to all, as torch itself loads it: the libraries that all of its parts share.
    load(os.fsencode(folder / "libtorch_global_deps.so"), os.RTLD_NOW | os.RTLD_GLOBAL)
    load(os.fsencode(folder / "libtorch_cpu.so"), os.RTLD_NOW)


def has_screen() -> bool:
    """Whether a window can be opened. On Linux that needs an X or Wayland display, or a platform that was asked for."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _in_terminal(name: str) -> int:
    from playground.cli import running
    from playground.cli.report import open_project
    from playground.cli.train import tell
    from playground.network.naming import titles

    project, path = open_project(name)
    print(f"There is no screen here, so Playground trains “{project.title}” in the terminal and saves a picture.")
    session = running.start(project)
    outcome = running.run(session, running.Budget.of(project), project.title)
    tell(outcome.content(name), titles(project.graph))
    out = Path(f"playground-{path.stem}.png").absolute()
    save_trained_window(session, out)
    print(f"A picture of the window is in {out}")
    return 0
