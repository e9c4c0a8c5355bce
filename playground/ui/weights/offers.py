"""Where weights may come from: runs of this session, work that is kept, presets with weights, and files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playground.document.kept_work import KeptWork, kept_works
from playground.document.library import presets
from playground.training.weights.preset_files import stored_weights
from playground.training.weights.reading import read_weights
from playground.training.weights.source import Source, source_of
from playground.ui.threads.run_log import Run

MOST_KEPT = 8
"""Kept works that are listed, the newest first."""


@dataclass(frozen=True, eq=False)
class Offer:
    """One place to take weights from; `read` may take long."""

    title: str
    words: str
    """What it is, in a few words."""
    read: Callable[[], Source]
    heading: str = ""
    """Under which it stands."""


def offers_of(runs: Iterable[Run]) -> list[Offer]:
    """All that is at hand but files."""
    return [*_of_runs(runs), *_of_kept_works(), *_of_presets()]


def of_file(path: Path) -> Offer:
    """What lies in a file."""
    return Offer(path.name, str(path.parent), functools.partial(read_weights, path), "Files")


def _of_runs(runs: Iterable[Run]) -> Iterator[Offer]:
    for run in reversed(list(runs)):
        frame, title, project = run.frame, run.title.capitalize(), run.frame.project
        words = f"step {frame.step:,}, epoch {frame.epoch:.0f}"
        snapshot = frame.snapshot
        yield Offer(title, words, functools.partial(source_of, title, snapshot, project), "Runs of this session")


def _of_kept_works() -> Iterator[Offer]:
    trained = [work for work in kept_works() if work.step]
    for work in trained[:MOST_KEPT]:
        yield Offer(work.title, work.words(), functools.partial(_kept, work), "Kept work")


def _kept(work: KeptWork) -> Source:
    source = read_weights(work.path)
    return Source(work.title, source.arrays, source.left_out, source.project)


def _of_presets() -> Iterator[Offer]:
    for entry in presets():
        stored = stored_weights(entry.path)
        if stored is not None:
            yield Offer(entry.title, entry.chapter, functools.partial(read_weights, entry.path), "Presets")
