"""The scroll bars of the canvas: there while something lies out of sight, and not otherwise."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt, QTimer, Slot

from playground.ui.canvas.surface import CanvasSurface

_SHOWN, _HIDDEN = Qt.ScrollBarPolicy.ScrollBarAlwaysOn, Qt.ScrollBarPolicy.ScrollBarAlwaysOff
_SLOP = 0.5


class ScrollBars(QObject):
    """Looks again after the view or the cards have moved, but never in the midst of a gesture."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._due = False
        view.setHorizontalScrollBarPolicy(_HIDDEN)
        view.setVerticalScrollBarPolicy(_HIDDEN)
        view.view_changed.connect(self.look_soon)
        view.canvas_scene.arranged.connect(self.look_soon)

    @Slot()
    def look_soon(self) -> None:
        """Look again when what is going on has ended: a bar that comes or goes changes the size of the view."""
        if not self._due:
            self._due = True
            QTimer.singleShot(0, self, self.look)

    @Slot()
    def look(self) -> None:
        """Show the bars that are needed."""
        self._due = False
        view = self._view
        if view.dragging:
            return
        content, seen = view.canvas_scene.content_rect(), view.camera.visible()
        across = not content.isEmpty() and not _within(content, seen, across=True)
        down = not content.isEmpty() and not _within(content, seen, across=False)
        if view.camera.fitted and not view.camera.cut:
            across = down = False
        view.setHorizontalScrollBarPolicy(_SHOWN if across else _HIDDEN)
        view.setVerticalScrollBarPolicy(_SHOWN if down else _HIDDEN)


def _within(content: QRectF, seen: QRectF, *, across: bool) -> bool:
    if across:
        return content.left() >= seen.left() - _SLOP and content.right() <= seen.right() + _SLOP
    return content.top() >= seen.top() - _SLOP and content.bottom() <= seen.bottom() + _SLOP
