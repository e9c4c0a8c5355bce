"""A student groups blocks, repeats them, trains, copies the code, runs it, and gets the same loss."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from playground.document.graph import Choice, Edge, Graph
from playground.document.project import Project, StopRules, TrainingSettings
from tests.end_to_end.conftest import Person, node


def project() -> Project:
    graph = Graph(
        nodes=(
            node("data", "iris", 0), node("dense-1", "dense", 240, units=4), node("dense-2", "dense", 480, units=4),
            node("dense-3", "dense", 720, units=3, activation="identity"), node("loss", "cross-entropy", 960),
        ),
        edges=(
            Edge(source="data", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"), Edge(source="dense-2", target="dense-3"),
            Edge(source="dense-3", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
        ),
    )  # fmt: skip
    adam = Choice(id="adam", parameters={"learning_rate": 0.02})
    stop = StopRules(epochs=4)
    return Project(title="Deep iris", graph=graph, training=TrainingSettings(batch_size=16, optimizer=adam, stop=stop))


def test_the_code_from_the_clipboard_learns_as_the_window_does(person: Person, tmp_path: Path) -> None:
    person.opens(project(), tmp_path)
    person.waits_for("ready")
    place = person.place
    place.canvas.select(["dense-1", "dense-2"])
    place.actions.act["group"].trigger()
    (group,) = place.document.graph.groups
    place.canvas.verbs.repeat(group.id, 6)
    person.waits_for("ready")
    place.actions.act["play"].trigger()
    person.waits_for("finished")
    person.rests()

    place.actions.act["show-code"].trigger()
    assert place.inspector.currentWidget() is place.code
    person.sees(lambda: place.inspector.width() > 400)
    person.sees(lambda: place.code.shown is not None and place.code.shown.project is place.document.project)
    place.code.copy_button.click()
    (tmp_path / "copied.py").write_text(QGuiApplication.clipboard().text(), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "copied.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = dict(line.rsplit(None, 1) for line in done.stdout.splitlines()[1:])
    assert float(told["train_loss"]) == pytest.approx(place.feed.live.latest["train_loss"], abs=1e-4)
    assert float(told["test_accuracy"]) == pytest.approx(place.feed.live.latest["test_accuracy"], abs=1e-4)

    # A chosen block lights its lines and the tab stays; a line chooses its block.
    place.canvas.select(["dense-3"])
    person.sees(lambda: any("Linear(4, 3)" in line for line in lit(person)))
    assert place.inspector.currentWidget() is place.code
    number = next(n for n, line in enumerate(lines(person)) if "Linear(4, 4)" in line)
    cursor = place.code.page.textCursor()
    cursor.setPosition(place.code.page.document().findBlockByNumber(number).position())
    place.code.page.setTextCursor(cursor)
    person.sees(lambda: place.canvas.selected_node() in ("dense-1", "dense-2"))
    place.actions.act["show-code"].trigger()
    assert place.inspector.currentWidget() is not place.code


def lines(person: Person) -> list[str]:
    return person.place.code.page.toPlainText().split("\n")


def lit(person: Person) -> list[str]:
    return [lines(person)[number] for found in person.place.code.page.lit for number in found]
