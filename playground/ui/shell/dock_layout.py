"""Where the open views stand: side by side below the canvas, as tabs where they would be slivers; one large to show."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow

from playground.ui.shell.view_dock import ViewDock
from playground.ui.widgets.theme import THEME

HEIGHT_SHARE = 0.45
"""Part of the window's height that the docked views have, until a person chooses another."""
LEAST_WIDTH = 270
"""Pixels at 100 % below which a view is a sliver."""
PRESENTED_SHARE = 0.5
"""Part of the window's width that the one large view has beside the canvas while presenting."""

BELOW, BESIDE = Qt.DockWidgetArea.BottomDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea

Columns = tuple[tuple[str, ...], ...]
"""Names of the views in each column; all but one of a column lie behind it, as tabs."""


def columns_for(names: Sequence[str], room: int, least: int) -> Columns:
    """As many columns as have `least` pixels each in `room`; what is too much joins them as tabs, one after another."""
    count = max(1, min(len(names), room // max(1, least)))
    return tuple(tuple(names[first::count]) for first in range(count)) if names else ()


class DockLayout(QObject):
    """Arranges the docked views of a window, and again whenever the window or the size of its text changes.

    What a person chooses (the height, the widths, which view is in front) is kept as shares, so that it outlives other
    sizes of the window.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._docks: list[ViewDock] = []
        self._columns: Columns = ()
        self._area = BELOW
        self._built: tuple[tuple[str, ...], Qt.DockWidgetArea] = ((), BELOW)
        """The views in front and their area, as they were put last."""
        self._front: list[str] = []
        """The views that were brought to the front, the newest last."""
        self.shown = True
        """Views are to be seen; not so while the gallery is there."""
        self._arranging = False
        self.presenting = False
        self.height_share = HEIGHT_SHARE
        self.width_shares: tuple[float, ...] = ()
        """Of the columns, when a person chose them; empty for equal widths."""
        # Tabs of Qt's own leave a tab bar behind each time they are arranged anew, so the docks have their own.
        window.setDockOptions(QMainWindow.DockOption.AllowNestedDocks)
        window.installEventFilter(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.arrange)

    @property
    def columns(self) -> Columns:
        """The columns as they stand."""
        return self._columns

    def front(self) -> tuple[str, ...]:
        """The view in front of each column."""
        return tuple(self._front_of(column) for column in self._columns)

    @Slot(str)
    def bring_to_front(self, name: str) -> None:
        """Show a view that lies behind another."""
        self._front = [other for other in self._front if other != name] + [name]
        self.arrange()

    def place(self, docks: Sequence[ViewDock], newest: str = "") -> None:
        """These are the views now; `newest` is to be seen."""
        self._docks = list(docks)
        if newest:
            self._front = [name for name in self._front if name != newest] + [newest]
        names = {dock.identifier for dock in docks}
        self._front = [name for name in self._front if name in names]
        self.arrange()
        self.later()

    def later(self) -> None:
        """Arrange once more when the window has settled: new docks get their sizes from the next layout."""
        self._soon.start(0)

    @Slot()
    def arrange(self) -> None:
        """Put every docked view into its column and give each its size."""
        if self._arranging:
            return
        self._arranging = True
        try:
            self._arrange({dock.identifier: dock for dock in self._docks if not dock.isFloating()})
        finally:
            self._arranging = False

    def _arrange(self, docked: dict[str, ViewDock]) -> None:
        columns, area = self._planned(docked), BESIDE if self.presenting else BELOW
        if len(columns) != len(self._columns) and not self.presenting and self._area is BELOW:
            self.width_shares = ()
        self._columns, self._area = columns, area
        front = self.front()
        if (front, area) != self._built:
            self._built = front, area
            self._build(docked, front)
        for column, name in zip(columns, front, strict=True):
            docked[name].show_tabs({other: docked[other].view.title for other in column})
        for name, dock in docked.items():
            dock.setVisible(self.shown and not dock.away and name in front)
        self._share(docked)

    def _planned(self, docked: dict[str, ViewDock]) -> Columns:
        if self.presenting:
            return columns_for(list(docked), 0, 1)
        needed = max((dock.panel.minimumSizeHint().width() for dock in docked.values()), default=0)
        return columns_for(list(docked), self._room(), max(THEME.px(LEAST_WIDTH), needed))

    def _room(self) -> int:
        """Pixels between the panels on both sides."""
        sides = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
        beside = [
            dock.width()
            for dock in self._window.children()  # findChildren would keep what is about to be deleted alive in Python.
            if isinstance(dock, QDockWidget)
            and dock not in self._docks
            and not dock.isHidden()
            and not dock.isFloating()
            and self._window.dockWidgetArea(dock) in sides
        ]
        return self._window.width() - sum(beside) - len(beside)

    def _front_of(self, column: tuple[str, ...]) -> str:
        chosen = next((name for name in reversed(self._front) if name in column), "")
        return chosen or (self._hero_of(column) if self.presenting else column[0])

    def _hero_of(self, column: Sequence[str]) -> str:
        """The view that shows what the project is about: the first that says more than how the training goes."""
        side = {dock.identifier for dock in self._docks if dock.view.accompanies}
        return next((name for name in column if name not in side), column[0])

    def _build(self, docked: dict[str, ViewDock], front: Sequence[str]) -> None:
        """Put the views in front side by side, and take away those that lie behind them."""
        self._window.setUpdatesEnabled(False)
        try:
            for name, dock in docked.items():
                if name not in front:
                    self._window.removeDockWidget(dock)
            for name in front:
                self._window.addDockWidget(self._area, docked[name], Qt.Orientation.Horizontal)
        finally:
            self._window.setUpdatesEnabled(True)

    def _share(self, docked: dict[str, ViewDock]) -> None:
        heads = [docked[self._front_of(column)] for column in self._columns]
        if not heads or not self.shown:
            return
        if self.presenting:
            width = round(self._window.width() * PRESENTED_SHARE)
            self._window.resizeDocks(heads, [width], Qt.Orientation.Horizontal)
            return
        shares = self.width_shares if len(self.width_shares) == len(heads) else (1.0 / len(heads),) * len(heads)
        room = self._room()
        height = round(self._window.height() * self.height_share)
        self._window.resizeDocks(heads, [max(1, round(room * part)) for part in shares], Qt.Orientation.Horizontal)
        self._window.resizeDocks(heads, [height] * len(heads), Qt.Orientation.Vertical)

    # What a person changes ------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize:
                self.later()
            elif event.type() == QEvent.Type.MouseButtonRelease:
                self._note_sizes()  # A separator was dragged: such events go to the window itself.
        return False

    def _note_sizes(self) -> None:
        by_name = {dock.identifier: dock for dock in self._docks}
        heads = [by_name[name] for name in self.front() if name in by_name and by_name[name].isVisible()]
        if not heads or self.presenting or len(heads) != len(self._columns):
            return
        self.height_share = heads[0].height() / self._window.height()
        whole = sum(dock.width() for dock in heads)
        self.width_shares = tuple(dock.width() / whole for dock in heads)
