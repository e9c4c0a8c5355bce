"""A view in its frame: title, small options, and the buttons of every view while the mouse or the focus is there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, Signal, Slot
from PySide6.QtGui import QAction, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.ui.views.base import View
from playground.ui.views.heading import Heading
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.options import ElidedLabel, HeaderButton, flat_button
from playground.ui.widgets.question import tell
from playground.ui.widgets.theme import THEME

FILTERS = {"png": "Picture (*.png)", "svg": "Vector picture (*.svg)", "csv": "Table (*.csv)"}
WORDS = {"png": "Picture (PNG)…", "svg": "Vector picture (SVG)…", "csv": "Numbers (CSV)…"}


class ViewPanel(QWidget):
    """The frame around a view. What enlarging, floating and closing mean is the window's affair."""

    enlarge_requested = Signal()
    float_requested = Signal()
    close_requested = Signal()
    saved = Signal(str)
    """A file was written; carries its path."""

    def __init__(self, view: View, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.setAccessibleName(f"{view.title} panel")
        self._pair: QWidget | None = None
        """Holds this view and another beside it."""
        self._names: tuple[ElidedLabel, ...] = ()
        self.heading = ElidedLabel(view.heading)
        self.heading.setToolTip(plain_tip(view.analysis.summary))
        self.enlarge_button = flat_button("Enlarge", "Enlarge this view; again to put it back", "enlarge")
        self.float_button = flat_button("Float", "Float this view in a window of its own", "float")
        self.save_button = flat_button("Save", "Save as PNG, SVG or CSV", "save")
        self.close_button = flat_button("Close", "Close this view", "close")
        self._fill_save_menu()
        self._line = Heading(self.heading, self.buttons())
        self._layout = QVBoxLayout(self)
        self._header = QHBoxLayout()
        self._lay_out()
        self.restyle()
        view.heading_changed.connect(self._rename)
        self.enlarge_button.clicked.connect(self._enlarge)
        self.float_button.clicked.connect(self._float)
        self.close_button.clicked.connect(self._close)
        THEME.changed.connect(self.restyle)

    def _fill_save_menu(self) -> None:
        menu = QMenu(self.save_button)
        self.save_actions = {kind: menu.addAction(words) for kind, words in WORDS.items()}
        for kind, action in self.save_actions.items():
            action.setData(kind)
        menu.triggered.connect(self._ask_and_save)
        self.save_button.setMenu(menu)
        self.save_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.save_button.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")

    def _lay_out(self) -> None:
        self._header.addWidget(self._line, 1)
        for button in self.buttons():
            button.installEventFilter(self)
        self.view.complete_options()
        self._header.addWidget(self.view.options)
        self.view.options.show()
        self._layout.addLayout(self._header)
        self._layout.addWidget(self.view, 1)

    def buttons(self) -> tuple[HeaderButton, ...]:
        """What every view has, from left to right."""
        return self.enlarge_button, self.float_button, self.save_button, self.close_button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._wake(self.underMouse() or event.type() == QEvent.Type.FocusIn)
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._wake(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._wake(any(button.hasFocus() for button in self.buttons()))

    def _wake(self, awake: bool) -> None:
        """Show the buttons, or leave the header to the title and the options."""
        self._line.wake(awake)

    def put_beside(self, other: View | None) -> None:
        """Show another view of the same kind beside this one, or none any more."""
        if self._pair is not None:
            self._layout.removeWidget(self._pair)
            self._layout.addWidget(self.view, 1)
            self.view.show()
            self._pair.hide()
            self._pair.deleteLater()
            self._pair = None
        if other is None:
            return
        self._pair = QWidget()
        grid = QGridLayout(self._pair)
        grid.setContentsMargins(0, 0, 0, 0)
        self._names = (ElidedLabel(""), ElidedLabel(""))
        for column, (name, view) in enumerate(zip(self._names, (self.view, other), strict=True)):
            name.setFont(THEME.font(13))
            grid.addWidget(name, 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        self._layout.addWidget(self._pair, 1)
        # What the other shows follows the options of this one.
        other.options.hide()
        self.view.show()

    def name_both(self, left: str, right: str) -> None:
        """Say whose picture is on the left and on the right."""
        for name, words in zip(self._names, (left, right), strict=False):
            if name.text() != words:
                name.setText(words)

    @Slot()
    def restyle(self) -> None:
        """Take over the sizes of the theme."""
        self.heading.setFont(THEME.font(13, bold=True))
        self._header.setSpacing(THEME.px(4))
        self._layout.setContentsMargins(THEME.px(10), THEME.px(5), THEME.px(8), THEME.px(8))
        self._layout.setSpacing(THEME.px(4))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.setBrush(THEME.color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), THEME.px(8), THEME.px(8))

    def save(self, kind: str, path: Path) -> bool:
        """Save as png, svg or csv; says so when it does not work, and returns whether it did."""
        try:
            {"png": self.view.save_png, "svg": self.view.save_svg, "csv": self.view.save_csv}[kind](path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            tell(self, "Not saved", f"“{path.name}” was not saved: {reason}")
            return False
        self.saved.emit(str(path))
        return True

    @Slot(object)
    def _ask_and_save(self, action: QAction) -> None:
        kind = str(action.data())
        name = self.view.heading.lower().replace(" ", "-")
        chosen, _ = QFileDialog.getSaveFileName(self, f"Save {self.view.heading}", f"{name}.{kind}", FILTERS[kind])
        if chosen:
            path = Path(chosen)
            self.save(kind, path if path.suffix else path.with_suffix(f".{kind}"))

    @Slot(str)
    def _rename(self, heading: str) -> None:
        self.heading.setText(heading)
        self.heading.update()
        self._line.updateGeometry()

    @Slot()
    def _enlarge(self) -> None:
        self.enlarge_requested.emit()

    @Slot()
    def _float(self) -> None:
        self.float_requested.emit()

    @Slot()
    def _close(self) -> None:
        self.close_requested.emit()
