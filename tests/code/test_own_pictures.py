"""The written code of a person's folder of pictures reads the very numbers that Playground does."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from playground.data.own.files import Reading
from playground.data.own.images import OwnPictures, look_at_pictures, pictures_of
from tests import own_files
from tests.code.test_loading import check_same


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(own_files.shapes(), tmp_path / "it's {mine}", ignore=shutil.ignore_patterns("broken.png"))
    return tmp_path / "it's {mine}"


def pictures(folder: Path, colour: bool = True, **settings: Any) -> OwnPictures:
    return pictures_of(look_at_pictures(folder, Reading()), 16, colour).model_copy(update=settings)


@pytest.mark.parametrize(
    "settings",
    [{}, {"colour": False, "scaling": "standardize"}, {"labels": "one-hot", "folds": 3, "fold": 2, "train_rows": 9},
     {"test_folds": 3, "test_fold": 2, "data_seed": 4}],
)  # fmt: skip
def test_a_folder_for_each_class(folder: Path, settings: dict[str, Any]) -> None:
    check_same(pictures(folder, **settings))


@pytest.mark.parametrize("with_validation", [True, False])
def test_parts_that_are_given(folder: Path, with_validation: bool) -> None:
    for name in ("across", "down", "disc"):
        for number, file in enumerate(sorted((folder / name).glob("*.*"))):
            part = "test" if number % 4 == 0 else "val" if number % 4 == 1 and with_validation else "train"
            target = folder.parent / "parted" / part / name / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    check_same(pictures(folder.parent / "parted"))


def test_clear_and_turned_pictures(folder: Path) -> None:
    generator = np.random.default_rng(0)
    Image.fromarray(generator.integers(0, 255, (30, 20, 4), dtype=np.uint8)).save(folder / "disc" / "clear.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Image.fromarray(generator.integers(0, 255, (90, 120, 3), dtype=np.uint8))
    large.save(folder / "down" / "turned.jpg", exif=exif)
    check_same(pictures(folder))


def test_what_only_playground_reads_is_not_written(folder: Path) -> None:
    archive = Path(shutil.make_archive(str(folder.parent / "packed"), "zip", folder))
    assert "one folder for each class" in pictures(archive).to_code().cannot
    whole = pictures(folder)
    (folder / "disc" / "more.png").write_bytes(b"no picture")
    assert "has changed since it was chosen" in whole.to_code().cannot
    assert "damage" in pictures(folder).to_code().cannot
