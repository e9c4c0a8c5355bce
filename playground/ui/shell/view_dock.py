"""One open view in its dock, with the tabs of its column; it lends its panel while the view is enlarged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow

from playground.analysis.base import Analysis
from playground.ui.shell.column_tabs import ColumnTabs
from playground.ui.shell.fitting import Fitting
from playground.ui.views.base import View
from playground.ui.views.panel import ViewPanel
from playground.ui.widgets.qt_access import in_sight


class ViewDock(QDockWidget):
    """One open view in a dock. The panel's own header is the title; a floating dock has a window frame as well."""

    cancel_wanted = Signal(str)
    """A person does not want to wait any longer for the view with this identifier."""

    tab_chosen = Signal(str)
    """Id of the view of its column that is to come to the front."""

    def __init__(self, panel: ViewPanel, identifier: str, window: QMainWindow) -> None:
        super().__init__(panel.view.title, window)
        self.setObjectName(f"view-{identifier}")
        self.identifier = identifier
        self.panel = panel
        self.away = False
        """The panel is elsewhere, enlarged."""
        self.waited = 0
        self.hurried = False
        """A person waits for another answer, that does not show in the options of the view."""
        self.asked_for: tuple[Any, ...] = ()
        self.cancelled: Analysis | None = None
        """What a person has ended: it is not asked for again by itself."""
        self._frame = Fitting(panel)
        self.setWidget(self._frame)
        self.tabs = ColumnTabs()
        self.tabs.chosen.connect(self.tab_chosen)
        self.setTitleBarWidget(self.tabs)
        self.topLevelChanged.connect(self._on_floating)

    @Slot(bool)
    def _on_floating(self, floating: bool) -> None:
        # Without a widget, the frame of the window system comes back; the stubs leave that out.
        self.setTitleBarWidget(None if floating else self.tabs)  # type: ignore[arg-type]
        if floating:
            self.resize(max(self.width(), 640), max(self.height(), 480))

    @property
    def view(self) -> View:
        """The view inside."""
        return self.panel.view

    def show_tabs(self, titles: Mapping[str, str]) -> None:
        """Name the views of its column, by id; a view that stands alone has no tabs."""
        self.tabs.show_tabs(titles, self.identifier)

    @property
    def seen(self) -> bool:
        """The view can be seen: its panel is shown, and no other tab lies before it."""
        # Of the panel, as a widget whose children cover it whole has no visible region of its own.
        return in_sight(self.view) and not self.panel.visibleRegion().isEmpty()

    def wants_other(self) -> bool:
        """Whether the options ask for something else than what was asked for last."""
        asked = self.asked_for[0] if self.asked_for else None
        return isinstance(asked, Analysis) and asked != self.view.wanted()

    @Slot()
    def cancel(self) -> None:
        """Wait no longer for what the view wants now."""
        self.cancelled = self.view.wanted()
        self.cancel_wanted.emit(self.identifier)

    @Slot()
    def ask_anew(self) -> None:
        """Let the view be asked for again, whatever was asked or cancelled before."""
        self.cancelled = None
        self.asked_for = ()

    def give(self) -> ViewPanel:
        """Let the panel go to another place; `take_back` ends that."""
        self.away = True
        self.hide()
        self._frame.let_go()
        return self.panel

    def take_back(self) -> None:
        """Hold the panel again."""
        self.away = False
        self._frame.hold(self.panel)
        self.panel.show()
