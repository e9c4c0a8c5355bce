"""Every kind of remedy, pressed in the window: the fault is gone, and undo brings the document back as it was."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from playground.blocks.registry import BLOCKS
from playground.document.graph import Choice, Graph
from playground.document.project import Project, TrainingSettings
from playground.network.check import Problem, check
from playground.training.readiness import refusals
from tests.editing.test_every_fix import graphs_of
from tests.end_to_end.conftest import LEFT, Person
from tests.network.small_graphs import chain, node, wired

MOST_GRAPHS = 60
"""Of each block; all of them are tried without the window."""
FAMILIES = sorted({cls.family for cls in BLOCKS})


def cases(family: str) -> list[tuple[Graph, Problem, int]]:
    """One graph for each kind of remedy that the blocks of a family offer."""
    found: dict[tuple[object, ...], tuple[Graph, Problem, int]] = {}
    for block in (cls.id for cls in BLOCKS if cls.inputs and cls.family == family):
        for graph in islice(graphs_of(block), MOST_GRAPHS):
            for problem in check(graph).errors():
                for place, fix in enumerate(problem.fixes):
                    kind = (block, fix.action, fix.block, tuple(sorted(fix.parameters)), fix.port)
                    if problem.node == "tried" and fix.action != "ask":
                        found.setdefault(kind, (graph, problem, place))
    return list(found.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_remedy_that_is_pressed_in_the_window_mends_and_can_be_undone(person: Person, family: str) -> None:
    wrong: list[str] = []
    for graph, problem, place in cases(family):
        document = person.place.document
        document.open(Project(graph=graph))
        person.place.canvas.select([problem.node])
        fix = problem.fixes[place]
        button = next(one for one in person.place.inspector.block.problems.buttons if one.fix == fix)
        before = document.project
        QTest.mouseClick(button, LEFT)
        left = {(one.node, one.message) for one in check(document.graph).errors()}
        if document.project == before or (problem.node, problem.message) in left:
            wrong.append(f"“{fix.label}” leaves: {problem.message}")
        document.undo_stack.undo()
        if document.project != before:
            wrong.append(f"undo of “{fix.label}” leaves something")
        document.undo_stack.setClean()
    assert wrong == []


def uneven() -> Project:
    """Two data blocks with different numbers of examples."""
    graph = wired(
        [
            node("one", "moons", examples=40), node("two", "moons", examples=60), node("joined", "concatenate"),
            node("logits", "dense", units=2, activation="identity"), node("loss", "cross-entropy"),
        ],
        "one.features > joined", "two.features > joined", "joined > logits", "logits > loss.prediction",
        "one.target > loss.target",
    )  # fmt: skip
    return Project(graph=graph)


def large() -> Project:
    """Newton with more weights than it can take."""
    graph = chain(
        node("data", "moons", examples=40), node("hidden", "dense", units=300),
        node("logits", "dense", units=2, activation="identity"), loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    return Project(graph=graph, training=TrainingSettings(optimizer=Choice(id="newton"), batch_size=0))


@pytest.mark.parametrize("project", [uneven(), large()], ids=["uneven", "large"])
def test_what_only_training_refuses_is_mended_by_a_button_too(person: Person, tmp_path: Path, project: Project) -> None:
    (problem, *_) = refusals(project, check(project.graph))
    person.opens(project.replace(title="refused"), tmp_path)
    bar = person.place.messages
    person.sees(lambda: bool(bar.text))
    before = person.project
    for label in [label for label in bar.buttons() if label not in ("Dismiss", "Choose a file…")]:
        bar.press(label)
        mended = person.project
        assert mended != before, label
        assert refusals(mended, check(mended.graph)) == (), label
        person.undoes()
        assert person.project == before
        person.place.trainer.play()
        person.sees(lambda label=label: label in bar.buttons())
    assert problem.message
