"""Pictures on cards take as much memory as is painted, and what is not seen goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPixmap

from playground.document.library import presets
from playground.ui.gallery.gallery import Gallery
from playground.ui.gallery.pictures import MOST_BYTES, PICTURES, Pictures
from playground.ui.widgets.theme import THEME


def picture(folder: Path, name: str, color: str = "#ff00ff", size: tuple[int, int] = (300, 100)) -> Path:
    """A picture whose outer thirds, left and right, are black."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    for x in range(size[0] // 3, 2 * size[0] // 3):
        for y in range(size[1]):
            image.setPixelColor(x, y, QColor(color))
    path = folder / name
    assert image.save(str(path))
    return path


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_middle_fills_the_place_at_the_density_of_the_screen(qapp, tmp_path: Path, ratio: float) -> None:
    found = Pictures().filling(picture(tmp_path, "a.png"), QSize(50, 50), ratio)
    assert (found.width(), found.height()) == (round(50 * ratio), round(50 * ratio))
    assert found.deviceIndependentSize().toSize() == QSize(50, 50)
    image = found.toImage()
    corners = [(1, 1), (found.width() - 2, found.height() - 2)]
    assert {image.pixelColor(*corner).name() for corner in corners} == {"#ff00ff"}


def test_what_was_seen_last_is_kept_within_the_bytes(qapp, tmp_path: Path) -> None:
    paths = [picture(tmp_path, f"{number}.png", size=(60, 20)) for number in range(6)]
    pictures = Pictures(most_bytes=3 * 40 * 40 * 4)
    size = QSize(40, 40)
    first = pictures.filling(paths[0], size)
    for path in paths[1:]:
        pictures.filling(path, size)
        assert pictures.filling(paths[0], size) is first, "it is looked at all the while"
        assert pictures.nbytes <= 3 * 40 * 40 * 4
    assert len(pictures) == 3 and pictures.filling(paths[1], size) is not pictures.filling(paths[5], size)


def test_another_version_is_read_and_none_is_null(qapp, tmp_path: Path) -> None:
    path, pictures, size = tmp_path / "a.png", Pictures(), QSize(20, 20)
    assert pictures.filling(path, size).isNull() and pictures.nbytes == 0
    seen = []
    for version, color in ((1.0, "#ff0000"), (1.0, "#00ff00"), (2.0, "#00ff00")):
        picture(tmp_path, "a.png", color)
        seen.append(pictures.filling(path, size, version=version).toImage().pixelColor(10, 10).name())
    assert seen == ["#ff0000", "#ff0000", "#00ff00"]


def test_all_cards_painted_in_both_themes_stay_within_the_bytes(qtbot) -> None:
    gallery = Gallery(presets())
    qtbot.addWidget(gallery)
    gallery.resize(1_400, 900)
    for theme in ("light", "dark"):
        THEME.use(theme)
        for card in gallery.cards()[:40]:
            card.grab()
    THEME.use("light")
    assert 0 < PICTURES.nbytes <= MOST_BYTES
    images = [thing for card in gallery.cards() for thing in vars(card).values() if isinstance(thing, QPixmap | QImage)]
    assert not images, "no card keeps a picture of its own"
