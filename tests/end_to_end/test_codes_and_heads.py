"""In the real window: one example followed from view to view, and two losses whose weights change while they train."""

from __future__ import annotations

from pathlib import Path

from playground.document import files, library
from tests.end_to_end.conftest import Person


def test_a_click_in_the_latent_plane_shows_that_picture_everywhere(person: Person, tmp_path: Path) -> None:
    person.opens(files.read(library.find("autoencoder-digits")), tmp_path)
    person.waits_for("ready")
    plane = person.place.views.dock("latent-plane").view
    pairs = person.place.views.dock("reconstruction").view
    person.sees(lambda: plane.result is not None and pairs.result is not None)
    plane.choose(40)
    person.sees(lambda: plane.result.chosen == pairs.result.chosen == 40)
    assert pairs.result.rows[0] == 40
    shown = person.place.canvas_feed
    person.sees(lambda: shown.example == 40)


def test_the_weight_of_a_loss_changes_while_it_trains_and_its_head_can_be_looked_at(
    person: Person, tmp_path: Path
) -> None:
    person.opens(files.read(library.find("two-heads")), tmp_path)
    person.waits_for("ready")
    person.place.trainer.set_speed(300.0)
    person.place.trainer.play()
    person.sees(lambda: person.step > 20)
    matrix = person.place.views.dock("confusion-matrix")
    person.sees(lambda: matrix.panel.heading.text() == "Confusion matrix: Digit")
    person.clicks(person.card("odd"))
    person.sees(lambda: matrix.panel.heading.text() == "Confusion matrix: Odd")
    assert matrix.view.result.class_names == ("even", "odd")
    person.place.inspector.block.form.changed.emit("weight", 3.0)
    person.sees(lambda: any(mark.text == "Odd: weight 0.3 → 3" for mark in person.place.feed.marks))
    step = person.step
    person.sees(lambda: person.step > step + 5)
    assert person.place.trainer.state == "running"
    last = person.place.feed.history.last
    curves = person.place.views.dock("curves").view
    person.sees(lambda: curves.heading == "Loss of each")
    person.place.trainer.pause()
    person.rests()
    assert abs(last("train_loss") - last("train_loss.digit") - 3.0 * last("train_loss.odd")) < 1e-3 * last("train_loss")
