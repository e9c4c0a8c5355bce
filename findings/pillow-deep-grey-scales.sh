#!/usr/bin/env bash
# Pillow 13.0.0, numpy 2.4.6
#
# One would guess: the same grey picture of 12 bits (0 to 4095, as cameras and microscopes give it) gives the same numbers from
#   PGM, PNG and TIFF, and `convert("L")` brings any of them to 0 to 255.
# What happens: a PGM is stretched to the full 16 bits by the maximum in its head (273 becomes 4369, mode I), PNG and TIFF give
#   the numbers as they are (273, mode I;16). A PGM of 5 bits (maximum 31) is stretched to 255 as well.
#   `convert("L")` of I;16 does not scale but clips: all above 255 is white. And a 16-bit PNG with an alpha
#   channel (which turns grey into RGBA), or in colour, arrives with 8 bits, scaled by 256.
# Why it matters: a folder of pictures in two formats differs by a factor of 16 in brightness, and a picture of 16 bits is all
#   white (or, after dividing by 65,535, all black). The scale has to be found once for the whole folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check pillow==13.0.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

print(f"Pillow {PIL.__version__}, numpy {np.__version__}")
grey = np.array([[0, 273, 546, 4095]], np.uint16)
Path("deep.pgm").write_bytes(b"P5 4 1 4095\n" + grey.astype(">u2").tobytes())
Path("five.pgm").write_bytes(b"P5 4 1 31\n" + bytes([0, 1, 16, 31]))
Image.fromarray(grey).save("deep.png")
Image.fromarray(grey).save("deep.tif")


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(color: int, rows: np.ndarray) -> bytes:
    """A PNG of 16 bits a sample; `rows` [height, samples]."""
    head = struct.pack(">IIBBBBB", 4, len(rows), 16, color, 0, 0, 0)
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


alpha = np.stack([grey[0] * 16, np.full(4, 65_535)], axis=1).reshape(1, -1)
Path("alpha.png").write_bytes(png(4, alpha))
Path("colour.png").write_bytes(png(2, np.repeat(grey * 16, 3, axis=1)))


def seen(name: str) -> tuple[str, list[int]]:
    """Mode and numbers (of the first channel) of a file."""
    picture = Image.open(name)
    values = np.asarray(picture)
    return picture.mode, (values[0, :, 0] if values.ndim == 3 else values[0]).tolist()


found = {name: seen(name) for name in ("deep.pgm", "deep.png", "deep.tif", "five.pgm", "alpha.png", "colour.png")}
found["deep.png as L"] = ("L", np.asarray(Image.open("deep.png").convert("L"))[0].tolist())
expected = {
    "deep.pgm": ("I", [0, 4369, 8738, 65535]),
    "deep.png": ("I;16", [0, 273, 546, 4095]),
    "deep.tif": ("I;16", [0, 273, 546, 4095]),
    "five.pgm": ("L", [0, 8, 132, 255]),
    "alpha.png": ("RGBA", [0, 17, 34, 255]),
    "colour.png": ("RGB", [0, 17, 34, 255]),
    "deep.png as L": ("L", [0, 255, 255, 255]),
}
for name, value in found.items():
    print(f"{name}: {value}")
good = found == expected
print("as described" if good else f"CHANGED: expected {expected}")
sys.exit(not good)
PYTHON
