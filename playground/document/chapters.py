"""The chapters of the presets: `chapter.json` in each folder says its title, its place, and what stands in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationError

from playground.document.decoding import ProjectFileError, decode
from playground.document.files import faults_of, load
from playground.document.graph import Identifier, Value

CHAPTER_FILE = "chapter.json"
EXPERIMENT_ENDING = ".experiment.json"
"""How the names of experiments end, which lie beside the presets."""
SEARCH_ENDING = ".search.json"
"""How the names of searches end, which lie there, too."""

Level = Literal["First look", "Course", "Deep"]
"""How much a preset asks of a person. First look: works without a word of explanation. Course: for those who know what
a neuron is. Deep: for those who know most."""
LEVELS: tuple[Level, ...] = get_args(Level)
COURSE: Level = "Course"
LAST = 10_000
"""The number of a chapter that says none."""


class Chapter(Value):
    """What stands over the presets of one folder."""

    title: str = Field(min_length=1, max_length=100)
    number: int = Field(LAST, ge=1, le=LAST, description="Its place among the chapters; each has a number of its own.")
    presets: dict[Identifier, Level] = Field(
        default_factory=dict, description="The ids of its presets, in the order of the gallery, and the level of each."
    )

    @classmethod
    def unnamed(cls, folder: Path) -> Chapter:
        """The chapter of a folder that says nothing of itself: called like the folder, after all others."""
        return cls(title=folder.name.replace("-", " ").capitalize()[:100])

    def in_order(self, ids: list[str]) -> list[str]:
        """These presets as the gallery shows them; those that the chapter does not name come last, by name."""
        named = [name for name in self.presets if name in set(ids)]
        return named + sorted(set(ids) - set(named))

    def level_of(self, preset: str) -> Level:
        """How much a preset asks of a person; one that the chapter does not name is part of the course."""
        return self.presets.get(preset, COURSE)

    def missing(self, ids: list[str]) -> list[str]:
        """The presets that the chapter names, but that are not there."""
        return [name for name in self.presets if name not in set(ids)]


def read_chapter(path: Path) -> Chapter:
    """Read a `chapter.json`. Raises ProjectFileError with all its faults, each with its place."""
    content, problems = decode(load(path))
    if not problems:
        try:
            return Chapter.model_validate_json(json.dumps(content), strict=True)
        except ValidationError as error:
            problems = faults_of(error)
    raise ProjectFileError(problems)
