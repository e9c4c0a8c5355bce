"""What all readers of a person's own files share: refusals in sentences, progress and a way to stop, fingerprints."""

from __future__ import annotations

import codecs
import hashlib
import io
import threading
import weakref
from pathlib import Path
from typing import BinaryIO

from playground.blocks.base import BlockError, Fix
from playground.data.own.encodings import Encoding, chosen_encoding, guessed_encoding

HEAD = 256 * 1024
"""Bytes from which encoding and layout of a file are told."""
LONGEST_LINE = 4 * 2**20
BLOCK = 2**20
MOST_CONTROLS = 0.02
"""Share of control characters from which on a file is no text."""

CHOOSE = Fix("Choose a file…", "ask")
CHOOSE_FOLDER = Fix("Choose a folder…", "ask")

OTHER_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook or Word document"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"PAR1", "a Parquet table"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
"""First bytes of files that people take for text."""


class FileRefused(Exception):
    """A file that cannot be used. The message is one sentence, or two, for people."""


class ReadingStopped(Exception):
    """Somebody wanted a reading to end before its end."""


class Reading:
    """How far a reading has come, and the way to stop it. The thread that reads writes it, any other may look."""

    def __init__(self) -> None:
        self.share = 0.0
        """From 0 to 1."""
        self.words = ""
        """What was found so far."""
        self._stopped = threading.Event()
        _ALL.add(self)

    def stop(self) -> None:
        """Let the reading end at its next step."""
        self._stopped.set()

    def step(self, share: float, words: str = "") -> None:
        """Say how far one is. Raises ReadingStopped when it is time to end."""
        self.share = min(1.0, max(0.0, share))
        self.words = words or self.words
        if self._stopped.is_set():
            raise ReadingStopped


_ALL: weakref.WeakSet[Reading] = weakref.WeakSet()


def stop_all_readings() -> None:
    """Let every reading that goes on now end soon: the program is about to close."""
    for reading in list(_ALL):
        reading.stop()


# Text -----------------------------------------------------------------------------------------------------------------


def encoding_of(head: bytes, name: str, chosen: str = "") -> Encoding:
    """The encoding of a text by its first bytes, or the one that was chosen. Raises FileRefused for what is no text."""
    for magic, what in OTHER_FORMATS:
        if head.startswith(magic):
            raise FileRefused(f"“{name}” is {what}, not a text file. Save its content as text or CSV and open that.")
    found = chosen_encoding(chosen, head) if chosen else guessed_encoding(head)
    text = codecs.getincrementaldecoder(found.codec)("replace").decode(head) if found is not None else "\0"
    controls = sum(ord(character) < 32 and character not in "\t\n\r\f\x1b" for character in text)
    if found is None or controls > MOST_CONTROLS * len(text):
        raise binary(name)
    return found


def binary(name: str) -> FileRefused:
    """The refusal of a file that is no text."""
    return FileRefused(f"“{name}” is not a text file: it holds binary data. Tables are read from CSV, texts from TXT.")


class Watched(io.RawIOBase):
    """The bytes of a file on their way: hashed, counted, stoppable, and refused where they are no lines of text."""

    def __init__(
        self, raw: BinaryIO | io.RawIOBase, name: str, size: int, reading: Reading, *, zeros: bool, longest: bool = True
    ) -> None:
        super().__init__()
        self._longest = longest
        self._raw = raw
        self._name = name
        self._size = max(1, size)
        self._reading = reading
        self._zeros = zeros
        self._since_newline = 0
        self._digest = hashlib.sha256()
        self.count = 0
        """Bytes that have gone by."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer. Raises FileRefused and ReadingStopped."""
        try:
            block = self._raw.read(len(buffer)) or b""
        except OSError as error:
            raise FileRefused(f"“{self._name}” cannot be read: {error.strerror or error}.") from error
        buffer[: len(block)] = block
        self._digest.update(block)
        self.count += len(block)
        if not self._zeros and b"\0" in block:
            raise binary(self._name)
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._since_newline = self._since_newline + len(block) if last < 0 else len(block) - last
        if self._longest and self._since_newline > LONGEST_LINE:
            most = LONGEST_LINE // 2**20
            raise FileRefused(f"“{self._name}” has a line of more than {most} MB; neither a table nor a text has that.")
        self._reading.step(self.count / self._size)
        return len(block)

    def hexdigest(self) -> str:
        """SHA-256 of all that has gone by."""
        return self._digest.hexdigest()


def head_of(path: Path) -> bytes:
    """The first bytes of a file. Raises FileRefused for what is no file, cannot be read or is empty."""
    try:
        if path.is_dir():
            raise FileRefused(f"“{path.name}” is a folder, not a file.")
        if path.exists() and not path.is_file():
            raise FileRefused(f"“{path.name}” is not an ordinary file.")
        with path.open("rb") as file:
            head = file.read(HEAD)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileRefused(f"“{path.name}” cannot be read: {reason}.") from error
    if not head:
        raise FileRefused(f"“{path.name}” is empty.")
    return head


# Files that a project speaks of ---------------------------------------------------------------------------------------

KNOWN_FINGERPRINTS: dict[str, tuple[int, int, str]] = {}
"""For each file that was read: its size and time of change then, and the fingerprint of its content."""


def remember(path: Path, fingerprint: str) -> None:
    """Note what a file holds, so that a later change is seen without reading it again."""
    try:
        status = path.stat()
    except OSError:
        return
    KNOWN_FINGERPRINTS[str(path)] = (status.st_size, status.st_mtime_ns, fingerprint)


def expect_file(title: str, file: str, size: int, fingerprint: str) -> None:
    """Refuse a file that is gone, or another than it was; a look at its directory entry only. Raises BlockError."""
    path = Path(file)
    try:
        status = path.stat()
    except (OSError, ValueError):
        raise gone(path, CHOOSE) from None
    known = KNOWN_FINGERPRINTS.get(str(path))
    same_as_known = known is not None and known[:2] == (status.st_size, status.st_mtime_ns)
    if status.st_size != size or (known is not None and same_as_known and known[2] != fingerprint):
        raise changed(path, CHOOSE)
    if not path.is_file():
        raise BlockError(f"{title} reads a file, but “{path.name}” is none. Choose another.", CHOOSE)


def gone(path: Path, fix: Fix) -> BlockError:
    """The error of a file that is not where it was."""
    noun = "folder" if fix is CHOOSE_FOLDER else "file"
    return BlockError(f"The {noun} “{path.name}” is not at {path.parent} any more. Choose it again.", fix)


def changed(path: Path, fix: Fix) -> BlockError:
    """The error of a file whose content is not what it was when it was chosen."""
    noun = "folder" if fix is CHOOSE_FOLDER else "file"
    return BlockError(f"The {noun} “{path.name}” has changed since it was chosen. Choose it again.", fix)
