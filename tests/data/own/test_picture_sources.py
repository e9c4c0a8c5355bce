"""Where a person's pictures come from: given parts, lists, archives, arrays, deep grey, no classes at all."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from playground.data.own.files import FileRefused, Reading
from playground.data.own.images import OwnPictures, PictureFolder, look_at_pictures, pictures_of, sentence
from playground.data.own.look import look_at
from playground.data.own.picture_decoding import Brightness, endings, formats
from playground.data.preparation import prepare
from playground.editing.starting import starting_project
from playground.network.check import check
from playground.training.session.session import Session

SIDE = 16


def bars(name: str, number: int) -> np.ndarray:
    """A picture (16, 16) uint8 with a bright bar across or down."""
    pixels = np.random.default_rng(number).integers(0, 50, (SIDE, SIDE)).astype(np.uint8)
    place = 3 + number % 10
    if name == "across":
        pixels[place : place + 3] = 200
    else:
        pixels[:, place : place + 3] = 200
    return pixels


def folder(path: Path, layout: dict[str, int], ending: str = "png", name: str = "{}") -> Path:
    """Pictures of bars: {"train/across": 4} makes four of them there."""
    for below, count in layout.items():
        (path / below).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            image = Image.fromarray(bars(below.rsplit("/", 1)[-1], number))
            image.save(path / below / f"{name.format(number)}.{ending}")
    return path


def look(path: Path) -> PictureFolder:
    found = look_at(path, Reading())
    assert isinstance(found, PictureFolder)
    return found


def classes(found: PictureFolder) -> list[tuple]:
    return [(one.name, one.pictures, one.parts) for one in found.classes]


def counts(found: PictureFolder, **choices: object) -> dict[str, int]:
    dataset = pictures_of(found, SIDE, False).model_copy(update=choices)
    prepared = prepare(dataset)
    return {part: prepared.count(part) for part in ("train", "validation", "test")}


LAYOUTS = {
    "given parts": (
        {"train/across": 8, "train/down": 8, "val/across": 2, "val/down": 3, "test/across": 4, "test/down": 4},
        [("across", 14, (8, 2, 4)), ("down", 15, (8, 3, 4))],
        {"train": 16, "validation": 5, "test": 8},
    ),
    "no validation": (
        {"Training/across": 10, "Training/down": 10, "Testing/across": 4, "Testing/down": 4},
        [("across", 14, (10, 0, 4)), ("down", 14, (10, 0, 4))],
        {"train": 17, "validation": 3, "test": 8},
    ),
    "a class missing in one part": (
        {"train/across": 8, "train/down": 8, "val/across": 2, "test/across": 2, "test/down": 2},
        [("across", 12, (8, 2, 2)), ("down", 10, (8, 0, 2))],
        {"train": 16, "validation": 2, "test": 4},
    ),
    "training alone": ({"train/across": 10, "train/down": 10}, [("across", 10, None), ("down", 10, None)], None),
    "one folder around all": ({"set/across": 10, "set/down": 10}, [("across", 10, None), ("down", 10, None)], None),
    "folders in classes": ({"across/a/across": 5, "across/b/across": 5, "down/x/down": 10},
                           [("across", 10, None), ("down", 10, None)], None),
    "a class called test": ({"test/across": 5, "down/down": 5}, [("down", 5, None), ("test", 5, None)], None),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_folders_are_read_as_they_are_meant(tmp_path, name):
    layout, expected, parts = LAYOUTS[name]
    found = look(folder(tmp_path / "mine", layout))
    assert classes(found) == expected
    assert found.unreadable == () and found.others == ()
    got = counts(found)
    assert got == parts if parts is not None else sum(got.values()) == sum(layout.values()) and got["test"] > 0


def test_given_parts_hold_the_pictures_of_their_folders(tmp_path):
    path = folder(tmp_path / "mine", {"train/across": 6, "train/down": 6})
    for part, grey in (("val", 90), ("test", 160)):
        for name in ("across", "down"):
            (path / part / name).mkdir(parents=True)
            Image.new("L", (9, 9), grey).save(path / part / name / "one.png")
    prepared = prepare(pictures_of(look(path), SIDE, False))
    assert np.allclose(prepared.parts["validation"]["features"], 90 / 255)
    assert np.allclose(prepared.parts["test"]["features"], 160 / 255)
    assert sorted(prepared.class_numbers["test"].tolist()) == [0, 1]


def test_a_class_that_a_part_lacks_is_said(tmp_path):
    found = look(folder(tmp_path, LAYOUTS["a class missing in one part"][0]))
    words = sentence(found, pictures_of(found, SIDE, False))
    assert "The parts are given: train 16, validation 2, test 4." in words
    assert "The validation part has no pictures of “down”." in words


@pytest.mark.parametrize("ending", ["webp", "tiff", "pgm", "jfif", "gif", "bmp", "tga", "jp2"])
def test_what_pillow_opens_is_opened(tmp_path, ending):
    kinds = {"jfif": "jpg"}
    path = folder(tmp_path / "mine", {"across": 2, "down": 2}, kinds.get(ending, ending))
    if ending in kinds:
        for file in [*path.rglob("*.jpg")]:
            file.rename(file.with_suffix(f".{ending}"))
    found = look(path)
    assert [one.pictures for one in found.classes] == [2, 2]
    assert 0.1 < prepare(pictures_of(found, SIDE, False)).parts["train"]["features"].mean() < 0.4


def test_formats_that_call_other_programs_stay_closed():
    assert {"EPS", "WMF"}.isdisjoint(formats()) and {"PNG", "JPEG", "WEBP", "TIFF", "PPM"} <= set(formats())
    assert ".eps" not in endings() and ".webp" in endings()


# Deep grey ------------------------------------------------------------------------------------------------------------


def deep(path: Path, name: str, numbers: np.ndarray) -> None:
    path.mkdir(parents=True, exist_ok=True)
    Image.fromarray(numbers).save(path / name)


DEPTHS = {
    # largest number used -> white
    "12 bits in 16": (np.uint16, 3_280, 4_095.0),
    "16 bits": (np.uint16, 50_200, 65_535.0),
    "10 bits": (np.uint16, 900, 1_023.0),
    "float": (np.float32, 7.5, 7.5),
}


@pytest.mark.parametrize("name", DEPTHS)
def test_deep_pictures_have_one_scale_for_the_folder(tmp_path, name):
    kind, largest, white = DEPTHS[name]
    ending = "tiff" if kind is np.float32 else "png"
    for number, share in enumerate((1.0, 0.5, 0.3)):
        values = np.linspace(0.0, largest * share, SIDE * SIDE).reshape(SIDE, SIDE).astype(kind)
        deep(tmp_path / "a", f"{number}.{ending}", values)
        deep(tmp_path / "b", f"{number}.{ending}", values)
    found = look(tmp_path)
    assert found.brightness == Brightness(0.0, white)
    brightest = sorted(one.max() for one in pictures_of(found, SIDE, False).generate(np.random.default_rng(0)).features)
    expected = sorted(2 * [largest * share / white for share in (1.0, 0.5, 0.3)])
    np.testing.assert_allclose(brightest, expected, atol=0.01)
    assert max(sample.max() for sample in found.samples[0]) > 180, "the pictures shown are on the same scale"


def test_eight_bits_among_sixteen_are_not_black(tmp_path):
    for name in ("a", "b"):
        deep(tmp_path / name, "deep.png", np.full((9, 9), 40_000, np.uint16))
        deep(tmp_path / name, "flat.png", np.full((9, 9), 150, np.uint16))
    features = pictures_of(look(tmp_path), SIDE, False).generate(np.random.default_rng(0)).features
    np.testing.assert_allclose(sorted(one.mean() for one in features)[::2], [150 / 255, 40_000 / 65_535], atol=0.01)


def test_pgm_is_scaled_by_its_own_head(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "deep.pgm").write_bytes(b"P5 9 9 4095\n" + np.full(81, 2_048, ">u2").tobytes())
        deep(tmp_path / name, "deep.png", np.full((9, 9), 2_048, np.uint16))
    features = pictures_of(look(tmp_path), SIDE, False).generate(np.random.default_rng(0)).features
    np.testing.assert_allclose(features, 0.5, atol=0.01)


# No classes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", [{"": 12}, {"across": 12}])
def test_pictures_without_classes_begin_an_autoencoder_that_learns(tmp_path, layout):
    path = folder(tmp_path / "mine", layout)
    found = look(path)
    assert [one.pictures for one in found.classes] == [12]
    dataset = pictures_of(found, SIDE, False)
    assert "draws them again" in sentence(found, dataset)
    project = starting_project(dataset, "mine")
    report = check(project.graph)
    assert report.ok and project.graph.node("loss").block == "mean-squared-error"
    assert report.signals[("dense-4", "output")].size == SIDE * SIDE
    session = Session(project)
    session.evaluate(observe=False)
    before = session.latest["train_loss"]
    session.advance(60)
    session.evaluate(observe=False)
    assert session.latest["train_loss"] < 0.8 * before


# Lists, archives and arrays -------------------------------------------------------------------------------------------


def listed(path: Path, head: str, line: str, separator: str = ",") -> Path:
    folder(path / "pictures", {"": 0})
    rows = [head.replace(",", separator)]
    for number in range(12):
        name = ("across", "down")[number % 2]
        Image.fromarray(bars(name, number)).save(path / "pictures" / f"{number}.png")
        part = ("train", "train", "test")[number % 3]
        rows.append(line.format(number=number, name=name, part=part).replace(",", separator))
    (path / "labels.csv").write_text("\n".join(rows) + "\n")
    return path / "labels.csv"


LISTS = {
    "path and label": ("path,label", "pictures/{number}.png,{name}", ",", None),
    "other words and order": ("class;filename", "{name};pictures/{number}.png", ";", None),
    "parts": (
        "image,label,split", "pictures/{number}.png,{name},{part}", ",", {"train": 7, "validation": 1, "test": 4},
    ),
    "a number first": ("id,file_name,category", "{number},pictures/{number}.png,{name}", ",", None),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_paths_and_labels(tmp_path, name):
    head, line, separator, parts = LISTS[name]
    found = look(listed(tmp_path, head, line, separator))
    assert [(one.name, one.pictures) for one in found.classes] == [("across", 6), ("down", 6)]
    if parts is not None:
        assert counts(found) == parts


def test_a_list_names_the_pictures_that_are_not_there(tmp_path):
    path = listed(tmp_path, "path,label", "pictures/{number}.png,{name}")
    (tmp_path / "pictures" / "3.png").unlink()
    found = look(path)
    assert found.count == 11 and found.others == ("pictures/3.png",)


def test_a_list_inside_the_folder_of_its_pictures(tmp_path):
    path = folder(tmp_path / "mine", {"": 6})
    rows = [f"{number}.png,{('a', 'b')[number % 2]}" for number in range(6)]
    (path / "labels.csv").write_text("path,label\n" + "\n".join(rows) + "\n")
    assert classes(look(path)) == [("a", 3, None), ("b", 3, None)]


def test_a_table_that_lists_no_pictures_stays_a_table(tmp_path):
    (tmp_path / "table.csv").write_text("path,label\n" + "north,1\nsouth,2\n" * 20)
    assert not isinstance(look_at(tmp_path / "table.csv", Reading()), PictureFolder)


def test_an_archive_is_read_like_a_folder(tmp_path):
    path = folder(tmp_path / "mine", LAYOUTS["given parts"][0])
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        for file in sorted(path.rglob("*.png")):
            archive.write(file, file.relative_to(tmp_path))
        archive.writestr("mine/readme.txt", "about")
        archive.writestr("__MACOSX/mine/._0.png", "no picture")
    found = look(tmp_path / "mine.zip")
    assert classes(found) == LAYOUTS["given parts"][1]
    assert counts(found) == LAYOUTS["given parts"][2] and found.others == ("mine/readme.txt",)
    np.testing.assert_array_equal(found.samples[0], look(path).samples[0])


def test_a_damaged_member_of_an_archive_is_named(tmp_path):
    path = folder(tmp_path / "mine", {"across": 3, "down": 3})
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        for file in sorted(path.rglob("*.png")):
            archive.write(file, file.relative_to(path))
        archive.writestr("down/bad.png", b"\x89PNG\r\n")
    found = look(tmp_path / "mine.zip")
    assert [name for name, _ in found.unreadable] == ["down/bad.png"] and found.count == 6


def test_an_archive_without_pictures_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "sheet.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    with pytest.raises(FileRefused, match="a ZIP archive without pictures"):
        look_at(tmp_path / "sheet.zip", Reading())


def stacked(count: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(count) % 2
    return np.stack([bars(("across", "down")[label], number) for number, label in enumerate(labels)]), labels


def idx(path: Path, array: np.ndarray, packed: bool = False) -> None:
    head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    content = head + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_belong_together(tmp_path, packed):
    ending = ".gz" if packed else ""
    for part, count in (("train", 20), ("t10k", 8)):
        pictures, labels = stacked(count)
        idx(tmp_path / f"{part}-images-idx3-ubyte{ending}", pictures, packed)
        idx(tmp_path / f"{part}-labels-idx1-ubyte{ending}", labels, packed)
    for path in (tmp_path, tmp_path / f"train-images-idx3-ubyte{ending}"):
        found = look(path)
        assert classes(found) == [("0", 14, (10, 0, 4)), ("1", 14, (10, 0, 4))]
        assert counts(found) == {"train": 17, "validation": 3, "test": 8}
    prepared = prepare(pictures_of(look(tmp_path), SIDE, False))
    shown = np.sort((prepared.parts["test"]["features"][:, 0] * 255).round().astype(int).sum(axis=(1, 2)))
    np.testing.assert_array_equal(shown, np.sort(stacked(8)[0].astype(int).sum(axis=(1, 2))))


ARRAYS = {
    "as Keras has them": lambda a, b, c, d: {"x_train": a, "y_train": b, "x_test": c, "y_test": d},
    "with words": lambda a, b, c, d: {
        "train_images": a, "train_labels": b[:, None], "test_images": c, "test_labels": d[:, None]
    },
    "floats up to 1": lambda a, b, c, d: {"x_train": a / 255.0, "y_train": b, "x_test": c / 255.0, "y_test": d},
    "channels first": lambda a, b, c, d: {
        "x_train": np.repeat(a[:, None], 3, axis=1), "y_train": b, "x_test": np.repeat(c[:, None], 3, axis=1),
        "y_test": d,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_npz_files(tmp_path, name):
    (train, labels), (test, others) = stacked(20), stacked(8)
    np.savez_compressed(tmp_path / "pictures.npz", **ARRAYS[name](train, labels, test, others))
    found = look(tmp_path / "pictures.npz")
    assert classes(found) == [("0", 14, (10, 0, 4)), ("1", 14, (10, 0, 4))]
    features = prepare(pictures_of(found, SIDE, False)).parts["test"]["features"]
    assert features.max() == pytest.approx(200 / 255, abs=0.01)


def test_arrays_of_objects_are_refused(tmp_path):
    np.savez(tmp_path / "odd.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(FileRefused, match="damaged or of another kind"):
        look_at(tmp_path / "odd.npz", Reading())


def test_what_was_saved_before_parts_and_depth_were_known_still_opens(tmp_path):
    path = folder(tmp_path / "mine", {"across": 4, "down": 4})
    dataset = pictures_of(look_at_pictures(path, Reading()), SIDE, False)
    saved = dataset.model_dump(mode="json", exclude_defaults=True)
    for one in saved["pictures"]["classes"]:
        one.pop("parts", None)
    saved["pictures"].pop("brightness", None)
    again = OwnPictures.model_validate(saved)
    assert prepare(again).count("train") + prepare(again).count("test") + prepare(again).count("validation") == 8
