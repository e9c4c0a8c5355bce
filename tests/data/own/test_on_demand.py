"""Folders of more pictures than the memory should hold: each is read as it is asked for, and all is as before."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from playground.blocks.base import BlockError
from playground.data.on_demand import RowsOnDemand
from playground.data.own import images as own_images
from playground.data.own import picture_store
from playground.data.own.files import FileRefused, Reading
from playground.data.own.images import OwnPictures, look_at_pictures, pictures_of, sentence
from playground.data.own.picture_store import PictureStore
from playground.data.preparation import Prepared, prepare
from playground.data.preview import preview
from tests import own_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of three classes of which none is damaged."""
    shutil.copytree(own_files.shapes(), tmp_path / "mine", ignore=shutil.ignore_patterns("broken.png", "notes.txt"))
    return tmp_path / "mine"


def held_and_on_demand(path: Path, monkeypatch: pytest.MonkeyPatch, **settings: object) -> tuple[Prepared, Prepared]:
    dataset = pictures_of(look_at_pictures(path, Reading()), 16, True).model_copy(update=settings)
    held = prepare(dataset)
    monkeypatch.setattr(own_images, "MOST_NUMBERS", 0)
    # Another object with the same values would be found among those that are prepared.
    return held, prepare(dataset.model_copy(update={"folds": 1}))


@pytest.mark.parametrize(
    "settings",
    [{}, {"colour": False}, {"scaling": "standardize"}, {"scaling": "min-max", "data_seed": 3},
     {"scaling": "given", "given_scaling": "0.5; 2"}],
)  # fmt: skip
def test_what_is_read_on_demand_is_what_would_be_held(
    folder: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object]
) -> None:
    held, read = held_and_on_demand(folder, monkeypatch, **settings)
    for part in held.parts:
        known, found = held.parts[part]["features"], read.parts[part]["features"]
        assert isinstance(found, RowsOnDemand) and found.shape == known.shape and found.ndim == 4
        assert found.nbytes == 8 * len(known)
        np.testing.assert_array_equal(np.asarray(found), known)
        np.testing.assert_array_equal(found[2:5], known[2:5])
        np.testing.assert_array_equal(found[3], known[3])
        np.testing.assert_array_equal(found[np.array([4, 0])], known[np.array([4, 0])])
        np.testing.assert_array_equal(read.parts[part]["target"], held.parts[part]["target"])
    np.testing.assert_array_equal(preview(read, "test", 4).images, preview(held, "test", 4).images)


def test_the_sentence_says_that_they_are_read_while_it_learns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = look_at_pictures(folder, Reading())
    dataset = pictures_of(found, 16, True)
    assert not dataset.on_demand and "read from their files" not in sentence(found, dataset)
    monkeypatch.setattr(own_images, "MOST_NUMBERS", 60 * 3 * 16 * 16 - 1)
    assert dataset.on_demand and "They are read from their files while the network learns." in sentence(found, dataset)
    assert dataset.counts() == (20, 20, 20)


def test_each_file_is_opened_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    pixels = OwnPictures.pixels
    monkeypatch.setattr(OwnPictures, "pixels", lambda own, one: (opened.append(one.name), pixels(own, one))[1])
    _, read = held_and_on_demand(folder, monkeypatch)
    opened.clear()
    features = read.parts["train"]["features"]
    first = features[:10]
    assert len(opened) == 10 == len(set(opened))
    np.testing.assert_array_equal(features[:10], first)
    assert len(opened) == 10
    shutil.rmtree(folder)
    np.testing.assert_array_equal(features[:10], first)


def test_in_the_place_of_a_damaged_picture_stands_the_next_of_its_class(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "down" / "down 7.jpg").write_bytes(b"damaged since it was chosen")
    pictures = pictures_of(look_at_pictures(folder, Reading()), 16, True)
    monkeypatch.setattr(own_images, "MOST_NUMBERS", 0)
    source = pictures.generate(np.random.default_rng(0)).features
    assert isinstance(source, RowsOnDemand)
    assert len(source) == 60
    place = 20 + 20 + 7  # across, disc, down; in natural order
    np.testing.assert_array_equal(source[place], source[place + 1])
    shutil.rmtree(folder)
    with pytest.raises(FileRefused, match=r"A picture cannot be read any more.*Choose the folder again\."):
        source[0]


def test_a_full_disk_only_costs_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(picture_store, "_passing_file", full)
    held, read = held_and_on_demand(folder, monkeypatch)
    for _ in range(2):
        np.testing.assert_array_equal(read.parts["test"]["features"][:4], held.parts["test"]["features"][:4])


def test_pictures_are_opened_ahead_in_the_order_in_which_they_are_expected() -> None:
    opened: list[int] = []

    def opener(number: int) -> np.ndarray:
        opened.append(number)
        return np.full((1, 2, 2), number, dtype=np.uint8)

    openers = [lambda number=number: opener(number) for number in range(6)]
    store = PictureStore(openers, np.zeros(6, dtype=np.int64), (1, 2, 2))
    store.read(np.array([2]))
    store._reading_ahead = True  # noqa: SLF001 - so that no thread begins, and this test is it
    store.expect(np.array([5, 2, 0]))
    while (row := store.next_expected()) is not None:
        store.keep(row)
    assert opened == [2, 5, 0]
    np.testing.assert_allclose(store.read(np.array([0, 5]))[:, 0, 0, 0] * 255.0, [0.0, 5.0])
    assert opened == [2, 5, 0]


def test_an_archive_is_opened_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder))
    read: list[str] = []
    begin = zipfile.ZipFile.__init__

    def counted(archive: zipfile.ZipFile, *said: object) -> None:
        read.append(str(said))
        begin(archive, *said)

    monkeypatch.setattr(zipfile.ZipFile, "__init__", counted)
    held, on_demand = held_and_on_demand(archive, monkeypatch)
    np.testing.assert_array_equal(np.asarray(on_demand.parts["train"]["features"]), held.parts["train"]["features"])
    assert len(read) < 10


def test_a_folder_without_a_readable_picture_is_refused(folder: Path) -> None:
    pictures = pictures_of(look_at_pictures(folder, Reading()), 16, True)
    for file in folder.rglob("*.*"):
        size = file.stat().st_size
        file.write_bytes(bytes(size))
    with pytest.raises(BlockError, match="None of the pictures in “mine” can be read any more"):
        prepare(pictures)
