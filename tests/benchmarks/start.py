"""From the start of the process to the first picture, and to a network that learns. Files are in the system's cache."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playground.document.files import write
from tests.benchmarks.projects import spirals
from tests.benchmarks.table import Row

RUNS = 5
GOALS = {"painted": 1.5, "moving": 2.0}
WORDS = {
    "painted": "start to the painted window",
    "furnished": "start to the workplace behind it",
    "ready": "start to the preset that can be played",
    "moving": "start to a moving preset",
}


def measure() -> list[Row]:
    """One row for each moment; the first run only fills the system's cache."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spirals.json"
        write(spirals(), path)
        _start(path)
        runs = [_start(path) for _ in range(RUNS)]
    return [_row(name, [run[name] for run in runs]) for name in WORDS]


def _row(name: str, moments: list[tuple[float, float]]) -> Row:
    seconds, processor = zip(*moments, strict=True)
    used = statistics.median(processor)
    detail = f"{min(seconds):.2f} to {max(seconds):.2f} s in {len(moments)} runs; {used:.2f} s of processor time"
    return Row(WORDS[name], statistics.median(seconds), "s", GOALS.get(name), detail=detail)


def _start(path: Path) -> dict[str, tuple[float, float]]:
    """Seconds from the start of a fresh process to each moment, by the clock and of the processor."""
    variables = {**os.environ, "BENCHMARK_BEGAN": repr(time.monotonic())}
    # As for a person, whose Python keeps what it has compiled: without, a second goes by with compiling our files.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    answer = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.start_child", str(path)],
        env=variables, stdout=subprocess.PIPE, check=True, timeout=120,
    )  # fmt: skip
    moments: dict[str, tuple[float, float]] = json.loads(answer.stdout)
    return moments
