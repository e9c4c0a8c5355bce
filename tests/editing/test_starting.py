"""The first network for a person's data: sound for every kind of data, and it learns."""

from __future__ import annotations

import pytest

from playground.data.registry import CATALOGUE
from playground.document.files import parse, to_json
from playground.document.project import Project
from playground.editing.starting import starting_project
from playground.network.check import check
from playground.training.session.session import Session
from tests import own_files

OWN = ("own-table", "own-table-numbers", "own-table-labels", "own-table-columns",
       "own-images", "own-text", "own-labelled-texts")


def made(block: str) -> Project:
    parameters = own_files.parameters_of(block) if block in OWN else {}
    return starting_project(CATALOGUE[block].model_validate(parameters), "Mine")


@pytest.mark.parametrize("block", [*OWN, "digits", "circles", "bumps", "remember-first"])
def test_a_network_that_fits_starts_at_once(block: str) -> None:
    project = made(block)
    report = check(project.graph)
    assert report.ok and not report.problems
    assert parse(to_json(project)) == project
    places = [(node.position.y, node.position.x) for node in project.graph.nodes]  # row by row, none on another
    assert places == sorted(set(places))


@pytest.mark.parametrize(
    ("block", "metric", "bound", "steps"),
    [
        ("own-table", "validation_accuracy", 0.9, 200),
        ("own-images", "validation_accuracy", 0.8, 60),
        ("own-text", "validation_accuracy", 0.5, 60),
        ("own-labelled-texts", "test_accuracy", 0.9, 60),
    ],
)
def test_it_learns(block: str, metric: str, bound: float, steps: int) -> None:
    session = Session(made(block), "cpu")
    session.advance(steps)
    assert session.evaluate()[metric] >= bound


def test_rows_without_a_target_are_drawn_again() -> None:
    project = made("own-table-columns")
    assert [node.block for node in project.graph.nodes] == ["own-table-columns", *["dense"] * 4, "mean-squared-error"]
    session = Session(project, "cpu")
    before = session.evaluate()["validation_loss"]
    session.advance(300)
    assert session.evaluate()["validation_loss"] < 0.5 * before


def test_a_number_is_learned() -> None:
    session = Session(made("own-table-numbers"), "cpu")
    before = session.evaluate()["validation_loss"]
    session.advance(300)
    assert session.evaluate()["validation_loss"] < 0.1 * before
