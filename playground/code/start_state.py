"""Weights for a written file to start from, by the names that they have in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save

from playground.code.module import network_code
from playground.document.project import Project
from playground.training.session.session import Session
from playground.training.weights.matching import best_arrangement, match
from playground.training.weights.reading import read_weights
from playground.training.weights.source import Array, WeightsRefused, state_of
from playground.training.weights.wanted import wanted_of


class StateError(Exception):
    """The weights cannot be taken; the message is a sentence for people."""


def written_state(project: Project, path: Path | None) -> bytes:
    """The weights in a file, or beside a project, as a safetensors file that the written file loads.

    What is not in the file starts as in Playground; without a file all does. Raises StateError where nothing fits,
    CannotCompile and CannotTrain for a project with errors.
    """
    session = Session(project)
    snapshot = session.snapshot()
    if path is None:
        return saved(state_of(snapshot), project)
    try:
        source = read_weights(path)
    except WeightsRefused as error:
        raise StateError(str(error)) from error
    rows = wanted_of(project.graph, session.report.order, snapshot)
    found = match(source, rows, best_arrangement(source, rows))
    if not found.fitting:
        raise StateError(found.words())
    return saved({**state_of(snapshot), **found.values()}, project)


def names_in(project: Project) -> dict[str, str]:
    """The name of every parameter and buffer in the written network, by its name in Playground."""
    return dict(network_code(project.graph).names)


def saved(state: dict[str, Array], project: Project) -> bytes:
    """A state by Playground's names as the bytes of a safetensors file by those of the written network."""
    written = network_code(project.graph)
    names = written.names
    found = {names[name]: np.ascontiguousarray(array) for name, array in state.items() if name in names}
    return save({**found, **{name: found[own] for name, own in written.tied.items() if own in found}})
