"""Pictures of a person's own: a folder with one sub-folder for each class."""

from __future__ import annotations

import hashlib
import itertools
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from playground.blocks.base import BlockError
from playground.blocks.signal import Signal
from playground.data import own_files
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images import IMAGE_AXES
from playground.data.own_columns import natural_order
from playground.data.own_files import CHOOSE_FOLDER, FileRefused, Reading, ReadingStopped
from playground.document.declaration import parameter

if TYPE_CHECKING:
    from PIL import Image

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif"})
MOST_CLASSES = 100
MOST_PICTURES = 20_000
MOST_NUMBERS = 60_000_000
"""Numbers of all pictures together, 240 MB; of larger ones fewer are used, evenly by class."""
MOST_PIXELS = 100_000_000
"""A picture with more is not opened."""
MOST_FILES = 200_000
SAMPLES = 12
"""Pictures of each class that are shown."""
SAMPLE_SIDE = 64
LONGEST_NAME = 100

Side = Literal[16, 28, 32, 48, 64, 96]


class PictureClass(BaseModel):
    """A sub-folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    pictures: Annotated[int, Field(ge=1, le=MOST_FILES)]
    """Pictures in it that can be read."""


class ChosenPictures(BaseModel):
    """What was found in a folder: all that must be known without reading it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the names and sizes of all pictures."""
    classes: tuple[PictureClass, ...] = Field(min_length=2, max_length=MOST_CLASSES)


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """A folder that was looked at."""

    path: Path
    fingerprint: str
    classes: tuple[PictureClass, ...]
    unreadable: tuple[tuple[str, str], ...]
    """(class/file, what is wrong) of pictures that are left out."""
    others: int
    """Files that are no pictures by their names."""
    colour: bool
    """Whether any of the samples has colour."""
    samples: tuple[NDArray[np.uint8], ...]
    """For each class a few pictures, (N, side, side, 3)."""

    @property
    def count(self) -> int:
        """Pictures of all classes."""
        return sum(found.pictures for found in self.classes)


def look_at_pictures(path: Path, reading: Reading) -> PictureFolder:
    """Read every picture of a folder once. Raises FileRefused with a sentence, and ReadingStopped."""
    listing = _listing(path, reading)
    total = sum(len(files) for files in listing.files.values())
    done, colour = 0, False
    classes: list[PictureClass] = []
    unreadable: list[tuple[str, str]] = []
    samples: list[NDArray[np.uint8]] = []
    for name, files in listing.files.items():
        good = 0
        shown: list[NDArray[np.uint8]] = []
        for file in files:
            done += 1
            reading.step(done / total, f"{done:,} of {total:,} pictures")
            try:
                picture = square_of(file, SAMPLE_SIDE)
            except FileRefused as refused:
                unreadable.append((f"{name}/{file.name}", str(refused)))
                continue
            good += 1
            if len(shown) < SAMPLES:
                shown.append(np.asarray(picture, dtype=np.uint8))
                colour = colour or bool((np.ptp(shown[-1].astype(np.int16), axis=-1) > 8).mean() > 0.01)
        if good:
            classes.append(PictureClass(name=name, pictures=good))
            samples.append(np.stack(shown))
    if len(classes) < 2:
        raise FileRefused(_too_few(path, classes, len(unreadable)))
    own_files.remember(path, listing.fingerprint)
    return PictureFolder(
        path, listing.fingerprint, tuple(classes), tuple(unreadable), listing.others, colour, tuple(samples)
    )


def _too_few(path: Path, classes: Sequence[PictureClass], unreadable: int) -> str:
    more = f" {unreadable:,} files that should be pictures cannot be read." if unreadable else ""
    if classes:
        return (
            f"All pictures in “{path.name}” are of one class, “{classes[0].name}”. "
            f"To learn, there must be a sub-folder for each of two classes or more.{more}"
        )
    return (
        f"“{path.name}” holds no sub-folders with pictures. "
        f"Put the PNG, JPEG, BMP or GIF files of each class into a sub-folder with its name.{more}"
    )


@dataclass(frozen=True, slots=True)
class _Listing:
    files: dict[str, list[Path]]
    """The pictures of each sub-folder by name, in order."""
    fingerprint: str
    others: int


def _listing(path: Path, reading: Reading) -> _Listing:
    """All files that are pictures by their names. Raises FileRefused when the folder cannot be read."""
    found: dict[str, list[Path]] = {}
    digest = hashlib.sha256()
    count = others = 0
    try:
        folders = [entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        for folder in sorted(folders, key=lambda entry: natural_order(entry.name)):
            for file in sorted(folder.iterdir(), key=lambda entry: natural_order(entry.name)):
                if file.name.startswith(".") or not file.is_file():
                    continue
                count += 1
                if count > MOST_FILES:
                    raise FileRefused(f"“{path.name}” holds more than {MOST_FILES:,} files, which is too many.")
                if file.suffix.lower() not in ENDINGS:
                    others += 1
                    continue
                found.setdefault(folder.name[:LONGEST_NAME], []).append(file)
                digest.update(f"{folder.name}/{file.name}\0{file.stat().st_size}\n".encode("utf-8", "surrogatepass"))
                reading.step(0.0, f"{count:,} files")
    except OSError as error:
        raise FileRefused(f"“{path.name}” cannot be read: {error.strerror or error}.") from error
    if len(found) > MOST_CLASSES:
        raise FileRefused(f"“{path.name}” has {len(found):,} sub-folders; {MOST_CLASSES} classes are the most.")
    if not found:
        raise FileRefused(_too_few(path, (), 0))
    return _Listing(found, digest.hexdigest(), others)


def square_of(file: Path, side: int) -> Image.Image:
    """The middle square of a picture in colour, `side` pixels wide. Raises FileRefused with what is wrong."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=("PNG", "JPEG", "BMP", "GIF")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise FileRefused(f"more than {MOST_PIXELS // 1_000_000} million pixels")
                picture.draft("RGB", (2 * side, 2 * side))  # lets JPEG skip detail that would be thrown away
                upright = ImageOps.exif_transpose(picture)
                return ImageOps.fit(_in_colour(upright), (side, side), Image.Resampling.BILINEAR)
    except UnidentifiedImageError:
        raise FileRefused("no picture of a known kind") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FileRefused(f"damaged ({str(error) or type(error).__name__})") from error


def _in_colour(picture: Image.Image) -> Image.Image:
    """In RGB; what is transparent becomes white, and 16 bits of grey become 8."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):
        numbers = np.asarray(picture, dtype=np.float64)
        scale = 257.0 if numbers.max(initial=0.0) > 255.0 else 1.0
        picture = Image.fromarray(np.clip(numbers / scale, 0, 255).astype(np.uint8))
    if "A" in picture.mode or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(paper, layered).convert("RGB")
    return picture.convert("RGB")


class OwnPictures(ClassDataset):
    """A person's folder of pictures."""

    id: ClassVar[str] = "own-images"
    title: ClassVar[str] = "My pictures"
    summary: ClassVar[str] = "Pictures of yours, in a folder with one sub-folder for each class. Drop it on the window."
    question: ClassVar[str] = "Of which class is a picture?"
    licence: ClassVar[str] = "From a folder of yours."
    ink: ClassVar[bool] = False

    file: str = parameter("", max_length=4_096, label="Folder", help="Where the folder with the sub-folders is.")
    pictures: ChosenPictures | None = parameter(None, help="What was found in the folder, class by class.")
    side: Side = parameter(32, help="Width and height in pixels to which the middle square of every picture is scaled.")
    colour: bool = parameter(True, help="Red, green and blue; without it one channel of grey from 0 black to 1 white.")

    def class_names(self) -> tuple[str, ...]:
        return tuple(found.name for found in self.pictures.classes) if self.pictures is not None else ()

    def feature_signal(self) -> Signal:
        shape = (3 if self.colour else 1, self.side, self.side)
        if self.scaling == "none":
            return Signal(shape, kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal(shape, kind="image", axes=IMAGE_AXES)

    def subtitle(self) -> str:
        if self.pictures is None:
            return "no folder yet"
        return f"{sum(self.counts()):,} images of {self.side} × {self.side}"

    def counts(self) -> tuple[int, ...]:
        """Pictures of each class that are used: all, or as many as fit, an even share of every class."""
        if self.pictures is None:
            return ()
        found = [entry.pictures for entry in self.pictures.classes]
        most = max(2 * len(found), min(MOST_PICTURES, MOST_NUMBERS // self.feature_signal().size))
        if sum(found) <= most:
            return tuple(found)
        return tuple(max(1, number * most // sum(found)) for number in found)

    def expect(self, *inputs: Signal) -> None:
        """Refuse a folder that is missing or was not looked at. Raises BlockError."""
        if not self.file:
            raise BlockError(f"{self.title} has no folder yet. Choose a folder of pictures of yours.", CHOOSE_FOLDER)
        path = Path(self.file)
        if self.pictures is None:
            raise BlockError(f"The pictures in “{path.name}” are not known yet. Choose it again.", CHOOSE_FOLDER)
        try:
            there = path.is_dir()
        except (OSError, ValueError):
            there = False
        if not there:
            raise own_files.gone(path, CHOOSE_FOLDER)
        super().expect(*inputs)

    def generate(self, generator: np.random.Generator) -> Examples:
        assert self.pictures is not None
        try:
            chosen = list(self._chosen(generator, Reading()))
        except FileRefused as error:
            raise BlockError(str(error), CHOOSE_FOLDER) from error
        except ReadingStopped as error:
            raise BlockError("Reading was stopped.", CHOOSE_FOLDER) from error
        features = np.stack([picture for picture, _ in chosen]).astype(np.float32)  # (N, C, side, side)
        features /= 255.0
        return Examples(features, np.array([number for _, number in chosen], dtype=np.int64), (), self.class_names())

    def _chosen(self, generator: np.random.Generator, reading: Reading) -> Iterator[tuple[NDArray[np.uint8], int]]:
        """Pictures (C, side, side) with their class numbers: of each class as many as are used, spread evenly."""
        assert self.pictures is not None
        path, counts = Path(self.file), self.counts()
        listing = _listing(path, reading)
        names = [name for name in self.class_names() if name in listing.files]
        if listing.fingerprint != self.pictures.fingerprint or len(names) < len(counts):
            raise own_files.changed(path, CHOOSE_FOLDER)
        done = 0
        for number, (name, count) in enumerate(zip(names, counts, strict=True)):
            for pixels in itertools.islice(self._readable(spread(listing.files[name], count)), count):
                done += 1
                reading.step(done / sum(counts), f"{done:,} pictures")
                yield pixels, number

    def _readable(self, files: Iterable[Path]) -> Iterator[NDArray[np.uint8]]:
        for file in files:
            try:
                picture = square_of(file, self.side)
            except FileRefused:
                continue
            pixels = np.asarray(picture if self.colour else picture.convert("L"), dtype=np.uint8)
            yield np.moveaxis(pixels, -1, 0) if self.colour else pixels[None]


def spread(files: Sequence[Path], count: int) -> list[Path]:
    """All files, first so many that are spread evenly over them."""
    chosen = dict.fromkeys(np.linspace(0, len(files) - 1, min(count, len(files))).round().astype(int).tolist())
    return [files[index] for index in (*chosen, *(index for index in range(len(files)) if index not in chosen))]


def pictures_of(folder: PictureFolder, side: Side, colour: bool) -> OwnPictures:
    """The block for a folder that was looked at."""
    chosen = ChosenPictures(fingerprint=folder.fingerprint, classes=folder.classes)
    return OwnPictures(file=str(folder.path), pictures=chosen, side=side, colour=colour)


def sentence(folder: PictureFolder, dataset: OwnPictures) -> str:
    """What will be made of a folder, in words."""
    size = dataset.feature_signal().size
    used = sum(dataset.counts())
    words = f"{used:,} pictures: {size:,} numbers in, {len(folder.classes)} classes out."
    if used < folder.count:
        words += f" Of the {folder.count:,} pictures an even part is used, as many as fit into memory."
    left = []
    if folder.unreadable:
        left.append(f"{len(folder.unreadable):,} that cannot be read")
    if folder.others:
        left.append(f"{folder.others:,} file{'s' if folder.others != 1 else ''} of other kinds")
    return words + (f" Left out: {', '.join(left)}." if left else "")


DATASETS: tuple[type[Dataset], ...] = (OwnPictures,)
