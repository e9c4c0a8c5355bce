"""What the gallery, the presenter's keys and searches need of every preset and experiment, without reading them again.

It is found once and kept in the cache folder of the person. A file is read again when its size or time has changed;
all are when the program has. A kept index that is damaged, or that cannot be written, is no error: it is made anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError

from playground import __version__, paths
from playground.document.chapters import CHAPTER_FILE, EXPERIMENT_ENDING, SEARCH_ENDING, Chapter, read_chapter
from playground.document.experiment import Experiment
from playground.document.experiment_files import load_experiment
from playground.document.files import ProjectFileError, read, write_atomically
from playground.document.graph import Value
from playground.document.project import SCHEMA_VERSION, Goal, Project

LOG = logging.getLogger(__name__)

FORM = 3
"""To be raised when the fields of the index change their meaning."""
DECISIVE_ROOMS = ("document", "blocks", "data", "network")
"""The code that decides what the index says of a file."""

Stamp = tuple[int, int]
"""Size in bytes, and time of the last change in nanoseconds."""


class Brief(Value):
    """A preset as far as a card or a search needs it."""

    title: str
    summary: str = ""
    goals: tuple[Goal, ...] = ()
    goal_titles: dict[str, str] = Field(default_factory=dict)
    """The titles of the blocks that the goals name."""
    blocks: tuple[str, ...] = ()
    """The blocks in it, each once, by their names in files."""
    views: tuple[str, ...] = ()
    parameters: int | None = None
    """How many numbers it learns; None before somebody has counted."""

    @classmethod
    def of(cls, project: Project) -> Brief:
        """What is kept of a project."""
        named = {goal.metric.partition(".")[2] for goal in project.goals}
        nodes = [node for node in project.graph.nodes if node.id in named]
        return cls(
            title=project.title,
            summary=project.summary,
            goals=project.goals,
            goal_titles={node.id: node.title or node.id.replace("-", " ") for node in nodes},
            blocks=tuple(dict.fromkeys(node.block for node in project.graph.nodes)),
            views=tuple(view.view for view in project.views),
        )


class Question(Value):
    """An experiment as far as a card or a search needs it."""

    question: str
    guess: str
    presets: tuple[str, ...]
    """The presets that it speaks of, by id, the base first."""

    @classmethod
    def of(cls, experiment: Experiment) -> Question:
        """What is kept of an experiment."""
        return cls(question=experiment.question, guess=experiment.guess, presets=experiment.presets)


class Record(Value):
    """One file, a preset, an experiment or a `chapter.json`: its content, or why it cannot be read."""

    stamp: Stamp
    preset: Brief | None = None
    experiment: Question | None = None
    chapter: Chapter | None = None
    fault: str = ""


Records = Mapping[str, Record]
"""By the path of each file from the folder of presets, such as `the-neuron/xor-by-hand.json`."""


class KeptIndex(Value):
    """The index as it lies on the disk."""

    program: str
    folder: str
    records: dict[str, Record] = Field(default_factory=dict)


class PresetIndex:
    """The index of one folder of presets, brought up to date whenever it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records: dict[str, Record] | None = None

    def records(self) -> Records:
        """What is known of every file; only those that have changed are read."""
        kept = self._kept() if self._records is None else self._records
        found = _stamps(self.folder)
        new = {name: kept[name] if name in kept and kept[name].stamp == stamp else self._examined(name, stamp)
               for name, stamp in found.items()}  # fmt: skip
        if len(new) != len(kept) or any(kept.get(name) is not record for name, record in new.items()):
            self._write(new)
        self._records = new
        return new

    def keep_parameters(self, counts: Mapping[str, int]) -> None:
        """Remember how many numbers presets learn, by the paths of their files as in `records`."""
        records = dict(self.records())
        for name, count in counts.items():
            record = records.get(name)
            if record is not None and record.preset is not None:
                records[name] = record.replace(preset=record.preset.replace(parameters=count))
        self._records = records
        self._write(records)

    def path(self) -> Path:
        """Where the index is kept; each folder of presets has a file of its own."""
        name = hashlib.sha256(str(self.folder.absolute()).encode(errors="surrogateescape")).hexdigest()[:16]
        return paths.user_cache() / f"presets-{name}.json"

    def _examined(self, name: str, stamp: Stamp) -> Record:
        path = self.folder / name
        try:
            if path.name == CHAPTER_FILE:
                return Record(stamp=stamp, chapter=read_chapter(path))
            if name.endswith(EXPERIMENT_ENDING):
                return Record(stamp=stamp, experiment=Question.of(load_experiment(path)))
            return Record(stamp=stamp, preset=Brief.of(read(path)))
        except ProjectFileError as error:
            return Record(stamp=stamp, fault=str(error))

    def _kept(self) -> dict[str, Record]:
        """What an earlier start of this very program has found."""
        try:
            kept = KeptIndex.model_validate_json(self.path().read_bytes())
        except (OSError, ValidationError):
            return {}
        same = kept.program == program() and kept.folder == str(self.folder.absolute())
        return kept.records if same else {}

    def _write(self, records: Records) -> None:
        try:
            kept = KeptIndex(program=program(), folder=str(self.folder.absolute()), records=dict(records))
            path = self.path()
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, kept.model_dump_json(exclude_defaults=True).encode())
        except (OSError, ValueError) as error:  # a file whose name is no text cannot be named in JSON
            LOG.info("the index of the presets cannot be kept: %s", error)


def stamps(folder: Path) -> dict[str, Stamp]:
    """All presets and chapters of a folder, by their paths from there, sorted. None is opened."""
    return {name: stamp for name, stamp in _stamps(folder).items() if not name.endswith(EXPERIMENT_ENDING)}


def _is_known(name: str) -> bool:
    return name.endswith(".json") and not name.endswith(SEARCH_ENDING) and not name.startswith(".")


def _stamps(folder: Path) -> dict[str, Stamp]:
    """The same, and the experiments beside them."""
    found: dict[str, Stamp] = {}
    with suppress(OSError):
        for chapter in os.scandir(folder):
            with suppress(OSError):
                for entry in os.scandir(chapter.path) if chapter.is_dir() else ():
                    if _is_known(entry.name):
                        status = entry.stat()
                        found[f"{chapter.name}/{entry.name}"] = (status.st_size, status.st_mtime_ns)
    return dict(sorted(found.items()))


@cache
def program() -> str:
    """Tells this program from every other one that might find something else in the same files.

    In a checkout the version stays as it is while the code changes, so the code counts too.
    """
    root = Path(paths.__file__).parent
    sources = (Path(folder, name).stat() for room in DECISIVE_ROOMS for folder, _, names in os.walk(root / room)
               for name in names if name.endswith(".py"))  # fmt: skip
    code = sorted((status.st_mtime_ns, status.st_size) for status in sources)
    digest = hashlib.sha256(repr(code).encode()).hexdigest()[:16]
    return f"{__version__}, index {FORM}, schema {SCHEMA_VERSION}, code {digest}"
