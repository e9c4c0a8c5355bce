"""Pictures of a person's own: a folder with one sub-folder for each class, or another source of pictures."""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from playground.blocks.base import BlockError
from playground.blocks.code import Code, not_written
from playground.blocks.signal import Signal
from playground.data.base import PARTS, ClassDataset, Dataset, Examples, Part
from playground.data.images.digits import IMAGE_AXES
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.pictures import PictureForm
from playground.data.on_demand import RowsOnDemand
from playground.data.own import files as own_files
from playground.data.own.files import CHOOSE_FOLDER, FileRefused, Reading, ReadingStopped
from playground.data.own.picture_code import Asked, pictures_code, rows_as_given
from playground.data.own.picture_decoding import Brightness, square_and_brightness, square_of
from playground.data.own.picture_sources import LONGEST_NAME, MOST_FILES, Entry, PictureSource, source_of
from playground.data.own.picture_store import PictureStore
from playground.document.declaration import parameter

MOST_CLASSES = 100
MOST_NUMBERS = 8_000_000
"""Numbers of all pictures together that are held in memory, 32 MB; of more each picture is read as it is asked for."""
MOST_OPENED = 500
"""Pictures that are opened to learn of colour, depth and damage; the others are counted by their names."""
SAMPLES = 12
"""Pictures of each class that are shown."""
SAMPLE_SIDE = 64

Side = Literal[16, 28, 32, 48, 64, 96, 128, 192, 256]
Counts = tuple[int, int, int]
"""Pictures of the training, validation and test part."""


class PictureClass(BaseModel):
    """A class of pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    pictures: Annotated[int, Field(ge=1, le=MOST_FILES)]
    """Pictures in it that can be read."""
    parts: Counts | None = None
    """How many of them are given to each part; None where the parts are not given."""


class ChosenPictures(BaseModel):
    """What was found in a folder: all that must be known without reading it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the names and sizes of all pictures."""
    classes: tuple[PictureClass, ...] = Field(min_length=1, max_length=MOST_CLASSES)
    brightness: tuple[float, float] | None = None
    """Black and white of pictures with more than 8 bits, one scale for all."""


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """A source of pictures that was looked at."""

    path: Path
    fingerprint: str
    classes: tuple[PictureClass, ...]
    unreadable: tuple[tuple[str, str], ...]
    """(class/file, what is wrong) of pictures that are left out."""
    others: tuple[str, ...]
    """Files that are no pictures by their names, with the folder they lie in."""
    colour: bool
    """Whether any of the samples has colour."""
    samples: tuple[NDArray[np.uint8], ...]
    """For each class a few pictures, (N, side, side, 3)."""
    brightness: Brightness | None = None
    """The scale of pictures with more than 8 bits, if there are any."""
    labelled: bool = True
    """Whether the pictures have classes; else there is one, with the name of the source."""

    @property
    def count(self) -> int:
        """Pictures of all classes."""
        return sum(found.pictures for found in self.classes)

    @property
    def parts(self) -> Counts | None:
        """Pictures given to each part; None where the parts are not given."""
        given = [found.parts for found in self.classes if found.parts is not None]
        return tuple(map(sum, zip(*given, strict=True))) if given else None  # type: ignore[return-value]


def look_at_pictures(path: Path, reading: Reading) -> PictureFolder:
    """List the pictures of a source, and open them once; of many only some, spread evenly over each class.

    What cannot be read among those that were not opened is left out when the examples are made. Raises FileRefused with
    a sentence, and ReadingStopped.
    """
    source = source_of(path, reading)
    share = min(1.0, MOST_OPENED / max(1, len(source.entries)))
    look = _Look(len(source.entries), reading)
    for name, entries in _by_class(path, source).items():
        opened = max(SAMPLES, round(share * len(entries)))
        for number, entry in enumerate(spread(entries, opened)):
            if number < opened:
                look.take(name, entry)
            else:
                look.count(name, entry)
    if not look.counts:
        raise FileRefused(_none_found(path, len(look.unreadable)))
    own_files.remember(path, source.fingerprint)
    return PictureFolder(
        path,
        source.fingerprint,
        tuple(
            PictureClass(name=name, pictures=sum(counts.values()), parts=_counts(counts) if source.parts() else None)
            for name, counts in look.counts.items()
        ),
        (*look.unreadable, *((entry.name, "of no class") for entry in source.entries if _lost(source, entry))),
        source.others,
        look.colour,
        look.samples(),
        look.brightness,
        bool(source.labels()),
    )


def _by_class(path: Path, source: PictureSource) -> dict[str, list[Entry]]:
    """The pictures of each class, in natural order; pictures without classes are one, with the name of the source."""
    labels = source.labels()
    if len(labels) > MOST_CLASSES:
        raise FileRefused(f"“{path.name}” has {len(labels):,} classes; {MOST_CLASSES} are the most.")
    if not labels:
        return {path.stem[:LONGEST_NAME] or "pictures": list(source.entries)}
    found: dict[str, list[Entry]] = {label: [] for label in labels}
    for entry in source.entries:
        if entry.label:
            found[entry.label].append(entry)
    return found


def _lost(source: PictureSource, entry: Entry) -> bool:
    """Whether a picture has no class where others have."""
    return not entry.label and bool(source.labels())


def _counts(counts: Counter[Part | None]) -> Counts:
    return counts["train"] + counts[None], counts["validation"], counts["test"]


def _none_found(path: Path, unreadable: int) -> str:
    more = f" {unreadable:,} files that should be pictures cannot be read." if unreadable else ""
    return (
        f"“{path.name}” holds no pictures. Put those of each class into a sub-folder with its name; pictures without "
        f"classes may lie side by side.{more}"
    )


class _Look:
    """What is found while all pictures are opened one after the other."""

    def __init__(self, total: int, reading: Reading) -> None:
        self.counts: dict[str, Counter[Part | None]] = {}
        self.unreadable: list[tuple[str, str]] = []
        self.colour = False
        self.brightness: Brightness | None = None
        self._shown: dict[str, list[Entry]] = {}
        self._total, self._done, self._reading = total, 0, reading

    def count(self, name: str, entry: Entry) -> None:
        """Count a picture of a class without opening it."""
        self._done += 1
        self.counts.setdefault(name, Counter())[entry.part] += 1

    def take(self, name: str, entry: Entry) -> None:
        """Open a picture of a class."""
        self._done += 1
        self._reading.step(self._done / self._total, f"{self._done:,} of {self._total:,} pictures")
        try:
            picture, scale = square_and_brightness(entry.open, SAMPLE_SIDE)
        except FileRefused as refused:
            self.unreadable.append((entry.name, str(refused)))
            return
        if scale is not None:
            self.brightness = scale if self.brightness is None else self.brightness.joined(scale)
        self.counts.setdefault(name, Counter())[entry.part] += 1
        shown = self._shown.setdefault(name, [])
        if len(shown) < SAMPLES:
            shown.append(entry)
            numbers = np.asarray(picture, dtype=np.int16)
            self.colour = self.colour or bool((np.ptp(numbers, axis=-1) > 8).mean() > 0.01)

    def samples(self) -> tuple[NDArray[np.uint8], ...]:
        """A few pictures of each class, on the scale of all."""
        return tuple(
            np.stack([np.asarray(square_of(entry.open, SAMPLE_SIDE, self.brightness)) for entry in entries])
            for entries in self._shown.values()
        )


class OwnPictures(ClassDataset):
    """A person's folder of pictures."""

    id: ClassVar[str] = "own-images"
    title: ClassVar[str] = "My pictures"
    summary: ClassVar[str] = (
        "Pictures of yours: a folder, best with one sub-folder for each class. Drop it on the window."
    )
    question: ClassVar[str] = "Of which class is a picture?"
    licence: ClassVar[str] = "From a folder of yours."
    own: ClassVar[bool] = True
    divides: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("file",)
    ink: ClassVar[bool] = False

    file: str = parameter("", max_length=4_096, label="Folder", help="Where the folder, list or archive is.")
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

    def input_form(self, known: Known) -> InputForm:
        scale = self.pictures.brightness if self.pictures is not None else None
        return PictureForm(3 if self.colour else 1, self.side, self.side, self.ink, brightness=scale)

    def subtitle(self) -> str:
        if self.pictures is None:
            return "no folder yet"
        count = sum(self.counts())
        return f"{count:,} image{'s' if count != 1 else ''} of {self.side} × {self.side}"

    def counts(self) -> tuple[int, ...]:
        """Pictures of each class."""
        return tuple(entry.pictures for entry in self.pictures.classes) if self.pictures is not None else ()

    @property
    def on_demand(self) -> bool:
        """Whether the pictures are too many to be held in memory, so that each is read as it is asked for."""
        return sum(self.counts()) * self.feature_signal().size > MOST_NUMBERS

    def expect(self, *inputs: Signal) -> None:
        """Refuse a folder that is missing or was not looked at. Raises BlockError."""
        if not self.file:
            raise BlockError(f"{self.title} has no folder yet. Choose a folder of pictures of yours.", CHOOSE_FOLDER)
        path = Path(self.file)
        if self.pictures is None:
            raise BlockError(f"The pictures in “{path.name}” are not known yet. Choose it again.", CHOOSE_FOLDER)
        try:
            there = path.exists()
        except (OSError, ValueError):
            there = False
        if not there:
            raise own_files.gone(path, CHOOSE_FOLDER)
        super().expect(*inputs)

    def to_code(self, *inputs: Signal) -> Code:
        if self.pictures is None:
            return not_written(f"{self.title} has no folder yet.")
        if self.on_demand and self.scaling in ("standardize", "min-max"):
            return not_written("The scaling of so many pictures is measured on some of them by Playground itself.")
        return pictures_code(
            Asked(
                self.file, self.pictures.fingerprint, self.class_names(), sum(self.counts()), self.side, self.colour,
                self.pictures.brightness is not None, (self.train_share, self.validation_share),
                (self.folds, self.fold), (self.test_folds, self.test_fold), self.data_seed, self.train_rows,
            )
        )  # fmt: skip

    def generate(self, generator: np.random.Generator) -> Examples:
        try:
            chosen = list(self._listed(Reading()))
            if self.on_demand:
                openers = [functools.partial(self.pixels, entry) for entry, _ in chosen]
                target = np.array([number for _, number in chosen], dtype=np.int64)
                shape = self.feature_signal().shape
                store = PictureStore(openers, target, (shape[0], shape[1], shape[2]))
                rows = RowsOnDemand(store, np.arange(len(chosen), dtype=np.int64))
                features = cast(NDArray[np.float32], rows)
            else:
                chosen, features = self._read(chosen)
        except FileRefused as error:
            raise BlockError(str(error), CHOOSE_FOLDER) from error
        except ReadingStopped as error:
            raise BlockError("Reading was stopped.", CHOOSE_FOLDER) from error
        target = np.array([number for _, number in chosen], dtype=np.int64)
        examples = Examples(features, target, (), self.class_names())
        given = [entry.part for entry, _ in chosen] if self._parts_given() else []
        if not any(given):
            return examples
        return replace(examples, rows=self._given_rows(examples, given, generator))

    def _given_rows(
        self, examples: Examples, given: Sequence[Part | None], generator: np.random.Generator
    ) -> dict[Part, NDArray[np.int64]]:
        """The rows of the given parts, shuffled; without a validation part it is taken from the training part."""
        self.refuse_test_folds()
        names = [part or "" for part in given]
        return self.folded(rows_as_given(names, examples.strata, self.validation_share, generator), examples.strata)

    def _parts_given(self) -> bool:
        return self.pictures is not None and any(entry.parts is not None for entry in self.pictures.classes)

    def _listed(self, reading: Reading) -> Iterator[tuple[Entry, int]]:
        """All pictures that have a class, unopened, with its number. Raises FileRefused, BlockError, ReadingStopped."""
        assert self.pictures is not None
        path = Path(self.file)
        source = source_of(path, reading)
        by_class = _by_class(path, source)
        if source.fingerprint != self.pictures.fingerprint or not set(self.class_names()) <= by_class.keys():
            raise own_files.changed(path, CHOOSE_FOLDER)
        for number, name in enumerate(self.class_names()):
            yield from ((entry, number) for entry in by_class[name])

    def _read(self, chosen: Sequence[tuple[Entry, int]]) -> tuple[list[tuple[Entry, int]], NDArray[np.float32]]:
        """The pictures that can be read, and their pixels (N, C, side, side) from 0 to 1."""
        kept, pixels = [], []
        for entry, number in chosen:
            with contextlib.suppress(FileRefused):
                pixels.append(self.pixels(entry))
                kept.append((entry, number))
        if not kept:
            raise FileRefused(f"None of the pictures in “{Path(self.file).name}” can be read any more.")
        return kept, np.stack(pixels).astype(np.float32) / np.float32(255.0)

    def pixels(self, entry: Entry) -> NDArray[np.uint8]:
        """The pixels (C, side, side) of a picture. Raises FileRefused."""
        chosen = self.pictures.brightness if self.pictures is not None else None
        picture = square_of(entry.open, self.side, Brightness(*chosen) if chosen is not None else None)
        if self.colour:
            return np.moveaxis(np.asarray(picture, dtype=np.uint8), -1, 0)
        return np.asarray(picture.convert("L"), dtype=np.uint8)[None]


def spread(files: Sequence[Entry], count: int) -> list[Entry]:
    """All pictures, first so many that are spread evenly over them."""
    chosen = dict.fromkeys(np.linspace(0, len(files) - 1, min(count, len(files))).round().astype(int).tolist())
    return [files[index] for index in (*chosen, *(index for index in range(len(files)) if index not in chosen))]


def pictures_of(folder: PictureFolder, side: Side, colour: bool) -> OwnPictures:
    """The block for a folder that was looked at."""
    scale = folder.brightness
    chosen = ChosenPictures(
        fingerprint=folder.fingerprint,
        classes=folder.classes,
        brightness=None if scale is None else (scale.black, scale.white),
    )
    return OwnPictures(file=str(folder.path), pictures=chosen, side=side, colour=colour)


def sentence(folder: PictureFolder, dataset: OwnPictures) -> str:
    """What will be made of a folder, in words."""
    size = dataset.feature_signal().size
    used = folder.count
    if len(folder.classes) > 1:
        words = f"{used:,} pictures: {size:,} numbers in, {len(folder.classes)} classes out."
    else:
        none = "of one class" if folder.labelled else "without classes"
        noun = "picture" if used == 1 else "pictures"
        words = f"{used:,} {noun} {none}: {size:,} numbers in; a new project draws them again (an autoencoder)."
    if dataset.on_demand:
        words += " They are read from their files while the network learns."
    if folder.parts is not None:
        given = [f"{part} {count:,}" for part, count in zip(PARTS, folder.parts, strict=True) if count]
        words += f" The parts are given: {', '.join(given)}."
        words += _missing_words(folder)
    left = []
    if folder.unreadable:
        left.append(f"{len(folder.unreadable):,} that cannot be read, such as “{folder.unreadable[0][0]}”")
    if folder.others:
        left.append(f"{len(folder.others):,} file{'s' if len(folder.others) != 1 else ''} of other kinds")
    return words + (f" Left out: {', '.join(left)}." if left else "")


def _missing_words(folder: PictureFolder) -> str:
    """Which classes a given part lacks, in words."""
    said = []
    for index, part in enumerate(PARTS):
        lacking = [found.name for found in folder.classes if found.parts is not None and not found.parts[index]]
        if lacking and len(lacking) < len(folder.classes):
            names = ", ".join(f"“{name}”" for name in lacking[:5]) + (" and others" if len(lacking) > 5 else "")
            said.append(f" The {part} part has no pictures of {names}.")
    return "".join(said)


DATASETS: tuple[type[Dataset], ...] = (OwnPictures,)
