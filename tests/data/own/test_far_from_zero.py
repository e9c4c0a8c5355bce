"""Numbers far from zero, such as seconds since 1970, keep their digits wherever a person sees them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.analysis.answers.decision_boundary import DecisionBoundaryAnalysis
from playground.analysis.answers.probe import ProbeAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.data.own.first import first_guess
from playground.data.preparation import prepare
from playground.data.preview import preview
from playground.editing.starting import starting_project
from playground.training.session.session import Session

START = 1_700_000_000


@pytest.fixture
def seconds(tmp_path: Path) -> Path:
    """60 rows, ten seconds apart and not in order; the later half is of class b."""
    generator = np.random.default_rng(3)
    rows = [(START + 10 * int(n), generator.uniform(0, 500), "ab"[int(n) >= 30]) for n in generator.permutation(60)]
    path = tmp_path / "seconds.csv"
    path.write_text("\n".join(["second,level,kind", *(f"{s},{level:.1f},{kind}" for s, level, kind in rows)]))
    return path


def test_the_preview_shows_every_second(seconds: Path) -> None:
    shown = preview(prepare(first_guess(seconds).dataset), "train", 100)
    times = [row[0] for row in shown.rows]
    assert len(set(times)) == len(times) == 42
    assert max(abs((float(time) - START) / 10 % 1 - 0.5) for time in times) == pytest.approx(0.5, abs=1e-3)
    assert shown.points is not None and len(np.unique(shown.points[:, 0])) == 42


def test_the_plane_and_the_probe_keep_the_seconds(seconds: Path) -> None:
    project = starting_project(first_guess(seconds).dataset, "Seconds")
    session = Session(project, "cpu")
    question = Question(subject=Subject(project.graph), snapshot=session.snapshot())
    plane = DecisionBoundaryAnalysis(resolution=40).compute(question)
    xy = plane.points["train"].xy
    assert len(np.unique(xy[:, 0])) == 42
    assert np.abs((xy[:, 0] - START) / 10 - np.round((xy[:, 0] - START) / 10)).max() < 1e-3
    near = [
        ProbeAnalysis(placed=True, x=START + second, y=250.0).compute(question).probe.seen[0] for second in (300, 301)
    ]
    assert near[1] > near[0]
    steps = np.diff(plane.xs)
    assert steps.max() == pytest.approx(steps.min(), rel=1e-3)
