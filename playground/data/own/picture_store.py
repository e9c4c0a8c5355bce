"""Pictures of a person's own that are read one by one as they are asked for, and then kept on the disk as pixels.

The first look at a picture opens its file; later ones take its pixels from a passing file that nobody sees and that
goes when the program ends. So memory stays the same for any number of pictures.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray

from playground.data.own.files import FileRefused
from playground.paths import user_cache

Pixels = NDArray[np.uint8]
MOST_KEPT = 8 * 2**30
"""Bytes of the passing file; pictures beyond are opened each time."""
TRIES = 16
"""So many of the next pictures are tried in the place of one that cannot be read."""


class PictureStore:
    """Gives pictures (C, side, side) by their numbers, with brightness from 0 to 1.

    `openers` open one each, as pixels; FileRefused says that one cannot be read, and then the next of its class stands
    in its place (`classes` (N,) tells which those are). Raises FileRefused where none can be read any more.
    """

    def __init__(
        self, openers: Sequence[Callable[[], Pixels]], classes: NDArray[np.int64], shape: tuple[int, int, int]
    ) -> None:
        self.shape = shape
        self._openers = openers
        self._classes = classes
        self._bytes = int(np.prod(shape))
        self._kept = np.zeros(len(openers), dtype=np.bool_)
        self._file: IO[bytes] | None = None
        self._full = False
        self._lock = threading.Lock()
        self._expected: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._reading_ahead = False

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The pictures (n, C, side, side) of these rows. Raises FileRefused."""
        found = np.empty((len(rows), *self.shape), dtype=np.uint8)
        for place, row in enumerate(rows.tolist()):
            found[place] = self._pixels(row)
        return found.astype(np.float32) / np.float32(255.0)

    def expect(self, rows: NDArray[np.int64]) -> None:
        """Open these ahead, beside the thread that asks, as far as they are not kept yet."""
        missing = rows[~self._kept[rows]]
        if not len(missing) or self._full:
            return
        with self._lock:
            self._expected = missing
            if self._reading_ahead:
                return
            self._reading_ahead = True
        threading.Thread(target=_read_ahead, args=(weakref.ref(self),), name="pictures ahead", daemon=True).start()

    def next_expected(self) -> int | None:
        """A row that should be read ahead; None where none is left, which ends the reading."""
        with self._lock:
            while len(self._expected):
                row, self._expected = int(self._expected[0]), self._expected[1:]
                if not self._kept[row]:
                    return row
            self._reading_ahead = False
            return None

    def keep(self, row: int) -> None:
        """Open a picture if it is not kept yet, and keep its pixels."""
        with contextlib.suppress(FileRefused):
            self._pixels(row)

    def _pixels(self, row: int) -> Pixels:
        if self._kept[row] and (known := self._from_file(row)) is not None:
            return known
        pixels = self._opened(row)
        self._to_file(row, pixels)
        return pixels

    def _opened(self, row: int) -> Pixels:
        """The pixels of a picture, or of the next of its class that can be read."""
        alike = np.flatnonzero(self._classes == self._classes[row])
        start = int(np.searchsorted(alike, row))
        problem: FileRefused | None = None
        for other in np.roll(alike, -start)[:TRIES].tolist():
            try:
                pixels: Pixels = self._openers[other]()
                return pixels
            except FileRefused as refused:
                problem = problem or refused
        raise FileRefused(f"A picture cannot be read any more: {problem}. Choose the folder again.")

    # The passing file -------------------------------------------------------------------------------------------------

    def _from_file(self, row: int) -> Pixels | None:
        with self._lock:
            assert self._file is not None
            try:
                self._file.seek(row * self._bytes)
                content = self._file.read(self._bytes)
            except OSError:
                return None
        if len(content) < self._bytes:
            return None
        return np.frombuffer(content, dtype=np.uint8).reshape(self.shape)

    def _to_file(self, row: int, pixels: Pixels) -> None:
        if self._full or (row + 1) * self._bytes > MOST_KEPT:
            return
        with self._lock:
            try:
                if self._file is None:
                    self._file = _passing_file()
                    weakref.finalize(self, self._file.close)
                self._file.seek(row * self._bytes)
                written = self._file.write(np.ascontiguousarray(pixels).tobytes())
                self._kept[row] = written == self._bytes
            except OSError:  # the disk is full: what is not kept is opened each time
                self._full = True


def _passing_file() -> IO[bytes]:
    """A file without a name beside what the program keeps; in memory it would not be out of the way."""
    folder = user_cache()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(buffering=0, dir=folder if os.access(folder, os.W_OK) else None)


def _read_ahead(store: weakref.ref[PictureStore]) -> None:
    """Read what a store expects as long as it lives."""
    while (one := store()) is not None and (row := one.next_expected()) is not None:
        one.keep(row)
        del one
