"""Every setting of the Training tab, changed while it learns: it takes effect and leaves a mark on the curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.document import library
from playground.training.initializers import INITIALIZERS
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES
from playground.ui.inspector.choice_editor import ChoiceEditor
from playground.ui.widgets.theme import THEME
from tests.end_to_end.conftest import Person, spirals


def plays(person: Person, folder: Path) -> None:
    person.opens(spirals(), folder)
    person.waits_for("ready")
    person.place.trainer.set_speed(300.0)
    person.place.trainer.play()
    person.sees(lambda: person.step > 0)


def goes_on(person: Person) -> bool:
    step = person.step
    person.sees(lambda: person.step > step + 5)
    return person.place.trainer.state == "running" and np.isfinite(person.place.feed.snapshot.parameters).all()


def marks(person: Person) -> list[str]:
    return [mark.text for mark in person.place.feed.marks]


@pytest.mark.parametrize(
    ("name", "declarations"), [("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("initializer", INITIALIZERS)]
)
def test_every_choice_is_switched_while_it_runs(
    person: Person, tmp_path: Path, name: str, declarations: tuple[type, ...]
) -> None:
    plays(person, tmp_path)
    editor = getattr(person.place.inspector.training, name)
    assert isinstance(editor, ChoiceEditor)
    ids = [cls.id for cls in declarations]
    for identifier in [*ids[1:], ids[0]]:
        if editor.combo.currentData() == identifier:
            continue
        known = len(marks(person))
        editor.combo.setCurrentIndex(editor.combo.findData(identifier))
        person.sees(lambda known=known: len(marks(person)) > known)
        assert goes_on(person), identifier
    assert all(text.strip() for text in marks(person))


def test_penalties_clipping_and_batch_size_take_effect_and_are_marked(person: Person, tmp_path: Path) -> None:
    plays(person, tmp_path)
    panel = person.place.inspector.training
    changes = (
        (panel.regularization, "l1", 0.01, "L1"),
        (panel.regularization, "l2", 0.01, "L2"),
        (panel.regularization, "max_norm", 2.0, "max-norm"),
        (panel.clipping, "kind", "norm", "clip"),
        (panel.clipping, "kind", "value", "clip"),
    )
    for form, key, value, word in changes:
        known = marks(person)
        form.changed.emit(key, value)
        person.sees(lambda known=known: marks(person) != known)
        assert word.lower() in marks(person)[-1].lower()
        assert goes_on(person), key
    panel.batch_size.choose_one()
    person.sees(lambda: "batch" in marks(person)[-1])
    assert goes_on(person)
    panel.batch_size.choose_all()
    person.sees(lambda: person.place.document.project.training.batch_size == 0)
    assert goes_on(person)


def test_stop_rules_end_the_run_and_say_so(person: Person, tmp_path: Path) -> None:
    plays(person, tmp_path)
    person.place.trainer.set_speed(None)
    person.place.inspector.training.stop.form.changed.emit("epochs", 20)
    person.waits_for("finished")
    person.sees(lambda: person.place.messages.text != "")
    assert person.place.feed.frame.epoch >= 20 and "20" in person.place.messages.text
    person.place.trainer.play()
    person.sees(lambda: person.place.messages.text == "")


def test_another_project_shows_nothing_of_the_one_before(person: Person, tmp_path: Path) -> None:
    paths = {entry.id: entry.path for entry in library.presets()}
    person.window.open_path(paths["spirals"])
    person.sees(lambda: person.place.feed.frame is not None)
    names = [node.id for node in person.graph.nodes if node.block == "dense"]

    def drawn(name: str) -> bool:
        return person.place.canvas.canvas_scene.nodes[name].picture is not None

    person.sees(lambda: drawn(names[0]))
    assert person.place.canvas.canvas_scene.nodes[names[0]].picture.tiles == 8, "a map for every unit"
    person.window.open_path(paths["mnist-sigmoid"])
    dense = [node.id for node in person.graph.nodes if node.block == "dense"]
    assert not any(drawn(name) for name in dense)
    person.sees(lambda: all(drawn(name) for name in dense))
    for name in dense:
        assert person.place.canvas.canvas_scene.nodes[name].picture.tiles == 1, "the strip of one example"


def test_sizes_follow_presenter_mode_and_back(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    panel = person.place.inspector.training
    before = panel.batch_size.spin.width(), person.place.top_bar.speed_box.width()
    THEME.set_scale(1.5)
    assert panel.batch_size.spin.width() == round(before[0] * 1.5)
    person.window.open_path(next(entry.path for entry in library.presets() if entry.id == "moons"))
    THEME.set_scale(1.0)
    assert (panel.batch_size.spin.width(), person.place.top_bar.speed_box.width()) == before
