"""A network kept for graphs of one structure answers with the titles and settings of the graph of the question."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from playground.analysis.base import Analysis, NothingToShow
from playground.analysis.question import Question
from playground.analysis.registry import ANALYSES
from playground.analysis.subject import Subject
from playground.document.project import Project
from playground.training.session.session import Session
from tests.analysis.drawn_views import TRAINING
from tests.end_to_end.conftest import spirals

APART = TRAINING | {"runs", "curves"}
"""They train networks of their own, or look at no network."""


@pytest.fixture(scope="module")
def learned() -> Session:
    session = Session(spirals())
    session.advance(60)
    return session


def changed(project: Project) -> Project:
    """The same blocks and wires, but the first layer is frozen and has a name."""
    nodes = tuple(
        node.replace(title="Renamed", training=node.training.replace(trainable=False)) if node.id == "dense-1" else node
        for node in project.graph.nodes
    )
    return project.replace(graph=project.graph.replace(nodes=nodes))


def answer(
    cls: type[Analysis], subject: Subject, project: Project, learned: Session, **options: Any
) -> Any:
    question = Question(
        subject=subject, snapshot=learned.snapshot(), trail=learned.trail.snapshots, project=project,
        history={name: curve.data() for name, curve in learned.history.curves.items()},
    )  # fmt: skip
    try:
        *_, whole = cls(**options).stages(question)
    except NothingToShow as nothing:
        return str(nothing)
    return whole.table(), _words(whole)


def _words(result: Any) -> list[str]:
    """All texts of a result, however deep: titles, above all."""
    if isinstance(result, str):
        return [result]
    if dataclasses.is_dataclass(result):
        parts: Any = [getattr(result, field.name) for field in dataclasses.fields(result)]
    elif isinstance(result, dict):
        parts = [*result.keys(), *result.values()]
    else:
        parts = result if isinstance(result, list | tuple) else []
    return [word for part in parts for word in _words(part)]


@pytest.mark.parametrize("cls", [cls for cls in ANALYSES if cls.id not in APART], ids=lambda cls: cls.id)
def test_a_kept_network_answers_for_the_graph_of_the_question(cls: type[Analysis], learned: Session) -> None:
    before, after = learned.project, changed(learned.project)
    kept, fresh = Subject(before.graph), Subject(after.graph)
    if cls().why_not(kept.report, before.graph):
        pytest.skip("does not apply to points and dense layers")
    answer(cls, kept, before, learned)  # what is remembered must not be taken for the answer to the next question
    _same(answer(cls, kept.about(after.graph), after, learned), answer(cls, fresh, after, learned))


def _same(left: Any, right: Any) -> None:
    if isinstance(left, str) or isinstance(right, str):
        assert left == right
        return
    (names, rows), words = left
    (other_names, other_rows), other_words = right
    timed = [number for number, name in enumerate(names) if "second" in name or name.startswith("ms")]
    assert names == other_names and len(rows) == len(other_rows)
    for row, other in zip(rows, other_rows, strict=True):
        for column, (one, two) in enumerate(zip(row, other, strict=True)):
            if column not in timed:
                assert one == two or np.isclose(one, two, rtol=1e-6, equal_nan=True)
    assert words == other_words


@pytest.mark.parametrize(
    ("identifier", "options"),
    [("loss-surface", {"directions": "random"}), ("curvature", {}), ("gradient-flow", {})],
)
def test_a_frozen_block_changes_the_answer(identifier: str, options: dict[str, Any], learned: Session) -> None:
    cls = next(one for one in ANALYSES if one.id == identifier)
    before, after = learned.project, changed(learned.project)
    kept = Subject(before.graph)
    free = answer(cls, kept, before, learned, **options)
    frozen = answer(cls, kept.about(after.graph), after, learned, **options)
    assert repr(frozen) != repr(free)


def test_weights_are_loaded_once_for_all_questions(learned: Session) -> None:
    first = Subject(learned.project.graph)
    second = first.about(changed(learned.project).graph)
    early, late = learned.trail.snapshots[0], learned.snapshot()
    first.load(early)
    second.load(late)
    first.load(early)
    name = "dense-1.weight"
    shown = dict(second.network.named_parameters())[name].detach().numpy()
    assert np.array_equal(shown, early.array(name)) and not np.array_equal(shown, late.array(name))
