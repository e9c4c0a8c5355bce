"""Looking at drawn projects: every view with drawn options gives a result, or says in words why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import numpy as np

from playground.analysis.base import Analysis, NothingToShow
from playground.analysis.question import Question
from playground.analysis.registry import ANALYSES
from playground.analysis.run.companion import CompanionAnalysis
from playground.analysis.subject import Subject
from playground.training.session.session import Session
from tests.network.drawn_projects import drawn_parameters

TRAINING = frozenset({"race", "luck", "ensemble", "experiment", "search", "cross-validation", "mode-connectivity"})
"""They train networks of their own."""
HEAVY = TRAINING | {"curvature"}
"""They train or iterate for themselves; one in four is looked at."""
SMALL = {
    "resolution": 40,
    "steps": 20,
    "starts": 2,
    "examples": 50,
    "epochs": 2,
    "seeds": 3,
    "count": 40,
    "moments": 20,
    "trials": 3,
    "repeats": 2,
}
"""Most that is drawn of what only takes longer when there is more of it."""


def short_analysis(cls: type[Analysis]) -> Analysis:
    """The analysis as it is at first, but with little training of its own."""
    usual = cls().parameters() if cls.id in TRAINING else {}
    return cls(**{name: most for name, most in SMALL.items() if name in usual and not 0 < usual[name] <= most})


def drawn_analysis(luck: Random, cls: type[Analysis]) -> Analysis:
    """The analysis with some options of its declaration, strange but valid."""
    options = drawn_parameters(luck, cls)
    bounds = {info.name: info for info in cls.parameter_infos()}
    for name, most in SMALL.items():
        if name in options and isinstance(options[name], int | float) and options[name] > most:
            options[name] = max(most, int(bounds[name].minimum or 0))
    try:
        return cls.model_validate(options)
    except ValueError:
        return cls()


def looks(luck: Random, session: Session, views: int = 4) -> Iterator[str]:
    """Look at a session through some of the views that apply, and listen to the companion. Yields the ids.

    Whatever is raised but NothingToShow is a fault of the view.
    """
    project = session.project
    subject = Subject(project.graph)
    snapshot = session.snapshot()
    subject.load(snapshot)
    everything: dict[str, Any] = {
        "snapshot": snapshot,
        "history": {name: one.data() for name, one in session.history.curves.items()},
        "marks": tuple(session.history.marks), "trail": session.trail.snapshots, "project": project,
        "example": luck.choice((0, 1, 2**31 - 1)),
        "node": luck.choice((None, *(node.id for node in project.graph.nodes))),
    }  # fmt: skip
    CompanionAnalysis().compute(Question(subject=subject, **everything))
    chosen = [cls for cls in ANALYSES if cls.id not in HEAVY or luck.random() < 0.25]
    luck.shuffle(chosen)
    left = views
    for cls in chosen:
        if not left:
            return
        analysis = drawn_analysis(luck, cls)
        if analysis.why_not(session.report, project.graph):
            continue
        left -= 1
        question = Question(subject=subject, cancelled=_patience(200), **everything)
        try:
            for result in analysis.stages(question):
                _whole(result.table())
        except NothingToShow as nothing:
            assert str(nothing).strip(), f"{cls.id} says nothing"
        except Exception as error:
            if type(error).__name__ != "Cancelled":
                error.add_note(f"view {cls.id} with {analysis.parameters()}")
                raise
        yield cls.id


def _patience(looks: int) -> Callable[[], bool]:
    left = iter(range(looks))
    return lambda: next(left, None) is None


def _whole(table: Any) -> None:
    names, rows = table
    assert names and all(len(row) == len(names) for row in rows[:5])
    np.asarray([str(cell) for row in rows[:50] for cell in row])
