"""What the gallery and the presenter's keys wait for: the list of presets, found anew or from the kept index."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from playground.paths import PRESETS
from tests.benchmarks.table import Row

RUNS = 7
MANY = 4
"""How often each preset stands in the large folder."""
MOMENTS = {
    "list": "presets listed by a fresh process",
    "again": "presets listed again, as for the next preset",
    "shown": "presets listed, gallery built and painted",
}


def measure() -> list[Row]:
    """Each moment without and with a kept index, for the presets there are and for four times as many."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        for number, folder in enumerate((PRESETS, _many(Path(place) / "presets"))):
            count = sum(path.name != "chapter.json" for path in folder.glob("*/*.json"))
            caches = [Path(place) / f"cache-{number}-{run}" for run in range(RUNS)]
            _start(folder, Path(place) / "warm-up")
            first = [_start(folder, cache) for cache in caches]
            later = [_start(folder, cache) for cache in caches]
            rows += [
                _row(f"{words}, {count}, {kind}", [run[name] for run in runs])
                for name, words in MOMENTS.items()
                for kind, runs in (("first start", first), ("later", later))
            ]
    return rows


def _many(folder: Path) -> Path:
    """A folder with the same presets several times, under names of their own."""
    for path in PRESETS.glob("*/*"):
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        if path.name == "chapter.json":
            shutil.copy(path, folder / path.parent.name)
            continue
        name, _, ending = path.name.partition(".")
        for number in range(MANY):
            shutil.copy(path, folder / path.parent.name / f"{name}-{number}.{ending}")
    return folder


def _row(words: str, moments: list[tuple[float, float]]) -> Row:
    wall, processor = (statistics.median(values) for values in zip(*moments, strict=True))
    detail = f"of processor time; {wall:.1f} ms by the clock; median of {len(moments)}"
    return Row(words, processor, "ms", detail=detail)


def _start(folder: Path, cache: Path) -> dict[str, tuple[float, float]]:
    """Milliseconds of each moment in a fresh process, by the clock and of the processor."""
    command = [sys.executable, "-m", "tests.benchmarks.gallery", str(folder)]
    variables = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    answer = subprocess.run(command, env=variables, stdout=subprocess.PIPE, check=True, timeout=120)
    moments: dict[str, tuple[float, float]] = json.loads(answer.stdout)
    return moments


def _child(folder: Path) -> None:
    from PySide6.QtWidgets import QApplication

    from playground.document.library import presets
    from playground.ui.gallery.gallery import Gallery
    from playground.ui.shell.app import make_application
    from playground.ui.widgets.theme import THEME

    make_application()
    THEME.use("light")
    clocks = [(time.perf_counter(), time.process_time())]
    entries = presets(folder)
    clocks.append((time.perf_counter(), time.process_time()))
    presets(folder)
    clocks.append((time.perf_counter(), time.process_time()))
    gallery = Gallery(entries)
    gallery.resize(1280, 720)
    gallery.refresh()
    gallery.show()
    QApplication.processEvents()
    clocks.append((time.perf_counter(), time.process_time()))
    spans = [[1000.0 * (end - begin) for begin, end in zip(one, other, strict=True)]
             for one, other in pairwise(clocks)]  # fmt: skip
    shown = [one + other for one, other in zip(spans[0], spans[2], strict=True)]
    print(json.dumps(dict(zip(MOMENTS, (spans[0], spans[1], shown), strict=True))), flush=True)
    os._exit(0)


if __name__ == "__main__":
    _child(Path(sys.argv[1]))
