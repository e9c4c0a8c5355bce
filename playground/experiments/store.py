"""Results that were found before: one SQLite file of a person's own, by the hash of what was run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from playground.experiments.running import Outcome
from playground.paths import user_data

WAIT = 30.0
"""Seconds to wait for another process that writes."""


def store_path() -> Path:
    """The file of the person at this computer. Raises OSError where there can be none."""
    return user_data() / "experiments.sqlite"


class Store:
    """Outcomes by the key of their cell. Every call opens the file anew, so that threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Whoever closes a file last writes its log into it, and waits for the disk: so one connection stays open.
        self._held = self._open()
        with self._held:
            self._held.execute("PRAGMA journal_mode = WAL")
            self._held.execute("CREATE TABLE IF NOT EXISTS outcomes (key TEXT PRIMARY KEY, outcome TEXT NOT NULL)")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=WAIT, check_same_thread=False)
        connection.execute("PRAGMA synchronous = NORMAL")  # what is written outlives the program, without a wait
        return connection

    def find(self, keys: Iterable[str]) -> Mapping[str, Outcome]:
        """What is known of these cells."""
        wanted = list(keys)
        found: dict[str, Outcome] = {}
        with closing(self._open()) as connection:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = connection.execute(f"SELECT key, outcome FROM outcomes WHERE key IN ({marks})", part)
                found.update((key, _outcome(text)) for key, text in rows)
        return found

    def keep(self, key: str, outcome: Outcome) -> None:
        """Write one down at once, so that a killed program loses nothing; a run that was not ended is none to keep."""
        if outcome.pruned:
            return
        with closing(self._open()) as connection, connection:
            connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", (key, json.dumps(asdict(outcome))))


def usual_store() -> Store | None:
    """What this person has measured before; None where nothing can be kept, so that all is run anew each time."""
    try:
        return Store(store_path())
    except OSError:
        return None


def _outcome(text: str) -> Outcome:
    content = json.loads(text)
    return Outcome(
        values=tuple(content["values"]),
        steps=content["steps"],
        epochs=content["epochs"],
        seconds=content["seconds"],
        diverged=content["diverged"],
        curve=tuple((epoch, value) for epoch, value in content["curve"]),
    )
