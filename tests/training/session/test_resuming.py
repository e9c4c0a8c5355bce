"""Opening a project with its weights: the whole book of runs comes back, and what is damaged is left out and said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from playground.document.files import to_json
from playground.document.pairing import fingerprint, weights_of, write_pair
from playground.document.project import Project
from playground.training.history import Curve, Moment, joined_neighbours
from playground.training.opening import open_project
from playground.training.saving.checkpoint import Checkpoint, read_checkpoint
from playground.training.saving.earlier_runs import Branched, RunBook, SavedRun, add_runs, left_out_words, saved_runs
from playground.training.session.resuming import opened
from playground.training.session.session import Session

FIXTURE = Path(__file__).parents[2] / "fixtures" / "spirals-small.json"


def trained(steps: int = 60) -> Session:
    session = Session(open_project(FIXTURE), "cpu")
    session.advance(steps)
    return session


def save(folder: Path, checkpoint: Checkpoint, project: Project) -> Path:
    path, text = folder / "mine.json", to_json(project).encode()
    write_pair(path, text, checkpoint.to_bytes(fingerprint(text)))
    found = weights_of(path)
    assert found is not None and found.matches
    return found.path


def test_the_best_moment_is_the_same_after_reopening_and_stays_the_best(tmp_path: Path) -> None:
    session = trained(200)
    best = session.trail.best
    assert best is not None
    again = opened(session.project, save(tmp_path, session.checkpoint(), session.project), "cpu").session
    assert again.trail.best is not None and again.trail.best.step == best.step
    np.testing.assert_array_equal(again.trail.best.parameters, best.parameters)
    session.advance(100)
    again.advance(100)
    assert session.trail.best is not None and again.trail.best.step == session.trail.best.step
    np.testing.assert_array_equal(again.snapshot().parameters, session.snapshot().parameters)


@pytest.mark.parametrize("column", range(7))
def test_a_curve_with_nan_loses_the_damaged_points_and_learning_goes_on(tmp_path: Path, column: int) -> None:
    session = trained()
    checkpoint = session.checkpoint()
    rows = checkpoint.tensors["curve/train_loss"].clone()
    rows[2, column] = float("nan")
    checkpoint.tensors["curve/train_loss"] = rows
    found = opened(session.project, save(tmp_path, checkpoint, session.project), "cpu")
    assert "1 of" in found.problem and "train loss" in found.problem and "left out" in found.problem
    found.session.tell_everything()
    assert found.session.step == 60 and len(found.session.history.curves["train_loss"]) == len(rows) - 1
    assert found.session.advance(20) == 20


def test_moments_out_of_order_and_marks_without_a_moment_are_left_out(tmp_path: Path) -> None:
    session = trained()
    checkpoint = session.checkpoint()
    rows = checkpoint.tensors["curve/train_loss"].clone()
    rows[1, 0] = 1e9
    checkpoint.tensors["curve/train_loss"] = rows
    checkpoint.meta["marks"] = [[[1, float("inf"), 3, 4.0], "odd"], [[1, 0.1, 3, 4.0], "good"]]
    found = opened(session.project, save(tmp_path, checkpoint, session.project), "cpu").session
    steps = found.history.curves["train_loss"].data().step
    assert (np.diff(steps) >= 0).all()
    assert [mark.text for mark in found.history.marks] == ["good"]


def test_every_run_comes_back_and_goes_on_bit_for_bit(tmp_path: Path) -> None:
    session, other = trained(60), trained(90)
    run = SavedRun(
        1, other.project.replace(title="First"), other.snapshot(), other.history, other.trail.snapshots, pinned=True,
        latest=other.latest, finished="Enough.",
    )  # fmt: skip
    checkpoint = session.checkpoint()
    add_runs(checkpoint, RunBook((run,), 2, Branched(1, 30), 0.5))
    found = opened(session.project, save(tmp_path, checkpoint, session.project), "cpu")
    assert (found.runs.number, found.runs.origin, found.runs.began) == (2, Branched(1, 30), 0.5)
    (back,) = found.runs.resting
    assert (back.project.title, back.snapshot.step, back.finished, back.pinned) == ("First", 90, "Enough.", True)
    assert back.latest == other.latest
    on = Session(other.project, "cpu")
    on.branch_from(back.snapshot, back.history, back.trail)
    on.advance(50)
    other.advance(50)
    np.testing.assert_array_equal(on.snapshot().parameters, other.snapshot().parameters)


def test_a_damaged_run_is_left_out_and_the_others_stay() -> None:
    session = trained(20)
    runs = [SavedRun(n, session.project, session.snapshot(), session.history) for n in (1, 2)]
    checkpoint = session.checkpoint()
    add_runs(checkpoint, RunBook(tuple(runs), 3))
    checkpoint.tensors["run/1/trail/parameters"] = torch.full((1, 3), float("nan"))
    assert [run.number for run in saved_runs(checkpoint).resting] == [2]
    checkpoint.meta["run"] = {"number": "x"}
    assert saved_runs(checkpoint).number == 3
    checkpoint.meta["runs"] = 7
    assert saved_runs(checkpoint).resting == ()


def test_a_file_grows_by_a_bounded_part_for_many_long_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    session = trained(300)
    curve = session.history.curves["train_loss"] = Curve()
    for step in range(3_000):
        curve.append(Moment(step, step / 10, step, step / 100), step)
    runs = [SavedRun(n, session.project, session.snapshot(), session.history, session.trail.snapshots)
            for n in range(1, 41)]  # fmt: skip
    alone = session.checkpoint()
    checkpoint = session.checkpoint()
    add_runs(checkpoint, RunBook(tuple(runs), 41))
    extra = len(checkpoint.to_bytes()) - len(alone.to_bytes())
    assert extra < 40 * 2**20
    curve_back = saved_runs(checkpoint).resting[0].history.curves["train_loss"].data()
    assert len(curve_back.step) <= 1_000
    assert (curve_back.low.min(), curve_back.high.max(), curve_back.step[-1]) == (0.0, 2999.0, 2999.0)
    monkeypatch.setattr("playground.training.saving.earlier_runs.LAST_BYTES", 3 * session.snapshot().nbytes)
    few = session.checkpoint()
    without = add_runs(few, RunBook(tuple(runs), 41))
    assert without == tuple(range(1, 38)) and not left_out_words(())
    assert left_out_words((2, 5)).startswith("Runs 2 and 5 are not in the file:")
    assert [run.number for run in saved_runs(few).resting] == [38, 39, 40]


def test_joined_neighbours_keep_the_extremes_and_the_last_point() -> None:
    rows = np.stack([np.arange(7.0)] * 7, axis=1)
    joined = joined_neighbours(rows, 4)
    assert joined[:, 0].tolist() == [1.0, 3.0, 5.0, 6.0]
    assert (joined[:, 5].min(), joined[:, 6].max()) == (0.0, 6.0)
    assert joined[0, 4] == 0.5


def test_weights_wait_for_a_project_with_errors(tmp_path: Path) -> None:
    session = trained()
    path = save(tmp_path, session.checkpoint(), session.project)
    broken = session.project.replace(graph=session.project.graph.replace(edges=session.project.graph.edges[1:]))
    found = opened(broken, path, "cpu")
    assert found.waiting and found.session.step == 60
    found.session.apply(session.project)
    np.testing.assert_array_equal(found.session.snapshot().parameters, session.snapshot().parameters)


def test_weights_that_cannot_be_read_are_said_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"nonsense")
    found = opened(open_project(FIXTURE), path, "cpu")
    assert found.session.step == 0 and "cannot be read" in found.problem
    assert path.read_bytes() == b"nonsense"
    assert read_checkpoint(save(tmp_path, trained(5).checkpoint(), open_project(FIXTURE))).meta["step"] == 5
