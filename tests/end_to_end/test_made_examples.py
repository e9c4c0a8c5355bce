"""Examples that are made while the network learns, in the real window: undo, the past and files go on bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from playground.document import edits
from playground.document.project import Project
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot
from tests.end_to_end.conftest import Person, spirals
from tests.training.experience.sources import declared, graph_of
from tests.training.runs import project, weights


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with declared():
        yield


def stands_at(person: Person, step: int) -> Snapshot:
    person.sees(lambda: person.step == step)
    person.rests()
    live = person.place.feed.live
    assert live is not None
    return live.snapshot


def expected(settings: Project, step: int) -> np.ndarray:
    session = Session(settings, "cpu")
    session.advance(step)
    return weights(session)


def test_what_is_made_depends_on_the_run_and_goes_on_with_it(person: Person, tmp_path: Path) -> None:
    settings = project(graph_of("prioritized-circles"), "adam", rate=0.05).replace(title="Made")
    path = person.opens(settings, tmp_path)
    place = person.place
    person.sees(lambda: place.feed.live is not None)
    place.trainer.take_step(40)
    stands_at(person, 40)
    place.document.edit_graph("Units", edits.set_parameters(person.graph, "layer-1", {"units": 6}))
    person.sees(lambda: place.feed.live is not None and place.feed.live.snapshot.layout.size == 25)
    place.trainer.take_step(5)
    stands_at(person, 45)
    person.undoes()
    np.testing.assert_array_equal(stands_at(person, 40).parameters, expected(settings, 40))
    place.trainer.take_step(20)
    np.testing.assert_array_equal(stands_at(person, 60).parameters, expected(settings, 60))
    assert place.files.save()
    other = tmp_path / "other"
    other.mkdir()
    person.opens(spirals(), other)
    person.sees(lambda: person.step == 0)
    person.window.open_path(path)
    np.testing.assert_array_equal(stands_at(person, 60).parameters, expected(settings, 60))
    place.trainer.take_step(15)
    np.testing.assert_array_equal(stands_at(person, 75).parameters, expected(settings, 75))
