"""Tables of a person's own, drawn at random: several targets, gaps, rare classes, a second file to test with."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from playground.data.own.delimited import read_table
from playground.data.own.files import FileRefused
from playground.data.own.first import first_guess
from playground.data.own.table import OwnTable, tested_with
from tests.own_files import FOLDER

FROM_FILE = frozenset({"file", "table", "test_file", "as_pictures"})
"""Parameters that say what was read."""


def drawn_table(luck: Random, parameters_of: Any) -> tuple[str, dict[str, Any]] | None:
    """The block of a table that was written, and its parameters; None for one that cannot be used.

    `parameters_of` draws the other parameters of a declaration.
    """
    kinds = luck.choices(("number", "number", "far", "rare", "word", "constant", "tags"), k=luck.randint(2, 6))
    table = _written(luck, kinds, luck.randint(6, 60))
    targets = [f"{kind} {place}" for place, kind in enumerate(kinds) if luck.random() < 0.4]
    alike = [name for name in targets if name.split()[0] == targets[0].split()[0]] if targets else []
    try:
        found = first_guess(table, *(targets if luck.random() < 0.3 else alike)).dataset
        if isinstance(found, OwnTable) and luck.random() < 0.4:
            found = tested_with(found, read_table(_written(luck, kinds, luck.randint(1, 20))))
    except FileRefused:
        return None
    if not isinstance(found, OwnTable):
        return None
    own = found.model_dump(mode="json", exclude_defaults=True)
    drawn = {name: value for name, value in parameters_of(luck, type(found)).items() if name not in FROM_FILE}
    return found.id, {**drawn, **own}


def _written(luck: Random, kinds: list[str], rows: int) -> Path:
    lines = [",".join(f"{kind} {place}" for place, kind in enumerate(kinds))]
    gaps = luck.choice((0.0, 0.0, 0.1))
    lines += [",".join("" if luck.random() < gaps else _cell(luck, kind) for kind in kinds) for _ in range(rows)]
    path = FOLDER / f"drawn-{luck.getrandbits(64):016x}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _cell(luck: Random, kind: str) -> str:
    if kind == "number":
        return f"{luck.gauss(0.0, 1.0):.4f}"
    if kind == "far":
        return f"{1e9 + luck.random() * 100.0:.2f}"
    if kind == "rare":
        return "seldom" if luck.random() < 0.08 else "often"
    if kind == "tags":
        return "|".join(luck.sample(("red", "green", "blue"), luck.randint(1, 3)))
    return "1" if kind == "constant" else luck.choice(("a", "b", "c d", "ü"))
