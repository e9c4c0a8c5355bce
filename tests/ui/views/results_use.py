"""Made-up answers to examples of a person's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from playground.analysis.shared.given import Given, Move
from playground.analysis.use.answer import Answer
from playground.analysis.use.move_picture import MovedAnswer, MovedLayer, MovePicture
from playground.analysis.use.use_it import AskedInput, UseIt
from playground.data.inputs.drawing import Placing
from playground.data.inputs.graphs import NodeForm
from playground.data.inputs.pictures import PictureForm, Pixels
from playground.data.inputs.rows import ChoiceField, NumberField, RowForm
from playground.data.inputs.series import SeriesForm
from playground.data.inputs.texts import TextForm

ONE = np.zeros(1, dtype=np.int64)
TWO_RIGHT = Move(across=2.0)


def use(*inputs: AskedInput, answers: tuple[Answer, ...] = (), truth: str = "", drawn: Answer | None = None) -> UseIt:
    return UseIt(inputs, answers, (), None, 3, 20, "test", truth, drawn, 40)


def classes(shares: list[float], names: tuple[str, ...], title: str = "") -> Answer:
    values = np.array([shares], dtype=np.float32)
    return Answer("loss", title, "classes", names, values, values.argmax(axis=1))


def digit() -> UseIt:
    picture = np.random.default_rng(0).random((8, 8)).astype(np.float32)
    form = PictureForm(1, 8, 8, True, Placing(8.0, "box", 4.0))
    asked = AskedInput("data", "Digits", form, Pixels(1.0 - picture), seen=picture, ink=True)
    shares = [0.01, 0.0, 0.02, 0.0, 0.1, 0.0, 0.0, 0.85, 0.02, 0.0]
    return use(asked, answers=(classes(shares, tuple("0123456789")),), truth="7")


def row() -> UseIt:
    form = RowForm((
        NumberField("size", None, 40.0, 200.0), NumberField("age of the building", (30.0,), 0.0, 60.0, True),
        ChoiceField("town", (0.0, 1.0), ("Aa", "Bb")),
    ))  # fmt: skip
    price = Answer("loss", "Price", "numbers", ("price (thousands)",), np.array([[312.5]]), ONE)
    sold = classes([0.3, 0.7], ("not sold", "sold"), "Sold")
    return use(AskedInput("data", "Houses", form, ("120.5", "", "Bb")), answers=(price, sold), truth="price 320")


def point() -> UseIt:
    points = np.random.default_rng(0).uniform(-5, 5, (50, 2))
    form = RowForm((NumberField("x1", None, -5.0, 5.0), NumberField("x2", None, -5.0, 5.0)), points)
    near = Answer("k-means", "", "clusters", ("cluster 1", "cluster 2"), np.array([[0.4, 3.0]]), ONE)
    made = Answer("deal", "made by the network", "numbers", ("x1", "x2"), np.array([[1.0, -2.0]]), ONE)
    return use(AskedInput("data", "Points", form, ("1", "2.5")), answers=(near,), drawn=made)


def series() -> UseIt:
    form = SeriesForm(6, "CO2 (ppm)", "months", True, 0.0, 1.0)
    entry = (370.0, 371.0, 371.5, 370.5, 370.0, 371.2)
    said = Answer("loss", "", "numbers", ("+1", "+2", "+3"), np.array([[372.0, 372.5, 371.0]]), ONE)
    return use(AskedInput("data", "CO2", form, entry), answers=(said,))


def text() -> UseIt:
    form = TextForm(tuple("abc "), 8, fill="front", filler=3, keeps_end=True, grows=True)
    said = Answer("loss", "", "continuation", (" ", "a", "b"), np.array([[0.6, 0.3, 0.1]]), ONE, ("abc cab " * 12,))
    asked = AskedInput("data", "Text", form, "ab ß", notes=("“ß” is not known to the network and left out.",))
    return use(asked, answers=(said,))


def symbols() -> UseIt:
    form = TextForm(tuple("ABC"), 4, "symbols")
    said = Answer("loss", "", "steps", tuple("ABC"), np.array([[0.9, 0.8, 0.4, 0.99]]), np.array([[0, 1, 2, 2]]),
                  ("ABCC",))  # fmt: skip
    return use(AskedInput("data", "Symbols", form, "CCBA"), answers=(said,))


def refused() -> UseIt:
    form = TextForm(tuple("ABC"), 4, "symbols")
    return use(AskedInput("data", "Symbols", form, "AB", "The network reads exactly 4 symbols, but 2 arrived."))


def node() -> UseIt:
    form = NodeForm(("Mr. Hi", "member 2"), np.zeros((1, 2, 2), dtype=np.float32))
    return use(AskedInput("data", "Club", form, "member 2"), answers=(classes([0.2, 0.8], ("Mr. Hi", "Officer")),))


def redrawn() -> UseIt:
    picture = np.random.default_rng(1).random((8, 8)).astype(np.float32)
    asked = AskedInput("data", "Digits", PictureForm(1, 8, 8, True), Pixels(picture), seen=picture, ink=True)
    drawn = Answer("loss", "", "picture", (), np.zeros((1, 0)), ONE, pictures=picture[None], ink=True)
    return use(asked, answers=(drawn,))


def moved(move: Move = TWO_RIGHT, heads: tuple[str, ...] = ("",)) -> MovePicture:
    raw = np.zeros((1, 1, 8, 8), dtype=np.float32)
    raw[0, 0, 2:6, 3:5] = 1.0
    form = PictureForm(1, 8, 8, True, Placing(8.0, "box", 4.0))
    after = np.roll(raw[0], 2, axis=2)
    maps, nothing = np.concatenate([after, -after]), np.zeros((0, 0, 0), dtype=np.float32)
    unknown = np.where(np.arange(8) < 2, np.nan, maps).astype(np.float32)
    layers = (
        MovedLayer("conv", "Conv2D 1", unknown, maps, 2, 0.98, 0.31),
        MovedLayer("dense", "Dense 1", nothing, nothing, 10, np.nan, 0.92),
    )
    first, last = np.eye(10, dtype=np.float32)[7], np.eye(10, dtype=np.float32)[2]
    names = tuple("0123456789")
    answers = tuple(
        MovedAnswer(f"loss{n}", title, names, first, (first, 0.6 * last + 0.4 * first)[n % 2],
                    np.array([0.97, 0.9, 0.7 - 0.2 * n, np.nan]), 0.97, 0.71, 0.74)
        for n, title in enumerate(heads, start=len(heads) % 2)
    )  # fmt: skip
    return MovePicture(
        "data", form.entry(raw), form, move, raw[0, 0], after[0], layers, answers, "shift", np.arange(4.0), "test",
        3, 20, 256, "7", None,
    )  # fmt: skip


def moved_by_two() -> MovePicture:
    return moved(Move(-1.0, 2.0, 30.0, 1.2), ("Convolution", "Dense"))


def replaced(given: Given) -> MovePicture:
    return replace(moved(Move()), given=given, row=-1)
