"""A legend inside a plot: in the free corner, or where a person drags it; where there is none, a small button."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from playground.ui.views.parameters import ViewParameters
from playground.ui.views.shared.legend_layout import Card, Layout, layouts, paint_ground, paint_pieces
from playground.ui.views.shared.legend_room import LITTLE, Area, Drawn, PlotArea, Spot, choose, inside, rect_at
from playground.ui.views.shared.readout import Readout
from playground.ui.widgets.icons import pixmap
from playground.ui.widgets.kept_picture import KeptPicture
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

SHOWN, PLACE = "legend", "legend_place"
"""The declared parameters of an analysis whose picture has a legend inside."""
MOST = 0.42
"""Share of a plot that a legend may take; a smaller plot has the button instead."""
BUTTON = 22
KEY_STEP = 10
TOUCH = 3
"""Pixels from a legend at which the newest data are as good as under it."""
CROWDED = 2 * LITTLE
"""A legend on so large a share of what is drawn looks for a freer corner, or folds."""
FREE = LITTLE / 2
"""A folded one unfolds where it covers less than this."""
PATIENCE = 2_000
"""Milliseconds between two such looks, and between two tries to unfold. The latter wait twice as long each time that it
had to fold again: nothing flickers while a network learns."""
MOST_PATIENT = 5
"""So often the wait is doubled."""
KEY = "K"
OPENS = f"It would cover what is drawn: a click or {KEY} opens it all the same"
HINT = f"Drag it elsewhere, or move it with the arrow keys; Home lets it find a free corner, {KEY} or Enter hides it"


class PlotLegend(Legend):
    """Lies over a plot, or over a widget with several, and takes no room from them.

    It looks for the corner with the least drawn under it, and leaves it only when the newest data come there or much is
    drawn there. Where every corner covers more than a little it folds into a button, until a person opens it. What is
    under the mouse is said in a line of its own at the edge of the plot.
    """

    def __init__(self, host: QWidget, parameters: ViewParameters, number: int = 0) -> None:
        super().__init__(host)
        self._host, self._parameters, self._number = host, parameters, number
        self.areas: list[Area] = []
        self._spot: Spot | None = None
        self._layouts: list[Layout] = []
        self.folded = True
        """Whether it is a small button now."""
        self.crowded_out = False
        """Whether it is a button because every place would cover too much, or there is no room."""
        self._pinned = False
        """Whether it lies where a person has put it."""
        self._folds = 0
        """How often it had to fold in a plot of this size."""
        self._grip: QPoint | None = None
        self._dragged = False
        self._card: Card | None = None
        self._line = Readout(host)
        self._kept = KeptPicture()
        self._read_too: list[QWidget] = []
        self._since_look = QElapsedTimer()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.arrange)
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self.arrange)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.hide()
        host.installEventFilter(self)

    def watch(self, *areas: Plot | Area) -> None:
        """Lie in one of these, too, and follow what they draw."""
        for area in areas:
            if isinstance(area, Plot):
                self.areas.append(PlotArea(area, self._host))
                area.box.sigRangeChanged.connect(self.later)
                area.box.sigResized.connect(self._resized)
            else:
                self.areas.append(area)

    def read_over(self, widget: QWidget) -> None:
        """Say what is under the mouse over this, too; it lies in the host."""
        self._read_too.append(widget)

    # What it says ---------------------------------------------------------------------------------------------------

    def show_entries(self, entries: Sequence[Entry]) -> None:
        super().show_entries(entries)
        self.later()

    def show_readout(self, text: str) -> None:
        super().show_readout(text)
        others = [
            QRectF(QRect(one.mapTo(self._host, QPoint(0, 0)), one.size()))
            for one in self._read_too
            if one.isVisibleTo(self._host)
        ]
        rooms = [room for room in (area.room() for area in self.areas) if not room.isEmpty()]
        self._line.show_words(text, [*rooms, *others], self.geometry() if self.isVisible() else QRect())

    def renew(self) -> None:
        words = ", ".join(entry.text for entry in self._entries)
        self.setAccessibleName(f"Legend: {words}")
        self._layouts = []
        self.later()
        self.update()

    @Slot()
    def later(self) -> None:
        """Look once more at what is drawn, after all that is being drawn now."""
        self._soon.start()

    # Where it lies --------------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> bool:
        """Whether a person wants to see it unfolded."""
        return bool(self._parameters.value(SHOWN))

    @property
    def place(self) -> tuple[float, float] | None:
        """Shares of the free width and height where a person has put it; None where it finds a corner by itself."""
        given = self._parameters.value(PLACE)[2 * self._number : 2 * self._number + 2]
        return (given[0], given[1]) if len(given) == 2 and min(given) >= 0.0 else None

    def put(self, place: tuple[float, float] | None) -> None:
        """Keep it at a place, or let it find one."""
        given = list(self._parameters.value(PLACE))
        given += [-1.0] * (2 * self._number + 2 - len(given))
        given[2 * self._number : 2 * self._number + 2] = [-1.0, -1.0] if place is None else [round(x, 4) for x in place]
        self._spot, self._folds = None, 0
        self._parameters.choose(PLACE, tuple(given) if max(given) >= 0.0 else None)
        self.arrange()

    @Slot()
    def switch(self) -> None:
        """Hide it, or show it again."""
        self._parameters.choose(SHOWN, not self.wanted)

    def open_here(self) -> bool:
        """Where it covers least, and keep it there, though it covers something; returns whether there is room."""
        self._measure()
        layout = self._layouts[:1]  # how it is set wherever a person has put it
        spot = choose(self.areas, [one.size for one in layout], MOST, covering=1.0) if self.wanted else None
        if spot is None or self.place is not None:
            return False
        rect = rect_at(self.areas[spot.area].room(), layout[0].size, spot.u, spot.v).toAlignedRect()
        self.put(self._shares(rect))
        return True

    @Slot()
    def arrange(self) -> None:
        """Take a place now: the same if it is still good."""
        self._soon.stop()
        if not self._entries or not self._host.isVisible() or all(area.room().isEmpty() for area in self.areas):
            self.hide()
            return
        if self._grip is not None and self._dragged:
            return
        self._measure()
        self._find()
        words = [*(entry.text for entry in self._entries), *([OPENS] if self.crowded_out else [])]
        self.setToolTip(plain_tip("\n".join(words) if self.folded else HINT))
        self.setAccessibleDescription(f"Hidden; {KEY} or Enter shows it" if self.folded else HINT)
        self._place()
        self.show()
        self.raise_()
        self._line.raise_()
        self.update()

    def _measure(self) -> None:
        if not self._layouts:
            widest = max(area.room().width() for area in self.areas)
            self._layouts = layouts(self._entries, widest)

    def _find(self) -> None:
        if self.place is not None:
            self._spot = Spot(0, 0, *self.place)
            self.folded = not self.wanted or not self._has_room()
            self.crowded_out = self.wanted and self.folded
            self._pinned = True
            return
        if self._pinned:  # a person, or another project, lets it find a place by itself
            self._pinned, self._spot = False, None
        if self._spot is not None and not self._must_move():
            return
        self._since_look.start()
        found, lay_open = None, self._spot is not None and not self.folded
        if self.wanted:
            sizes = [one.size for one in self._layouts]
            found = choose(self.areas, sizes, MOST, self._spot, covering=FREE if self.crowded_out else LITTLE)
        self.crowded_out = self.wanted and found is None
        self.folded = found is None
        self._folds += lay_open and self.crowded_out
        if found is None:
            button = [QSizeF(THEME.px(BUTTON), THEME.px(BUTTON))]
            found = choose(self.areas, button, 1.0, self._spot) or choose(self.areas, button, 1.0, anyhow=True)
        self._spot = found

    def _has_room(self) -> bool:
        size = self._layouts[0].size
        return any(
            size.width() < area.room().width() and size.height() < area.room().height()
            and size.width() * size.height() <= 2 * MOST * area.room().width() * area.room().height()
            for area in self.areas
        )  # fmt: skip

    def _must_move(self) -> bool:
        """Whether the newest data lie under it, its room has gone, or (now and then) there may be a better place."""
        assert self._spot is not None
        spot = self._spot
        if self.crowded_out and not self.wanted:
            return True
        if self.folded != (not self.wanted) and not self.crowded_out:
            return True
        room = self.areas[spot.area].room() if spot.area < len(self.areas) else QRectF()
        if room.isEmpty() or spot.layout >= len(self._layouts):
            return True
        area, rect = self.areas[spot.area], self._rect(room)
        if inside(area.newest(), rect, THEME.px(TOUCH)).any():
            return True
        if not self.folded and (rect.width() > room.width() or rect.height() > room.height()):
            return True
        patience = PATIENCE * 2 ** min(self._folds, MOST_PATIENT) if self.crowded_out else PATIENCE
        left = patience - self._since_look.elapsed() if self._since_look.isValid() else 0
        if left > 0:
            self._late.start(left)  # once more, also where nothing is drawn any more
            return False
        self._since_look.start()
        lettered = any(words.intersects(rect) for words in area.words())
        return self.crowded_out or (not self.folded and (lettered or Drawn(area).hides(rect) > CROWDED))

    def _size(self) -> QSizeF:
        if self.folded or self._spot is None:
            return QSizeF(THEME.px(BUTTON), THEME.px(BUTTON))
        return self._layouts[min(self._spot.layout, len(self._layouts) - 1)].size

    def _rect(self, room: QRectF) -> QRectF:
        assert self._spot is not None
        return rect_at(room, self._size(), self._spot.u, self._spot.v)

    def _place(self) -> None:
        assert self._spot is not None
        size = self._size()
        if self.place is not None:
            u, v = self.place
            corner = QPointF(u * (self._host.width() - size.width()), v * (self._host.height() - size.height()))
            rect = self._into(QRectF(corner, size))
        else:
            rect = self._rect(self.areas[self._spot.area].room())
        self.setGeometry(rect.toAlignedRect())

    def _into(self, rect: QRectF) -> QRectF:
        """The same rectangle, moved into the plot that is nearest."""
        rooms = [room for room in (area.room() for area in self.areas) if not room.isEmpty()]

        def moved(room: QRectF) -> QRectF:
            x = max(room.left(), min(rect.left(), room.right() - rect.width()))
            y = max(room.top(), min(rect.top(), room.bottom() - rect.height()))
            return QRectF(QPointF(x, y), rect.size())

        def away(one: QRectF) -> float:
            return math.hypot(one.left() - rect.left(), one.top() - rect.top())

        return min((moved(room) for room in rooms), key=away)

    @Slot()
    def _resized(self) -> None:
        self._spot, self._layouts = None, []
        self.crowded_out, self._folds = False, 0
        self.later()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._resized()
        elif event.type() in (QEvent.Type.Show, QEvent.Type.ShowToParent):
            self.later()
        return super().eventFilter(watched, event)

    def pose(self, posing: bool) -> None:
        """Before and after a picture is taken: a button has no sense in it."""
        self.arrange()
        if posing and (self.folded or not self._entries):
            self.hide()

    def left_out(self) -> tuple[Entry, ...]:
        """Entries that a person would see if there were room: a saved picture says them below."""
        return self._entries if self.crowded_out and self._host.isVisible() else ()

    # A person -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip, self._dragged = event.position().toPoint(), False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._grip is None:
            return
        here = event.position().toPoint()
        if not self._dragged and (here - self._grip).manhattanLength() < QApplication.startDragDistance():
            return
        self._dragged = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        corner = QPointF(self.pos() + here - self._grip)
        self.move(self._into(QRectF(corner, QSizeF(self.size()))).topLeft().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        dragged, held, self._grip, self._dragged = self._dragged, self._grip is not None, None, False
        if dragged:
            self.put(self._shares(self.geometry()))
        elif held and self.folded:
            self.unfold()

    def _shares(self, rect: QRect) -> tuple[float, float]:
        """Where a rectangle lies, as shares of the free width and height of the host."""
        free = self._host.size() - rect.size()
        return rect.x() / max(1, free.width()), rect.y() / max(1, free.height())

    def unfold(self) -> None:
        """Show it again; where there is no room for it, on a card over the window."""
        if not self.wanted:
            self.switch()
        if self.crowded_out and not self.open_here():
            self._card = Card(self._entries, self.mapToGlobal(QPoint(0, self.height())), self)
            self._card.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.unfold() if self.folded else self.switch()
        elif key in steps:
            step = QPointF(*steps[key]) * THEME.px(KEY_STEP)
            rect = self._into(QRectF(QPointF(self.pos()) + step, QSizeF(self.size())))
            self.move(rect.topLeft().toPoint())
            self.put(self._shares(self.geometry()))
        elif key == Qt.Key.Key_Home:
            self.put(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # The arrow keys are its own while it has the focus, not shortcuts of the view around it.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_Space)
            if event.key() in own:
                event.accept()
                return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        shown = QAction("Show the legend" if self.folded else "Hide the legend", menu)
        shown.triggered.connect(self.unfold if self.folded else self.switch)
        free = QAction("Let it find a free corner", menu)
        free.setEnabled(self.place is not None)
        free.triggered.connect(self._free)
        menu.addActions([shown, free])
        menu.exec(event.globalPos())
        menu.deleteLater()

    @Slot()
    def _free(self) -> None:
        self.put(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.show_readout("")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        layout = None
        if not self.folded and self._spot is not None and self._layouts:
            layout = self._layouts[min(self._spot.layout, len(self._layouts) - 1)]
        # The plot below it moves several times a second.
        look = layout, self.hasFocus(), THEME.tokens.name, THEME.scale
        self._kept.show(self, functools.partial(self._paint, layout), look)

    def _paint(self, layout: Layout | None, painter: QPainter) -> None:
        paint_ground(painter, QRectF(self.rect()), "accent" if self.hasFocus() else "line")
        if layout is None:
            side = THEME.px(16)
            middle = QRectF(self.rect()).center()
            shown = pixmap("legend", "secondary", side, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(middle.x() - side / 2, middle.y() - side / 2), shown)
            return
        paint_pieces(painter, layout)
