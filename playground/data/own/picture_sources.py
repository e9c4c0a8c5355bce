"""Where a person's pictures come from: folders, a list of paths and labels, ZIP, IDX and NPZ files.

A source lists its pictures, each with a class and a part where they are given, and opens any of them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import threading
import weakref
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from playground.data.own.columns import natural_order
from playground.data.own.files import FileRefused, Reading
from playground.data.own.picture_arrays import ARRAY_ENDINGS, array_groups, is_array_file
from playground.data.own.picture_decoding import endings, formats
from playground.data.parts import PARTS, Part

if TYPE_CHECKING:
    from PIL import Image

MOST_FILES = 200_000
MOST_MEMBER = 256 * 2**20
"""Bytes of one picture in an archive, unpacked."""
LONGEST_NAME = 100
MOST_LIST = 64 * 2**20
"""Bytes of a list of paths."""
PART_NAMES: Mapping[str, Part] = {
    "train": "train", "training": "train", "train_set": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test", "test_set": "test",
}  # fmt: skip
"""Folders that are no classes but parts."""
PATH_COLUMNS = ("path", "file", "filename", "file_name", "filepath", "image", "image_path", "img", "picture", "id")
LABEL_COLUMNS = ("label", "class", "category", "target", "labels", "classes")
PART_COLUMNS = ("split", "part", "subset", "set")
LIST_ENDINGS = frozenset({".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture that is not opened yet."""

    name: str
    """As a person finds it, such as `across/3.png`."""
    label: str
    """Its class; empty where none is given."""
    part: Part | None
    """The part it is given to, if any."""
    open: Callable[[], Image.Image]
    """Opens it. Raises what Pillow raises."""


@dataclass(frozen=True, slots=True)
class PictureSource:
    """All pictures that were found, in order."""

    entries: tuple[Entry, ...]
    fingerprint: str
    """SHA-256 of the names and sizes of all pictures."""
    others: tuple[str, ...] = field(default=())
    """Files that are no pictures by their names."""

    def labels(self) -> tuple[str, ...]:
        """The classes in natural order; empty when no picture has one."""
        return tuple(sorted({entry.label for entry in self.entries if entry.label}, key=natural_order))

    def parts(self) -> tuple[Part, ...]:
        """The parts that are given; none where all is training, which is still to be divided."""
        given = {entry.part for entry in self.entries if entry.part is not None}
        if len(given) < 2:
            return ()
        return tuple(part for part in PARTS if part in given)


def is_picture_source(path: Path) -> bool:
    """Whether a path is one that pictures are read from, judged by its kind and name."""
    return path.is_dir() or zipfile.is_zipfile(path) or is_array_file(path)


def source_of(path: Path, reading: Reading) -> PictureSource:
    """List the pictures of a folder, a list, an archive or a file of arrays; a picture is a source of one.

    Raises FileRefused with a sentence where there are none, and ReadingStopped.
    """
    try:
        path.stat()
        if path.is_dir():
            return _folder(path, reading)
        if path.suffix.lower() in LIST_ENDINGS:
            return _listed(path, reading)
        if is_array_file(path):
            return _arrays([path], reading)
        if is_picture(path):
            return _source([(path.name, path.stat().st_size, _opener(path))])
        if zipfile.is_zipfile(path):
            return _archive(path, reading)
    except (OSError, zipfile.BadZipFile) as error:
        raise FileRefused(f"“{path.name}” cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    raise FileRefused(f"“{path.name}” holds no pictures that can be read.")


# Folders --------------------------------------------------------------------------------------------------------------


def _folder(path: Path, reading: Reading) -> PictureSource:
    files: list[Path] = []
    for file in _files(path):
        files.append(file)
        if len(files) > MOST_FILES:
            raise FileRefused(f"“{path.name}” holds more than {MOST_FILES:,} files, which is too many.")
        reading.step(0.0, f"{len(files):,} files")
    pictures = [file for file in files if file.suffix.lower() in endings()]
    arrays = [file for file in files if is_array_file(file)]
    if not pictures and arrays:
        return _arrays(arrays, reading)
    if not pictures and (archives := [file for file in files if file.suffix.lower() == ".zip"]):
        raise FileRefused(f"“{path.name}” holds archives, but no pictures. Open “{archives[0].name}” itself.")
    lists = [file for file in files if file.suffix.lower() in LIST_ENDINGS and file.parent == path]
    if lists and all(file.parent == path for file in pictures):
        for file in lists:
            if (source := _listed_if_any(file, reading)) is not None:
                return source
    known = set(pictures)
    others = [str(file.relative_to(path)) for file in files if file not in known]
    named = [(file.relative_to(path).as_posix(), file.stat().st_size, _opener(file)) for file in pictures]
    return _source(named, others)


def _files(path: Path) -> Iterator[Path]:
    """All visible files below a folder, in natural order."""
    for entry in sorted(path.iterdir(), key=lambda one: natural_order(one.name)):
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _files(entry)
        elif entry.is_file() and entry.name.lower() not in ("thumbs.db", "desktop.ini"):
            yield entry


def _opener(file: Path) -> Callable[[], Image.Image]:
    def opened() -> Image.Image:
        from PIL import Image

        return Image.open(file, formats=formats())

    return opened


def _source(
    named: Iterable[tuple[str, int, Callable[[], Image.Image]]], others: Iterable[str] = ()
) -> PictureSource:
    """Pictures by relative path: parts and classes are told by the folders they lie in."""
    named = list(named)
    paths = [PurePosixPath(name) for name, _, _ in named]
    stem = _common(paths)
    entries, digest = [], hashlib.sha256()
    tops = {path.parts[stem].lower() for path in paths if len(path.parts) > stem + 1}
    parted = bool(tops) and tops <= PART_NAMES.keys() and "train" in {PART_NAMES[top] for top in tops}
    for path, (name, size, opener) in zip(paths, named, strict=True):
        folders = path.parts[stem:-1]
        part = PART_NAMES[folders[0].lower()] if parted and folders else None
        below = folders[1:] if part is not None else folders
        entries.append(Entry(name, below[0][:LONGEST_NAME] if below else "", part, opener))
        digest.update(f"{name}\0{size}\n".encode("utf-8", "surrogatepass"))
    return PictureSource(tuple(entries), digest.hexdigest(), tuple(others))


def _common(paths: list[PurePosixPath]) -> int:
    """How many folders hold all pictures before they part: an archive often has one folder around everything.

    The last folder stays: it may be the only class.
    """
    stem = 0
    while paths and all(len(path.parts) > stem + 2 for path in paths) and len({p.parts[stem] for p in paths}) == 1:
        if paths[0].parts[stem].lower() in PART_NAMES:
            break
        stem += 1
    return stem


# Archives -------------------------------------------------------------------------------------------------------------


def _archive(path: Path, reading: Reading) -> PictureSource:
    named: list[tuple[str, int, Callable[[], Image.Image]]] = []
    others: list[str] = []
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MOST_FILES:
        raise FileRefused(f"“{path.name}” holds more than {MOST_FILES:,} files, which is too many.")
    packed = _Packed(path)
    for member in sorted(members, key=lambda one: natural_order(one.filename)):
        name = PurePosixPath(member.filename)
        if any(step.startswith((".", "__MACOSX")) for step in name.parts):
            continue
        reading.step(0.0, f"{len(named):,} pictures")
        if name.suffix.lower() not in endings() or member.flag_bits & 1:
            others.append(member.filename)
            continue
        named.append((member.filename, member.file_size ^ member.CRC, _member_opener(packed, member)))
    if not named:
        raise FileRefused(f"“{path.name}” is a ZIP archive without pictures. Unpack it, and open what is in it.")
    return _source(named, others)


class _Packed:
    """An archive that is opened once for all its pictures: its list of contents is as long as they are many."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._archive: zipfile.ZipFile | None = None
        self._lock = threading.Lock()

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """What a file in it holds. Raises OSError, and what zipfile raises."""
        with self._lock:
            if self._archive is None:
                self._archive = zipfile.ZipFile(self._path)
                weakref.finalize(self, self._archive.close)
            return self._archive.read(member)


def _member_opener(packed: _Packed, member: zipfile.ZipInfo) -> Callable[[], Image.Image]:
    def opened() -> Image.Image:
        from PIL import Image

        if member.file_size > MOST_MEMBER:
            raise FileRefused(f"more than {MOST_MEMBER // 2**20} MB")
        try:
            content = packed.read(member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise OSError(str(error)) from error
        return Image.open(io.BytesIO(content), formats=formats())

    return opened


# A list of paths and labels -------------------------------------------------------------------------------------------


def _listed_if_any(file: Path, reading: Reading) -> PictureSource | None:
    try:
        return _listed(file, reading)
    except FileRefused:
        return None


def is_picture_list(path: Path) -> bool:
    """Whether a table lists pictures that lie beside it."""
    try:
        return path.suffix.lower() in LIST_ENDINGS and bool(_rows_of(path)[0])
    except (FileRefused, OSError):
        return False


def _listed(path: Path, reading: Reading) -> PictureSource:
    """A table with a column of paths, beside the pictures, and one of labels; one of parts if there is any."""
    rows, missing = _rows_of(path)
    if not rows:
        raise FileRefused(f"“{path.name}” lists no pictures that lie beside it.")
    entries: list[Entry] = []
    digest = hashlib.sha256()
    for name, label, part in rows:
        reading.step(0.0, f"{len(entries):,} pictures")
        file = path.parent / name
        entries.append(Entry(name, label[:LONGEST_NAME], part, _opener(file)))
        digest.update(f"{name}\0{label}\0{file.stat().st_size}\n".encode("utf-8", "surrogatepass"))
    return PictureSource(tuple(entries), digest.hexdigest(), tuple(missing))


def _rows_of(path: Path) -> tuple[list[tuple[str, str, Part | None]], list[str]]:
    """(path, label, part) of every picture that is there, and the paths of those that are not."""
    if path.stat().st_size > MOST_LIST:
        return [], []
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    if len(table) < 2:
        return [], []
    names = [cell.strip().lower() for cell in table[0]]
    where = _first(names, PATH_COLUMNS)
    if where is None or not is_picture(path.parent / table[1][where].strip()):
        where = next((index for index, cell in enumerate(table[1]) if is_picture(path.parent / cell.strip())), None)
    if where is None:
        return [], []
    said, split = _first(names, LABEL_COLUMNS), _first(names, PART_COLUMNS)
    if said is None and len(names) == 2:
        said = 1 - where
    rows: list[tuple[str, str, Part | None]] = []
    missing: list[str] = []
    for row in table[1:]:
        cells = [cell.strip() for cell in row] + [""] * len(names)
        if not is_picture(path.parent / cells[where]):
            missing.append(cells[where])
            continue
        part = PART_NAMES.get(cells[split].lower()) if split is not None else None
        rows.append((cells[where], cells[said] if said is not None else "", part))
    return rows, missing


def _first(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def is_picture(file: Path) -> bool:
    """Whether a file is a picture by its name."""
    try:
        return file.suffix.lower() in endings() and file.is_file()
    except (OSError, ValueError):
        return False


# Arrays ---------------------------------------------------------------------------------------------------------------


def _arrays(files: list[Path], reading: Reading) -> PictureSource:
    """Pictures that lie in arrays, with their labels in other arrays."""
    entries: list[Entry] = []
    digest = hashlib.sha256()
    for group in array_groups(files, reading):
        digest.update(f"{group.name}\0{group.pictures.shape}\0{group.digest}\n".encode())
        for row in range(len(group.pictures)):
            label = group.labels[row] if group.labels is not None else ""
            entries.append(Entry(f"{group.name} {row + 1}", label, group.part, group.opener(row)))
    if not entries:
        known = ", ".join(sorted(ARRAY_ENDINGS))
        raise FileRefused(f"“{files[0].name}” holds no array of pictures (count, height, width), as {known} files may.")
    return PictureSource(tuple(entries), digest.hexdigest())
