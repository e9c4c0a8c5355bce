"""Views show the same of pictures that are read on demand as of pictures in memory."""

from __future__ import annotations

import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.analysis.question import Question
from playground.analysis.registry import ANALYSES
from playground.analysis.subject import Subject
from playground.data.own import images as own_images
from playground.data.own.files import Reading
from playground.data.own.images import look_at_pictures, pictures_of
from playground.document.project import Project
from playground.editing.starting import starting_project
from tests import own_files
from tests.analysis.subjects import snapshot_of

ELSEWHERE = frozenset({"history", "trail", "runs", "others", "weights"})
"""What is needed by views that look at a run and not at examples."""

TRAINING = frozenset(
    {"race", "luck", "experiment", "search", "cross-validation", "mode-connectivity", "optimizer-xray", "cost-table",
     "ensemble", "convolution-ways"}
)
"""Views that train networks of their own, or tell milliseconds."""


def project(folder: Path) -> Project:
    return starting_project(pictures_of(look_at_pictures(folder, Reading()), 16, False), "Mine")


def expect_alike(found: Any, known: Any, where: str) -> None:
    """Everything in two results is the same, however deep it lies."""
    if is_dataclass(known):
        for one in fields(known):
            expect_alike(getattr(found, one.name), getattr(known, one.name), f"{where}.{one.name}")
    elif isinstance(known, dict):
        assert found.keys() == known.keys(), where
        for key in known:
            expect_alike(found[key], known[key], f"{where}[{key}]")
    elif isinstance(known, list | tuple):
        assert len(found) == len(known), where
        for number, (left, right) in enumerate(zip(found, known, strict=True)):
            expect_alike(left, right, f"{where}[{number}]")
    elif isinstance(known, np.ndarray | float):
        np.testing.assert_allclose(found, known, rtol=1e-4, atol=1e-5, err_msg=where)
    elif isinstance(known, str | int | bool | None):
        assert found == known, where


@pytest.mark.parametrize("one_class", [False, True], ids=["classes", "autoencoder"])
def test_every_view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_class: bool) -> None:
    folder, other = tmp_path / "mine", tmp_path / "moved"
    gone = ("broken.png", "notes.txt", *(("down", "disc") if one_class else ()))
    shutil.copytree(own_files.shapes(), folder, ignore=shutil.ignore_patterns(*gone))
    held = project(folder)
    subjects = [Subject(held.graph)]
    monkeypatch.setattr(own_images, "MOST_NUMBERS", 0)
    shutil.copytree(folder, other)
    subjects.append(Subject(project(other).graph))
    assert [bool(one.network.readers) for one in subjects] == [False, True]
    snapshot = snapshot_of(held.graph)
    shown = 0
    for declaration in ANALYSES:
        if declaration.needs & ELSEWHERE or declaration().why_not(subjects[0].report, held.graph):
            continue
        if declaration.id in TRAINING:
            continue
        known, found = (
            list(declaration().stages(Question(one, snapshot, graph=held.graph, project=held, example=4)))[-1]
            for one in subjects
        )
        expect_alike(found, known, declaration.id)
        shown += 1
    assert shown >= 6
