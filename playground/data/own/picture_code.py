"""How a person's folder of pictures is read in a written file: by Pillow, one picture after the other."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.blocks.code import Code, not_written
from playground.data.division import fewer_rows, fold_rows, outer_rows, split
from playground.data.own.columns import natural_order
from playground.data.own.files import FileRefused, Reading, ReadingStopped
from playground.data.own.picture_sources import PART_NAMES, source_of
from playground.data.parts import PARTS, Part


@dataclass(frozen=True, slots=True)
class Asked:
    """What a data block asks of its folder."""

    file: str
    fingerprint: str
    classes: tuple[str, ...]
    count: int
    """Pictures that can be read."""
    side: int
    colour: bool
    deep: bool
    """Whether there are pictures of more than 8 bits."""
    shares: tuple[float, float]
    folds: tuple[int, int]
    test_folds: tuple[int, int]
    seed: int
    train_rows: int


def labelled_files(
    folder: Path, classes: Sequence[str], parts: Mapping[str, str], endings: Sequence[str]
) -> list[tuple[Path, int, str]]:
    """The pictures of a folder with the number of their class and the part they are given to, class by class."""
    found = []
    for file in files_below(folder):
        folders = file.relative_to(folder).parts[:-1]
        part = parts.get(folders[0].lower(), "") if folders else ""
        names = folders[1:] if part else folders
        if names and names[0] in classes and file.suffix.lower() in endings:
            found.append((file, classes.index(names[0]), part))
    return sorted(found, key=lambda one: one[1])


def files_below(folder: Path) -> list[Path]:
    """All visible files, “9” before “10”."""
    found: list[Path] = []
    for one in sorted(folder.iterdir(), key=lambda one: natural_order(one.name)):
        if not one.name.startswith("."):
            found += files_below(one) if one.is_dir() else [one]
    return found


def middle_square(file: Path, side: int, colour: bool) -> NDArray[np.uint8]:
    """The middle square of a picture, upright, (channels, side, side); what is transparent becomes white."""
    from PIL import Image, ImageOps

    with Image.open(file) as opened:
        opened.draft("RGB", (2 * side, 2 * side))  # lets JPEG skip detail that would be thrown away
        picture = ImageOps.exif_transpose(opened)
        if "A" in picture.mode or "transparency" in picture.info:
            layered = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", layered.size, (255, 255, 255, 255)), layered)
        square = ImageOps.fit(picture.convert("RGB"), (side, side), Image.Resampling.BILINEAR)
    numbers = np.asarray(square if colour else square.convert("L"), dtype=np.uint8)
    return np.moveaxis(numbers, -1, 0) if colour else numbers[None]


def rows_as_given(
    given: Iterable[str], strata: NDArray[np.int64], validation_share: float, generator: np.random.Generator
) -> dict[Part, NDArray[np.int64]]:
    """The rows of the given parts, shuffled; without a validation part it is taken from the training part."""
    names = np.array([part or "train" for part in given])
    rows = {part: generator.permutation(np.flatnonzero(names == part)).astype(np.int64) for part in PARTS}
    if not len(rows["validation"]) and validation_share:
        train = rows["train"]
        cut = split(strata[train], 1.0 - validation_share, validation_share, generator)
        rows["train"], rows["validation"] = train[cut["train"]], train[cut["validation"]]
    return rows


def pictures_code(asked: Asked) -> Code:
    """The statements that make features, target and rows of the parts."""
    found = _layout(asked.file, asked.fingerprint, asked.classes)
    name = Path(asked.file).name
    if isinstance(found, str):
        return not_written(found)
    count, given, endings = found
    if asked.deep or count != asked.count:
        what = "more than 8 bits" if asked.deep else "damage"
        return not_written(f"Some pictures of “{name}” have {what}, which only Playground’s own reader takes.")
    folders = dict(PART_NAMES) if given else {}
    start = [
        f"folder = Path({asked.file!r})",
        f"files = {{labelled_files}}(folder, {list(asked.classes)!r}, {folders!r}, {endings!r})",
        f"features = np.stack([{{middle_square}}(file, {asked.side}, {asked.colour}) for file, _, _ in files])",
        "features = features.astype(np.float32) / np.float32(255.0)",
        "target = np.array([number for _, number, _ in files], dtype=np.int64)",
        *_division(asked, given),
    ]
    uses: list[Callable[..., object]] = [labelled_files, middle_square]
    uses.append(rows_as_given if given else outer_rows if asked.test_folds[0] > 1 else split)
    uses += [fold_rows] if asked.folds[0] > 1 else []
    uses += [fewer_rows] if asked.train_rows else []
    escaped = (start[0].replace("{", "{{").replace("}", "}}"), _escaped(start[1], "labelled_files"), *start[2:])
    return Code("features, target, rows", imports=("from pathlib import Path",), uses=tuple(uses), start=escaped)


def _escaped(text: str, called: str) -> str:
    """Braces doubled but those of the call."""
    return text.replace("{", "{{").replace("}", "}}").replace(f"{{{{{called}}}}}", f"{{{called}}}")


def _division(asked: Asked, given: bool) -> Iterator[str]:
    train, validation = asked.shares
    if given:
        yield f"rows = {{rows_as_given}}([part for _, _, part in files], target, {validation!r}, generator)"
    elif asked.test_folds[0] > 1:
        numbers = f"{asked.test_folds[0]}, {asked.test_folds[1]}, {asked.seed}"
        yield f"rows = {{outer_rows}}(target, None, False, {train!r}, {validation!r}, generator, {numbers})"
    else:
        yield f"rows = {{split}}(target, {train!r}, {validation!r}, generator)  # every class in every part"
    if asked.folds[0] > 1:
        yield f"rows = {{fold_rows}}(rows, target, None, {asked.folds[0]}, {asked.folds[1]}, {asked.seed}, False)"
    if asked.train_rows:
        yield f"rows = {{fewer_rows}}(rows, {asked.train_rows}, False)"


@functools.lru_cache(maxsize=4)
def _layout(file: str, fingerprint: str, classes: tuple[str, ...]) -> tuple[int, bool, tuple[str, ...]] | str:
    """How many pictures `labelled_files` finds, whether their parts are given, and the endings of their names; or why
    it does not find the same pictures as Playground, a sentence."""
    folder = Path(file)
    own = f"“{folder.name}” is read by Playground’s own reader: written are folders with one folder for each class."
    if not folder.is_dir():
        return own
    try:
        source = source_of(folder, Reading())
    except (FileRefused, ReadingStopped, OSError) as error:
        return f"“{folder.name}” cannot be read: {error}"
    if source.fingerprint != fingerprint:
        return f"“{folder.name}” has changed since it was chosen."
    parts = bool(source.parts())
    endings = tuple(sorted({Path(entry.name).suffix.lower() for entry in source.entries}))
    known = [
        (entry.name, number, (entry.part or "") if parts else "")
        for number, name in enumerate(classes) for entry in source.entries if entry.label == name
    ]  # fmt: skip
    found = labelled_files(folder, classes, PART_NAMES if parts else {}, endings)
    same = [(file.relative_to(folder).as_posix(), number, part) for file, number, part in found] == known
    return (len(known), parts, endings) if same else own
