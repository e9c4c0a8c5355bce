"""The icons: every file draws something in any colour, and follows the theme."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QToolButton

from playground.blocks.families import FAMILY
from playground.paths import RESOURCES
from playground.ui.widgets import icons
from playground.ui.widgets.theme import THEME

NAMES = tuple(sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg")))
TOOLBAR = (
    *("play", "pause", "step", "epoch", "rewind", "dice", "gallery", "open", "save", "undo", "redo", "present"),
    *("theme", "fit", "plus", "close", "enlarge", "float", "picture", "lock", "warning", "search"),
    *("note", "tidy", "next"),
)


@pytest.fixture(autouse=True)
def light_theme(qapp):
    THEME.use("light")
    yield
    THEME.use("light")


def inked(pixmap) -> np.ndarray:
    """The colours (r, g, b) of all solid pixels."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[pixels[..., 3] == 255][:, :3]


def test_there_is_an_icon_for_every_family_and_tool() -> None:
    assert {*FAMILY, *TOOLBAR} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_draws_in_the_colour_it_is_given(name: str) -> None:
    for color in ("#c0362c", "#2e7d4f"):
        drawn = inked(icons.pixmap(name, color, 48))
        assert len(drawn) > 40
        asked = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
        assert np.abs(drawn.astype(int) - asked).max() <= 2  # rounding where strokes overlap


def test_icons_are_sharp_on_a_fine_screen() -> None:
    assert icons.pixmap("play", None, 20, 2.0).width() == 40
    assert icons.icon("play", None, 20).actualSize(icons.pixmap("play", None, 20).size()).width() == 20


def test_an_unknown_icon_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        icons.pixmap("no-such-icon")


def test_a_disabled_icon_is_paler() -> None:
    shown = icons.icon("play", "text", 48)
    normal = inked(shown.pixmap(48, 48))
    pale = inked(shown.pixmap(48, 48, QIcon.Mode.Disabled))
    assert normal.mean() < pale.mean()


def test_an_icon_on_a_button_follows_the_theme(qtbot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    icons.put_icon(button, "play", "text", 40)
    light = inked(button.icon().pixmap(40, 40)).mean()
    THEME.use("dark")
    dark = inked(button.icon().pixmap(40, 40)).mean()
    assert light < 60 < 200 < dark
    icons.put_icon(button, "pause", "text", 40)
    assert len(inked(button.icon().pixmap(40, 40))) != len(inked(icons.pixmap("play", "text", 40)))


def test_family_colours_can_be_seen_on_both_themes() -> None:
    for theme in ("light", "dark"):
        THEME.use(theme)
        for family in FAMILY:
            contrast = icons.contrast(icons.family_color(family), THEME.color("panel"))
            assert contrast >= (3.0 if theme == "dark" else 2.0), (theme, family)
