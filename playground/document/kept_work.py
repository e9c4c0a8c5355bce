"""Work that is in no file of the person's: kept while it goes on, after it was left, and after a crash.

A running program keeps a `SafetyCopy` of its open project and the weights of its run. When the person leaves the
project, closes the window or the program dies, the copy stays and `kept_works` lists it, the newest first, until it is
continued, saved to a file, or discarded. So nothing that was built or learned is lost, and nothing needs to be asked.

A program holds a lock on the copy as long as it lives; the system lets go of it when the program ends, however it ends.

For a gallery: `for work in kept_works()` gives `work.title`, `work.words()` ("step 420, epoch 21, 5 minutes ago"; apart
`work.progress` and `work.when()`), `work.picture` (a PNG of the canvas as it was, or None), `work.source` (the file
or preset it came from, or None) and `work.saved` (seconds since 1970, to compare with files that were opened lately).
`Gallery.work_chosen.emit(work)` continues one, as the window answers with `FileActions.restore(work)`;
`work.discard()` forgets it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from playground.document.files import ProjectFileError, read, to_json, write_atomically
from playground.document.pairing import PairedWeights, remove_pair, weights_of, write_pair
from playground.document.project import Project
from playground.paths import user_data

MOST_KEPT = 60
MOST_BYTES = 2 * 2**30
"""What was left may take so much; beyond that the oldest goes."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds


@dataclass(frozen=True, slots=True)
class KeptWork:
    """Work that nobody has open now."""

    path: Path
    """The project file in the folder of safety copies."""
    source: Path | None
    """The file or preset it came from; None if it was never saved."""
    title: str
    saved: float
    """When the copy was made, in seconds since 1970."""
    left: bool
    """Whether a person left it; else the program that had it open did not end regularly."""
    step: int = 0
    epoch: float = 0.0
    seconds: float = 0.0
    """Seconds of learning."""

    def read(self) -> Project:
        """The project in the copy. Raises ProjectFileError."""
        return read(self.path)

    @property
    def weights(self) -> PairedWeights | None:
        """Its weights, if any were saved."""
        return weights_of(self.path)

    @property
    def picture(self) -> Path | None:
        """What the canvas looked like when it was left, as PNG."""
        path = self.path.with_suffix(".png")
        return path if path.is_file() else None

    @property
    def progress(self) -> str:
        """How far it was: “step 420, epoch 21”; empty where nothing was learned."""
        return f"step {self.step:,}, epoch {self.epoch:.0f}" if self.step else ""

    def when(self, now: float | None = None) -> str:
        """How long ago it was kept: “5 minutes ago”."""
        return ago(max(0.0, (time.time() if now is None else now) - self.saved))

    def words(self, now: float | None = None) -> str:
        """Both: “step 420, epoch 21, 5 minutes ago”."""
        return ", ".join(filter(None, (self.progress, self.when(now))))

    def discard(self) -> None:
        """Delete the work for good."""
        _delete(self.path)


class SafetyCopy:
    """The copy of the project that this program has open. Nothing is made on the disk before it is needed."""

    def __init__(self, folder: Path | None = None) -> None:
        self._given = folder
        self._path: Path | None = None
        self.lock: IO[bytes] | None = None
        self._about: dict[str, Any] = {}

    @property
    def path(self) -> Path:
        """The project file of the copy. Raises OSError where the folder cannot be written to."""
        if self._path is None:
            folder = self._given or kept_folder()
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{os.getpid()}-{secrets.token_hex(4)}.json"
            lock = path.with_suffix(".lock").open("wb")
            _take(lock)
            self._path, self.lock = path, lock
        return self._path

    @property
    def exists(self) -> bool:
        """Whether there is something in the copy."""
        return self._path is not None and self._path.is_file()

    def describe(self, title: str, source: Path | None, *, left: bool = False) -> Path:
        """Say whose copy it is, before it is written to the path that is returned. Raises OSError."""
        about = {"title": title, "source": str(source.absolute()) if source else None, "left": left}
        if about != self._about or not self.path.with_suffix(".about").is_file():
            write_atomically(self.path.with_suffix(".about"), json.dumps(about).encode())
            self._about = about
        return self.path

    def save(self, project: Project, source: Path | None, weights: bytes | None = None) -> None:
        """Write the copy; `weights` carry the fingerprint of the project. Raises OSError."""
        write_pair(self.describe(project.title, source), to_json(project).encode(), weights)

    def adopt(self, work: KeptWork) -> bool:
        """Go on with kept work as the copy of this program, in place of the present one, which must be empty or left.

        Returns False when another program has it open or it is gone.
        """
        lock_path = work.path.with_suffix(".lock")
        lock = None
        try:
            if not work.path.is_file():
                return False
            lock = lock_path.open("ab")
            _take(lock)
        except OSError:
            if lock is not None:
                lock.close()
            return False
        self.close()
        self._path, self.lock = work.path, lock
        return True

    def leave(self, title: str, source: Path | None) -> KeptWork | None:
        """Let the copy lie as work that can be continued; the next project gets a copy of its own. Raises OSError."""
        if not self.exists:
            self.close()
            return None
        path = self.describe(title, source, left=True)
        self._release()
        _make_room(path.parent)
        return _described(path)

    def discard(self) -> None:
        """Delete the copy, because all is saved."""
        self.close()

    def close(self) -> None:
        """Delete the copy and let go of the lock."""
        path = self._path
        self._release()
        if path is not None:
            with suppress(OSError):
                _delete(path)

    def _release(self) -> None:
        if self.lock is not None:
            self.lock.close()
        self._path, self.lock, self._about = None, None, {}


def kept_folder() -> Path:
    """Where the safety copies lie. Raises OSError where there can be none."""
    return user_data() / "autosave"


def kept_works(folder: Path | None = None) -> list[KeptWork]:
    """Work that no running program has open, the newest first. Empty where the folder cannot be read."""
    found: list[KeptWork] = []
    with suppress(OSError):
        for path in (folder or kept_folder()).glob("*.json"):
            work = None if is_held(path.with_suffix(".lock")) else _described(path)
            if work is not None:
                found.append(work)
    return sorted(found, key=lambda work: work.saved, reverse=True)


def kept_work_on(source: Path, folder: Path | None = None) -> KeptWork | None:
    """The newest work on this file or preset that no running program has open. Work on others is not looked into."""
    found: list[KeptWork | None] = []
    with suppress(OSError):
        for about in (folder or kept_folder()).glob("*.about"):
            if _about(about).get("source") == str(source.absolute()) and not is_held(about.with_suffix(".lock")):
                found.append(_described(about.with_suffix(".json")))
    return max((work for work in found if work is not None), key=lambda work: work.saved, default=None)


def is_open_elsewhere(source: Path, own: SafetyCopy, folder: Path | None = None) -> bool:
    """Whether another running program has this file open."""
    source = source.absolute()
    with suppress(OSError):
        for about in (folder or kept_folder()).glob("*.about"):
            if own._path is not None and about.stem == own._path.stem:
                continue
            if _about(about).get("source") == str(source) and is_held(about.with_suffix(".lock")):
                return True
    return False


def ago(seconds: float) -> str:
    """How long ago something was, in the largest unit that fits."""
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        count = int(seconds // unit)
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def _described(path: Path) -> KeptWork | None:
    """The work in a copy; None where it is damaged or gone."""
    about = _about(path.with_suffix(".about"))
    source, title = about.get("source"), about.get("title")
    try:
        if not isinstance(title, str):
            title = _title_in_head(path) or read(path).title
        saved = path.stat().st_mtime
    except (OSError, ProjectFileError):
        return None
    weights = weights_of(path)
    step, epoch, seconds = (weights.step, weights.epoch, weights.seconds) if weights else (0, 0.0, 0.0)
    return KeptWork(path, Path(source) if isinstance(source, str) else None, title, saved, about.get("left") is True,
                    step, epoch, seconds)  # fmt: skip


def _title_in_head(path: Path) -> str:
    """The title of a copy as its first lines tell it, so that a large one need not be read; empty where they do not."""
    with path.open(encoding="utf-8", errors="replace") as file:
        found = _HEAD.match(file.read(_HEAD_LENGTH))
    if found is None:
        return ""
    name, value = found.groups()
    # The keys stand in the order of the declaration, and those with their usual value are left out.
    return str(json.loads(value)) if name == "title" else str(Project.model_fields["title"].default)


_HEAD_LENGTH = 4_096
_HEAD = re.compile(
    r"""\{\s*"format":\s*"playground-project",\s*"schema_version":\s*\d+,\s*"""
    r""""(\w+)":\s*("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|[^"])"""
)


def _about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _make_room(folder: Path) -> None:
    """Let the oldest go beyond what may be kept; never the newest."""
    for lock in folder.glob("*.lock"):
        # What programs left behind that died before there was anything to keep.
        if not lock.with_suffix(".json").exists() and not is_held(lock):
            with suppress(OSError):
                _delete(lock.with_suffix(".json"))
    sizes = _sizes(folder)
    taken, gone = 0, []
    for number, work in enumerate(kept_works(folder)):
        with suppress(OSError):
            taken += sizes[work.path.stem]
            if number and (number >= MOST_KEPT or taken > MOST_BYTES):
                why = "room" if number < MOST_KEPT else "number"
                work.discard()
                gone.append([work.title, work.words(), why])
    if gone:
        with suppress(OSError):
            write_atomically(folder / _GONE, json.dumps([*_gone(folder), *gone]).encode())


def _sizes(folder: Path) -> Counter[str]:
    """Bytes of all parts of each copy, by its name without endings; with weights that wait to be renamed."""
    sizes: Counter[str] = Counter()
    for part in os.scandir(folder):
        with suppress(OSError):
            sizes[part.name.lstrip(".").partition(".")[0]] += part.stat().st_size
    return sizes


_GONE = "made-room.list"
"""Names what had to go and was not told yet."""


def _gone(folder: Path) -> list[list[str]]:
    try:
        found = json.loads((folder / _GONE).read_bytes())
    except (OSError, ValueError):
        return []
    good = isinstance(found, list) and all(isinstance(one, list) and len(one) == 3 for one in found)
    return [[str(word) for word in one] for one in found] if good else []


def take_gone(folder: Path | None = None) -> list[str]:
    """A sentence about each work that had to make room since this was last asked. Tells each only once."""
    place = folder or kept_folder()
    found = _gone(place)
    if found:
        with suppress(OSError):
            (place / _GONE).unlink(missing_ok=True)
    limits = {"number": f"at most {MOST_KEPT} works are kept", "room": f"at most {MOST_BYTES >> 30} GB are kept"}
    return [f"“{title}” ({words}) is no longer kept: {limits.get(why, 'it made room')}." for title, words, why in found]


def _delete(path: Path) -> None:
    # The lock goes last: without it, what is left of the copy would count as work that nobody has open.
    remove_pair(path)
    for ending in (".about", ".png", ".lock"):
        path.with_suffix(ending).unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _take(lock: IO[bytes]) -> None:
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(lock: IO[bytes]) -> None:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_held(path: Path) -> bool:
    """Whether a living program holds the lock. A lock that cannot be judged counts as held: no copy is taken away."""
    try:
        with path.open("rb+") as lock:
            _take(lock)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
