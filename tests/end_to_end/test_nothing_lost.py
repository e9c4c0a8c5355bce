"""What was built or learned is in a file or kept for later, whatever a person does next."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMessageBox

from playground.document import pairing
from playground.document.kept_work import SafetyCopy, kept_works
from playground.document.library import paths
from playground.document.pairing import weights_path
from playground.paths import PRESETS
from tests.end_to_end.conftest import Person, spirals


def learns(person: Person, steps: int) -> None:
    """Train for so many steps, and look at the last."""
    person.sees(lambda: person.place.feed.frame is not None)
    start = person.step
    person.place.trainer.take_step(steps)
    person.sees(lambda: person.step == start + steps)
    person.rests()


def opens_preset(person: Person, name: str) -> None:
    run = -1 if person.place.feed.live is None else person.place.feed.live.run
    person.window.open_path(paths()[name])
    person.sees(lambda: person.place.feed.live is not None and person.place.feed.live.run > run)


def continues(person: Person) -> None:
    """Press the first card of “Continue where you were”."""
    run = -1 if person.place.feed.live is None else person.place.feed.live.run
    person.place.show_gallery()
    person.window.gallery.kept.cards[0].click()
    person.sees(lambda: person.place.feed.live is not None and person.place.feed.live.run > run)


def weights(person: Person) -> np.ndarray:
    assert person.place.feed.live is not None
    return person.place.feed.live.snapshot.parameters.copy()


def marked(person: Person) -> bool:
    return "•" in person.window.windowTitle()


def test_a_preset_that_learned_is_kept_without_asking_and_comes_back_from_the_gallery(person: Person) -> None:
    opens_preset(person, "spirals")
    assert not marked(person)
    learns(person, 420)
    assert marked(person)
    before, title = weights(person), person.project.title
    person.drops("dense", person.at(300, 400))
    blocks = len(person.graph.nodes)
    opens_preset(person, "xor")
    assert not marked(person)
    (work,) = kept_works()
    assert (work.title, work.step, work.left) == (title, 420, True)
    assert work.picture is not None and work.source == paths()["spirals"]
    continues(person)
    assert (person.project.title, len(person.graph.nodes), person.step) == (title, blocks, 420)
    np.testing.assert_array_equal(weights(person), before)
    assert marked(person) and person.place.document.path is None
    assert kept_works() == []


def test_work_on_a_preset_whose_folder_has_another_name_since_comes_back_too(person: Person) -> None:
    opens_preset(person, "spirals")
    learns(person, 20)
    title, before = person.project.title, weights(person)
    opens_preset(person, "xor")
    (work,) = kept_works()
    earlier = PRESETS / "2-playground-classics" / "spirals.json"
    about = {"title": title, "source": str(earlier), "left": True}
    work.path.with_suffix(".about").write_text(json.dumps(about), encoding="utf-8")
    assert not earlier.parent.exists() and kept_works()[0].source == earlier
    continues(person)
    assert (person.project.title, person.step, person.place.document.path) == (title, 20, None)
    np.testing.assert_array_equal(weights(person), before)


def test_closing_the_window_keeps_the_run(person: Person, tmp_path: Path) -> None:
    path = person.opens(spirals(), tmp_path)
    learns(person, 30)
    person.window.close()
    assert not person.window.isVisible()
    (work,) = kept_works()
    assert (work.source, work.step) == (path, 30)
    assert not weights_path(path).exists()


def test_a_file_with_newer_work_says_so_and_continues_it_and_saving_retires_it(person: Person, tmp_path: Path) -> None:
    path = person.opens(spirals(), tmp_path)
    learns(person, 20)
    person.place.files.new()
    assert person.place.document.path is None
    person.window.open_path(path)
    person.sees(lambda: person.place.feed.live is not None)
    assert "step 20" in person.place.messages.text
    person.place.messages.press("Continue where you were")
    person.sees(lambda: person.step == 20)
    assert person.place.document.path == path and marked(person)
    assert person.place.files.save()
    assert not marked(person)
    assert kept_works() == [] and weights_path(path).is_file()
    person.place.files.new()
    person.window.open_path(path)
    person.sees(lambda: person.step == 20)
    assert not marked(person) and person.place.messages.text == ""


def test_work_of_a_crash_is_not_offered_again_once_it_was_saved(person: Person, tmp_path: Path) -> None:
    path = person.opens(spirals(), tmp_path)
    copy = SafetyCopy()
    copy.save(spirals().replace(title="From before"), path)
    copy.lock.close()  # type: ignore[union-attr]
    person.place.offer_recovery()
    person.place.messages.press("Restore")
    person.sees(lambda: person.project.title == "From before")
    learns(person, 5)
    assert person.place.files.save()
    assert person.place.files.crashed() is None
    assert list(copy.path.parent.glob("*.json")) == []


def test_only_when_the_weights_stand_is_the_project_clean_and_the_copy_is_tried_again(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = person.opens(spirals(), tmp_path)
    before = path.read_bytes()
    learns(person, 10)
    real, full = pairing.write_atomically, [True]

    def sometimes_full(file: Path, content: bytes) -> None:
        if full[0] and file.name.endswith(".pending"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, content)

    monkeypatch.setattr(pairing, "write_atomically", sometimes_full)
    assert not person.place.files.save()
    assert marked(person) and "No space left" in person.place.messages.text
    assert path.read_bytes() == before and not weights_path(path).exists()
    keeper = person.place.files.keeper
    with person.qtbot.waitSignal(person.place.trainer.saved):
        keeper.autosave()
    assert not keeper.copy.exists
    full[0] = False
    with person.qtbot.waitSignal(person.place.trainer.saved):
        keeper.autosave()
    assert keeper.copy.exists
    with person.qtbot.assertNotEmitted(person.place.trainer.saved, wait=50):
        keeper.autosave()
    assert person.place.files.save() and not marked(person)


@pytest.mark.parametrize(("takes", "rest"), [(0, 60_000), (400, 59_200), (20_000, 20_000), (45_000, 5_000)])
def test_a_copy_that_takes_long_makes_the_next_begin_earlier(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes: int, rest: int
) -> None:
    """Between the beginning of a copy and the end of the next there is at most a minute."""
    person.opens(spirals(), tmp_path)
    keeper = person.place.files.keeper
    monkeypatch.setattr(keeper, "_since", SimpleNamespace(start=lambda: None, elapsed=lambda: takes))
    learns(person, 5)
    with person.qtbot.waitSignal(person.place.trainer.saved):
        keeper.autosave()
    assert keeper.timer.interval() == rest
    keeper.autosave()  # nothing new: what is edited from now on may wait as long
    assert keeper.timer.interval() == max(5_000, 60_000 - takes)


def test_a_file_that_was_changed_outside_is_not_replaced_silently(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = person.opens(spirals(), tmp_path)
    learns(person, 5)
    path.write_bytes(path.read_bytes().replace(b"Spirals here", b"By another"))
    asked: list[str] = []
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Yes]

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        return int(answers.pop(0).value)

    monkeypatch.setattr(QMessageBox, "exec", answer)
    assert not person.place.files.save()
    assert b"By another" in path.read_bytes() and "changed" in asked[0]
    assert person.place.files.save()
    assert b"Spirals here" in path.read_bytes()
    assert person.place.files.save() and len(asked) == 2


def test_coming_back_to_the_window_says_when_the_file_was_changed(person: Person, tmp_path: Path) -> None:
    path = person.opens(spirals(), tmp_path)
    person.sees(lambda: person.place.feed.live is not None)
    active = Qt.ApplicationState.ApplicationActive
    person.place.files.look_outside(active)
    assert person.place.messages.text == ""
    path.write_bytes(path.read_bytes().replace(b"Spirals here", b"By another"))
    person.place.files.look_outside(active)
    assert "was changed" in person.place.messages.text
    person.place.messages.press("Load the changed file")
    assert person.project.title == "By another"


def test_a_file_that_is_open_in_another_window_is_said(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "project.playground.json"
    other = SafetyCopy()
    other.describe("x", path)
    person.opens(spirals(), tmp_path)
    assert "another window" in person.place.messages.text
    other.close()


def test_all_runs_the_branch_the_best_moment_and_the_camera_are_there_after_reopening(
    person: Person, tmp_path: Path
) -> None:
    path = person.opens(spirals(), tmp_path)
    learns(person, 200)
    person.place.branching.branch()
    person.sees(lambda: len(person.place.feed.runs.runs) == 2)
    learns(person, 100)
    person.place.canvas.camera.look_at(QPointF(120.0, -40.0), 0.7)
    runs = person.place.feed.runs
    runs.pin(runs.runs[0].number, True)
    before = [(run.number, run.frame.step, run.pinned, run.shown, run.origin and run.origin.step) for run in runs.runs]
    ends = [run.frame.snapshot.parameters.copy() for run in runs.runs]
    curves = [run.history.curves["train_loss"].data().value[-1] for run in runs.runs]
    person.place.time.best()
    best = person.place.feed.frame.step  # type: ignore[union-attr]
    assert best < 300
    person.place.time.now()
    assert person.place.files.save()
    person.place.files.new()
    person.window.open_path(path)
    person.sees(lambda: person.step == 300)
    runs = person.place.feed.runs
    assert before == [
        (run.number, run.frame.step, run.pinned, run.shown, run.origin and run.origin.step) for run in runs.runs
    ]
    for run, end, value in zip(runs.runs, ends, curves, strict=True):
        np.testing.assert_array_equal(run.frame.snapshot.parameters, end)
        assert run.history.curves["train_loss"].data().value[-1] == value
    person.place.time.best()
    assert person.place.feed.frame.step == best  # type: ignore[union-attr]
    camera = person.place.canvas.camera
    assert camera.zoom == pytest.approx(0.7)
    assert (camera.centre.x(), camera.centre.y()) == pytest.approx((120.0, -40.0), abs=2.0)
    # The run that rests can be gone on with.
    person.place.branching.go_on_with(runs.runs[0].number)
    person.sees(lambda: len(runs.runs) == 3 and runs.runs[-1].origin is not None)
    assert (runs.runs[-1].origin.run, person.step) == (before[0][0], 200)  # type: ignore[union-attr]


def test_weights_wait_while_the_network_has_errors(person: Person, tmp_path: Path) -> None:
    path = person.opens(spirals(), tmp_path)
    learns(person, 25)
    before = weights(person)
    person.place.canvas.select(["dense-2"])
    person.place.inspector.block.form.changed.emit("units", 5)
    assert person.place.run.why_not_play()
    assert person.place.files.save()
    person.place.files.new()
    person.window.open_path(path)
    assert person.place.run.why_not_play()
    person.place.canvas.select(["dense-2"])
    person.place.inspector.block.form.changed.emit("units", 2)
    person.sees(lambda: person.step == 25)
    np.testing.assert_array_equal(weights(person), before)


@pytest.mark.skipif(os.name == "nt", reason="a file where the folder should be")
def test_without_a_folder_for_data_the_window_works_and_leaving_asks(
    person: Person, tmp_path: Path, answers: list[QMessageBox.StandardButton], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    monkeypatch.setattr("playground.document.kept_work.user_data", lambda: blocked / "data")
    person.opens(spirals(), tmp_path)
    learns(person, 5)
    person.place.files.keeper.autosave()
    assert "safety copy could not be written" in person.place.messages.text
    person.place.show_gallery()
    answers.append(QMessageBox.StandardButton.Cancel)
    person.place.files.new()
    assert person.step == 5
    answers.append(QMessageBox.StandardButton.Discard)
    person.place.files.new()
    assert person.project.graph.nodes == ()
