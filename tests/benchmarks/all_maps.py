"""Small networks with everything drawn: the map of every neuron, all weights, the loss, the answers over the plane.

TensorFlow Playground (Smilkov and others 2017) is what such networks are usually looked at with. It takes an epoch of
25 updates with batches of 10 examples and then draws all of that anew, on one thread: while it draws, it does not
learn. So epochs of 25 updates a second, all maps shown, are what the two can be compared in. It runs in a browser,
which is no part of a bench; the textbook loop of torch stands between, measured in the same run on as many threads, and
it draws nothing at all. On two shared cores the core of TensorFlow Playground, in Node and with its maps, came to 1.2
times the textbook on its smallest network (2-4-2-1), and to 0.19 times on its largest (7 features, six layers of 8).
"""

from __future__ import annotations

import torch

from playground.training.device import choose_threads
from tests.benchmarks import projects
from tests.benchmarks.live import compare_live
from tests.benchmarks.table import Row

CASES = {"2-4-2-1": (2, [4, 2]), "7-(8x6)-1": (7, [8] * 6)}
UPDATES = 25
"""Of one epoch."""
GOAL = 2.4
LEAST_PICTURES = 10.0
"""Maps a second that a person sees as moving."""


def measure() -> list[Row]:
    """Epochs a second for each network, and how many pictures a second are shown meanwhile."""
    torch.set_num_threads(choose_threads(1))  # As many for both: those of a small network.
    return [row for name, (features, hidden) in CASES.items() for row in _rows(name, features, hidden)]


def _rows(name: str, features: int, hidden: list[int]) -> list[Row]:
    found = compare_live(projects.with_all_maps(features, hidden))
    speed = found.speed
    epochs = f"{speed.rate / UPDATES:,.0f} against {speed.base_rate / UPDATES:,.0f} epochs/s of {UPDATES} updates"
    maps, painted = found.answers.get("canvas:maps", 0.0), f"canvas painted {found.painted:.0f} times a second"
    return [
        Row(f"all maps shown, {name}", speed.ratio, "x textbook", GOAL, "more", f"{epochs}; {speed.spread}"),
        Row(f"pictures of {name}", maps, "a second", LEAST_PICTURES, "more", f"{painted}; {found.words}"),
    ]
