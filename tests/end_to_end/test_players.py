"""Two players in the real window: points, field and both losses are seen while they learn, and phases change live."""

from __future__ import annotations

from playground.document import library
from playground.ui.views.answers.generated_points import GeneratedPointsView
from playground.ui.views.run.curves import CurvesView
from tests.end_to_end.conftest import Person


def test_both_players_are_seen_while_they_learn_and_are_changed_meanwhile(person: Person) -> None:
    person.window.open_path(library.find("gan-ring"))
    person.waits_for("ready")
    (view,) = person.window.findChildren(GeneratedPointsView)
    (curves,) = person.window.findChildren(CurvesView)
    person.sees(lambda: view.result is not None)
    before = view.result
    person.place.trainer.set_speed(400.0)
    person.place.trainer.play()
    person.sees(lambda: view.result is not None and view.result.step > before.step + 50)
    assert view.result.generated.tolist() != before.generated.tolist()
    assert view.result.field.tolist() != before.field.tolist()
    person.sees(lambda: {"Discriminator", "Generator"} <= {entry.text for entry in curves.legend.entries})
    for name in ("make-2", "judge-2"):
        item = person.place.canvas.canvas_scene.nodes[name]
        person.sees(lambda item=item: item.picture is not None)
    editor = person.place.inspector.training.phases.editors[1]
    editor.steps.setValue(3)
    person.sees(lambda: "Generator: steps 1 → 3" in [mark.text for mark in person.place.feed.marks])
    editor.optimizer.form.changed.emit("learning_rate", 0.002)
    person.sees(lambda: any("0.001 → 0.002" in mark.text for mark in person.place.feed.marks))
    step = person.step
    editor.trains.ticked.emit("player-generator", False)
    person.sees(lambda: any(mark.text.startswith("Generator: blocks") for mark in person.place.feed.marks))
    person.sees(lambda: person.step > step + 20)
    assert person.place.trainer.state == "running"
    for _ in range(3):
        person.undoes()
    assert person.project.training.phases[1].steps == 1
    person.place.trainer.pause()
    person.rests()
