"""What nobody sees is neither computed nor painted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QEvent, QObject

from playground.document.project import OpenView
from tests.end_to_end.conftest import Person, spirals


class Paints(QObject):
    """Counts how often the canvas is painted."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.count = 0
        self._watched = person.place.canvas.viewport()
        self._watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += watched is self._watched and event.type() == QEvent.Type.Paint
        return False


def opened(person: Person, tmp_path: Path) -> Counter[str]:
    """A project that learns, and a count of the answers that arrive, by what asked."""
    views = tuple(OpenView(view=name) for name in ("curves", "decision-boundary", "weights"))
    person.opens(spirals().replace(views=views), tmp_path)
    found: Counter[str] = Counter()
    person.place.analyst.result_ready.connect(lambda key: found.update([":".join(key.split(":")[:2])]))
    person.waits_for("ready")
    person.place.trainer.play()
    person.sees(lambda: found["canvas:maps"] > 3 and found["view:curves"] > 0)
    return found


def pulses(person: Person, count: int) -> None:
    beats: list[None] = []
    person.place.feed.pulse.connect(lambda: beats.append(None))
    person.sees(lambda: len(beats) >= count)


def test_a_window_at_rest_asks_for_nothing_and_paints_nothing(person: Person, tmp_path: Path) -> None:
    found = opened(person, tmp_path)
    person.place.trainer.pause()
    person.rests()
    pulses(person, 15)
    person.sees(lambda: not person.place.analyst.any_busy())
    frame, shown = person.place.feed.frame, person.place.canvas.canvas_scene.unfolding
    paints = Paints(person)
    found.clear()
    pulses(person, 10)
    assert not found, "the snapshot is the same"
    assert paints.count == 0
    assert person.place.feed.frame is frame
    assert shown is not None


def test_a_view_behind_another_and_a_minimized_window_are_not_asked_for(person: Person, tmp_path: Path) -> None:
    found = opened(person, tmp_path)
    person.place.views.dock("weights").hide()
    pulses(person, 4)
    found.clear()
    person.sees(lambda: found["view:decision-boundary"] > 1)
    assert found["view:weights"] == 0
    person.window.showMinimized()
    pulses(person, 4)
    found.clear()
    pulses(person, 10)
    assert not {name: count for name, count in found.items() if name.startswith(("canvas:", "view:"))}
    person.window.showNormal()
    person.sees(lambda: found["canvas:maps"] > 1 and found["view:curves"] > 0)
    person.place.trainer.pause()
    person.waits_for("paused")


def test_all_of_one_moment_is_painted_together(person: Person, tmp_path: Path) -> None:
    found = opened(person, tmp_path)
    paints = Paints(person)
    found.clear()
    person.sees(lambda: found["canvas:maps"] >= 10 and found["canvas:flow"] >= 2)
    assert paints.count <= found["canvas:maps"] + 2
    person.place.trainer.pause()
    person.waits_for("paused")


def test_a_chosen_example_does_not_wait_for_the_next_pulse(person: Person, tmp_path: Path) -> None:
    person.opens(spirals().replace(views=(OpenView(view="probe"), OpenView(view="curves"))), tmp_path)
    view = person.place.views.dock("probe").view
    person.sees(lambda: view.result is not None and not person.place.analyst.any_busy())
    before = view.result.probe.place
    person.place.feed.stop()
    person.place.views.follow_example(5)
    person.sees(lambda: view.result.probe.place != before)
    fifth = view.result.probe.place
    person.place.views.follow_example(6)
    person.sees(lambda: view.result.probe.place not in (before, fifth))
    person.place.views.follow_example(5)
    person.sees(lambda: view.result.probe.place == fifth)
