"""A folder of 20,000 pictures, 1 GB of files: how long it takes to open, and the memory of a session that reads it."""

from __future__ import annotations

import io
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.table import Row

PICTURES, CLASSES, DIFFERENT = 20_000, 4, 48
SECONDS, MEGABYTES = 3.0, 500.0


def measure() -> list[Row]:
    """Look at the folder and prepare it; then one epoch of the first network that is offered for it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pictures"
        _fill(folder)
        return _measured(folder)


def _fill(folder: Path) -> None:
    from PIL import Image

    generator = np.random.default_rng(0)
    contents = []
    for _ in range(DIFFERENT):
        coarse = Image.fromarray(generator.integers(0, 255, (24, 24, 3), dtype=np.uint8)).resize((400, 300))
        noisy = np.asarray(coarse) + generator.normal(0.0, 14.0, (300, 400, 3))
        content = io.BytesIO()
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(content, "JPEG", quality=88)
        contents.append(content.getvalue())
    for name in range(CLASSES):
        (folder / str(name)).mkdir(parents=True)
    for number in range(PICTURES):
        content = contents[number % DIFFERENT]
        (folder / str(number % CLASSES) / f"{number}.jpg").write_bytes(content)


def _measured(folder: Path) -> list[Row]:
    from playground.data.own.files import Reading
    from playground.data.own.images import look_at_pictures, pictures_of
    from playground.data.preparation import prepare
    from playground.editing.starting import starting_project
    from playground.training.session.session import Session

    began, spent = time.perf_counter(), time.process_time()
    dataset = pictures_of(look_at_pictures(folder, Reading()), 32, True)
    prepare(dataset)
    seconds, processor = time.perf_counter() - began, time.process_time() - spent
    session = Session(starting_project(dataset, "Pictures"), device="cpu")
    session.advance(1)
    before = _peak()
    while session.epoch < 1.0:
        session.advance(20)
    session.evaluate(full=True)
    size = sum(file.stat().st_size for file in folder.rglob("*.jpg")) / 2**20
    detail = f"{size:,.0f} MB of files, {processor:.1f} s of the processor"
    after = _peak()
    return [
        Row(f"opening a folder of {PICTURES:,} pictures", seconds, "s", SECONDS, detail=detail),
        Row("peak memory of a session that reads them all", after, "MB", MEGABYTES, detail=f"{before:.0f} at first"),
    ]


def _peak() -> float:
    """The most megabytes that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
