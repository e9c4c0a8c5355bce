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


@functools.cache
def tagged() -> Path:
    """90 rows with two numbers and the tags that follow from them: none, one or several in a cell."""
    generator = np.random.default_rng(9)
    rows = ["height,weight,tags"]
    for _ in range(90):
        height, weight = generator.uniform(-1, 1, 2)
        tags = [name for name, there in (("tall", height > 0), ("heavy", weight > 0), ("both", min(height, weight) > 0))
                if there]  # fmt: skip
        rows.append(f"{height:.3f},{weight:.3f},{'|'.join(tags) or 'neither'}")
    path = FOLDER / "tagged.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def table_parameters(path: Path) -> dict[str, Any]:
    """What a block that reads this table is given, with the first choice of columns."""
    from playground.data.own.choice import first_choice
    from playground.data.own.delimited import read_table
    from playground.data.own.table import dataset_of

    table = read_table(path)
    dataset = dataset_of(table, first_choice(table), "leave-out")
    return dataset.model_dump(mode="json", exclude_defaults=True)


@functools.cache
def shapes() -> Path:
    """60 small pictures of three classes in colour: bars across, bars down, and discs; one more is damaged."""
    from PIL import Image

    generator = np.random.default_rng(7)
    folder = FOLDER / "shapes"
    rows, columns = np.mgrid[0:24, 0:24]
    for name in ("across", "down", "disc"):
        (folder / name).mkdir(parents=True)
        for number in range(20):
            middle = generator.integers(8, 16, 2)
            inside = {
                "across": abs(rows - middle[0]) < 3,
                "down": abs(columns - middle[1]) < 3,
                "disc": (rows - middle[0]) ** 2 + (columns - middle[1]) ** 2 < 40,
            }[name]
            pixels = generator.integers(0, 60, (24, 24, 3)).astype(np.uint8)
            pixels[inside] = generator.integers(120, 255, 3)
            ending = ("png", "jpg", "bmp")[number % 3]
            Image.fromarray(pixels).save(folder / name / f"{name} {number}.{ending}", quality=95)
    (folder / "disc" / "broken.png").write_bytes((folder / "disc" / "disc 0.png").read_bytes()[:60])
    (folder / "disc" / "notes.txt").write_text("not a picture")
    return folder


def picture_parameters(folder: Path) -> dict[str, Any]:
    """What a block that reads these pictures is given."""
    from playground.data.own.files import Reading
    from playground.data.own.images import look_at_pictures, pictures_of

    return pictures_of(look_at_pictures(folder, Reading()), 28, True).model_dump(mode="json", exclude_defaults=True)


@functools.cache
def story() -> Path:
    """20,000 characters of simple sentences in Latin-1: after “q” there is always “u”."""
    generator = np.random.default_rng(8)
    who, does = ("The quick fox", "A quiet queen", "Größe"), ("sees", "asks", "quotes")
    what = ("the cat.", "us!", "it?")
    sentences = []
    while sum(map(len, sentences)) < 20_000:
        words = (generator.choice(who), generator.choice(does), generator.choice(what))
        sentences.append(" ".join(words) + "\n")
    path = FOLDER / "story.txt"
    path.write_bytes("".join(sentences).encode("latin-1"))
    return path


@functools.cache
def messages() -> Path:
    """200 messages, spam or ham by the words in them, of which no single one tells; each has a number of its own."""
    generator = np.random.default_rng(10)
    kinds = {"spam": ("win", "money", "prize", "claim", "free"), "ham": ("home", "dinner", "late", "train", "mother")}
    rest = ("the", "is", "now", "we", "soon", "again")
    rows = ["label,message"]
    for number in range(200):
        kind = ("spam", "ham", "ham")[number % 3]
        words = [*generator.choice(kinds[kind], 2), *generator.choice(rest, int(generator.integers(2, 6)))]
        rows.append(f'{kind},"{" ".join(generator.permutation(words))}, {number}."')
    path = FOLDER / "messages.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def labelled_text_parameters(path: Path) -> dict[str, Any]:
    """What a block that reads these texts is given."""
    from playground.data.own.first import first_guess

    return first_guess(path).dataset.model_dump(mode="json", exclude_defaults=True)


def columns_parameters(path: Path) -> dict[str, Any]:
    """What a block that reads this table without predicting a column of it is given."""
    from playground.data.own.choice import first_choice, first_missing, without_target
    from playground.data.own.delimited import read_table
    from playground.data.own.table import dataset_of

    table = read_table(path)
    columns = without_target(first_choice(table))
    dataset = dataset_of(table, columns, first_missing(table, columns))
    return dataset.model_dump(mode="json", exclude_defaults=True)


def text_parameters(path: Path) -> dict[str, Any]:
    """What a block that reads this text is given."""
    from playground.data.own.files import Reading
    from playground.data.own.text import read_text, text_dataset

    found = read_text(path, Reading())
    return text_dataset(found, make_plain=False, window=32).model_dump(mode="json", exclude_defaults=True)


def parameters_of(block: str) -> dict[str, Any]:
    """What a block that reads a file is given. Raises KeyError for any other block."""
    return {
        "own-table": lambda: table_parameters(flowers()),
        "own-table-numbers": lambda: table_parameters(houses()),
        "own-table-labels": lambda: table_parameters(tagged()),
        "own-table-columns": lambda: columns_parameters(flowers()),
        "own-images": lambda: picture_parameters(shapes()),
        "own-text": lambda: text_parameters(story()),
        "own-labelled-texts": lambda: labelled_text_parameters(messages()),
    }[block]()
