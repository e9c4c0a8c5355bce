"""The header of a view: its title first; the buttons are painted under the mouse and the focus, and reached without."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.ui.views.inside.data import DataView
from playground.ui.views.panel import ViewPanel
from playground.ui.widgets.theme import THEME


def painted(panel: ViewPanel) -> list[bool]:
    """Whether there is anything to see on each button."""
    return [len(colors(button.grab().toImage())) > 1 for button in panel.buttons()]


def colors(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


def test_the_buttons_show_under_the_mouse_and_with_the_focus(qtbot) -> None:
    THEME.use("light")
    panel = ViewPanel(DataView())
    qtbot.addWidget(panel)
    panel.resize(420, 300)
    panel.show()
    qtbot.waitExposed(panel)
    panel.activateWindow()
    panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    panel.setFocus()
    QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))  # wherever the mouse was
    assert painted(panel) == [False] * 4
    place = panel.heading.x()
    assert all(place < button.x() for button in panel.buttons())
    point = QPointF(20, 20)
    QApplication.sendEvent(panel, QEnterEvent(point, point, point))
    assert painted(panel) == [True] * 4
    QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))
    assert painted(panel) == [False] * 4
    assert all(button.accessibleName() and button.isVisible() for button in panel.buttons())
    panel.enlarge_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(panel.enlarge_button.hasFocus)
    assert painted(panel) == [True] * 4
    with qtbot.waitSignal(panel.enlarge_requested):
        QTest.keyClick(panel.enlarge_button, Qt.Key.Key_Space)
    panel.setFocus()
    QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))
    assert painted(panel) == [False] * 4
