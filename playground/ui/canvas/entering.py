"""Going into groups and out of them: where one looked is kept, and a line above the canvas says where one is."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QSignalBlocker, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QToolButton, QWidget

from playground.document.graph import Group
from playground.ui.canvas.surface import CanvasSurface
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

_HEIGHT = 34
_LONGEST = 32
"""Characters of a title in the line."""


class Entering(QObject):
    """Keeps where one looked on every level of one canvas."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._looked: dict[str, tuple[QPointF, float, bool]] = {}
        """Of each level the middle, the zoom, and whether all of it was in sight."""
        self.line = Breadcrumb(view)
        scene = view.canvas_scene
        scene.level_leaving.connect(self._keep)
        scene.level_changed.connect(self._arrive)
        scene.reconciled.connect(self.line.refresh)
        scene.copy_changed.connect(self.line.show_copy)
        view.document.opened.connect(self._forget)

    def outermost(self) -> tuple[QPointF, float, bool]:
        """Where one looks at the whole network, how large, and whether all of it is in sight: what a file keeps."""
        camera = self._view.camera
        if not self._view.canvas_scene.entered or "" not in self._looked:
            return camera.centre, camera.zoom, camera.fitted
        return self._looked[""]

    @Slot(str)
    def _keep(self, level: str) -> None:
        camera = self._view.camera
        self._looked[level] = camera.centre, camera.zoom, camera.fitted

    @Slot()
    def _arrive(self) -> None:
        self.line.refresh()
        centre, zoom, fitted = self._looked.get(self._view.canvas_scene.entered, (None, 1.0, True))
        if centre is None or fitted:
            self._view.camera.fit()
        else:
            self._view.camera.look_at(centre, zoom)

    @Slot()
    def _forget(self) -> None:
        self._looked.clear()
        self.line.refresh()


class Breadcrumb(QWidget):
    """The groups around what is seen, from the whole network on: a click goes to one; and which copy is looked at."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._shown: tuple[object, ...] | None = None
        self.steps: list[QToolButton] = []
        self.copy: QSpinBox | None = None
        self.setAccessibleName("Where one is in the groups")
        self._row = QHBoxLayout(self)
        THEME.changed.connect(self._restyle)
        self.hide()

    @Slot()
    def refresh(self) -> None:
        """Say where one is; on the outermost level there is nothing to say."""
        scene, graph = self._view.canvas_scene, self._view.document.graph
        entered = scene.entered
        group = graph.groups_by_id.get(entered)
        path = (*graph.enclosing(entered), group) if group is not None else ()
        shown = tuple((one.id, one.title, one.repeat) for one in path)
        if shown == self._shown:
            return
        self._shown = shown
        self._make(path)
        self._view.leave_room(THEME.px(_HEIGHT) if path else 0)
        self.setVisible(bool(path))
        self.place()

    def place(self) -> None:
        """Lie along the upper edge of the canvas."""
        self.setGeometry(0, 0, self._view.width(), THEME.px(_HEIGHT))

    @Slot()
    def _restyle(self) -> None:
        self._shown = None
        self.refresh()

    def _make(self, path: tuple[Group, ...]) -> None:
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.steps, self.copy = [], None
        self._row.setContentsMargins(THEME.px(8), 0, THEME.px(8), 0)
        self._row.setSpacing(THEME.px(2))
        if not path:
            return
        self._add_step("Whole network", "")
        for group in path:
            self._add_sign("›")
            self._add_step(group.title or "Group", group.id)
        if path[-1].repeat > 1:
            self._add_copies(path[-1])
        self._row.addStretch(1)
        self._add_sign("Backspace goes back")

    def _add_step(self, title: str, group: str) -> None:
        here = group == self._view.canvas_scene.entered
        step = QToolButton(self)
        step.setText((title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…").replace("&", "&&"))
        step.setToolTip(plain_tip(f"Here: {title}" if here else f"Go to {title}"))
        step.setAutoRaise(True)
        step.setFont(THEME.font(13, bold=here))
        step.setEnabled(not here)
        color = THEME.tokens.text if here else THEME.tokens.accent
        step.setStyleSheet(
            f"QToolButton {{ color: {color}; border: 0; padding: {THEME.px(4)}px; background: transparent; }}"
            f"QToolButton:hover:enabled, QToolButton:focus {{ background: {THEME.tokens.hover}; }}"
        )
        step.setProperty("group", group)
        step.clicked.connect(self._go)
        self.steps.append(step)
        self._row.addWidget(step)

    @Slot()
    def _go(self) -> None:
        step = self.sender()
        if isinstance(step, QToolButton):
            self._view.canvas_scene.enter(str(step.property("group")))
            self._view.setFocus()

    def _add_sign(self, words: str) -> None:
        sign = QLabel(words, self)
        sign.setProperty("role", "secondary")
        self._row.addWidget(sign)

    def _add_copies(self, group: Group) -> None:
        self._add_sign("  copy")
        self.copy = QuietSpinBox(self)
        self.copy.setRange(1, group.repeat)
        self.copy.setValue(min(self._view.canvas_scene.looked_at.get(group.id, 1), group.repeat))
        self.copy.setSuffix(f" of {group.repeat}")
        self.copy.setAccessibleName("Copy whose pictures are shown")
        self.copy.setToolTip("The copy whose pictures the cards show")
        self.copy.valueChanged.connect(self._look)
        self._row.addWidget(self.copy)

    @Slot()
    def show_copy(self) -> None:
        """Say which copy is looked at."""
        scene = self._view.canvas_scene
        if self.copy is not None:
            with QSignalBlocker(self.copy):
                self.copy.setValue(scene.looked_at.get(scene.entered, 1))

    @Slot(int)
    def _look(self, number: int) -> None:
        self._view.canvas_scene.look_at_copy(number)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), THEME.color("panel"))
        painter.setPen(THEME.color("line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


