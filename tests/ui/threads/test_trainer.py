"""The training thread as the window sees it: speed, rest, and what cannot be trained."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from playground.document.graph import Choice, Edge, Graph, Node
from playground.document.project import Project, TrainingSettings
from playground.ui.threads import training_thread
from playground.ui.threads.trainer import Trainer
from playground.ui.threads.training_news import Failure, Frame


def points(**changes: object) -> Project:
    graph = Graph(
        nodes=(
            Node(id="data", block="moons", parameters={"examples": 100}),
            Node(id="dense-1", block="dense", parameters={"units": 2, "activation": "identity"}),
            Node(id="loss", block="cross-entropy"),
        ),
        edges=(
            Edge(source="data", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
        ),
    )
    rate = Choice(id="sgd", parameters={"learning_rate": 0.1})
    return Project(title="Points", graph=graph, training=TrainingSettings(batch_size=5, optimizer=rate, **changes))


class Watcher:
    """Takes frames as the window does."""

    def __init__(self, trainer: Trainer, qtbot: QtBot) -> None:
        self.trainer, self.qtbot = trainer, qtbot
        self.frames: list[Frame] = []
        self.failures: list[Failure] = []
        trainer.failed.connect(self.failures.append)

    def looks(self) -> bool:
        frame = self.trainer.take_frame()
        if frame is not None:
            self.frames.append(frame)
        return frame is not None

    def sees_step(self, step: int) -> Frame:
        def there() -> bool:
            self.looks()
            return bool(self.frames) and self.frames[-1].step >= step

        self.qtbot.waitUntil(there, timeout=10_000)
        return self.frames[-1]

    def waits_for(self, state: str) -> None:
        def there() -> bool:
            self.looks()
            return self.trainer.state == state

        self.qtbot.waitUntil(there, timeout=10_000)


@pytest.fixture
def watcher(qtbot: QtBot) -> Iterator[Watcher]:
    trainer = Trainer()
    yield Watcher(trainer, qtbot)
    trainer.shut_down()


def test_a_slow_speed_is_kept_although_frames_are_taken(watcher: Watcher) -> None:
    watcher.trainer.set_speed(10.0)
    watcher.trainer.open(points())
    watcher.waits_for("ready")
    began = time.perf_counter()
    watcher.trainer.play()
    watcher.sees_step(4)
    assert time.perf_counter() - began > 0.25  # four steps begin three tenths of a second apart


def test_metrics_belong_to_the_step_that_is_shown(watcher: Watcher) -> None:
    watcher.trainer.open(points())
    first = watcher.sees_step(0)
    watcher.trainer.take_step(30)  # less than the epochs between two measurements
    watcher.waits_for("paused")
    rested = watcher.sees_step(30)
    assert rested.step == 30
    assert rested.latest["train_loss"] < first.latest["train_loss"]
    measured = [point for frame in watcher.frames for point in frame.points if point.curve == "validation_loss"]
    assert measured[-1].moment.step == 30
    assert measured[-1].value == rested.latest["validation_loss"]


def test_pausing_twice_measures_once(watcher: Watcher) -> None:
    watcher.trainer.open(points())
    watcher.waits_for("ready")
    watcher.trainer.take_step(3)
    watcher.waits_for("paused")
    watcher.trainer.pause()
    watcher.trainer.take_step(1)
    watcher.sees_step(4)
    steps = [point.moment.step for frame in watcher.frames for point in frame.points if point.curve == "test_loss"]
    assert steps == sorted(set(steps))


def test_no_weight_becomes_anything_but_a_number(watcher: Watcher) -> None:
    watcher.trainer.open(points())
    before = watcher.sees_step(0)
    watcher.trainer.set_parameter("dense-1.weight", (0, 0), math.nan)
    watcher.qtbot.waitUntil(lambda: bool(watcher.failures))
    assert "dense-1.weight stays as it was" in watcher.failures[0].message
    watcher.trainer.set_parameter("dense-1.weight", (0, 0), 2.5)
    watcher.qtbot.waitUntil(watcher.looks)
    assert watcher.frames[-1].snapshot.array("dense-1.weight")[0, 0] == 2.5
    assert before.snapshot.array("dense-1.weight")[0, 0] != 2.5


def test_what_cannot_be_trained_is_not_played_and_the_mended_project_is(watcher: Watcher) -> None:
    good = points()
    bad_data = good.graph.nodes[0].replace(parameters={"examples": 100}, block="no-such-block")
    bad = good.replace(graph=good.graph.replace(nodes=(bad_data, *good.graph.nodes[1:])))
    watcher.trainer.open(good)
    watcher.waits_for("ready")
    watcher.trainer.apply(bad)
    watcher.waits_for("failed")
    watcher.trainer.play()
    watcher.qtbot.waitUntil(lambda: len(watcher.failures) == 2)
    assert watcher.failures[0].message == watcher.failures[1].message
    assert watcher.frames[-1].step == 0
    watcher.trainer.apply(good)
    watcher.waits_for("ready")
    watcher.trainer.take_step(2)
    assert watcher.sees_step(2).step == 2


def test_a_large_network_gets_its_weights_when_it_is_played(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_thread, "LARGE", 5)
    watcher.trainer.open(points())
    watcher.waits_for("ready")
    changed = points().replace(seed=3)
    watcher.trainer.apply(changed)
    watcher.waits_for("ready")
    assert not watcher.frames
    watcher.trainer.take_step(2)
    frame = watcher.sees_step(2)
    assert frame.project == changed
    again = Trainer()
    try:
        other = Watcher(again, watcher.qtbot)
        monkeypatch.setattr(training_thread, "LARGE", 1_000)
        again.open(changed)
        other.sees_step(0)
        again.take_step(2)
        assert (other.sees_step(2).snapshot.parameters == frame.snapshot.parameters).all()
    finally:
        again.shut_down()
