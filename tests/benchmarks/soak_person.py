"""Somebody who uses the window at random, with real mouse and key events, always the same for the same seed."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from playground.document import library
from playground.ui.gallery.card import PresetCard
from playground.ui.shell.workplace import Workplace
from playground.ui.views.registry import VIEWS
from tests.benchmarks.live import Ticker
from tests.benchmarks.window import rest, wait_until

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
MOST_BLOCKS = 14
"""A person does not add for ever: from here on another preset is opened."""
BLOCKS = ("dense", "dropout", "relu", "batch-norm", "circles", "cross-entropy")
STARTED_BY_HAND = {"race", "luck", "ensemble", "connectivity", "descent"}


class Ticking:
    """While it is entered, a timer notes how late it fires."""

    def __enter__(self) -> Ticking:
        self._ticker = Ticker()
        self._ticker.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._ticker.end()

    @property
    def late(self) -> list[float]:
        """Lateness of every tick in milliseconds."""
        return list(self._ticker.late)


class Person:
    """Draws what to do next and does it."""

    def __init__(self, place: Workplace, numbers: random.Random, home: Path) -> None:
        self._place = place
        self._window = place.frame
        self._numbers = numbers
        self._home = home
        self._presets = library.presets()
        self.themes: list[float] = []
        """Seconds that each switch of the theme took, until all was painted anew."""
        # A question would wait for ever for somebody to answer.
        QMessageBox.exec = lambda _box: int(QMessageBox.StandardButton.Discard.value)  # type: ignore[method-assign]
        self._table: tuple[tuple[int, Callable[[], None]], ...] = (
            (14, self.drags_a_card),
            (8, self.drops_a_block),
            (8, self.edits_a_number),
            (6, self.deletes_a_block),
            (10, self.undoes),
            (5, self.redoes),
            (16, self.toggles_a_view),
            (5, self.enlarges_a_view),
            (5, self.presents),
            (5, self.looks_at_the_gallery),
            (6, self.switches_the_theme),
            (5, self.opens_a_preset),
            (14, self.plays_or_pauses),
            (6, self.steps),
            (5, self.looks_back),
            (10, self.moves_the_mouse),
            (6, self.selects_a_card),
            (3, self.opens_the_quick_menu),
        )

    def next_action(self) -> tuple[str, Callable[[], None]]:
        """What comes next, with its name."""
        act = self._numbers.choices([act for _, act in self._table], [weight for weight, _ in self._table])[0]
        return act.__name__, act

    # The state in which the window is counted ---------------------------------------------------------------------

    def comes_to_rest(self) -> None:
        """Bring the window to the state it had at first, and wait until nothing is left to do."""
        place = self._place
        self.closes_popups()
        if place.presenter.active:
            place.presenter.leave()
        self.opens(self._home)
        place.messages.dismiss()
        place.inspector.select(sorted(place.canvas.canvas_scene.nodes)[0])  # It keeps the form of the last block.
        place.inspector.select("")
        place.actions.act["theme-light"].trigger()
        wait_until(lambda: place.trainer.state in ("ready", "paused", "finished"))
        rest(0.8)
        wait_until(lambda: not place.analyst.any_busy())
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            rest(0.05)
            gc.collect()

    def visits_everything(self) -> tuple[int, int]:
        """Open every preset, take a step in each, and open every view once. Returns how many there were of both."""
        place = self._place
        unseen = set(VIEWS) - STARTED_BY_HAND
        for preset in self._presets:
            self.opens(preset.path)
            wait_until(lambda: place.trainer.state in ("ready", "paused", "finished"))
            self.steps()
            for identifier in [name for name in sorted(unseen) if not place.views.why_not(name)][:3]:
                unseen.discard(identifier)
                self._sees(identifier)
            rest(0.2)
        return len(self._presets), len(VIEWS) - len(STARTED_BY_HAND) - len(unseen)

    def _sees(self, identifier: str) -> None:
        place, opened = self._place, identifier in self._place.views.open_ids()
        if not opened:
            place.actions.act[f"view-{identifier}"].trigger()
        rest(0.2)
        with suppress(TimeoutError):  # One that goes on for long has shown something.
            wait_until(lambda: not place.analyst.any_busy(), patience=5.0)
        if not opened:
            place.actions.act[f"view-{identifier}"].trigger()

    def opens(self, path: Path) -> None:
        """Open a project as clicking its card does."""
        self._place.document.undo_stack.setClean()
        self._window.open_path(path)
        self.closes_popups()

    @staticmethod
    def closes_popups() -> None:
        """Close menus and the like."""
        for _ in range(5):
            popup = QApplication.activePopupWidget()
            if popup is None:
                return
            popup.close()

    # The canvas -----------------------------------------------------------------------------------------------------

    def _node(self) -> str:
        nodes = sorted(self._place.canvas.canvas_scene.nodes)
        return self._numbers.choice(nodes) if nodes else ""

    def _card(self, name: str) -> QPoint:
        canvas = self._place.canvas
        rect = canvas.canvas_scene.nodes[name].box().rect
        return canvas.mapFromScene(QPointF(rect.centre[0], rect.y + 16))

    def _somewhere(self, widget: QWidget) -> QPoint:
        return QPoint(self._numbers.randrange(max(1, widget.width())), self._numbers.randrange(max(1, widget.height())))

    def _moves(self, widget: QWidget, spot: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
        there = QPointF(widget.mapToGlobal(spot))
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(spot), there, Qt.MouseButton.NoButton, buttons, NONE)
        QApplication.sendEvent(widget, event)

    def drags_a_card(self) -> None:
        name, viewport = self._node(), self._place.canvas.viewport()
        if not name or not viewport.isVisible():
            return
        start, end = self._card(name), self._somewhere(viewport)
        QTest.mousePress(viewport, LEFT, NONE, start)
        for number in range(1, 9):
            self._moves(viewport, start + (end - start) * number / 8, LEFT)
        QTest.mouseRelease(viewport, LEFT, NONE, end)

    def drops_a_block(self) -> None:
        """Drag a block out of the palette onto the canvas."""
        viewport = self._place.canvas.viewport()
        if not viewport.isVisible() or len(self._place.document.graph.nodes) >= MOST_BLOCKS:
            return
        data = QMimeData()
        data.setData("application/x-playground-block", self._numbers.choice(BLOCKS).encode())
        spot, copy = self._somewhere(viewport), Qt.DropAction.CopyAction
        QApplication.sendEvent(viewport, QDragEnterEvent(spot, copy, data, LEFT, NONE))
        QApplication.sendEvent(viewport, QDragMoveEvent(spot, copy, data, LEFT, NONE))
        QApplication.sendEvent(viewport, QDropEvent(QPointF(spot), copy, data, LEFT, NONE))

    def selects_a_card(self) -> None:
        name, viewport = self._node(), self._place.canvas.viewport()
        if name and viewport.isVisible():
            QTest.mouseClick(viewport, LEFT, NONE, self._card(name))

    def edits_a_number(self) -> None:
        """Change a number of a block in the inspector by the keyboard."""
        from playground.ui.widgets.fields import NumberField

        self.selects_a_card()
        fields = self._place.inspector.findChildren(NumberField)
        fields = [field for field in fields if field.isVisible() and field.isEnabled()]
        if not fields:
            return
        field = self._numbers.choice(fields)
        if field.slider is not None:
            QTest.keyClick(field.slider, self._numbers.choice((Qt.Key.Key_Left, Qt.Key.Key_Right)))
            return
        field.edit.selectAll()
        QTest.keyClicks(field.edit, str(self._numbers.randint(1, 9)))
        QTest.keyClick(field.edit, Qt.Key.Key_Return)

    def deletes_a_block(self) -> None:
        self.selects_a_card()
        if self._place.canvas.isVisible():
            QTest.keyClick(self._place.canvas, Qt.Key.Key_Delete)

    def undoes(self) -> None:
        QTest.keyClick(self._window, Qt.Key.Key_Z, CONTROL)

    def redoes(self) -> None:
        QTest.keyClick(self._window, Qt.Key.Key_Y, CONTROL)

    def opens_the_quick_menu(self) -> None:
        QTest.keyClick(self._window, Qt.Key.Key_K, CONTROL)
        rest(0.05)
        menu = self._place.canvas.quick_menu
        if menu is not None:
            QTest.keyClick(menu.search, Qt.Key.Key_Escape)
        self.closes_popups()

    # Views and the window -------------------------------------------------------------------------------------------

    def toggles_a_view(self) -> None:
        views = self._place.views
        opened = views.open_ids()
        if len(opened) >= 4:
            identifier = self._numbers.choice(opened)
        else:
            identifier = self._numbers.choice(sorted(set(VIEWS) - STARTED_BY_HAND))
        if identifier in opened or not views.why_not(identifier):
            self._place.actions.act[f"view-{identifier}"].trigger()

    def enlarges_a_view(self) -> None:
        opened = self._place.views.open_ids()
        if not opened:
            return
        button = self._place.views.dock(self._numbers.choice(opened)).panel.enlarge_button
        if button.isVisible():
            QTest.mouseClick(button, LEFT)
            rest(0.1)
            QTest.keyClick(self._window, Qt.Key.Key_Escape)

    def presents(self) -> None:
        QTest.keyClick(self._window, Qt.Key.Key_F11)
        rest(0.2)
        QTest.keyClick(self._window, Qt.Key.Key_F11)

    def looks_at_the_gallery(self) -> None:
        """Open the gallery, look for something, and click a card."""
        QTest.keyClick(self._window, Qt.Key.Key_Home, ALT)
        gallery = self._window.gallery
        rest(0.1)
        QTest.keyClicks(gallery.search, self._numbers.choice(("moon", "attention", "cnn", "xor", "deep")))
        rest(0.1)
        cards = [card for card in gallery.cards() if isinstance(card, PresetCard)]
        self._place.document.undo_stack.setClean()
        if cards:
            self._numbers.choice(cards).click()
        else:
            self._place.show_canvas()

    def switches_the_theme(self) -> None:
        from playground.ui.widgets.theme import THEME

        name = "theme-light" if THEME.tokens.name == "dark" else "theme-dark"
        began = time.perf_counter()
        self._place.actions.act[name].trigger()
        self._window.repaint()
        QApplication.processEvents()
        self.themes.append(time.perf_counter() - began)

    def opens_a_preset(self) -> None:
        self.opens(self._numbers.choice(self._presets).path)

    def plays_or_pauses(self) -> None:
        button = self._place.top_bar.play
        if button.isVisible() and button.isEnabled():
            QTest.mouseClick(button, LEFT)

    def steps(self) -> None:
        QTest.keyClick(self._window, Qt.Key.Key_F10)

    def looks_back(self) -> None:
        """To the moment before, and to now again."""
        QTest.keyClick(self._window, Qt.Key.Key_Comma, CONTROL)
        rest(0.05)
        self._place.actions.act["now"].trigger()

    def moves_the_mouse(self) -> None:
        """Over the canvas and the open views."""
        docks = [self._place.views.dock(name).view for name in self._place.views.open_ids()]
        widgets = [widget for widget in (self._place.canvas.viewport(), *docks) if widget.isVisible()]
        for widget in widgets:
            for _ in range(4):
                spot = self._somewhere(widget)
                target = widget.childAt(spot) or widget
                self._moves(target, target.mapFrom(widget, spot) if target is not widget else spot)
