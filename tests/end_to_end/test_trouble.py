"""What goes wrong in the window: every time a sentence, a way out, and nothing lost."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox

from playground.document import pairing
from playground.document.files import to_json
from playground.document.graph import Choice
from playground.document.kept_work import SafetyCopy
from tests.end_to_end.conftest import Person, spirals


def full_disk(*_words: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_rate_far_too_high_is_explained_and_mended_with_one_click(person: Person, tmp_path: Path) -> None:
    wild = Choice(id="sgd", parameters={"learning_rate": 1000.0})
    project = spirals()
    project = project.replace(
        graph=project.graph.replace(
            nodes=tuple(
                item.replace(parameters={**item.parameters, "activation": "relu"}) if item.id == "dense-1" else item
                for item in project.graph.nodes
            )
        ),
        training=project.training.replace(optimizer=wild),
    )
    person.opens(project, tmp_path)
    person.waits_for("ready")
    person.place.trainer.play()
    person.waits_for("failed")
    assert "has stopped" in person.place.companion.label.text()
    person.sees(lambda: person.place.messages.text != "")
    assert "“" in person.place.messages.text and "learning rate" in person.place.messages.text.lower()
    person.sees(lambda: len(person.place.messages.buttons()) > 2, timeout=30_000)
    offers = person.place.messages.buttons()
    assert offers[0] == "Rewind" and offers[1].startswith("Lower the rate to ")
    assert "At step 0 the loss was still" in person.place.messages.text
    person.sees(lambda: person.place.feed.frame is not None)
    assert np.isfinite(person.place.feed.snapshot.parameters).all()
    diverged = person.place.feed.live
    person.place.messages.press(offers[1])
    assert person.project.training.optimizer.parameters["learning_rate"] < 1000.0
    person.sees(lambda: person.place.feed.live.run != diverged.run)
    assert person.step == 0
    person.sees(lambda: "has stopped" not in person.place.companion.label.text())
    person.undoes()
    person.sees(lambda: person.place.feed.live.run == diverged.run)
    assert person.project.training.optimizer.parameters["learning_rate"] == 1000.0


def test_a_damaged_file_leaves_the_open_project_as_it_was(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    before = to_json(person.project)
    broken = tmp_path / "broken.json"
    broken.write_text('{"format": "playground-project", "schema_version": 1, "seed": "x", "colour": 3}')
    person.window.open_path(broken)
    assert "seed" in person.place.messages.text and "colour" in person.place.messages.text
    assert to_json(person.project) == before


def test_changes_that_cannot_be_kept_are_asked_about(
    person: Person, tmp_path: Path, answers: list[QMessageBox.StandardButton], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = person.opens(spirals(), tmp_path)
    person.drops("dense", person.at(300, 400))
    changed = to_json(person.project)
    monkeypatch.setattr(pairing, "write_atomically", full_disk)
    answers.append(QMessageBox.StandardButton.Cancel)
    person.window.open_path(path)
    assert to_json(person.project) == changed
    answers.append(QMessageBox.StandardButton.Discard)
    person.window.open_path(path)
    assert to_json(person.project) != changed


def test_a_crash_is_recovered_from(person: Person, tmp_path: Path, own_folders: Path) -> None:
    copy = SafetyCopy()
    copy.save(spirals().replace(title="Saved in time"), tmp_path / "mine.json")
    # The lock goes, the copy stays: just as after a crash.
    copy.lock.close()
    person.place.offer_recovery()
    assert "did not end regularly" in person.place.messages.text
    person.place.messages.press("Restore")
    assert person.project.title == "Saved in time"
    assert person.place.document.path == tmp_path / "mine.json"
    assert person.place.files.keeper.unsaved


def test_a_block_that_does_not_fit_is_refused_with_a_reason_and_training_goes_on_after_the_fix(
    person: Person, tmp_path: Path
) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.place.trainer.play()
    person.sees(lambda: person.step > 10)
    person.place.canvas.select(["dense-2"])
    person.place.inspector.block.form.changed.emit("units", 5)
    person.waits_for("paused")
    errors = person.place.document.report.errors()
    assert len(errors) == 1 and errors[0].node == "loss" and "2 classes" in errors[0].message
    person.undoes()
    step = person.step
    person.place.actions.act["play"].trigger()
    person.sees(lambda: person.step > step + 10)


def test_two_windows_share_blocks_over_the_clipboard(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.place.canvas.select(["dense-1"])
    person.place.actions.act["copy"].trigger()
    person.place.actions.act["paste"].trigger()
    blocks = [node.block for node in person.graph.nodes]
    assert blocks.count("dense") == 3
