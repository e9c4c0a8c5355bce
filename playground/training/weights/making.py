"""Make the weights that come with the program: train a preset, and write what it has learned beside it."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save as to_safetensors

from playground.document.files import ProjectFileError, to_json, write_atomically
from playground.document.library import paths
from playground.document.project import Project
from playground.training.opening import open_project
from playground.training.session.session import Session
from playground.training.weights.preset_files import stored_path
from playground.training.weights.source import Array, state_of

FORMAT = "playground-weights"


def lenders() -> dict[str, Path]:
    """The presets whose weights others start from, by id."""
    known = paths()
    named: set[str] = set()
    for path in known.values():
        try:
            start = open_project(path).starts_from
        except ProjectFileError:
            continue
        if start is not None:
            named.add(start.preset)
    return {name: known[name] for name in sorted(named & known.keys())}


def machine() -> str:
    """What decides the last bits of what is learned: torch, and the instructions of the processor."""
    return f"torch {torch.__version__}, {platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def learned(project: Project) -> dict[str, Array]:
    """All weights after as many epochs as the goals of a project are given."""
    session = Session(project, "cpu")
    epochs = max((goal.within_epochs for goal in project.goals), default=1)
    while session.epoch < epochs and not session.finished:
        session.advance(session.steps_left_in_epoch)
    state = state_of(session.snapshot())
    return {name: np.ascontiguousarray(array) for name, array in sorted(state.items()) if array.dtype.kind == "f"}


def make_weights(path: Path) -> Path:
    """Train a preset and write its weights beside it. Returns their file. Raises ProjectFileError and OSError."""
    project = open_project(path)
    metadata = {"format": FORMAT, "preset": path.stem, "trained": to_json(project), "machine": machine()}
    target = stored_path(path)
    write_atomically(target, to_safetensors(learned(project), metadata=metadata))
    return target
