"""Pictures: drawn with the mouse, or files of any size, brought to the size, colours and place of the data."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.data.inputs.base import AnyArray, Encoded, EntryError, InputForm
from playground.data.inputs.drawing import Drawing, Placing, inked, placed, resized
from playground.data.inputs.files import Entries, InputFile
from playground.data.own.files import FileRefused, Reading
from playground.data.own.picture_decoding import Brightness, Opener, endings, square_of, whole_of
from playground.data.own.picture_sources import is_picture_source, source_of

if TYPE_CHECKING:
    from PIL import Image

Floats = NDArray[np.float32]
MOST_SIDE = 512
"""Pixels along the side of a picture that is read before it is brought to its size."""
PALE = 0.12
"""Ink below it is paper that was not quite white."""


@dataclass(frozen=True, eq=False)
class Pixels:
    """A picture with brightness from 0 black to 1 white: (height, width), or (height, width, 3) in colour."""

    numbers: Floats
    raw: AnyArray | None = None
    """The features (1, channels, height, width) that it was made of, where it is an example of the data."""


@dataclass(frozen=True)
class PictureFile:
    """A picture that is not opened yet."""

    name: str
    open: Callable[[], Image.Image]

    @classmethod
    def at(cls, path: Path) -> PictureFile:
        """A file of one's own."""
        return cls(path.name, lambda: _opened(path))


def _opened(source: Path | io.BytesIO) -> Image.Image:
    from PIL import Image

    return Image.open(source)


PictureEntry = Drawing | Pixels | PictureFile


@dataclass(frozen=True)
class PictureForm(InputForm):
    """A picture of the size and colours of the data."""

    noun: ClassVar[str] = "a picture"

    channels: int
    height: int
    width: int
    ink: bool
    """Numbers grow with the ink on white paper, else with the light."""
    placing: Placing | None = None
    """How the drawings of the data lie in their pictures; None where pictures fill theirs."""
    brightness: tuple[float, float] | None = None
    """Black and white of pictures with more than 8 bits."""

    @property
    def drawable(self) -> bool:
        """Whether one can draw such a picture with a pen."""
        return self.channels == 1

    def encoded(self, entry: PictureEntry) -> Encoded:
        if isinstance(entry, Drawing):
            if entry.empty:
                raise EntryError("Nothing is drawn yet.")
            ink = inked(entry, min(self.height, self.width), self.placing or _filling(min(self.height, self.width)))
            return Encoded(self._features(ink if self.ink else 1.0 - ink))
        if isinstance(entry, Pixels) and entry.raw is not None:
            return Encoded(entry.raw)
        picture = self._read(entry) if isinstance(entry, PictureFile) else self._fitted(entry.numbers)
        if not self.ink:
            return Encoded(self._features(picture))
        return self._as_ink(picture)

    def entry(self, features: AnyArray) -> Pixels:
        raw = np.asarray(features, dtype=np.float32)
        shown = np.clip(raw[0], 0.0, 1.0)
        bright = shown[0] if self.channels == 1 else np.moveaxis(shown, 0, -1)
        return Pixels(1.0 - bright if self.ink else bright, raw)

    def words(self, entry: PictureEntry) -> str:
        if isinstance(entry, PictureFile):
            return entry.name
        return "a drawing" if isinstance(entry, Drawing) else "a picture"

    def _features(self, picture: Floats) -> Floats:
        """(h, w) or (h, w, channels) as (1, channels, height, width)."""
        if picture.shape[:2] != (self.height, self.width):
            picture = resized(picture, self.height, self.width)
        if self.channels == 1 and picture.ndim == 3:
            picture = picture.mean(axis=2, dtype=np.float32)
        if self.channels == 3 and picture.ndim == 2:
            picture = np.repeat(picture[..., None], 3, axis=2)
        whole = picture[None] if picture.ndim == 2 else np.moveaxis(picture, -1, 0)
        return np.ascontiguousarray(whole[None], dtype=np.float32)

    def read(self, file: InputFile) -> Entries:
        """The pictures of a folder, a list, an archive or a file of arrays, or a single one."""
        path = file.path
        if path is None:
            content = file.content
            found = [PictureFile(file.name, lambda: _opened(io.BytesIO(content)))]
        elif path.is_file() and path.suffix.lower() in endings() and not is_picture_source(path):
            found = [PictureFile.at(path)]
        else:
            found = [PictureFile(one.name, one.open) for one in source_of(path, Reading()).entries]
        names = tuple(one.name for one in found)
        return Entries(tuple(found), tuple(f"picture {name}" for name in names), ("file",), tuple((n,) for n in names))

    def _read(self, file: PictureFile) -> Floats:
        """A file, as own pictures are read; drawings keep their detail until they are placed."""
        scale = Brightness(*self.brightness) if self.brightness is not None else None
        try:
            if not self.ink:
                picture = square_of(file.open, self.height, scale)
                return _bright(picture if self.channels == 3 else picture.convert("L"))
            with file.open() as head:
                fits = head.size == (self.width, self.height)
                side = self.height if fits else min(MOST_SIDE, max(head.size))
            picture = _whole(file.open, side, scale)
        except FileRefused as refused:
            raise EntryError(f"“{file.name}” cannot be used: {refused}.") from refused
        except (OSError, ValueError, SyntaxError) as error:
            raise EntryError(f"“{file.name}” is no picture that can be read.") from error
        return _bright(picture.convert("L"))

    def _fitted(self, numbers: Floats) -> Floats:
        """Pixels that came from elsewhere, such as from the clipboard: the middle square of what is no drawing."""
        if numbers.shape[:2] == (self.height, self.width):
            return numbers
        if self.ink:
            return numbers.mean(axis=2, dtype=np.float32) if numbers.ndim == 3 else numbers
        side = min(numbers.shape[:2])
        top, left = ((size - side) // 2 for size in numbers.shape[:2])
        return numbers[top : top + side, left : left + side]

    def _as_ink(self, bright: Floats) -> Encoded:
        """A picture (h, w) as ink on paper: what lies along its edge is the paper, whatever its brightness."""
        grey = bright.mean(axis=2, dtype=np.float32) if bright.ndim == 3 else bright
        edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
        paper = float(np.median(edge))
        light = paper > 0.5
        ink = paper - grey if light else grey - paper
        span = paper if light else 1.0 - paper
        ink = np.clip(ink / max(span, 1e-6), 0.0, 1.0).astype(np.float32)
        ready = grey.shape == (self.height, self.width)
        if not ready:
            ink = np.where(ink < PALE, 0.0, ink / max(float(ink.max()), 1e-6)).astype(np.float32)
            if self.placing is not None:
                ink = placed(ink, self.height, self.placing)
        return Encoded(self._features(ink))


def _bright(picture: Image.Image) -> Floats:
    return np.asarray(picture, dtype=np.float32) / np.float32(255.0)


def _whole(opener: Opener, side: int, scale: Brightness | None) -> Image.Image:
    """A whole picture on a square of its own paper, so that nothing of a drawing is cut off."""
    from PIL import ImageOps

    picture = whole_of(opener, side, scale)
    if picture.width == picture.height:
        return picture
    grey = np.asarray(picture.convert("L"))
    paper = int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    larger = max(picture.size)
    return ImageOps.pad(picture, (larger, larger), color=(paper, paper, paper))


def _filling(side: int) -> Placing:
    """A drawing that fills most of its picture."""
    return Placing(0.8 * side, "box", side / 2.0)
