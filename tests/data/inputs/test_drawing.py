"""Drawings and pictures are brought to the size and the place that the data have."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from playground.data.images.digits import Digits, Mnist
from playground.data.inputs.base import EntryError
from playground.data.inputs.drawing import Drawing, inked, mass_centre, placed, resized
from playground.data.inputs.pictures import PictureFile, PictureForm, Pixels

SEVEN = ((0.22, 0.12), (0.78, 0.12), (0.45, 0.9))


def moved(stroke, size, left, top):
    return tuple((left + size * x, top + size * y) for x, y in stroke)


def test_a_drawing_of_any_size_at_any_place_is_the_same_picture():
    first = inked(Drawing((SEVEN,)), 28, Mnist.placing)
    small = inked(Drawing((moved(SEVEN, 0.3, 0.6, 0.1),)), 28, Mnist.placing)
    assert np.abs(first - small).max() < 0.3 and np.abs(first - small).mean() < 0.01
    assert first.min() >= 0.0 and first.max() == 1.0


def test_digits_lie_where_those_of_the_data_lie():
    """The measure is taken from the data: sides of the box around the ink, and centres of mass or of that box."""
    for dataset, drawn in ((Mnist(examples=500), 28), (Digits(examples=500), 8)):
        real = dataset.generate(dataset.fresh_generator()).features[:, 0]
        mine = inked(Drawing((SEVEN,)), drawn, dataset.placing)
        sides = [largest_side(picture) for picture in real]
        assert abs(largest_side(mine) - np.median(sides)) <= 1
        if dataset.placing.by == "mass":
            centres = np.array([mass_centre(picture) for picture in real])
            assert np.abs(mass_centre(mine) - centres.mean(axis=0)).max() < 3 * centres.std()


def largest_side(picture):
    return max(int(np.ptp(np.flatnonzero((picture > 0.05).any(axis=axis)))) + 1 for axis in (0, 1))


def test_a_real_digit_made_large_is_placed_where_it_was():
    pictures = Mnist(examples=50).generate(np.random.default_rng(0)).features[:, 0]
    again = np.array([placed(resized(picture, 280, 280), 28, Mnist.placing) for picture in pictures[:20]])
    moved_by = np.array([mass_centre(one) - mass_centre(two) for one, two in zip(again, pictures, strict=False)])
    assert np.abs(moved_by).max() < 1.0
    assert np.abs(again - pictures[:20]).mean() < 0.04


def test_resizing_keeps_the_mean_and_constant_pictures():
    picture = np.random.default_rng(0).random((30, 20, 3)).astype(np.float32)
    small = resized(picture, 10, 5)
    assert small.shape == (10, 5, 3)
    assert np.allclose(small, picture.reshape(10, 3, 5, 4, 3).mean(axis=(1, 3)), atol=1e-6)
    assert np.allclose(resized(np.full((7, 5), 0.3, dtype=np.float32), 28, 28), 0.3)


def test_dark_on_light_and_light_on_dark_are_one_drawing(tmp_path):
    form = PictureForm(1, 28, 28, True, Mnist.placing)
    ink = np.zeros((200, 300), dtype=np.float32)
    ink[40:160, 140:152] = 1.0
    read = {}
    for name, grey in (("dark", 0.9 - 0.7 * ink), ("light", 0.1 + 0.8 * ink)):
        path = tmp_path / f"{name}.png"
        Image.fromarray((255 * grey).astype(np.uint8)).save(path)
        read[name] = form.encoded(PictureFile.at(path)).features[0, 0]
    assert np.abs(read["dark"] - read["light"]).max() < 0.1
    assert read["dark"].max() > 0.9 and read["dark"][:, :8].max() == 0.0
    assert np.abs(mass_centre(read["dark"]) - 14.5).max() < 0.6


def test_a_picture_of_the_data_comes_back_from_a_file_unchanged(tmp_path):
    picture = Mnist(examples=50).generate(np.random.default_rng(0)).features[3]
    path = tmp_path / "digit.png"
    Image.fromarray(np.rint(255 * picture[0]).astype(np.uint8)).save(path)
    form = PictureForm(1, 28, 28, True, Mnist.placing)
    assert np.allclose(form.encoded(PictureFile.at(path)).features[0], picture, atol=1e-6)
    shown = form.entry(picture[None])
    assert isinstance(shown, Pixels) and np.allclose(shown.numbers, 1.0 - picture[0])  # ink on white paper


def test_own_pictures_are_read_as_the_folder_was(tmp_path):
    from playground.data.own.picture_decoding import square_of

    path = tmp_path / "wide.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (40, 90, 3)).astype(np.uint8)).save(path)
    found = PictureForm(3, 32, 32, False).encoded(PictureFile.at(path)).features
    wanted = np.asarray(square_of(lambda: Image.open(path), 32), dtype=np.float32) / 255.0
    assert found.shape == (1, 3, 32, 32) and np.allclose(found[0], np.moveaxis(wanted, -1, 0))


def test_files_that_are_no_pictures_are_named(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("no picture")
    for ink in (True, False):
        with pytest.raises(EntryError, match=r"“notes\.png”"):
            PictureForm(1, 28, 28, ink).encoded(PictureFile.at(path))
