"""How often the window takes a frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from playground.network.flat import Layout
from playground.training.snapshot import Snapshot
from playground.ui.threads.live_feed import FRAME_PULSES, SINGLE_STEPS, LiveFeed
from playground.ui.threads.training_news import Frame


@dataclass
class Runner:
    """A trainer with a new frame whenever somebody asks."""

    rate: float
    state: str = "running"
    step: int = 0
    given: list[int] = field(default_factory=list)

    def take_frame(self) -> Frame:
        self.step += 1
        self.given.append(self.step)
        snapshot = Snapshot(self.step, 0.0, np.zeros(0, dtype=np.float32), Layout(()))
        return Frame(
            run=1, snapshot=snapshot, points=(), marks=(), step=self.step, epoch=0.0, examples=0, seconds=0.0,
            steps_per_second=self.rate, learning_rate=0.1, device="cpu", engine="numpy", engine_reason="",
            latest={}, finished="",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "state", "pulses"),
    [
        (50.0 * SINGLE_STEPS, "running", FRAME_PULSES),
        (0.5 * SINGLE_STEPS, "running", 1),  # one may follow each step
        (50.0 * SINGLE_STEPS, "paused", 1),  # the last frame comes at once
    ],
)
def test_frames_that_no_eye_can_tell_apart_are_left(qapp, rate: float, state: str, pulses: int) -> None:
    runner = Runner(rate, state)
    feed = LiveFeed(runner)
    feed.stop()
    beats: list[None] = []
    feed.pulse.connect(lambda: beats.append(None))
    for _ in range(1 + 6 * pulses):
        feed.look()
    assert len(runner.given) == 7
    assert len(beats) == 1 + 6 * pulses, "views may be asked in every pulse"
