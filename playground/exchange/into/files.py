"""The files of other programs that become projects, by their endings; commands, menus and drops ask here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playground.document.files import to_json
from playground.document.pairing import fingerprint, write_pair
from playground.exchange.into.imported import Imported
from playground.exchange.refusals import ExchangeRefused


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of files."""

    title: str
    ending: str
    read: Callable[[Path], Imported]
    """Raises ExchangeRefused."""


def _onnx(path: Path) -> Imported:
    from playground.exchange.into.onnx.importing import import_onnx

    return import_onnx(path)


def _keras(path: Path) -> Imported:
    from playground.exchange.into.keras.importing import import_keras

    return import_keras(path)


SOURCES: tuple[Source, ...] = (Source("ONNX", ".onnx", _onnx), Source("Keras", ".keras", _keras))


def source_of(path: Path) -> Source | None:
    """What reads a file, told by its ending; None for one that is no network of another program."""
    return next((one for one in SOURCES if path.suffix.lower() == one.ending), None)


def read_network(path: Path) -> Imported:
    """The network of a file. Raises ExchangeRefused with a sentence."""
    source = source_of(path)
    if source is None:
        endings = ", ".join(one.ending for one in SOURCES)
        raise ExchangeRefused(f"{path.name} is no network of another program; those end in {endings}.")
    return source.read(path)


def write_imported(found: Imported, path: Path) -> None:
    """Save what came of a file: the project, and beside it its weights as those of a run at step 0. Raises OSError."""
    project = to_json(found.project).encode()
    write_pair(path, project, None if found.checkpoint is None else found.checkpoint.to_bytes(fingerprint(project)))
