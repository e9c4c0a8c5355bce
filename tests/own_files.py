"""Files of a person's own, as tests need them: made once, in a folder that goes when the tests end."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = tempfile.TemporaryDirectory(prefix="playground-tests-")
FOLDER = Path(_FOLDER.name)


@functools.cache
def flowers() -> Path:
    """120 rows, three numbers, a colour, a class that a small network learns; some gaps, and two rows that fail."""
    generator = np.random.default_rng(5)
    rows = ["length,width,weight,colour,species"]
    for number in range(120):
        kind = number % 3
        length, width, weight = generator.normal([(1, 4, 2), (4, 1, 2), (5, 5, 6)][kind], 0.5)
        colour = ("red", "blue", "")[number % 7 % 3]
        rows.append(f"{length:.2f},{width:.2f},{'' if number % 25 == 7 else f'{weight:.2f}'},{colour},{'abc'[kind]}")
    rows.insert(17, "1.00,2.00,3.00,red,a,b")
    rows.insert(30, "1.00,wide,3.00,red,a")
    path = FOLDER / "flowers.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@functools.cache
def houses() -> Path:
    """90 rows with decimal commas: the price follows from size and age."""
    generator = np.random.default_rng(6)
    rows = ["size;age;town;price"]
    for number in range(90):
        size, age = generator.uniform(40, 200), generator.uniform(0, 60)
        price = 3 * size - 2 * age + 40 * (number % 2) + generator.normal(0, 5)
        rows.append(f"{size:.1f};{age:.1f};{('Aa', 'Bb')[number % 2]};{price:.2f}".replace(".", ","))
    path = FOLDER / "houses.csv"
    path.write_text("\r\n".join(rows), encoding="utf-8-sig")
    return path


def table_parameters(path: Path) -> dict[str, Any]:
    """What a block that reads this table is given, with the first choice of columns."""
    from playground.data.delimited import read_table
    from playground.data.own_table import dataset_of, first_choice

    table = read_table(path)
    dataset = dataset_of(table, first_choice(table), "leave-out")
    return dataset.model_dump(mode="json", exclude_defaults=True)
