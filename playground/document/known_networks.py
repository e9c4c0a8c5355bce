"""Networks of the literature at full size, to look into, to count and to export: projects in `resources/networks`."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import NamedTuple

from playground.paths import RESOURCES

LOG = logging.getLogger(__name__)
FOLDER = RESOURCES / "networks"
INDEX = "index.json"


class KnownNetwork(NamedTuple):
    """One of them, as far as a list needs it."""

    id: str
    """The name of its file without `.json`."""
    path: Path
    title: str
    summary: str
    """Whose it is, and what is special about it."""
    parameters: int


def known_networks(folder: Path = FOLDER) -> tuple[KnownNetwork, ...]:
    """All of them in order; only their index is read. Empty where it is damaged, which the log then says."""
    try:
        rows = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return tuple(
            KnownNetwork(
                str(row["id"]), folder / f"{row['id']}.json", str(row["title"]), str(row["summary"]),
                int(row["parameters"]),
            )
            for row in rows
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        LOG.warning("the known networks cannot be listed: %s", error)
        return ()


def known_paths(folder: Path = FOLDER) -> dict[str, Path]:
    """Their files by id; none of them is read."""
    return {path.stem: path for path in sorted(folder.glob("*.json")) if path.name != INDEX}
