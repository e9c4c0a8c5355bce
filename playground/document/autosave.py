"""Safety copies: each running program keeps one of its open project, and finds those of programs that crashed.

A program holds a lock on a file as long as it lives; the system lets go of it when the program ends, however it ends.
So a copy whose lock is free belongs to a program that is gone, even when its process number was given away again.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from playground.document.decoding import ProjectFileError
from playground.document.files import read, write, write_atomically
from playground.document.project import Project
from playground.paths import user_data


@dataclass(frozen=True, slots=True)
class Leftover:
    """A safety copy whose program is gone."""

    project_path: Path
    source: Path | None
    """The file that was being edited; None if it was never saved."""
    saved: float
    """When the copy was made, in seconds since 1970."""

    @property
    def weights_path(self) -> Path:
        """Where its weights lie, if any were saved."""
        return self.project_path.with_suffix(".safetensors")

    def read(self) -> Project:
        """The project in the copy. Raises ProjectFileError."""
        return read(self.project_path)

    def discard(self) -> None:
        """Delete the copy for good."""
        _delete(self.project_path)


class Autosave:
    """The safety copy of this program. Close it at a regular end; after a crash the copy stays and is found."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or autosave_folder()
        self._folder.mkdir(parents=True, exist_ok=True)
        self.path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}.json"
        self._saved: tuple[Project, Path | None] | None = None
        self._lock: IO[bytes] | None = self.path.with_suffix(".lock").open("wb")
        _take(self._lock)

    def save(self, project: Project, source: Path | None, weights: bytes | None = None) -> bool:
        """Write the copy if the project changed since the last one; `weights` are the bytes of a checkpoint.

        Returns whether anything was written. Raises OSError.
        """
        changed = self._saved != (project, source)
        if changed:
            about = {"source": str(source.absolute()) if source else None}
            write_atomically(self.path.with_suffix(".about"), json.dumps(about).encode())
            write(project, self.path)
            self._saved = (project, source)
        if weights is not None:
            write_atomically(self.path.with_suffix(".safetensors"), weights)
        return changed or weights is not None

    def discard(self) -> None:
        """Delete the copy, because all is saved; the next `save` makes a new one."""
        self._saved = None
        _delete(self.path, keep_lock=True)

    def close(self) -> None:
        """Delete the copy and let go of the lock: the program ends as it should."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            _delete(self.path)


def autosave_folder() -> Path:
    """Where the safety copies lie."""
    return user_data() / "autosave"


def leftovers(folder: Path | None = None) -> list[Leftover]:
    """Readable copies of programs that are gone, the newest first."""
    found: list[Leftover] = []
    for path in (folder or autosave_folder()).glob("*.json"):
        if _is_held(path.with_suffix(".lock")):
            continue
        with suppress(OSError, ProjectFileError):
            read(path)
            found.append(Leftover(path, _source(path), path.stat().st_mtime))
    return sorted(found, key=lambda copy: copy.saved, reverse=True)


def _source(path: Path) -> Path | None:
    try:
        source = json.loads(path.with_suffix(".about").read_bytes())["source"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Path(source) if isinstance(source, str) else None


def _delete(path: Path, *, keep_lock: bool = False) -> None:
    endings = (".json", ".about", ".safetensors") if keep_lock else (".json", ".about", ".safetensors", ".lock")
    for ending in endings:
        path.with_suffix(ending).unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _take(lock: IO[bytes]) -> None:
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(lock: IO[bytes]) -> None:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_held(path: Path) -> bool:
    """Whether a living program holds the lock. A lock that cannot be judged counts as held: no copy is taken away."""
    try:
        with path.open("rb+") as lock:
            _take(lock)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
