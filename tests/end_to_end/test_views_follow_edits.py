"""All views that apply stay open while the project is edited: each then shows what it would show if opened only now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.analysis.subject import Subject
from playground.document import edits
from playground.document.files import read
from playground.document.graph import NodeTraining
from playground.document.library import find
from playground.document.project import OpenView, Regularization
from playground.ui.shell.view_dock import ViewDock
from playground.ui.views.registry import VIEWS
from tests.analysis.drawn_views import SMALL
from tests.end_to_end.conftest import Person

PRESETS = {"circles": "Hidden", "sat": "Answers here", "iris": "Answers here"}
ON_DEMAND = frozenset({"race", "luck", "ensemble"})
"""They train for themselves, when a person starts them."""
UNTIMED: dict[str, dict[str, Any]] = {"cost-table": {"timed": False}}
"""Milliseconds are others each time."""
STEPS = 12


def small_options(identifier: str) -> dict[str, Any]:
    """What makes a view quick, where it has such an option."""
    infos = {info.name: info for info in VIEWS[identifier].analysis.parameter_infos()}
    small = {name: max(most, int(infos[name].minimum or 0)) for name, most in SMALL.items() if name in infos}
    return {**small, **UNTIMED.get(identifier, {})}


def shown(result: Any) -> tuple[list[str], list[list[Any]]]:
    names, rows = result.table()
    return names, [list(row) for row in rows]


def same(first: Any, second: Any) -> bool:
    """Two tables, NaN like NaN; numbers may differ in the last digits, as torch sums in another order."""
    if first[0] != second[0] or len(first[1]) != len(second[1]):
        return False
    cells = zip((cell for row in first[1] for cell in row), (cell for row in second[1] for cell in row), strict=True)
    return all(
        one == other
        or (isinstance(one, float | int) and isinstance(other, float | int)
            and np.isclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True))
        for one, other in cells
    )  # fmt: skip


def opened_only_now(person: Person, dock: ViewDock) -> Any:
    """The last result of what the view wants, of a network built anew for the document as it is now."""
    docks, graph = person.place.views, person.graph
    question = person.place.feed.question(
        dock.view.wanted(), graph, person.project, node=docks.node or None, example=docks.example, weights=docks.weights
    )
    subject = Subject(graph)
    if question.snapshot is not None:
        subject.load(question.snapshot)
    return list(dock.view.wanted().stages(replace(question, subject=subject)))[-1]


def given(view: Any) -> Any:
    """What a view shows: its result or, where a person has yet to press Start, what it offers."""
    return view.result if view.result is not None else getattr(view, "offer", None)


def all_have_answered(person: Person) -> bool:
    return not person.place.analyst.any_busy() and all(
        dock.asked_for and (given(dock.view) is not None or dock.view.message)
        for dock in person.place.views.docks.values()
    )


@pytest.mark.parametrize("name", PRESETS)
def test_open_views_show_the_document_as_it_is_now(
    name: str, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ViewDock, "seen", property(lambda _dock: True))
    project = read(find(name))
    person.opens(project, tmp_path)
    docks = person.place.views
    applying = [one for one in VIEWS if one not in ON_DEMAND and not docks.why_not(one)]
    views = tuple(OpenView(view=one, options=small_options(one)) for one in applying)
    person.opens(project.replace(title="All views", views=views), tmp_path)
    person.sees(lambda: person.place.feed.frame is not None)
    person.place.trainer.take_step(STEPS)
    person.sees(lambda: person.step == STEPS)
    person.rests()
    person.sees(lambda: all_have_answered(person), timeout=60_000)
    document = person.place.document
    block = next(node for node in document.graph.nodes if document.report.blocks[node.id].family == "dense")
    document.edit_graph("Rename", edits.replace_node(document.graph, block.replace(title=PRESETS[name])))
    block = document.graph.node(block.id)
    frozen = block.replace(training=NodeTraining(trainable=False))
    document.edit_graph("Freeze", edits.replace_node(document.graph, frozen))
    training = document.project.training.replace(regularization=Regularization(l2=0.5))
    document.apply("Decay", document.project.replace(training=training, title="Retitled"))
    for _ in range(2):  # what is asked only at the next pulse
        person.rests()
        person.sees(lambda: all_have_answered(person), timeout=60_000)
    wrong = [
        one for one, dock in docks.docks.items()
        if given(dock.view) is not None and not same(shown(given(dock.view)), shown(opened_only_now(person, dock)))
    ]  # fmt: skip
    answered = sum(given(dock.view) is not None for dock in docks.docks.values())
    assert not wrong
    assert answered > len(applying) / 2
