"""The loss surface as a landscape in three dimensions. Import it only where `opengl_works`."""

from __future__ import annotations

import numpy as np
import pyqtgraph.opengl as gl
from numpy.typing import NDArray
from OpenGL import GL
from pyqtgraph.opengl.shaders import initShaders
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from playground.analysis.loss.loss_surface import LossSurface, Track
from playground.ui.views.loss.surface_axes import Axes, Places, axes
from playground.ui.views.shared.contours import HeightScale, contour
from playground.ui.views.shared.surface_plot import DARK, LATER, OWN, TrackStyle, style_of
from playground.ui.widgets.theme import THEME

HEIGHT = 1.1
"""Of the landscape, whose sides are 2 long."""
LIFT = 0.015
"""Lines and points lie so far above the landscape, so that it does not swallow them."""
DISTANCE, ELEVATION, AZIMUTH = 3.9, 42.0, -62.0
"""Where the camera stands at first; the angles are in degrees."""
WIDEST = 1.25
"""Width by height of a picture that shows everything from that distance."""
OUTLINE = 24
"""Points along each side of the landscape that a legend keeps away from."""
EDGE = 3
"""Pixels around the picture that words keep free."""
IN_FRONT = {
    GL.GL_DEPTH_TEST: False, GL.GL_BLEND: True, GL.GL_CULL_FACE: False,
    "glBlendFuncSeparate": (GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA),
}  # fmt: skip
"""Drawn over everything: a wall of the landscape does not hide the path."""
FOREMOST = 1_000
"""Depth of points, in front of all paths."""


class Landscape(QWidget):
    """A surface with contour lines and the path on it. Dragging or the arrow keys turn it, the wheel comes closer.

    It paints what a hidden OpenGL widget has drawn. In the window itself such a widget would make Qt replace the whole
    window, lose what it has loaded whenever a dock floats, and be missing in saved pictures.
    """

    turned = Signal()
    """The camera stands elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Loss surface in three dimensions")
        self.setToolTip("Drag to turn it, roll the wheel to come closer, double-click to go back")
        self.setMinimumSize(THEME.px(80), THEME.px(60))
        self.scene = Scene()
        self.destroyed.connect(self.scene.deleteLater)
        self.scene.show()
        self._pressed = QPointF()
        self._shown: tuple[LossSurface, HeightScale] | None = None

    def show_surface(self, result: LossSurface, scale: HeightScale, levels: int) -> None:
        """Draw a result with these colours; as many contour lines as there are levels."""
        self._shown = result, scale
        self.scene.show_surface(result, scale, levels)
        self.update()

    def axes(self) -> Axes:
        """Names, ticks and numbers as they stand now."""
        if self._shown is None:
            return Axes((), ())
        room = QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)
        return axes(*self._shown, HEIGHT, self.scene.to_pixels, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self.scene.grabFramebuffer())
        written = self.axes()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(THEME.color("secondary"), 1))
        painter.drawLines(written.ticks)
        painter.setFont(THEME.font(13))
        for word in written.words:
            painter.setPen(THEME.color("text" if word.title else "secondary"))
            painter.drawText(word.rect, Qt.AlignmentFlag.AlignCenter, word.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.scene.resize(self.size())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved, self._pressed = event.position() - self._pressed, event.position()
        self.turn(-moved.x(), moved.y())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.look_from_start()

    def look_from_start(self) -> None:
        """Put the camera back to where it stood at first."""
        self.scene.look_from_start()
        self.turned.emit()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._approach(0.999 ** event.angleDelta().y())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        turns: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (-5, 0), Qt.Key.Key_Right: (5, 0), Qt.Key.Key_Up: (0, 5), Qt.Key.Key_Down: (0, -5),
        }  # fmt: skip
        if event.key() in turns:
            self.turn(*turns[event.key()])
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self._approach(0.9 if event.key() == Qt.Key.Key_Plus else 1.1)
        elif event.key() == Qt.Key.Key_Home:
            self.look_from_start()
        else:
            super().keyPressEvent(event)

    # What a legend must know ----------------------------------------------------------------------------------------

    def room(self) -> QRectF:
        """Where it lies; nowhere while it is not shown."""
        parent = self.parentWidget()
        return QRectF(self.geometry()) if parent is not None and self.isVisibleTo(parent) else QRectF()

    def newest(self) -> Places:
        """The place where the network stands."""
        return self._seen(self.scene.ends[:1])

    def cloud(self) -> Places:
        """Nothing but lines and one surface."""
        return np.zeros((0, 2))

    def marks(self) -> Places:
        """Points along the path."""
        return self._seen(self.scene.along_path)

    def ground(self) -> Places:
        """Points all over the landscape."""
        return self._seen(self.scene.outline)

    def words(self) -> list[QRectF]:
        """Names and numbers of the axes."""
        return [word.rect.translated(QPointF(self.pos())) for word in self.axes().words]

    def _seen(self, places: Places) -> Places:
        seen = places[np.isfinite(places).all(axis=1)]
        return np.asarray(self.scene.to_pixels(seen) + np.array([self.x(), self.y()]))

    def turn(self, across: float, up: float) -> None:
        self.scene.orbit(across, up)
        self.turned.emit()
        self.update()

    def _approach(self, factor: float) -> None:
        self.scene.opts["distance"] *= factor
        self.turned.emit()
        self.update()


class TrackRibbon:
    """The path of one run: a line with white beside it."""

    def __init__(self, scene: gl.GLViewWidget, depth: int) -> None:
        self.halo = gl.GLLinePlotItem(mode="line_strip", antialias=True, glOptions=IN_FRONT)
        self.line = gl.GLLinePlotItem(mode="line_strip", antialias=True, glOptions=IN_FRONT)
        for item in (self.halo, self.line):
            item.setDepthValue(depth)
            scene.addItem(item)

    def setVisible(self, visible: bool) -> None:
        """Show or hide it."""
        self.halo.setVisible(visible)
        self.line.setVisible(visible)

    def show(self, way: NDArray[np.float64], style: TrackStyle) -> None:
        """Draw a way (m, 3)."""
        self.halo.setData(pos=_lifted(way, LIFT), color=(1.0, 1.0, 1.0, 1.0), width=THEME.px(5))
        self.line.setData(pos=_lifted(way, 1.2 * LIFT), color=QColor(style.color).getRgbF(), width=THEME.px(2.5))


class Scene(gl.GLViewWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """The hidden OpenGL widget of a landscape: a window of its own, with a context of its own."""

    def __init__(self) -> None:
        super().__init__()  # without a parent, whose window Qt would prepare for OpenGL
        self.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        smooth = self.format()
        smooth.setSamples(4)
        self.setFormat(smooth)
        self._stretch = 1.0
        self.ends: Places = np.zeros((0, 3))
        """Present place first, then the start."""
        self.outline: Places = np.zeros((0, 3))
        """Some points of the landscape."""
        self.along_path: Places = np.zeros((0, 3))
        self._make_items()
        self.look_from_start()

    def _make_items(self) -> None:
        self.ground = gl.GLSurfacePlotItem(smooth=False, computeNormals=False, glOptions="opaque")
        self.lines = gl.GLLinePlotItem(mode="lines", width=1, antialias=True, glOptions="translucent")
        self.frame = gl.GLLinePlotItem(mode="lines", width=1, antialias=True, glOptions="translucent")
        self.tracks: list[TrackRibbon] = []
        self.rims = gl.GLScatterPlotItem(pxMode=True, glOptions=IN_FRONT)
        self.points = gl.GLScatterPlotItem(pxMode=True, glOptions=IN_FRONT)
        for depth, item in enumerate((self.frame, self.ground, self.lines)):
            item.setDepthValue(depth)
            self.addItem(item)
        for item in (self.rims, self.points):
            item.setDepthValue(FOREMOST)
            self.addItem(item)

    def initializeGL(self) -> None:
        # The programs that pyqtgraph has loaded are those of the context of an earlier landscape.
        initShaders()
        for kind in (gl.GLLinePlotItem, gl.GLScatterPlotItem):
            kind._shaderProgram = None
        super().initializeGL()

    def to_pixels(self, places: Places) -> Places:
        """Points (n, 3) in the picture, (n, 2)."""
        whole = self.projectionMatrix(self.getViewport(), self.getViewport()) * self.viewMatrix()
        matrix = np.array(whole.copyDataTo()).reshape(4, 4)
        seen = np.column_stack([places, np.ones(len(places))]) @ matrix.T
        flat = seen[:, :2] / np.where(np.abs(seen[:, 3:]) > 1e-9, seen[:, 3:], 1e-9)
        return np.asarray((flat * (1.0, -1.0) + 1.0) / 2.0 * (self.width(), self.height()))

    def look_from_start(self) -> None:
        """As for the landscape."""
        self.setCameraPosition(distance=DISTANCE * self._stretch, elevation=ELEVATION, azimuth=AZIMUTH)
        self.opts["center"].setZ(HEIGHT * 0.36)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The camera sees a fixed angle from left to right, so a wide low picture needs more distance.
        stretch = max(1.0, self.width() / max(1, self.height()) / WIDEST)
        self.opts["distance"] *= stretch / self._stretch
        self._stretch = stretch

    def show_surface(self, result: LossSurface, scale: HeightScale, levels: int) -> None:
        """As for the landscape."""
        self.setBackgroundColor(THEME.color("panel"))
        heights = np.nan_to_num(scale.shares(result.values), nan=1.0) * HEIGHT  # (row, column)
        side = np.linspace(-1.0, 1.0, len(result.alphas))
        other = np.linspace(-1.0, 1.0, len(result.betas))
        colors = np.ones((*heights.T.shape, 4), dtype=np.float32)
        colors[..., :3] = scale.colors(result.values).transpose(1, 0, 2) / 255.0
        self.ground.setData(x=side, y=other, z=heights.T.astype(np.float32), colors=colors.reshape(-1, 4))
        self.lines.setData(pos=_contour_lines(scale.shares(result.values), levels), color=(1.0, 1.0, 1.0, 0.45))
        self._show_tracks(result, heights)
        rows, columns = (np.linspace(0, count - 1, min(count, OUTLINE)).astype(int) for count in heights.shape)
        grid = np.stack(np.meshgrid(side[columns], other[rows]), axis=-1)
        ground = np.column_stack([grid.reshape(-1, 2), heights[np.ix_(rows, columns)].ravel()])
        self.outline, self.along_path = ground, _way(result, result.path, heights)
        self._show_frame()

    def _show_tracks(self, result: LossSurface, heights: NDArray[np.float64]) -> None:
        later = [(result.later, LATER)] if len(result.later) > 1 else []
        others = [(other, style_of(number)) for number, other in enumerate(result.others)]
        shown = [*others, *later, (result.path, OWN)]
        while len(self.tracks) < len(shown):
            self.tracks.append(TrackRibbon(self, 3 + len(self.tracks)))
        ends = []
        for number, ribbon in enumerate(self.tracks):
            ribbon.setVisible(number < len(shown))
            if number < len(shown):
                track, style = shown[number]
                way = _way(result, track, heights)
                ribbon.show(way, style)
                ends.append((way[-1], THEME.px(9), QColor(style.color).getRgbF()))
        # The run's own start and present point lie over all else.
        ends[-1] = (ends[-1][0], THEME.px(11), ends[-1][2])
        ends.append((_way(result, result.path, heights)[0], THEME.px(8), QColor(DARK).getRgbF()))
        places = np.array([place for place, _, _ in ends])
        self.ends = _lifted(places[-2:], 3 * LIFT)
        sizes = np.array([size for _, size, _ in ends])
        self.rims.setData(pos=_lifted(places, 2 * LIFT), size=sizes + THEME.px(5), color=(1.0, 1.0, 1.0, 1.0))
        self.points.setData(pos=_lifted(places, 3 * LIFT), size=sizes, color=np.array([color for *_, color in ends]))

    def _show_frame(self) -> None:
        floor = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
        edges = [((*a, 0.0), (*b, 0.0)) for a, b in zip(floor, [*floor[1:], floor[0]], strict=True)]
        edges += [((*corner, 0.0), (*corner, HEIGHT)) for corner in floor]
        self.frame.setData(pos=np.array(edges).reshape(-1, 3), color=THEME.color("secondary").getRgbF())


def _way(result: LossSurface, track: Track, heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """A path on the ground, (m, 3); what is outside the grid is no number."""
    places = np.stack([
        _to_side(track.places[:, 0], result.alphas), _to_side(track.places[:, 1], result.betas)
    ], axis=1)  # fmt: skip
    way = np.column_stack([places, [_height_at(heights, x, y) for x, y in places]])
    way[~(np.abs(places) <= 1.0).all(axis=1)] = np.nan
    return way


def _lifted(places: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    return np.asarray(places + np.array([0.0, 0.0, height]))


def _to_side(values: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places along a side, from -1 at its begin to 1 at its end."""
    places: NDArray[np.float64] = 2.0 * (values - side[0]) / (side[-1] - side[0]) - 1.0
    return places


def _height_at(heights: NDArray[np.float64], x: float, y: float) -> float:
    """The height between grid points, at a place from -1 to 1."""
    rows, columns = heights.shape
    column, row = (x + 1.0) / 2.0 * (columns - 1), (y + 1.0) / 2.0 * (rows - 1)
    left, low = int(np.clip(column, 0, columns - 2)), int(np.clip(row, 0, rows - 2))
    across, up = np.clip(column - left, 0.0, 1.0), np.clip(row - low, 0.0, 1.0)
    below = heights[low, left] * (1 - across) + heights[low, left + 1] * across
    above = heights[low + 1, left] * (1 - across) + heights[low + 1, left + 1] * across
    return float(below * (1 - up) + above * up)


def _contour_lines(shares: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    """The contour lines on the landscape, points (k, 3), two for every segment."""
    rows, columns = shares.shape
    found = []
    for level in np.linspace(0.0, 1.0, levels + 2)[1:-1]:
        segments = contour(shares, float(level)).reshape(-1, 2)
        places = segments / (columns - 1, rows - 1) * 2.0 - 1.0
        found.append(np.column_stack([places, np.full(len(places), level * HEIGHT + LIFT / 2)]))
    return np.concatenate(found)
