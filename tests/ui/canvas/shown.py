"""A canvas at the scale of the screen that the environment says: how many pixels differ from a full repaint.

Run as a program, as the scale of a screen is fixed when Qt starts.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow

from playground.ui.shell.app import make_application
from playground.ui.widgets.theme import THEME
from tests.ui.canvas.conftest import Hands, canvas_with, framed


def picture(view: object) -> np.ndarray:
    """What the screen shows of the canvas, (height, width, 3)."""
    viewport = view.viewport()
    inside = viewport.mapTo(view.window(), QPoint())
    size = viewport.width(), viewport.height()
    grabbed = QGuiApplication.primaryScreen().grabWindow(view.window().winId(), inside.x(), inside.y(), *size)
    image = grabbed.toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return rows[:, : image.width(), :3].astype(int)


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()
        QTest.qWait(2)


def ghosts(view: object) -> int:
    """Pixels that a full repaint changes."""
    settle()
    before = picture(view)
    assert before.std() > 5.0, "nothing was grabbed"
    view.viewport().update()
    settle()
    return int((np.abs(picture(view) - before).max(axis=2) > 2).sum())


def walk(hands: Hands, *zooms: float) -> int:
    """Drag, select, scroll and point at ports at several zooms, in a window that is maximised meanwhile."""
    view, found = hands.view, ghosts(hands.view)
    view.window().showMaximized()
    found += ghosts(view)
    for zoom in (view.camera.zoom, *zooms):
        view.camera.zoom_to(zoom)
        view.go_to("dense-1")
        for far in (QPoint(83, 41), QPoint(-57, 12)):
            start = hands.card("dense-1")
            hands.press(start)
            for step in range(1, 5):
                hands.move(start + far * step / 4)
                QApplication.processEvents()
            found += ghosts(view)
            hands.release(start + far)
            found += ghosts(view)
        view.camera.pan(37, 21)
        hands.move(hands.port("dense-1", "output", "output"), button=Qt.MouseButton.NoButton)
        settle()
        hands.move(QPoint(3, 3), button=Qt.MouseButton.NoButton)
        view.select(["group-1", "dense-2"])
        found += ghosts(view)
    return found


def main() -> int:
    make_application()
    THEME.use("light")
    window = QMainWindow()
    hands = canvas_with(framed(), SimpleNamespace(addWidget=window.setCentralWidget))
    window.resize(900, 560)
    window.show()
    found = walk(hands, 1.0, 0.63, 0.37, 1.3)
    THEME.set_scale(1.5)
    found += ghosts(hands.view) + walk(hands, 0.63)
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
