"""The one table of colours and sizes, light and dark, and its switch. Colour carries meaning only."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from playground.ui.widgets.fonts import house_font
from playground.ui.widgets.style_sheet import style_sheet

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


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours of one theme as hex strings, after the design's table."""

    name: str
    page: str
    panel: str
    canvas: str
    line: str
    text: str
    secondary: str
    accent: str
    accent_text: str
    hover: str
    field: str
    error: str
    warning: str
    good: str
    note: str
    note_line: str
    note_text: str
    train: str
    validation: str
    test: str
    backward: str
    """The gradient on its way back, where numbers go both ways; what goes forward has the accent."""

    def part_color(self, part: str) -> str:
        """Colour of train, validation or test, the same in every view."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[part]


LIGHT = Tokens(
    name="light", page="#f5f6f8", panel="#ffffff", canvas="#eef1f5", line="#dfe3e8", text="#1b2430",
    secondary="#5b6878", accent="#056fb1", accent_text="#ffffff", hover="#edf2f7", field="#f5f6f8", error="#c0362c",
    warning="#8f5f00", good="#2a7448", note="#fff3cd", note_line="#e8d48a", note_text="#6b5310",
    train="#056fb1", validation="#5b2a86", test="#ad5200", backward="#b0246f",
)  # fmt: skip
DARK = Tokens(
    name="dark", page="#14181d", panel="#1c2229", canvas="#171c22", line="#2d353f", text="#e6ebf1",
    secondary="#9aa6b5", accent="#4aa8e0", accent_text="#0d1319", hover="#252d36", field="#14181d", error="#ff8379",
    warning="#e3b341", good="#5cc58a", note="#3a3320", note_line="#6d5f2c", note_text="#f1dfa2",
    train="#4aa8e0", validation="#e6ccfa", test="#f5a04a", backward="#f286bd",
)  # fmt: skip
STRONG_LIGHT = Tokens(
    name="light", page="#ffffff", panel="#ffffff", canvas="#ffffff", line="#68727f", text="#000000",
    secondary="#2f3945", accent="#004b80", accent_text="#ffffff", hover="#e3ebf3", field="#ffffff", error="#8f1109",
    warning="#5f3d00", good="#0f4d29", note="#fff8e1", note_line="#6b5310", note_text="#3d2f05",
    train="#004b8c", validation="#2a0a45", test="#7a3700", backward="#84104c",
)  # fmt: skip
STRONG_DARK = Tokens(
    name="dark", page="#000000", panel="#000000", canvas="#000000", line="#8893a0", text="#ffffff",
    secondary="#ccd4dd", accent="#7cc8f7", accent_text="#000000", hover="#1d2833", field="#000000", error="#ffaaa3",
    warning="#ffd75e", good="#8be8b4", note="#2a2410", note_line="#d8c15e", note_text="#fff0bf",
    train="#5fbcf5", validation="#f0dcff", test="#ffb566", backward="#ffacd3",
)  # fmt: skip
TABLES = {("light", False): LIGHT, ("dark", False): DARK, ("light", True): STRONG_LIGHT, ("dark", True): STRONG_DARK}
"""By name and whether contrast is high."""


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
