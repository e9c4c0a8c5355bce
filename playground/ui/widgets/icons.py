"""The program's own icons: one stroke each, recoloured from the theme."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from playground.blocks.families import FAMILY
from playground.paths import RESOURCES
from playground.ui.widgets.theme import THEME

_RATIOS = (1, 2, 3)
_LEAST_CONTRAST = 3.0
"""What WCAG 2.2 asks of graphics (1.4.11); family colours are given for paper, so dark panels need lighter ones."""


def icon_names() -> tuple[str, ...]:
    """Names of all icons, sorted."""
    return tuple(sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg")))


def family_color(family: str) -> QColor:
    """The colour of a family, mixed with white where it would drown in the dark theme. Raises KeyError."""
    return QColor(_seen_on(FAMILY[family].color, THEME.tokens.panel))


def icon(name: str, color: str | QColor | None = None, size: int = 20) -> QIcon:
    """An icon in a colour of the theme: a token such as "secondary", a family, any QColor; plain text colour if None.

    `size` is in pixels at 100 %. The icon is cached and fixed; use `put_icon` for one that follows the theme. Raises
    KeyError for an icon that does not exist.
    """
    shown = _resolved(color)
    return _icon(name, shown.name(QColor.NameFormat.HexArgb), THEME.tokens.secondary, size)


def pixmap(name: str, color: str | QColor | None = None, size: int = 20, ratio: float = 1.0) -> QPixmap:
    """The same as a pixmap for painters, sharp at the given device pixel ratio. Raises KeyError."""
    return _pixmap(name, _resolved(color).name(QColor.NameFormat.HexArgb), size, ratio)


def put_icon(target: QAbstractButton | QAction, name: str, color: str | None = None, size: int = 18) -> None:
    """Give a button or an action an icon that keeps up with the theme. Called again, it takes another icon."""
    keeper = target.findChild(_Keeper, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if keeper is None:
        keeper = _Keeper(target)
    keeper.show_icon(name, color, size)


class _Keeper(QObject):
    """Lives with a button and renews its icon when the theme changes."""

    def __init__(self, target: QAbstractButton | QAction) -> None:
        super().__init__(target)
        self._name, self._size = "plus", 18
        self._color: str | None = None
        THEME.changed.connect(self.renew)

    def show_icon(self, name: str, color: str | None, size: int) -> None:
        self._name, self._color, self._size = name, color, size
        self.renew()

    @Slot()
    def renew(self) -> None:
        target = self.parent()
        assert isinstance(target, QAbstractButton | QAction)
        size = THEME.px(self._size)
        target.setIcon(icon(self._name, self._color, size))
        if isinstance(target, QAbstractButton):
            target.setIconSize(QSize(size, size))


@functools.lru_cache(maxsize=64)
def _seen_on(color: str, ground: str) -> str:
    paper = QColor(ground)
    if paper.lightnessF() > 0.5:
        return color
    shown = QColor(color)
    while contrast(shown, paper) < _LEAST_CONTRAST:
        shown = QColor(*((channel * 9 + 255) // 10 for channel in (shown.red(), shown.green(), shown.blue())))
    return shown.name()


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of WCAG 2.2: 1 for equal colours, 21 for black on white."""

    def luminance(color: QColor) -> float:
        def linear(value: float) -> float:
            return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _resolved(color: str | QColor | None) -> QColor:
    if isinstance(color, QColor):
        return color
    if color in FAMILY:
        return family_color(color)
    token = getattr(THEME.tokens, color or "text", None)
    return QColor(token or color)


@functools.lru_cache(maxsize=64)
def _source(name: str) -> str:
    path = RESOURCES / "icons" / f"{name}.svg"
    if not path.is_file():
        raise KeyError(name)
    return path.read_text(encoding="utf-8")


@functools.lru_cache(maxsize=512)
def _icon(name: str, color: str, disabled: str, size: int) -> QIcon:
    result = QIcon()
    for ratio in _RATIOS:
        result.addPixmap(_pixmap(name, color, size, float(ratio)))
        result.addPixmap(_pixmap(name, disabled, size, float(ratio)), QIcon.Mode.Disabled)
    return result


@functools.lru_cache(maxsize=2048)
def _pixmap(name: str, color: str, size: int, ratio: float) -> QPixmap:
    drawn = QColor(color)
    text = _source(name).replace("currentColor", drawn.name())
    renderer = QSvgRenderer(QByteArray(text.encode()))
    result = QPixmap(round(size * ratio), round(size * ratio))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setOpacity(drawn.alphaF())
    renderer.render(painter, QRectF(0, 0, result.width(), result.height()))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result
