"""The experiments that come with the program, for cards, menus and searches: none is read that is as it was."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from playground.document.chapters import EXPERIMENT_ENDING
from playground.document.experiment_files import name_of
from playground.document.library import index_of
from playground.paths import PRESETS

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExperimentEntry:
    """One experiment, as far as a card, a menu and a search need it."""

    id: str
    path: Path
    question: str
    guess: str
    presets: tuple[str, ...]
    """The presets that it speaks of, by id, the base first."""
    chapter: str
    """The folder in which it lies."""

    @property
    def words(self) -> str:
        """What a search looks through, in lower case."""
        return " ".join((self.id, self.id.replace("-", " "), self.question, "experiment", *self.presets)).lower()

    def answers(self, query: str) -> bool:
        """Whether every word of a search occurs in it."""
        return all(word in self.words for word in query.lower().split())


def experiments(folder: Path = PRESETS) -> list[ExperimentEntry]:
    """All experiments that come with the program; one that is damaged is left out and named in the log."""
    found = []
    for name, record in index_of(folder).records().items():
        if not name.endswith(EXPERIMENT_ENDING):
            continue
        path, held = folder / name, record.experiment
        if held is None:
            LOG.warning("%s is left out: %s", path, record.fault)
            continue
        found.append(ExperimentEntry(name_of(path), path, held.question, held.guess, held.presets, path.parent.name))
    return found
