"""Draw points with the mouse: every stroke is one step to undo."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from playground.data.points.drawn import MOST_POINTS
from playground.data.points.shapes import CLASS_NAMES, EXTENT
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.points_plot import PointsPlot, draw_marker
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME, class_color

APART = 0.3
"""Least distance of two points of one stroke, in the units of the picture (which is 12 wide)."""
ERASER = 0.5
"""Radius of the eraser."""
MARKED = CLASS_NAMES[:5]
"""The classes there are tools for."""
Points = tuple[tuple[float, float, int], ...]


class DrawingArea(PointsPlot):
    """The picture one draws in. The left button sets points of the chosen class, the right one of the next class."""

    stroke_finished = Signal(object, str)
    """(all points after the stroke, words for the Undo menu)"""
    class_wanted = Signal(int)
    """A number key was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.classes = 2
        self.chosen = 0
        self.erasing = False
        self._drawn: list[tuple[float, float, int]] = []
        self._stroke: int | None = None
        self._last: tuple[float, float] | None = None
        self._cursor = (0.0, 0.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Drawing area")
        self.setAccessibleDescription(
            "Arrow keys move the cross, Space sets a point, Delete erases, the number keys choose the class."
        )
        self.setToolTip(
            plain_tip("Draw with the mouse; the right button draws the next class.\n" + self.accessibleDescription())
        )

    def set_drawn(self, points: Points) -> None:
        """Show the points of the document; a stroke in the making stays."""
        if self._stroke is None:
            self._drawn = list(points)
            self._show()

    def _show(self) -> None:
        self.points = np.array(self._drawn, dtype=np.float32).reshape(-1, 3)
        self._extent = (-EXTENT, EXTENT, -EXTENT, EXTENT)
        self._has_classes = True
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        self.setFocus()
        turned = event.button() == Qt.MouseButton.RightButton
        self._stroke = (self.chosen + turned) % self.classes
        self._last = None
        self._touch(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._stroke is not None:
            self._touch(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._stroke is not None:
            self._finish("Erase points" if self.erasing else f"Draw {MARKED[self._stroke]} points")

    def _finish(self, words: str) -> None:
        self._stroke = None
        self.stroke_finished.emit(tuple(self._drawn), words)

    def _touch(self, place: QPointF) -> None:
        x, y = (min(max(round(value, 2), -EXTENT), EXTENT) for value in self.to_coordinates(place))
        self._cursor = (x, y)
        if self.erasing:
            self._erase(x, y)
        elif self._last is None or (x - self._last[0]) ** 2 + (y - self._last[1]) ** 2 >= APART**2:
            self._put(x, y)
        self._show()

    def _put(self, x: float, y: float) -> None:
        if len(self._drawn) < MOST_POINTS and self._stroke is not None:
            self._drawn.append((x, y, self._stroke))
            self._last = (x, y)

    def _erase(self, x: float, y: float) -> None:
        self._drawn = [point for point in self._drawn if (point[0] - x) ** 2 + (point[1] - y) ** 2 > ERASER**2]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-0.25, 0.0),
            Qt.Key.Key_Right: (0.25, 0.0),
            Qt.Key.Key_Up: (0.0, 0.25),
            Qt.Key.Key_Down: (0.0, -0.25),
        }
        key = Qt.Key(event.key())
        if key in steps:
            moved = (place + step for place, step in zip(self._cursor, steps[key], strict=True))
            x, y = (min(max(round(value, 2), -EXTENT), EXTENT) for value in moved)
            self._cursor = (x, y)
            self.update()
        elif key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._stroke = self.chosen
            self._put(*self._cursor)
            self._show()
            self._finish(f"Draw {MARKED[self.chosen]} points")
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._erase(*self._cursor)
            self._show()
            self._finish("Erase points")
        elif Qt.Key.Key_1 <= key < Qt.Key.Key_1 + self.classes:
            self.class_wanted.emit(key - Qt.Key.Key_1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(THEME.color("accent"), 1.5))
            center = self.to_pixels(*self._cursor)
            for x, y in ((7, 0), (0, 7)):
                painter.drawLine(center - QPointF(x, y), center + QPointF(x, y))


class DrawingEditor(QWidget):
    """The drawing area with its tools."""

    points_drawn = Signal(object, str)
    """(all points as (x1, x2, class number), words for the Undo menu)"""

    def __init__(self) -> None:
        super().__init__()
        self.area = DrawingArea()
        self.area.stroke_finished.connect(self.points_drawn)
        self.area.class_wanted.connect(self._press_tool)
        self.tools = QButtonGroup(self)
        self.tools.setExclusive(True)
        self.tools.idClicked.connect(self._choose)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(3))
        for number, name in enumerate(MARKED):
            line.addWidget(self._tool(number, name))
        eraser = self._tool(len(MARKED), "eraser")
        eraser.setText("Erase")
        line.addWidget(eraser)
        self.clear_button = QPushButton("Clear")
        self.clear_button.setToolTip("Take all points away.")
        self.clear_button.clicked.connect(self._clear)
        line.addStretch(1)
        line.addWidget(self.clear_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(6))
        column.addLayout(line)
        column.addWidget(self.area)
        self.count = label(role="secondary")
        column.addWidget(self.count)
        self.tools.button(0).setChecked(True)

    def _tool(self, number: int, name: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setAccessibleName(name)
        button.setToolTip(plain_tip(f"Draw {name} points." if number < len(MARKED) else "Rub points out."))
        if number < len(MARKED):
            button.setIcon(_marker_icon(number))
            button.setIconSize(QSize(THEME.px(16), THEME.px(16)))
        self.tools.addButton(button, number)
        return button

    def set_points(self, points: Points, classes: int) -> None:
        """Show what the document holds."""
        self.area.classes = classes
        for number in range(len(MARKED)):
            self.tools.button(number).setVisible(number < classes)
        if self.area.chosen >= classes:
            self.tools.button(0).click()
        self.area.set_drawn(points)
        per_class = [sum(1 for point in points if point[2] == number) for number in range(classes)]
        words = " · ".join(f"{count} {MARKED[number]}" for number, count in enumerate(per_class))
        self.count.setText(words if points else "No points yet: draw some in the square.")

    @Slot(int)
    def _press_tool(self, number: int) -> None:
        self.tools.button(number).click()

    @Slot(int)
    def _choose(self, number: int) -> None:
        self.area.erasing = number == len(MARKED)
        if number < len(MARKED):
            self.area.chosen = number

    @Slot()
    def _clear(self) -> None:
        self.points_drawn.emit((), "Clear all points")


def _marker_icon(number: int) -> QIcon:
    side = THEME.px(32)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(class_color(number))
    draw_marker(painter, number, QRectF(pixmap.rect()).center(), side * 0.32)
    painter.end()
    return QIcon(pixmap)
