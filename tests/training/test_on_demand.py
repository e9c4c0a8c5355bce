"""A network that reads its pictures while it learns learns what it would from those in memory, bit for bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from playground.data.own import images as own_images
from playground.data.own.files import Reading
from playground.data.own.images import look_at_pictures, pictures_of
from playground.document.project import Project
from playground.editing.starting import starting_project
from playground.training.session.session import Session
from tests import own_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(own_files.shapes(), tmp_path / "mine", ignore=shutil.ignore_patterns("broken.png", "notes.txt"))
    return tmp_path / "mine"


def project(folder: Path) -> Project:
    """By torch's engine, which takes all networks."""
    found = starting_project(pictures_of(look_at_pictures(folder, Reading()), 16, False), "Mine")
    return found.model_copy(update={"training": found.training.model_copy(update={"engine": "torch"})})


@pytest.mark.parametrize("one_class", [False, True], ids=["classes", "autoencoder"])
def test_the_same_run_and_the_same_numbers(folder: Path, monkeypatch: pytest.MonkeyPatch, one_class: bool) -> None:
    if one_class:
        for name in ("down", "disc"):
            shutil.rmtree(folder / name)
    held = Session(project(folder), device="cpu")
    monkeypatch.setattr(own_images, "MOST_NUMBERS", 0)
    shutil.move(folder, folder.with_name("moved"))  # another path is other data, and not those that are prepared
    read = Session(project(folder.with_name("moved")), device="cpu")
    assert read.learner.model.network.readers and not held.learner.model.network.readers
    assert read.learner.engine.arrays is None
    expected = read.learner.experience.upcoming(3)[0]
    for session in (held, read):
        for _ in range(5):
            session.advance(1)
    np.testing.assert_array_equal(read.snapshot().parameters, held.snapshot().parameters)
    assert len(expected) == 3 and expected.dim() == 1
    for name, value in held.evaluate(full=True).items():
        assert read.evaluate(full=True)[name] == pytest.approx(value, abs=1e-6), name
    before = read.snapshot()
    read.advance(3)
    after = read.snapshot()
    again = Session(read.project, device="cpu")
    again.learner.stand_at(before)
    again.advance(3)
    np.testing.assert_array_equal(again.snapshot().parameters, after.parameters)
