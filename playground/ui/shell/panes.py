"""Walks through the panes of the window by keyboard: F6 to the next, Shift+F6 back, Escape to the canvas."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QAbstractSlider, QApplication, QWidget

from playground.ui.shell.arrangement import LEFT, RIGHT, Arrangement
from playground.ui.shell.parts import Parts
from playground.ui.widgets.menu_action import MenuAction


class Panes(QObject):
    """Top bar, palette, outline, canvas, inspector, each open view and the time bar, in this order."""

    def __init__(self, parts: Parts, arrangement: Arrangement, top_bar: QWidget) -> None:
        super().__init__(parts)
        self._parts = parts
        self._came_from: QWidget | None = None
        """The pane from which one went into the parameters."""
        self._arrangement = arrangement
        self._top_bar = top_bar

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the View menu."""
        return (
            MenuAction("next-pane", "&Next pane", self.forwards, "F6", tip="To the next part of the window"),
            MenuAction("previous-pane", "Pre&vious pane", self.backwards, "Shift+F6", tip="The focus back again"),
        )

    def all(self) -> list[QWidget]:
        """The panes that can be seen or brought forward, in order."""
        parts = self._parts
        sides = [parts.palette, parts.outline] if self._arrangement.docks[LEFT].isVisible() else []
        views = [parts.views.dock(identifier).panel for identifier in parts.views.open_ids()]
        panes = [self._top_bar, *sides, parts.canvas, parts.inspector, *views, parts.time_bar]
        return [pane for pane in panes if pane in sides or pane.isVisible()]

    def current(self) -> QWidget | None:
        """The pane that has the focus."""
        focused = QApplication.focusWidget()
        if focused is None:
            return None
        return next((pane for pane in self.all() if pane is focused or pane.isAncestorOf(focused)), None)

    @Slot()
    def forwards(self) -> None:
        """Take the focus to the next pane."""
        self._walk(1)

    @Slot()
    def backwards(self) -> None:
        """Take the focus to the pane before."""
        self._walk(-1)

    def _walk(self, step: int) -> None:
        panes, now = self.all(), self.current()
        if not panes:
            return
        start = panes.index(now) if now in panes else -1 if step > 0 else 0
        for number in range(1, len(panes) + 1):
            if self.enter(panes[(start + step * number) % len(panes)]):
                return

    def enter(self, pane: QWidget) -> bool:
        """Give a pane the focus, bringing it forward. False when nothing in it takes the focus."""
        if pane in (self._parts.palette, self._parts.outline):
            self._arrangement.side_tabs.setCurrentWidget(pane)
        target = pane if pane is self._parts.canvas else first_field(pane)
        if target is None:
            return False
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    @Slot()
    def enter_parameters(self) -> None:
        """From the selected block on the canvas or in the outline into the fields of its parameters."""
        parts = self._parts
        self._came_from = self.current()
        if not parts.inspector.isVisible():
            self._arrangement.want(RIGHT, True)
        parts.inspector.select(parts.canvas.selected_node())
        panel = parts.inspector.currentWidget()
        form = parts.inspector.block.form
        inside = form if form is not None and form.isVisible() else panel
        # A number is typed into the box beside its slider.
        target = first_field(inside, but=QAbstractSlider) or first_field(inside) or first_field(panel)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def back(self) -> bool:
        """From the parameters to where one came from, from any other pane to the canvas.

        False when the canvas cannot be seen or has the focus already.
        """
        canvas, outline = self._parts.canvas, self._parts.outline
        came_from, self._came_from = self._came_from, None
        if came_from is outline and self.current() is self._parts.inspector and self.enter(outline):
            return True
        if not canvas.isVisible() or canvas.hasFocus() or self.current() is None:
            return False
        canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True


def first_field(pane: QWidget, but: type[QWidget] | tuple[()] = ()) -> QWidget | None:
    """The first widget inside that the Tab key would reach, of another kind than `but`."""
    widget: QWidget | None = pane
    for _ in range(10_000):
        if widget is None:
            break
        if not isinstance(widget, but) and _takes_focus(widget) and (widget is pane or pane.isAncestorOf(widget)):
            return widget
        widget = widget.nextInFocusChain()
        if widget is pane:
            break
    return None


def _takes_focus(widget: QWidget) -> bool:
    reached = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return reached and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
