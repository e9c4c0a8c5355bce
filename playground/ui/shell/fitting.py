"""What keeps the window within the screen: nothing in it insists on more room than there is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QStyle, QWidget

FRAME = (8, 40)
"""Width and height in pixels that a window's frame may have, before it is known."""
LEAST_PAGE = QSize(240, 80)
LEAST_VIEW = QSize(140, 80)
"""Size in pixels, however large the text is, below which a page or a view is not pressed; what needs more scrolls."""


def fit_to_screen(window: QWidget, *, framed: bool) -> None:
    """Make a window no larger than the free part of its screen, and move it there.

    `framed` when its frame is known, which is some time after it was shown.
    """
    if window.isMaximized() or window.isFullScreen():
        return
    free = window.screen().availableGeometry()
    outer, inner = window.frameGeometry(), window.geometry()
    frame = outer.size() - inner.size() if framed else QSize(*FRAME)
    size = inner.size().boundedTo(free.size() - frame)
    if size != inner.size():
        window.resize(size)
    if not framed:
        return
    x = min(max(outer.x(), free.x()), max(free.x(), free.right() + 1 - size.width() - frame.width()))
    y = min(max(outer.y(), free.y()), max(free.y(), free.bottom() + 1 - size.height() - frame.height()))
    if (x, y) != (outer.x(), outer.y()):
        window.move(x, y)


class Pages(QStackedWidget):
    """Pages of which none forces the window to a size."""

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PAGE)


class Fitting(QScrollArea):
    """Holds one widget, as large as there is room; scrolls only where the least size of the widget needs more.

    A scroll area that resizes its widget by itself gives one with wrapped text the height it would like to have.
    """

    def __init__(self, widget: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hold(widget)

    def hold(self, widget: QWidget) -> None:
        """Hold this widget, and no other any more."""
        self.setWidget(widget)
        widget.installEventFilter(self)
        self._fit()

    def let_go(self) -> QWidget:
        """Give the widget away."""
        widget = self.takeWidget()
        widget.removeEventFilter(self)
        return widget

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_VIEW)

    def sizeHint(self) -> QSize:
        held = self.widget()
        return held.sizeHint() if held is not None else self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        held = self.widget()
        if held is None:
            return
        room, least = self.maximumViewportSize(), held.minimumSizeHint()
        thick = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        across, down = least.width() > room.width(), least.height() > room.height()
        room -= QSize(thick if down else 0, thick if across else 0)
        held.resize(room.expandedTo(least))
