"""Letters in the fonts that are on the machine."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.painting import Floats, noisy
from playground.document.declaration import parameter

if TYPE_CHECKING:
    from PIL import ImageFont

SIDE = 28
DRAWN = 40
"""Pixels of a letter before it is turned and made small."""
FOLDERS = {
    "win32": (r"%WINDIR%\Fonts",),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"),
}
NO_LETTERS = ("symbol", "dingbat", "emoji", "math", "icon", "d050000l", "standardsym", "fallback", "braille", "music")
"""What names of fonts have that hold other signs than letters."""
MOST_LOOKED_AT = 400


@functools.cache
def font_files() -> tuple[str, ...]:
    """Files of fonts on the machine, in the order of their names, each name once."""
    found: dict[str, str] = {}
    for folder in FOLDERS.get(sys.platform, FOLDERS["linux"]):
        root = Path(os.path.expandvars(folder)).expanduser()
        for file in sorted(root.rglob("*")) if root.is_dir() else ():
            name = file.name.lower()
            if name.endswith((".ttf", ".otf")) and not any(word in name for word in NO_LETTERS):
                found.setdefault(name, str(file))
    return tuple(found[name] for name in sorted(found))[:MOST_LOOKED_AT]


def fonts(most: int, letters: str) -> list[ImageFont.FreeTypeFont]:
    """Up to `most` fonts that have all the letters, spread over those on the machine; without any, that of Pillow."""
    from PIL import ImageFont

    files = font_files()
    order = dict.fromkeys(np.linspace(0, max(0, len(files) - 1), min(most, len(files))).round().astype(int).tolist())
    found: list[ImageFont.FreeTypeFont] = []
    for number in (*order, *(number for number in range(len(files)) if number not in order)):
        if len(found) == most:
            break
        try:
            font = ImageFont.truetype(files[number], DRAWN)
            if has_letters(font, letters):
                found.append(font)
        except OSError:  # no font that can be read
            continue
    if found:
        return found
    plain = ImageFont.load_default(DRAWN)
    assert isinstance(plain, ImageFont.FreeTypeFont)
    return [plain]


def has_letters(font: ImageFont.FreeTypeFont, letters: str) -> bool:
    """Whether each letter has a picture of its own, and not the one that stands for a missing letter."""
    missing = bytes(font.getmask("\uffff"))
    pictures = {bytes(font.getmask(letter)) for letter in letters}
    return len(pictures) == len(letters) and missing not in pictures


def glyph(font: ImageFont.FreeTypeFont, letter: str, size: float, turn: float, shift: Floats) -> Floats:
    """A letter, (28, 28) from 0 paper to 1 ink: `size` pixels high or wide, turned by degrees, moved by pixels."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = font.getbbox(letter)
    wide, high = max(1, right - left), max(1, bottom - top)
    whole = int(np.ceil(SIDE * max(wide, high) / size))
    canvas = Image.new("L", (whole, whole))
    corner = (whole - wide) / 2 - left, (whole - high) / 2 - top
    ImageDraw.Draw(canvas).text(corner, letter, fill=255, font=font)
    scale = whole / SIDE
    moved = round(float(shift[0] * scale)), round(float(shift[1] * scale))
    turned = canvas.rotate(turn, Image.Resampling.BILINEAR, translate=moved)
    small = turned.resize((SIDE, SIDE), Image.Resampling.BOX if whole > SIDE else Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float32) / np.float32(255.0)


class Glyphs(ClassDataset):
    """Printed letters."""

    id: ClassVar[str] = "glyphs"
    title: ClassVar[str] = "Printed letters"
    summary: ClassVar[str] = (
        "Letters in the fonts of this machine, of any size, turned a little and moved: on another machine they may "
        "look otherwise."
    )
    question: ClassVar[str] = "Which letter does a picture show?"
    licence: ClassVar[str] = "Drawn from the fonts on your machine, which have licences of their own."

    letters: str = parameter(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_length=62, help="Which letters and digits, without blanks."
    )
    fonts: int = parameter(24, ge=1, le=100, help="Most fonts to draw with, spread over those that are there.")
    examples: int = parameter(
        3_000, ge=62, le=20_000, logarithmic=True, help="How many pictures to draw for all three parts."
    )
    turn: float = parameter(10.0, ge=0.0, le=180.0, unit="°", help="Letters are turned by up to so much either way.")
    noise: float = parameter(0.05, ge=0.0, le=1.0, help="Standard deviation of the noise over each pixel.")

    @field_validator("letters")
    @classmethod
    def _letters_once(cls, text: str) -> str:
        found = "".join(dict.fromkeys(text))
        if len(found) < 2 or not (found.isascii() and found.isalnum()):
            raise ValueError("write two letters or digits or more from A to Z, a to z and 0 to 9, without blanks")
        return found

    def class_names(self) -> tuple[str, ...]:
        return tuple(self.letters)

    def feature_signal(self) -> Signal:
        if self.scaling == "none":
            return Signal((1, SIDE, SIDE), kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal((1, SIDE, SIDE), kind="image", axes=IMAGE_AXES)

    def subtitle(self) -> str:
        return f"{self.examples} images of {SIDE} × {SIDE}"

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers: NDArray[np.int64] = np.sort(np.arange(self.examples, dtype=np.int64) % len(self.letters))
        known = fonts(self.fonts, self.letters)
        chosen = generator.integers(0, len(known), self.examples)
        size = generator.uniform(14.0, 22.0, self.examples)
        turn = generator.uniform(-self.turn, self.turn, self.examples)
        shift = generator.uniform(-3.0, 3.0, (self.examples, 2)).astype(np.float32)
        pictures = [
            glyph(known[font], self.letters[number], size[row], turn[row], shift[row])
            for row, (font, number) in enumerate(zip(chosen.tolist(), numbers.tolist(), strict=True))
        ]
        ink = noisy(np.stack(pictures)[:, None], self.noise, generator)
        return Examples(ink, numbers, (), tuple(self.letters))


DATASETS: tuple[type[Dataset], ...] = (Glyphs,)
