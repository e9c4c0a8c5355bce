"""Descents as the analysis gives them."""

from __future__ import annotations

from playground.analysis.loss.descent import Descent, DescentAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.project import Project
from tests.training.descents import landscape, side_by_side, went


def looked_at(project: Project, steps: int, at: int | None = None) -> Descent:
    """The descent after some steps; `at` looks back at one of them."""
    session = went(project, steps)
    trail = session.trail.snapshots
    snapshot = trail[-1] if at is None else trail[at]
    question = Question(subject=Subject(project.graph), snapshot=snapshot, trail=trail, project=project)
    return DescentAnalysis(resolution=31).compute(question)


def parabola() -> Descent:
    return looked_at(landscape("sgd", {"learning_rate": 0.1}), 12)


def held_back() -> Descent:
    block = {"function": "typed", "expression": "(x-3)^2 + (y-2)^2", "constraint": "l2", "radius": 2.0}
    return looked_at(landscape("sgd", {"learning_rate": 0.05}, start_x=-3.0, start_y=1.0, **block), 30)


def four_rates() -> Descent:
    return looked_at(side_by_side(1.0, slow=0.1, lands=0.5, swings=1.0, flees=1.1), 12)


def annealed() -> Descent:
    block = {"function": "rastrigin", "start_x": 3.3, "start_y": -2.7}
    return looked_at(landscape("annealing", {"temperature": 4.0}, **block), 60, at=30)
