"""Opening one picture of a person's: whatever Pillow reads safely, upright, in colour, on one scale of brightness."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from playground.data.own.files import FileRefused

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 100_000_000
"""A picture with more is not opened."""
UNSAFE = frozenset({"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5", "FITS", "IPTC", "IMT", "PCD", "MCIDAS"})
"""Formats that call other programs, or of which Pillow knows the name but not the pixels."""
PALEST_BITS = 8

Opener = Callable[[], "Image.Image"]
"""Opens a picture, reading no more than its head."""


@functools.cache
def formats() -> tuple[str, ...]:
    """The formats that are opened, by Pillow's names."""
    from PIL import Image

    Image.init()
    return tuple(sorted(set(Image.OPEN) - UNSAFE))


@functools.cache
def endings() -> frozenset[str]:
    """The endings of file names, in small letters and with the dot, that are taken for pictures."""
    from PIL import Image

    known = formats()
    return frozenset(ending.lower() for ending, form in Image.registered_extensions().items() if form in known)


@dataclass(frozen=True, slots=True)
class Brightness:
    """Which numbers of pictures with more than 8 bits are black and white: one scale for all pictures of a folder."""

    black: float = 0.0
    white: float = 65_535.0

    def joined(self, other: Brightness) -> Brightness:
        """The scale that holds both."""
        return Brightness(min(self.black, other.black), max(self.white, other.white))


def brightness_of(picture: Image.Image) -> Brightness | None:
    """The scale that a deep grey picture needs by itself; None where its format says what is white.

    Whole numbers go from 0 to the largest number of as many bits as are used, so that 12 bits in a file of 16 are
    seen; a picture of at most 8 used bits does not count, and floating-point numbers go from their least to their
    largest.
    """
    if not picture.mode.startswith(("I", "F")) or picture.format == "PPM":
        return None
    numbers = np.asarray(picture, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if picture.mode.startswith("F") or low < 0.0:
        return Brightness(low, high)
    bits = math.ceil(math.log2(high + 1.0)) if high > 0.0 else 0
    return Brightness(0.0, 2.0**bits - 1.0) if bits > PALEST_BITS else None


def square_of(opener: Opener, side: int, brightness: Brightness | None = None) -> Image.Image:
    """The middle square of a picture in colour, `side` pixels wide.

    `brightness` is the scale of deep pictures; without it each has its own. Raises FileRefused with what is wrong.
    """
    return square_and_brightness(opener, side, brightness)[0]


def square_and_brightness(
    opener: Opener, side: int, brightness: Brightness | None = None
) -> tuple[Image.Image, Brightness | None]:
    """What `square_of` gives, and the scale that the picture needs by itself."""
    from PIL import Image, ImageOps

    picture, own = _upright(opener, side, brightness)
    return ImageOps.fit(picture, (side, side), Image.Resampling.BILINEAR), own


def whole_of(opener: Opener, side: int, brightness: Brightness | None = None) -> Image.Image:
    """A whole picture in colour, its longer side at most `side` pixels. Raises FileRefused as `square_of` does."""
    picture, _ = _upright(opener, side, brightness)
    picture.thumbnail((side, side))
    return picture


def _upright(
    opener: Opener, side: int, brightness: Brightness | None
) -> tuple[Image.Image, Brightness | None]:
    """A picture in colour, upright, of at least `side` pixels where it has so many, and the scale that it needs."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opener() as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise FileRefused(f"more than {MOST_PIXELS // 1_000_000} million pixels")
                picture.draft("RGB", (2 * side, 2 * side))  # lets JPEG skip detail that would be thrown away
                own = brightness_of(picture)
                return _in_colour(ImageOps.exif_transpose(_in_eight_bits(picture, own, brightness))), own
    except UnidentifiedImageError:
        raise FileRefused("no picture of a known kind") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise FileRefused(f"damaged ({str(error) or type(error).__name__})") from error


def _in_eight_bits(picture: Image.Image, own: Brightness | None, brightness: Brightness | None) -> Image.Image:
    """A deep grey picture in 8 bits; any other as it is."""
    from PIL import Image

    if not picture.mode.startswith(("I", "F")):
        return picture
    if picture.format == "PPM":
        own = Brightness()  # Pillow stretches these to 16 bits by the maximum in their head.
    elif own is None:
        own = Brightness(0.0, 255.0)
    elif brightness is not None:
        own = brightness
    assert own is not None
    numbers = np.nan_to_num(np.asarray(picture, dtype=np.float64), nan=own.black)
    return Image.fromarray(_scaled(numbers, own))


def _scaled(numbers: NDArray[np.float64], scale: Brightness) -> NDArray[np.uint8]:
    span = scale.white - scale.black
    grey = (numbers - scale.black) / span if span > 0.0 else np.zeros_like(numbers)
    return np.clip(np.rint(255.0 * grey), 0, 255).astype(np.uint8)


def _in_colour(picture: Image.Image) -> Image.Image:
    """In RGB; what is transparent becomes white."""
    from PIL import Image

    if "A" in picture.mode or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(paper, layered).convert("RGB")
    return picture.convert("RGB")
