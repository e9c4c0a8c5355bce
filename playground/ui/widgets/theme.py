"""The one table of colours and sizes, light and dark, and its switch. Colour carries meaning only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from playground.ui.widgets.fonts import house_font
from playground.ui.widgets.style_sheet import style_sheet
from playground.ui.widgets.tokens import LIGHT, TABLES, Tokens

NEGATIVE, MIDDLE, POSITIVE = "#f59322", "#e8eaeb", "#0877bd"
"""Signed values: orange, light grey, blue."""
CLASS_COLORS = (
    "#f59322", "#0877bd", "#486c3c", "#b490fc", "#d8486c", "#a87824",
    "#e4b4c0", "#909090", "#54e4fc", "#ccd890", "#303c90", "#603c54",
)  # fmt: skip
"""Colours of twelve classes; the first two are those of signed values.

Any two differ by at least 11 (CIEDE2000), also for the eyes of those who lack one of the three cones.
"""
CLASS_SYMBOLS = ("o", "s", "t1", "d", "p", "star", "t", "+", "h", "x", "t2", "t3", "crosshair")
"""Shapes of points by class, by pyqtgraph's names; one more than colours, so that both repeat only after 156."""


class Theme(QObject):
    """The present theme and text scale. Widgets read `tokens` while painting and repaint on `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens = LIGHT
        self.strong = False
        """Whether contrast is high."""
        self.scale = 1.0
        """1.0, or larger in presenter mode."""

    def use(self, name: str) -> None:
        """Switch to "light", "dark" or "system", live."""
        if name == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            name = "dark" if dark else "light"
        self.tokens = TABLES["dark" if name == "dark" else "light", self.strong]
        self._apply()

    def use_contrast(self, strong: bool) -> None:
        """Switch to high contrast and back, in light and dark alike."""
        if strong != self.strong:
            self.strong = strong
            self.use(self.tokens.name)

    def set_scale(self, scale: float) -> None:
        """Scale all text and spacing of the window."""
        self.scale = scale
        self._apply()

    def px(self, size: float) -> int:
        """A size in pixels under the present scale."""
        return max(1, round(size * self.scale))

    def font(self, size: float = 13.0, *, bold: bool = False, mono: bool = False) -> QFont:
        """The house font at a pixel size; text is never smaller than 11 px, body text 13."""
        return house_font(self.px(size), bold=bold, mono=mono)

    def color(self, name: str) -> QColor:
        """A token as QColor."""
        return QColor(getattr(self.tokens, name))

    def _apply(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            sheet = style_sheet(self.tokens, self.scale)
            app.setPalette(palette(self.tokens))
            app.setFont(self.font())
            if app.styleSheet() != sheet:
                # Qt puts a changed sheet on each widget once for every widget that it lies in. Where a sheet comes
                # or goes as a whole, it does so once.
                app.setStyleSheet("")
                app.setStyleSheet(sheet)
        self.changed.emit()


def palette(tokens: Tokens) -> QPalette:
    """The QPalette of a theme: set explicitly, as the offscreen platform knows no colour scheme."""
    result = QPalette()
    role = QPalette.ColorRole
    table = {
        role.Window: tokens.page, role.WindowText: tokens.text, role.Base: tokens.panel, role.Text: tokens.text,
        role.AlternateBase: tokens.field, role.Button: tokens.panel, role.ButtonText: tokens.text,
        role.ToolTipBase: tokens.panel, role.ToolTipText: tokens.text, role.Highlight: tokens.accent,
        role.HighlightedText: tokens.accent_text, role.PlaceholderText: tokens.secondary, role.Link: tokens.accent,
        role.Mid: tokens.line, role.Light: tokens.panel, role.Dark: tokens.line,
    }  # fmt: skip
    for key, value in table.items():
        result.setColor(key, QColor(value))
    for key in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(tokens.secondary))
    return result


def class_color(number: int) -> QColor:
    """The colour of a class."""
    return QColor(CLASS_COLORS[number % len(CLASS_COLORS)])


def class_symbol(number: int) -> str:
    """The shape of a class, by pyqtgraph's name for it, so that classes differ by more than colour."""
    return CLASS_SYMBOLS[number % len(CLASS_SYMBOLS)]


THEME = Theme()
"""The theme of the program; there is one window style at a time."""
