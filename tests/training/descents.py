"""Runs that go down a landscape without data."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.document.graph import Choice, Graph, NodeTraining
from playground.document.project import Project, TrainingSettings
from playground.training.session.session import Session
from tests.network.small_graphs import node


def landscape(
    optimizer: str = "sgd",
    numbers: dict[str, Any] | None = None,
    seed: int = 1,
    settings: dict[str, Any] | None = None,
    **block: Any,
) -> Project:  # fmt: skip
    """A project with a single test function."""
    choice = Choice(id=optimizer, parameters=numbers or {})
    training = TrainingSettings.model_validate({"optimizer": choice, **(settings or {})})
    return Project(graph=Graph(nodes=(node("f", "test-function", **block),)), training=training, seed=seed)


def side_by_side(rate: float, **factors: float) -> Project:
    """Several parabolas x² from 2, each with its own factor of the learning rate."""
    nodes = tuple(
        node(name, "test-function", function="square", start_x=2.0).replace(
            training=NodeTraining(learning_rate_factor=factor)
        )
        for name, factor in factors.items()
    )
    choice = Choice(id="sgd", parameters={"learning_rate": rate})
    return Project(graph=Graph(nodes=nodes), training=TrainingSettings(optimizer=choice))


def went(project: Project, steps: int) -> Session:
    """A session after some steps."""
    session = Session(project, "cpu")
    session.advance(steps)
    return session


def place(session: Session, name: str = "f") -> NDArray[np.float64]:
    """Where it stands."""
    found: NDArray[np.float64] = session.snapshot().array(f"{name}.position")
    return found
