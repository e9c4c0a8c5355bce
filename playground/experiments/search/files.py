"""The searches that come with the program, beside the presets, and those in files of a person's own."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from playground.document.chapters import SEARCH_ENDING
from playground.document.library import find
from playground.document.project import Project
from playground.document.search import SEARCH_VERSION, Search
from playground.experiments.library import read_noun
from playground.paths import PRESETS
from playground.training.opening import open_project


def search_files(folder: Path = PRESETS) -> Iterator[Path]:
    """The files of all searches that come with the program, chapter by chapter."""
    yield from sorted(folder.glob(f"*/*{SEARCH_ENDING}"))


def search_name(path: Path) -> str:
    """The id of a search: the name of its file."""
    return path.name.removesuffix(SEARCH_ENDING).removesuffix(".json")


def find_search(name: str) -> Path | None:
    """The file of a search that comes with the program, by its name."""
    return next((path for path in search_files() if search_name(path) == name), None)


def near_search(name: str) -> str:
    """A hint for people who ask for a search that is not there."""
    near = difflib.get_close_matches(name, [search_name(path) for path in search_files()], n=1)
    return f" Did you mean the search “{near[0]}”?" if near else ""


def read_search(path: Path) -> Search:
    """Read a search. Raises ProjectFileError with all its faults, and OSError."""
    return read_noun(path, Search, "search", SEARCH_VERSION)


def base_of(name: str, folder: Path) -> Project:
    """The project of a search: a preset, or a file beside the search. Raises UnknownPreset and ProjectFileError."""
    beside = folder / name
    return open_project(beside if beside.is_file() else find(name))
