"""The presets that come with the program: found by the name of their file, listed in the order of the gallery."""

from __future__ import annotations

import difflib
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from playground.document.files import ProjectFileError, read
from playground.document.project import Goal, Project
from playground.paths import PRESETS

LOG = logging.getLogger(__name__)


COURSE = "Course"
LEVELS = ("First look", COURSE, "Deep")
"""How much a preset asks of a person; `levels.txt` beside the presets says which has which."""


class UnknownPreset(LookupError):
    """There is neither a file nor a preset of that name; the message says what comes closest."""


@dataclass(frozen=True)
class PresetEntry:
    """One preset, read and checked."""

    id: str
    """The name of its file without `.json`."""
    path: Path
    project: Project
    level: str = COURSE
    """One of LEVELS: how much it asks of a person."""

    @property
    def title(self) -> str:
        """What the card is called."""
        return self.project.title

    @property
    def chapter(self) -> str:
        """The heading under which the card stands."""
        return self.project.chapter or self.path.parent.name.replace("-", " ").capitalize()

    @property
    def summary(self) -> str:
        """One line of what to watch."""
        return self.project.summary

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What the preset promises to reach."""
        return self.project.goals

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
        names = [node.block for node in self.project.graph.nodes] + [view.view for view in self.project.views]
        spoken = [name.replace("-", " ") for name in names]
        return " ".join((self.id, self.title, self.chapter, self.level, self.summary, *names, *spoken)).lower()

    def answers(self, query: str) -> bool:
        """Whether every word of a search occurs in it."""
        return all(word in self.words for word in query.lower().split())


def paths(folder: Path = PRESETS) -> dict[str, Path]:
    """All preset files by id, in the order of the gallery."""
    found = {path.stem: path for path in sorted(folder.glob("*/*.json"))}
    order = {name: place for place, name in enumerate(_order(folder))}
    chapters: dict[str, int] = {}
    for name, path in found.items():
        place = order.get(name, len(order))
        chapters[path.parent.name] = min(place, chapters.get(path.parent.name, place))

    def rank(name: str) -> tuple[int, str, int, str]:
        chapter = found[name].parent.name
        return chapters[chapter], chapter, order.get(name, len(order)), name

    return {name: found[name] for name in sorted(found, key=rank)}


def _order(folder: Path) -> list[str]:
    try:
        lines = (folder / "order.txt").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def levels(folder: Path = PRESETS) -> dict[str, str]:
    """The level of every preset that `levels.txt` names, by id."""
    try:
        lines = (folder / "levels.txt").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = [line.partition(":") for line in lines if line.strip() and not line.startswith("#")]
    return {name: level for level, _, names in pairs for name in names.split()}


def presets(folder: Path = PRESETS) -> list[PresetEntry]:
    """All presets in order. One that is damaged is left out and named in the log."""
    entries: list[PresetEntry] = []
    known = levels(folder)
    for name, path in paths(folder).items():
        try:
            entries.append(PresetEntry(name, path, read(path), known.get(name, COURSE)))
        except ProjectFileError as error:
            LOG.warning("the preset %s is left out: %s", path, error)
    return entries


def find(name: str, folder: Path = PRESETS) -> Path:
    """The file that a person means: the id of a preset, or the path of a file. Raises UnknownPreset."""
    known = paths(folder)
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
