"""A layout that fills each row with as many cards as fit, all of one width, and goes on in the next."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from playground.ui.widgets.theme import THEME


class FlowLayout(QLayout):
    """Cards of at least `least` pixels (at 100 %) share the width; heights follow from the widgets' heightForWidth."""

    def __init__(self, parent: QWidget, least: int, gap: int = 18) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[tuple[int, float], int] = {}
        """By width and scale of the text; Qt asks many times before anything changes."""
        self._least = least
        self._gap = gap
        self.setContentsMargins(QMargins())

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self._heights.clear()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        key = width, THEME.scale
        if key not in self._heights:
            self._heights[key] = self._arrange(QRect(0, 0, width, 0), move=False)
        return self._heights[key]

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        return QSize(THEME.px(self._least), 0)

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the visible cards; returns the height they take."""
        shown = [item for item in self._items if not item.isEmpty()]
        if not shown:
            return 0
        gap = THEME.px(self._gap)
        columns = max(1, (rect.width() + gap) // (THEME.px(self._least) + gap))
        width = (rect.width() - gap * (columns - 1)) // columns
        top = rect.y()
        for start in range(0, len(shown), columns):
            row = shown[start : start + columns]
            height = max(self._height(item, width) for item in row)
            for column, item in enumerate(row):
                if move:
                    item.setGeometry(QRect(rect.x() + column * (width + gap), top, width, height))
            top += height + gap
        return top - gap - rect.y()

    @staticmethod
    def _height(item: QLayoutItem, width: int) -> int:
        return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
