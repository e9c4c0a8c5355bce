"""How the window is divided: panels on both sides, pages, bars, views; and how it was divided the last time."""

from __future__ import annotations

import functools

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDockWidget, QTabWidget, QWidget

from playground.ui.shell.kept_layout import KeptLayout, kept, kind_of
from playground.ui.shell.parts import Parts
from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.theme import THEME

LEFT, RIGHT = "left", "right"
USUAL_WIDTH = {LEFT: 220, RIGHT: 330}
LEAST_WIDTH = {LEFT: 170, RIGHT: 280}
"""Pixels at 100 % of the panels on the sides."""
LEAST_MIDDLE = 560
"""Pixels at 100 % that the canvas keeps: the panels get narrower, then the left one goes, then the right."""


class Arrangement(QObject):
    """Owns the docks on both sides, and says which parts of the window are to be seen."""

    changed = Signal()
    """A panel came or went."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._parts = parts
        self.bars: list[QWidget] = [parts.time_bar, parts.companion]
        """What is seen together with the canvas."""
        self._window = parts.frame
        self.side_tabs = QTabWidget()
        self.side_tabs.setDocumentMode(True)
        for panel in (self.side_tabs, parts.palette, parts.outline):
            panel.setAutoFillBackground(True)
            panel.setBackgroundRole(QPalette.ColorRole.Base)
        self.side_tabs.addTab(parts.palette, "Blocks")
        self.side_tabs.addTab(parts.outline, "Outline")
        window = self._window
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.docks = {
            LEFT: self._dock("palette", "Blocks", self.side_tabs, Qt.DockWidgetArea.LeftDockWidgetArea),
            RIGHT: self._dock("inspector", "Inspector", parts.inspector, Qt.DockWidgetArea.RightDockWidgetArea),
        }
        self.wanted = {LEFT: True, RIGHT: True}
        """The panels that the person wants to see, where there is room."""
        self._asked = ""
        """The panel asked for last: it stays however narrow the window is."""
        self.widths: dict[str, float] = {**USUAL_WIDTH}
        """Of the panels, in pixels at 100 %."""
        self._least: dict[str, float] = {}
        """Of the panels that need more room for what they show."""
        self._working = False
        """The canvas is there, not the gallery."""
        self._presenting = False
        self._kind = ""
        window.installEventFilter(self)
        THEME.changed.connect(self.apply)

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the View menu."""
        return (
            MenuAction("toggle-palette", "&Blocks and outline", functools.partial(self.toggle, LEFT), "Ctrl+B"),
            MenuAction("toggle-inspector", "&Inspector", functools.partial(self.toggle, RIGHT), "Ctrl+I"),
        )

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(name)
        dock.setTitleBarWidget(QWidget())
        dock.setWidget(widget)
        self._window.addDockWidget(area, dock)
        return dock

    # What is seen ---------------------------------------------------------------------------------------------------

    def show_work(self, working: bool) -> None:
        """Show all that belongs to the canvas, or nothing of it."""
        self._working = working
        for bar in self.bars:
            bar.setVisible(working)
        self.apply()

    def present(self, presenting: bool) -> None:
        """Canvas and few large views only, for a projector; or all again."""
        self._presenting = presenting
        self._asked = ""
        self._window.head.menus.setVisible(not presenting)
        self._parts.views.layout.presenting = presenting
        self.apply()

    def toggle(self, side: str) -> None:
        """Show the panel of a side, or hide it."""
        self.want(side, self.docks[side].isHidden())

    def want(self, side: str, wanted: bool) -> None:
        """Show or hide the panel of a side; one that is asked for is shown however narrow the window is."""
        self._asked = side if wanted else ""
        if not self._presenting:
            self.wanted[side] = wanted
        self.apply()

    def widen(self, side: str, least: float) -> None:
        """Give a panel at least so many pixels at 100 % for a while; 0 for its own width again."""
        self._least = {**self._least, side: least}
        self.apply()

    @Slot()
    def apply(self) -> None:
        """Show what is wanted and has room, and share the room."""
        widths = self._fitting() if self._working else {}
        for side, dock in self.docks.items():
            dock.setVisible(side in widths)  # Also when it is hidden: a new dock shows itself later, if nobody hid it.
        docks = [self.docks[side] for side in widths]
        self._window.resizeDocks(docks, [round(width) for width in widths.values()], Qt.Orientation.Horizontal)
        layout = self._parts.views.layout
        layout.shown = self._working
        layout.arrange()
        layout.later()
        self.changed.emit()

    def _fitting(self) -> dict[str, float]:
        """The panels that have room, each with its width in pixels."""
        if self._presenting:
            wanted = [self._asked] if self._asked else []
        else:
            wanted = [side for side in (LEFT, RIGHT) if self.wanted[side]]
        whole = self._window.width() / THEME.scale
        full = {side: max(self.widths[side], self._least.get(side, 0.0)) for side in wanted}
        least = {side: min(full[side], LEAST_WIDTH[side]) for side in wanted}
        going = sorted(wanted, key=lambda side: (side == self._asked, side == RIGHT))
        while going and whole - sum(least[side] for side in going) < LEAST_MIDDLE and going[0] != self._asked:
            going.pop(0)
        roomy = whole - sum(full[side] for side in going) >= LEAST_MIDDLE
        return {side: THEME.px((full if roomy else least)[side]) for side in going}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and self._working:
            if event.type() == QEvent.Type.Resize:
                self.apply()
            elif event.type() == QEvent.Type.MouseButtonRelease and not self._presenting:
                self._note_widths()
        return False

    def _note_widths(self) -> None:
        """A person has dragged a separator."""
        fitting = self._fitting()
        for side, dock in self.docks.items():
            if dock.isVisible() and side in fitting and abs(dock.width() - fitting[side]) > 2:
                kept = self._least if self._least.get(side) else self.widths
                kept[side] = dock.width() / THEME.scale

    # From one project to the next ----------------------------------------------------------------------------------

    def keep(self) -> None:
        """Remember how the window is divided, for projects of this kind."""
        layout = self._parts.views.layout
        if not self._kind or self._presenting:
            return
        KeptLayout(
            views=tuple(self._parts.views.open_ids()),
            front=layout.front(),
            height=layout.height_share,
            widths=layout.width_shares,
            sides=dict(self.wanted),
            side_widths=dict(self.widths),
        ).keep(self._kind)

    def begin(self) -> tuple[str, ...]:
        """Divide the window as for the last project of this kind. Returns the views that were open then."""
        self._kind = kind_of(self._parts.document.graph)
        last = kept(self._kind)
        layout = self._parts.views.layout
        if last is None:
            return ()
        self.wanted, self.widths = dict(last.sides), dict(last.side_widths)
        layout.height_share, layout.width_shares = last.height, last.widths
        return last.views
