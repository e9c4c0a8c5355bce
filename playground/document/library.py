"""The presets that come with the program: found by the name of their file, listed in the order of the gallery."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from playground.document.chapters import CHAPTER_FILE, COURSE, EXPERIMENT_ENDING, Chapter, read_chapter
from playground.document.files import ProjectFileError, read
from playground.document.known_networks import known_paths
from playground.document.preset_index import PresetIndex, stamps
from playground.document.project import Goal, Project
from playground.paths import PRESETS

LOG = logging.getLogger(__name__)


class UnknownPreset(LookupError):
    """There is neither a file nor a preset of that name; the message says what comes closest."""


@dataclass(frozen=True)
class PresetEntry:
    """One preset, as far as a card, a list and a search need it."""

    id: str
    """The name of its file without `.json`."""
    path: Path
    title: str
    """What the card is called."""
    chapter: str = ""
    """The heading under which the card stands."""
    summary: str = ""
    """One line of what to watch."""
    level: str = COURSE
    """One of LEVELS: how much it asks of a person."""
    goals: tuple[Goal, ...] = ()
    """What the preset promises to reach."""
    goal_titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The titles of the blocks that the goals name."""
    blocks: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    parameters: int | None = None
    """How many numbers it learns; None before somebody has counted."""

    @cached_property
    def project(self) -> Project:
        """The whole of it, read from the file when it is first asked for. Raises ProjectFileError."""
        return read(self.path)

    @property
    def picture(self) -> Path:
        """Where its picture lies, if it has one: beside the file, as PNG."""
        return self.path.with_suffix(".png")

    def picture_in(self, theme: str) -> Path:
        """Its picture for a theme, "light" or "dark"; the light one may be all there is."""
        return self.path.with_suffix(".dark.png") if theme == "dark" else self.picture

    @cached_property
    def words(self) -> str:
        """What a search looks through, in lower case: blocks and views too, by their names in files and in words."""
        names = (*self.blocks, *self.views)
        spoken = [name.replace("-", " ") for name in names]
        return " ".join((self.id, self.title, self.chapter, self.level, self.summary, *names, *spoken)).lower()

    def answers(self, query: str) -> bool:
        """Whether every word of a search occurs in it."""
        return all(word in self.words for word in query.lower().split())


@cache
def index_of(folder: Path) -> PresetIndex:
    """The index of a folder of presets; the same one all the time."""
    return PresetIndex(folder)


def presets(folder: Path = PRESETS) -> list[PresetEntry]:
    """All presets in order; no file is read that is as it was. One that is damaged is left out and named in the log."""
    records = {name: record for name, record in index_of(folder).records().items()
               if not name.endswith(EXPERIMENT_ENDING)}  # fmt: skip
    for name, record in records.items():
        if record.fault:
            LOG.warning("%s is left out: %s", folder / name, record.fault)
    chapters = {name.partition("/")[0]: record.chapter for name, record in records.items() if record.chapter}
    entries: list[PresetEntry] = []
    for path, chapter in _in_order(folder, records, chapters):
        brief = records[_name(path)].preset
        if brief is not None:
            entries.append(
                PresetEntry(
                    path.stem, path, brief.title, chapter.title, brief.summary, chapter.level_of(path.stem),
                    brief.goals, brief.goal_titles, brief.blocks, brief.views, brief.parameters,
                )
            )  # fmt: skip
    return entries


def keep_parameters(counts: Mapping[Path, int], folder: Path = PRESETS) -> None:
    """Remember how many numbers presets learn, by their files, for the next time that somebody asks."""
    index_of(folder).keep_parameters({_name(path): count for path, count in counts.items()})


def paths(folder: Path = PRESETS) -> dict[str, Path]:
    """All preset files by id, in the order of the gallery; also those that are damaged. Only the chapters are read."""
    names = stamps(folder)
    chapters: dict[str, Chapter] = {}
    for name in names:
        if name.endswith(f"/{CHAPTER_FILE}"):
            try:
                chapters[name.partition("/")[0]] = read_chapter(folder / name)
            except ProjectFileError as error:
                LOG.warning("%s is left out: %s", folder / name, error)
    return {path.stem: path for path, _ in _in_order(folder, names, chapters)}


def files(folder: Path = PRESETS) -> dict[str, Path]:
    """All preset files by id, in no order: no file is read, not even the chapters."""
    return {path.stem: path for path in map(folder.joinpath, stamps(folder)) if path.name != CHAPTER_FILE}


def _name(path: Path) -> str:
    """What the index calls a file."""
    return f"{path.parent.name}/{path.name}"


def _in_order(
    folder: Path, names: Iterable[str], chapters: Mapping[str, Chapter]
) -> Iterator[tuple[Path, Chapter]]:
    """The files of the presets, each with its chapter, in the order of the gallery."""
    members: dict[str, list[str]] = {name: [] for name in chapters}
    for name in names:
        room, _, file = name.partition("/")
        if file != CHAPTER_FILE:
            members.setdefault(room, []).append(file.removesuffix(".json"))
    known = {room: chapters.get(room) or Chapter.unnamed(folder / room) for room in members}
    for room, chapter in sorted(known.items(), key=lambda pair: (pair[1].number, pair[0])):
        for missing in chapter.missing(members[room]):
            LOG.warning("%s names the preset %s, which is not there", folder / room / CHAPTER_FILE, missing)
        for preset in chapter.in_order(members[room]):
            yield folder / room / f"{preset}.json", chapter


def find(name: str, folder: Path = PRESETS) -> Path:
    """The file that a person means: the id of a preset or of a known network, or the path of a file. Raises
    UnknownPreset."""
    known = {**known_paths(), **files(folder)} if folder == PRESETS else files(folder)
    if name in known:
        return known[name]
    try:
        path = Path(name).expanduser()
        if path.is_file():
            return path
    except RuntimeError as error:  # the home of somebody who is not here
        raise UnknownPreset(f"There is no file {name!r}.") from error
    except (OSError, ValueError):
        pass
    name = ascii(name)[1:-1] if not name.isprintable() else name
    if path.suffix == ".json" or len(path.parts) > 1:
        raise UnknownPreset(f"There is no file “{name}”.")
    close = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    advice = f" Did you mean {' or '.join(close)}?" if close else " “playground presets” lists what there is."
    raise UnknownPreset(f"There is neither a file nor a preset “{name}”.{advice}")
