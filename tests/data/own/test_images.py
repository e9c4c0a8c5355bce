"""Folders of a person's own pictures: formats of every kind, damaged ones, limits, and wrong folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from playground.blocks.base import BlockError
from playground.data.own import images as own_images
from playground.data.own import picture_decoding, picture_sources
from playground.data.own.files import FileRefused, Reading, ReadingStopped
from playground.data.own.images import OwnPictures, look_at_pictures, pictures_of, sentence
from playground.data.own.look import look_at
from playground.data.own.picture_decoding import square_and_brightness, square_of
from playground.data.preparation import prepare
from playground.data.preview import preview
from tests import own_files


def look(folder: Path):
    return look_at_pictures(folder, Reading())


def opener(path: Path):
    return lambda: Image.open(path)


def saved(path: Path, image: Image.Image, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def test_a_folder_of_classes_is_looked_at() -> None:
    found = look(own_files.shapes())
    assert [(entry.name, entry.pictures) for entry in found.classes] == [("across", 20), ("disc", 20), ("down", 20)]
    assert [name for name, _ in found.unreadable] == ["disc/broken.png"]
    assert found.unreadable[0][1].startswith("damaged") or found.unreadable[0][1].startswith("no picture")
    assert (found.others, found.colour, found.count) == (("disc/notes.txt",), True, 60)
    assert [sample.shape for sample in found.samples] == [(12, 64, 64, 3)] * 3
    dataset = pictures_of(found, 32, True)
    assert sentence(found, dataset) == (
        "60 pictures: 3,072 numbers in, 3 classes out. Left out: 1 that cannot be read, such as “disc/broken.png”, "
        "1 file of other kinds."
    )


@pytest.mark.parametrize(("colour", "channels"), [(True, 3), (False, 1)])
def test_pictures_become_numbers_from_0_to_1(colour: bool, channels: int) -> None:
    dataset = pictures_of(look(own_files.shapes()), 16, colour)
    prepared = prepare(dataset)
    features = prepared.parts["train"]["features"]
    assert features.shape[1:] == (channels, 16, 16) == dataset.signals()[0].shape
    assert 0.0 <= features.min() < 0.3 < 0.6 < features.max() <= 1.0
    assert sum(prepared.count(part) for part in prepared.parts) == 60
    shown = preview(prepared, "train", 5)
    assert shown.images.shape == ((5, 16, 16, 3) if colour else (5, 16, 16)) and not shown.ink


def test_every_mode_becomes_colour(tmp_path: Path) -> None:
    red = Image.new("RGB", (10, 10), (200, 0, 0))
    clear = Image.new("RGBA", (10, 10), (200, 0, 0, 0))
    deep = Image.fromarray(np.full((10, 10), 40_000, dtype=np.uint16))
    cases = {
        "plain.png": (red, (200, 0, 0)),
        "palette.gif": (red.convert("P"), (200, 0, 0)),
        "clear.png": (clear, (255, 255, 255)),
        "grey.bmp": (red.convert("L"), (60, 60, 60)),
        "bits.png": (Image.new("1", (10, 10), 1), (255, 255, 255)),
        "deep.png": (deep, (155, 155, 155)),
        "print.jpg": (red.convert("CMYK"), (200, 0, 0)),
        "grey and clear.png": (Image.new("LA", (10, 10), (7, 255)), (7, 7, 7)),
    }
    for name, (image, expected) in cases.items():
        pixels = np.asarray(square_of(opener(saved(tmp_path / name, image)), 4))
        np.testing.assert_allclose(pixels[2, 2], expected, atol=6, err_msg=name)


def test_the_middle_square_is_taken_upright(tmp_path: Path) -> None:
    wide = np.zeros((10, 30, 3), dtype=np.uint8)
    wide[:, 10:20] = 255
    path = saved(tmp_path / "wide.png", Image.fromarray(wide))
    np.testing.assert_array_equal(np.asarray(square_of(opener(path), 10)), 255)
    upright = np.zeros((16, 16, 3), dtype=np.uint8)
    upright[:8] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # turned by 180 degrees
    path = saved(tmp_path / "turned.jpg", Image.fromarray(upright), exif=exif, quality=95)
    pixels = np.asarray(square_of(opener(path), 16))
    assert pixels[2].mean() < 10 and pixels[13].mean() > 245


DAMAGED = {
    "empty.png": b"",
    "text.png": b"hello",
    "cut.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10",
    "noise.jpg": b"\xff\xd8\xff" + bytes(range(256)),
    "wrong.gif": b"GIF89a\x10",
    "wrong.bmp": b"BM" + bytes(40),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_pictures_are_refused_and_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(DAMAGED[name])
    with pytest.raises(FileRefused):
        square_of(opener(path), 16)


def test_a_picture_of_too_many_pixels_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_decoding, "MOST_PIXELS", 99)
    with pytest.raises(FileRefused, match="more than 0 million pixels"):
        square_of(opener(saved(tmp_path / "big.png", Image.new("L", (10, 10)))), 16)


def test_wrong_folders_are_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Image.new("L", (9, 9))
    with pytest.raises(FileRefused, match=r"holds no pictures\. Put those of each class into a sub-folder"):
        look(tmp_path)
    saved(tmp_path / ".hidden" / "a.png", one)
    with pytest.raises(FileRefused, match="holds no pictures"):
        look(tmp_path)
    (tmp_path / "dogs").mkdir()
    (tmp_path / "dogs" / "b.png").write_bytes(b"no")
    with pytest.raises(FileRefused, match="1 files that should be pictures cannot be read"):
        look(tmp_path)
    saved(tmp_path / "cats" / "a.png", one)
    saved(tmp_path / "dogs" / "c.png", one)
    saved(tmp_path / "loose.png", one)
    found = look(tmp_path)
    assert found.count == 2 and ("loose.png", "of no class") in found.unreadable
    monkeypatch.setattr(own_images, "MOST_CLASSES", 1)
    with pytest.raises(FileRefused, match="has 2 classes; 1 are the most"):
        look(tmp_path)
    monkeypatch.setattr(picture_sources, "MOST_FILES", 2)
    with pytest.raises(FileRefused, match="more than 2 files"):
        look(tmp_path)
    with pytest.raises(FileRefused, match="cannot be read"):
        look(tmp_path / "none")


def test_looking_can_be_stopped() -> None:
    class Impatient(Reading):
        def step(self, share: float, words: str = "") -> None:
            if share > 0.2:
                self.stop()
            super().step(share, words)

    reading = Impatient()
    with pytest.raises(ReadingStopped):
        look_at_pictures(own_files.shapes(), reading)
    assert reading.share < 0.3


def test_a_folder_that_is_gone_or_changed_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for number in range(4):
            saved(tmp_path / "mine" / name / f"{number}.png", Image.new("L", (9, 9), 60 * number))
    dataset = pictures_of(look(tmp_path / "mine"), 16, False)
    dataset.expect()
    assert prepare(dataset).count("train") == 6
    saved(tmp_path / "mine" / "a" / "9.png", Image.new("L", (9, 9)))
    with pytest.raises(BlockError, match="The folder “mine” has changed since it was chosen"):
        prepare(dataset.model_copy(update={"data_seed": 2}))
    (tmp_path / "mine").rename(tmp_path / "other")
    with pytest.raises(BlockError, match="The folder “mine” is not at ") as caught:
        dataset.expect()
    assert caught.value.fixes[0].label == "Choose a folder…"
    with pytest.raises(BlockError, match="has no folder yet"):
        OwnPictures().expect()
    with pytest.raises(BlockError, match="are not known yet"):
        OwnPictures(file=str(tmp_path)).expect()


def test_a_single_picture_is_data(tmp_path: Path) -> None:
    saved(tmp_path / "mine.png", Image.new("RGB", (30, 20), (200, 100, 50)))
    found = look_at(tmp_path / "mine.png", Reading())
    dataset = pictures_of(found, 16, True)
    assert dataset.class_names() == ("mine",) and dataset.subtitle() == "1 image of 16 × 16"
    assert sentence(found, dataset).startswith("1 picture without classes")
    prepared = prepare(dataset)
    assert [prepared.count(part) for part in prepared.parts] == [1, 0, 0]
    assert prepared.parts["train"]["features"][0, :, 8, 8] * 255 == pytest.approx([200, 100, 50], abs=1)


def test_of_many_pictures_some_are_opened_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_images, "MOST_OPENED", 20)
    opened: list[object] = []
    monkeypatch.setattr(
        own_images, "square_and_brightness", lambda *said: (opened.append(said), square_and_brightness(*said))[1]
    )
    for number in range(60):
        part = "test" if number % 4 == 0 else "train"
        saved(tmp_path / part / "ab"[number % 2] / f"{number}.png", Image.new("L", (9, 9), number))
    (tmp_path / "train" / "b" / "3.png").write_bytes(b"no picture any more")
    found = look(tmp_path)
    assert found.count + len(found.unreadable) == 60 and found.parts[2] == 15 and len(opened) == 2 * 12
    prepared = prepare(pictures_of(found, 16, False))
    assert sum(prepared.count(part) for part in prepared.parts) == 59 and prepared.count("test") == 15
