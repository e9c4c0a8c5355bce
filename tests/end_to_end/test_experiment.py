"""An experiment in the real window: chosen, guessed, measured beside the training, answered, and looked into."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from playground.analysis.run import experiment as analysis
from playground.document.kept_work import kept_works
from playground.experiments.library import read_experiment
from playground.experiments.store import Store
from playground.training.session.session import Session
from playground.ui.gallery.recent import recent_files
from playground.ui.views.run.experiment import ExperimentView
from playground.ui.views.run.experiment_dialog import ExperimentDialog
from tests.end_to_end.conftest import LEFT, NONE, Person, spirals
from tests.experiments.example import CONTENT

ALONG = {
    "variants": [{"title": "SGD"}, {"title": "Adam", "set": {"training.optimizer": "adam"}}],
    "changes": {"set": {"training.optimizer": "sgd"}},
    "axis": {"title": "units", "paths": ["graph.nodes.dense-1.parameters.units"], "values": [1, 2, 4]},
    "budget": {"epochs": 3},
    "rule": {"kind": "above", "more": "Adam", "less": "SGD"},
}


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process, and keep nothing."""
    monkeypatch.setattr(analysis, "usual_workers", lambda: 0)
    monkeypatch.setattr(analysis, "_store", lambda: None)


@pytest.fixture
def view_of() -> Callable[[Person], ExperimentView]:
    def found(person: Person) -> ExperimentView:
        person.sees(lambda: "experiment" in person.place.views.open_ids())
        view = person.place.views.dock("experiment").view
        assert isinstance(view, ExperimentView)
        person.sees(lambda: view.experiment is not None)
        return view

    return found


ViewOf = Callable[[Person], ExperimentView]


def written(folder: Path, **changes: object) -> Path:
    path = folder / "mine.experiment.json"
    path.write_text(json.dumps({**CONTENT, **changes}), encoding="utf-8")
    return path


def drops(person: Person, path: Path) -> None:
    """Let go of a file over the window."""
    data, spot, copy = QMimeData(), QPoint(600, 300), Qt.DropAction.CopyAction
    data.setUrls([QUrl.fromLocalFile(str(path))])
    QApplication.sendEvent(person.window, QDragEnterEvent(spot, copy, data, LEFT, NONE))
    QApplication.sendEvent(person.window, QDropEvent(QPointF(spot), copy, data, LEFT, NONE))


def moves(widget: QWidget, spot: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    there = QPointF(widget.mapToGlobal(spot))
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(spot), there, Qt.MouseButton.NoButton, buttons, NONE)
    QApplication.sendEvent(widget, event)


def draws(view: ExperimentView, *shares: tuple[float, float]) -> None:
    """Drag over the paper, from one share of its width and height to the next."""
    paper = view.curves.viewport()
    room = view.curves.mapFromScene(view.curves.box.sceneBoundingRect()).boundingRect()
    spots = [QPoint(round(room.left() + x * room.width()), round(room.top() + y * room.height())) for x, y in shares]
    QTest.mousePress(paper, LEFT, NONE, spots[0])
    for spot in spots[1:]:
        moves(paper, spot, LEFT)
    QTest.mouseRelease(paper, LEFT, NONE, spots[-1])


def test_a_class_picks_the_winner_and_sees_the_verdict(person: Person, tmp_path: Path, view_of: ViewOf) -> None:
    person.opens(spirals(), tmp_path)
    person.place.views.show_only(["experiment"])
    view = view_of(person)
    assert view.question.text().startswith("Does a network without non-linearity fail")
    assert view.words.text().startswith("Which one will have the largest test accuracy? Click it.")
    QTest.mouseClick(view.dots.viewport(), LEFT, NONE, view.dots.mapFromScene(
        view.dots.box.mapViewToScene(QPointF(0.5, -1.0))))  # fmt: skip
    assert view.guess_box.currentText() == "ReLU"
    view.question_button.choose("relu-half-zeros")
    person.sees(lambda: view.question.text().startswith("Is half of what ReLU gives zero"))
    assert view.guess == "none"
    view.guess_box.setCurrentIndex(view.guess_box.findData("does-not-hold"))
    view.seeds_box.setValue(3)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    sentence = view.words.text()
    assert sentence.startswith("Holds: in 3 of 3 seeds, zeros in ")
    assert sentence.endswith("You guessed that it does not hold: it is not so.")
    assert view.charts.currentWidget() is view.dots
    assert not view.running and view.start_button.text() == "Run"
    QTest.mouseClick(view.guess_bar.again_button, LEFT)
    person.sees(lambda: view.offer is not None and view.result is None)
    assert view.guess == "none"


def test_a_curve_is_drawn_touched_up_cleared_and_laid_over(person: Person, tmp_path: Path, view_of: ViewOf) -> None:
    person.opens(spirals(), tmp_path)
    drops(person, written(tmp_path, **ALONG))
    view = view_of(person)
    assert recent_files()[0].name == "mine.experiment.json"
    assert person.project.title == "Spirals here"
    assert person.place.enlarger.enlarged == "experiment"
    assert view.curves.said.startswith("Draw here")
    draws(view, (0.0, 0.9), (0.5, 0.5), (0.98, 0.1))
    drawn = view.curves.guesses[0]
    assert all(one is not None for one in drawn) and drawn[0] < drawn[1] < drawn[2]  # type: ignore[operator]
    draws(view, (0.95, 0.6), (0.99, 0.6))
    touched = view.curves.guesses[0]
    assert touched[:2] == pytest.approx(drawn[:2]) and touched[2] == pytest.approx(0.4, abs=0.03)
    QTest.mouseClick(view.guess_bar.clear_button, LEFT)
    assert view.curves.guesses == {}
    view.guess_bar.curve_box.setCurrentIndex(1)
    view.curves.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Up):
        QTest.keyClick(view.curves, key)
    assert view.curves.guesses[1] == (0.55, pytest.approx(0.6), None)
    draws(view, (0.0, 0.5), (0.99, 0.2))
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    assert "Your curve of Adam is " in view.words.text()
    assert view.curves.guesses[1] and view.curves.pencil is None
    panel = person.place.views.dock("experiment").panel
    for kind in ("png", "svg", "csv"):
        assert panel.save(kind, tmp_path / f"saved.{kind}")
    with (tmp_path / "saved.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    assert rows[0]["question"] == view.question.text()
    assert view.words.text() == f"{rows[0]['answer']} {rows[0]['your guess']}"
    assert view.guess_bar.isVisible()


def test_a_dot_opens_its_run_bit_for_bit_and_what_was_open_is_kept(
    person: Person, tmp_path: Path, view_of: ViewOf
) -> None:
    person.opens(spirals(), tmp_path)
    person.place.document.apply("Change", person.project.replace(summary="Mine"))
    drops(person, written(tmp_path))
    view = view_of(person)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    result = view.result
    assert result is not None
    dots = view.dots.picker
    spot = dots.place_of((1, 1, 0)).toPoint()
    moves(view.dots.viewport(), spot)
    run = result.runs[1, 1, 0]
    assert dots.dots[dots.current].words.startswith(f"ReLU, seed {run.seed}: ")
    QTest.mouseClick(view.dots.viewport(), LEFT, NONE, spot)
    person.sees(lambda: person.project.title == f"ReLU, seed {run.seed}")
    assert any(work.title == "Spirals here" for work in kept_works())
    person.sees(lambda: person.step == run.steps)
    again = Session(run.project, "cpu")
    again.advance(run.steps)
    snapshot = person.place.feed.snapshot
    assert snapshot is not None
    assert np.array_equal(snapshot.parameters, again.snapshot().parameters)
    assert person.place.feed.live is not None
    assert again.evaluate(full=True)["train_accuracy"] == run.value
    assert len(person.place.feed.moments) > 1
    # The experiment stays in sight, and the next run is looked at without keeping this one.
    assert person.place.views.dock("experiment").view is view and view.result is result
    view.dots.setFocus()
    QTest.keyClick(view.dots, Qt.Key.Key_Home)
    QTest.keyClick(view.dots, Qt.Key.Key_Return)
    person.sees(lambda: person.project.title.startswith("identity, seed"))
    assert [work.title for work in kept_works()] == ["Spirals here"]


def test_a_run_that_ran_away_is_opened_where_it_did(person: Person, tmp_path: Path, view_of: ViewOf) -> None:
    person.opens(spirals(), tmp_path)
    person.place.views.show_only(["experiment"])
    view = view_of(person)
    view.question_button.choose("clipping-stops-explosions")
    view.seeds_box.setValue(1)
    person.sees(lambda: view.offer is not None and view.offer.id == "clipping-stops-explosions")
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole, 60_000)
    lost = next(dot for dot in view.dots.picker.dots if "no number, ran away" in dot.words)
    spot = view.dots.picker.place_of(lost.key).toPoint()
    QTest.mouseClick(view.dots.viewport(), LEFT, NONE, spot)
    person.waits_for("failed")
    assert person.project.title == f"without, seed {person.project.seed}"


def test_a_long_one_grows_stops_goes_on_and_another_takes_its_place(
    person: Person, tmp_path: Path, view_of: ViewOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "kept.sqlite")
    monkeypatch.setattr(analysis, "_store", lambda: store)
    person.opens(spirals(), tmp_path)
    place = person.place
    place.views.show_only(["experiment"])
    view = view_of(person)
    view.question_button.choose("width-helps")
    person.sees(lambda: view.question.text().startswith("Does a wider hidden layer"))
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.share > 0.05)
    assert view.charts.currentWidget() is view.curves
    assert view.words.text().endswith("of 30 runs are done.")
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: not place.analyst.busy(place.views.key_of("experiment")))
    result = view.result
    assert result is not None and not result.whole
    # Somebody opens the program anew: what was done is known.
    view.guess_again()
    person.sees(lambda: view.offer is not None and view.offer.known >= len(result.runs))
    assert "runs are done already; Run goes on with the others." in view.words.text()
    view.question_button.choose("label-noise")
    person.sees(lambda: view.result is None and view.offer is not None and view.offer.id == "label-noise")


def test_more_seeds_are_offered_where_it_is_too_close(person: Person, tmp_path: Path, view_of: ViewOf) -> None:
    person.opens(spirals(), tmp_path)
    same = [{"title": "one"}, {"title": "other", "set": {"seed": 9}}]
    rule = {"kind": "equal", "first": "one", "second": "other", "within": 0.045}
    measured = {"budget": {"epochs": 1}, "measures": [{"quantity": "test_loss"}]}
    drops(person, written(tmp_path, variants=same, rule=rule, **measured))
    view = view_of(person)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    assert view.words.text().startswith("Too close to call")
    more = view.result.verdict.more
    assert more > 0 and view.more_seeds.isVisible()
    QTest.mouseClick(view.more_seeds, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole and len(view.result.values) == 2 + more)


@pytest.mark.parametrize("way", ["card", "chip", "search", "lesson"])
def test_a_question_is_found_from_everywhere(person: Person, tmp_path: Path, view_of: ViewOf, way: str) -> None:
    gallery = person.window.gallery
    cards = {card.path.name: card for card in gallery.cards()}
    if way == "card":
        gallery.search.setText("without non-linearity")
        card = cards["identity-stays-linear.experiment.json"]
        assert card in gallery.cards()
        gallery.scroll_area.ensureWidgetVisible(card)
        QTest.mouseClick(card, LEFT)
    elif way == "chip":
        chip = cards["circles.json"].chip
        next(action for action in chip.menu().actions() if "non-linearity" in action.text()).trigger()
    elif way == "search":
        person.opens(spirals(), tmp_path)
        person.place.find_block()
        menu = person.place.canvas.quick_menu
        assert menu is not None
        QTest.keyClicks(menu.search, "network without non-linearity")
        QTest.keyClick(menu.search, Qt.Key.Key_Return)
    else:
        person.window.open_path(cards["circles.json"].path)
        person.sees(lambda: bool(person.place.document.graph.nodes))
        notes = person.place.inspector.notes
        assert "non-linearity" in notes.questions.text()
        notes.questions.linkActivated.emit("identity-stays-linear")
    view = view_of(person)
    person.sees(lambda: view.question.text().startswith("Does a network without non-linearity fail"))
    assert person.place.enlarger.enlarged == "experiment"


def test_a_person_makes_one_from_the_open_project(
    person: Person, tmp_path: Path, view_of: ViewOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rates.experiment.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))

    def fills(dialog: ExperimentDialog) -> int:
        dialog.values_edit.setText("0.001")
        QTest.mouseClick(dialog.save_button, LEFT)
        assert dialog.fault.text().startswith("Two values at least")
        dialog.values_edit.setText("0.1, 0.001, 0.01")
        dialog.claim_box.setCurrentIndex(dialog.claim_box.findData("best-inside"))
        dialog.epochs_box.setValue(2)
        dialog.seeds_box.setValue(2)
        QTest.mouseClick(dialog.save_button, LEFT)
        return dialog.result()

    monkeypatch.setattr(ExperimentDialog, "exec", fills)
    person.opens(spirals(), tmp_path)
    person.sees(lambda: bool(person.place.feed.curves()))
    person.place.views.show_only(["experiment"])
    view_of(person).file_wanted.emit("make")
    view = view_of(person)
    person.sees(lambda: view.question.text() == "What does “Learning rate” do?")
    held = read_experiment(path)
    assert held.project is not None and held.project.title == "Spirals here" and held.verdict is None
    assert held.axis is not None and held.axis.values == (0.001, 0.01, 0.1)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    assert view.result is not None and view.result.values.shape == (2, 1, 3)
    assert person.project.title == "Spirals here"


def test_a_bad_file_leaves_everything_as_it_was(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    drops(person, written(tmp_path, speed=1))
    assert "“mine.experiment.json” cannot be opened" in person.place.messages.text
    assert "speed: this key is not known" in person.place.messages.text
    assert person.project.title == "Spirals here"
    assert "experiment" not in person.place.views.open_ids()
