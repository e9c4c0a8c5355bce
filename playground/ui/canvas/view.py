"""The canvas on which networks are built: it turns mouse, keyboard and drops into gestures and undo commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmapCache,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from playground.document.graph import Edge, EdgeKey
from playground.editing import commands
from playground.editing.connecting import Verdict, edges_between, fits
from playground.editing.geometry import Hit, Point, PortRef
from playground.editing.group_library import KeptGroup
from playground.training.snapshot import Snapshot
from playground.ui.canvas import dropping, keys
from playground.ui.canvas.asking import Asking
from playground.ui.canvas.background import Background
from playground.ui.canvas.edge_scroll import EdgeScroll
from playground.ui.canvas.entering import Entering
from playground.ui.canvas.group_files import GroupFiles
from playground.ui.canvas.hover import Hover
from playground.ui.canvas.inline_editor import CanvasEditor
from playground.ui.canvas.interactions import (
    Interaction,
    MoveNodes,
    Pan,
    Pointer,
    PullWire,
    ResizeNote,
    Rubberband,
    SelectWire,
    TurnLock,
    lock_at,
)
from playground.ui.canvas.live import NO_PALETTES, LivePictures
from playground.ui.canvas.menus import context_menu, hit_by_keyboard
from playground.ui.canvas.messages import Messages
from playground.ui.canvas.quick_menu import QuickMenu
from playground.ui.canvas.repeat_editor import RepeatEditor
from playground.ui.canvas.requests import MenuRequest
from playground.ui.canvas.scroll_bars import ScrollBars
from playground.ui.canvas.surface import CanvasSurface
from playground.ui.canvas.verbs import Verbs
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.theme import THEME

_CARD_CACHE = 192 * 1024
"""KiB for painted cards: some 300 of them at 100 % on a screen of double density."""


class CanvasView(CanvasSurface):
    """The view of the graph: turns mouse and keyboard into gestures and verbs, and shows live pictures."""

    def __init__(self, document: OpenDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self._background = Background()
        self.verbs = Verbs(self)
        self.live = LivePictures(self.canvas_scene)
        self.messages = Messages(self)
        self.editor = CanvasEditor(self)
        self.edge_scroll = EdgeScroll(self)
        self._bars = ScrollBars(self)
        self._hover = Hover(self)
        self._gesture: Interaction | None = None
        self._space = False
        self._asking = Asking(self)
        self.repeat = RepeatEditor(self)
        self.group_files = GroupFiles(self)
        self.keep_wanted.connect(self.group_files.ask_and_keep)
        self.entering = Entering(self)
        self._was_selected = ("", "")
        self._scale = THEME.scale
        self._set_up()
        self.canvas_scene.reconciled.connect(self._on_reconciled)
        self.canvas_scene.selection.changed.connect(self._on_selection)
        self.canvas_scene.unfolding.weight_edited.connect(self.weight_edit_requested)
        document.opened.connect(self._on_opened)
        THEME.changed.connect(self._on_theme)
        self._on_theme()

    def _set_up(self) -> None:
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), _CARD_CACHE))
        self.setAccessibleName("Canvas")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        # Parts would leave ghosts: at 125 or 150 % their edges fall between pixels, and what scrolls is rounded anew.
        # Cards are cached as painted, so that all of 300 of them cost 12 ms in place of 8, and 5 at 100 % of zoom.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setDragMode(QGraphicsView.DragMode.NoDrag)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)

    def add_block(self, block_id: str) -> str:
        """Add a block after the selected node, select it and bring it into sight. Returns its id."""
        return self.verbs.add_block(block_id)

    # Public: live pictures -------------------------------------------------------------------------------------------

    def show_maps(
        self,
        maps: Mapping[str, NDArray[np.float32]],
        palettes: Mapping[str, str] = NO_PALETTES,
        *,
        by_unit: bool = True,
    ) -> None:
        """Maps by node, each (maps, h, w) with row 0 on top; `by_unit` when every unit has its own map."""
        self.live.show_maps(maps, palettes, by_unit=by_unit)
        self._keep_fitted()

    def show_points(
        self, node: str, points: NDArray[np.float32], classes: NDArray[np.number] | None = None
    ) -> None:
        """Points (n, 2) of a data node with their class numbers or values (n,)."""
        self.live.show_points(node, points, classes)
        self._keep_fitted()

    def show_curve(self, node: str, values: Sequence[float]) -> None:
        """A small curve in a node, such as the loss."""
        self.live.show_curve(node, values)
        self._keep_fitted()

    def show_gradients(self, sizes: Mapping[EdgeKey, float]) -> None:
        """Sizes of the gradients that flow back through the wires."""
        self.live.show_gradients(sizes)

    def show_weights(self, snapshot: Snapshot) -> None:
        """Weights for the neurons and links of unfolded blocks."""
        self.canvas_scene.unfolding.show_weights(snapshot)

    def _keep_fitted(self) -> None:
        """The first pictures make cards grow: what was fitted before stays fitted, until somebody moves or edits."""
        if self.live.grown and self.camera.fitted and self._gesture is None:
            self.camera.refit()
        self.live.grown = False

    def clear_pictures(self) -> None:
        """Take all live pictures away."""
        self.live.clear()

    # Blocks and wires ------------------------------------------------------------------------------------------------

    def ask_for_block(self, at: Point | None, port: PortRef | None = None, edge: EdgeKey | None = None) -> None:
        """Open the quick menu; the chosen block goes to `at`, wired to `port` or into `edge`."""
        real = self.canvas_scene.level.ports_at(port) if port is not None else ()
        self._asking.ask(MenuRequest(at, real[0] if real else None, edge))

    @property
    def quick_menu(self) -> QuickMenu | None:
        """The quick menu, once it has been opened."""
        return self._asking.menu

    def place_block(self, block: str, request: MenuRequest) -> str:
        """Add a block where the request wants it. Returns the new node's id."""
        return self._asking.place(block, request)

    @Slot()
    def append_to_selection(self) -> None:
        """Open the quick menu for a block after the selected node, or anywhere."""
        self._asking.append_to_selection()

    def connect_ports(self, first: PortRef, second: PortRef) -> bool:
        """Lay a wire between two ports if it fits; else say why not."""
        edges = edges_between(self.canvas_scene.level, first, second)
        if not edges:
            self.say("A wire runs from an output to an input.")
            return False
        for edge in edges:
            verdict = fits(self.document, edge)
            if not verdict.ok:
                self.refuse(edge, verdict)
                return False
        commands.lay(self.document, edges)
        return True

    def refuse(self, edge: Edge, verdict: Verdict, replacing: EdgeKey | None = None) -> None:
        """Say why a wire was not laid and offer the remedies."""
        self.messages.refuse(edge, verdict, replacing)

    def edit(self, identifier: str) -> None:
        """Type into a node's title, a group's title or a note."""
        self.editor.edit(identifier)

    @property
    def dragging(self) -> bool:
        """Whether a gesture of the mouse is under way."""
        return self._gesture is not None

    def escape(self) -> bool:
        """Cancel the gesture, else the bubble of a refused wire, else the selection. False when there was nothing."""
        if self._gesture is not None:
            self._let_go().cancel()
            return True
        if self.messages.dismiss():
            return True
        if self.canvas_scene.selection.items or self.canvas_scene.selection.wires:
            self.canvas_scene.selection.choose()
            return True
        return self.verbs.leave_group()

    def _pointer(self, event: QMouseEvent) -> Pointer:
        place = event.position()
        point, held = self.to_scene(place), event.modifiers()
        return Pointer(
            (point.x(), point.y()),
            (place.x(), place.y()),
            shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
            control=bool(held & Qt.KeyboardModifier.ControlModifier),
            alt=bool(held & Qt.KeyboardModifier.AltModifier),
        )

    @Slot()
    def _on_reconciled(self) -> None:
        if self._gesture is not None:
            self.escape()
        self.camera.fitted = False
        self.camera.widen()
        self._on_selection()

    @Slot()
    def _on_opened(self) -> None:
        self.editor.drop()
        self.live.clear()
        self.camera.open()

    @Slot()
    def _on_selection(self) -> None:
        self.selection_changed.emit()
        name = self.selected_node()
        chosen = self.canvas_scene.selection.single
        group = chosen if chosen in self.document.graph.groups_by_id else ""
        if (name, group) != self._was_selected:
            self._was_selected = name, group
            self.node_selected.emit(name)
            if group:
                self.group_selected.emit(group)
        item = self.canvas_scene.nodes.get(chosen)
        self.setAccessibleDescription(item.face.words() if item is not None else self._summary())

    def _summary(self) -> str:
        graph, chosen = self.document.graph, len(self.canvas_scene.selection.items)
        if self.canvas_scene.entered:
            group = graph.group(self.canvas_scene.entered)
            return f"Inside {group.title or 'group'}, {len(graph.members(group.id))} blocks, {chosen} selected"
        return f"{len(graph.nodes)} blocks, {len(graph.edges)} wires, {chosen} selected"

    @Slot()
    def _on_theme(self) -> None:
        if THEME.scale != self._scale:
            self.camera.scale_by(THEME.scale / self._scale)
            self._scale = THEME.scale
        self.setBackgroundBrush(THEME.color("canvas"))
        self.viewport().update()

    # Mouse -----------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.editor.finish()
        self.repeat.close()
        self.messages.dismiss()
        if self._gesture is not None:
            return
        pointer = self._pointer(event)
        hit = self.hit(pointer.scene)
        panning = event.button() == Qt.MouseButton.MiddleButton or self._space
        left = event.button() == Qt.MouseButton.LeftButton
        neurons = self.canvas_scene.unfolding
        if left and not panning and hit.kind != "port" and neurons.press(self.to_scene(event.position()), hit.id):
            event.accept()
            return
        if panning:
            self._begin(Pan(self, pointer))
        elif left and not self.repeat.press(hit, pointer.scene):
            self._begin(self._gesture_for(hit, pointer))
        event.accept()

    def _gesture_for(self, hit: Hit, pointer: Pointer) -> Interaction:
        if hit.kind == "port" and hit.port is not None:
            return PullWire(self, pointer, hit.port)
        if hit.id in self.canvas_scene.level.stubs:
            return SelectWire(self, pointer)
        if hit.kind == "node" and lock_at(self, hit.id, pointer):
            return TurnLock(self, pointer, hit.id)
        if hit.kind in ("node", "note", "group"):
            return MoveNodes(self, pointer, hit.id)
        if hit.kind == "note-corner":
            return ResizeNote(self, pointer, hit.id)
        return SelectWire(self, pointer) if hit.kind == "wire" else Rubberband(self, pointer)

    def _begin(self, gesture: Interaction) -> None:
        self._gesture = gesture
        self._hover.nothing()
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer(event)
        if self._gesture is not None:
            self._drag(pointer)
            return
        if not event.buttons() and not self._space:
            hit = self.hit(pointer.scene)
            self._hover.over(hit, pointer.scene)
            if self.repeat.hover(hit, pointer.scene):
                self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def _drag(self, pointer: Pointer) -> None:
        """Go on with the gesture; at the edge the canvas scrolls below the mouse."""
        if self._gesture is None:
            return
        self._gesture.move(pointer)
        if self._gesture.moving and self._gesture.scrolls:
            place = QPointF(*pointer.view)
            self.edge_scroll.at(place, lambda: self._drag(pointer.seen_at(self.to_scene(place))))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._gesture is not None:
            self._let_go().end(self._pointer(event))
            self.camera.widen()

    def _let_go(self) -> Interaction:
        gesture, self._gesture = self._gesture, None
        assert gesture is not None
        self.edge_scroll.stop()
        self._bars.look_soon()
        self._restore_cursor()
        return gesture

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer(event)
        hit = self.hit(pointer.scene)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        stub = self.canvas_scene.level.stubs.get(hit.id)
        if stub is not None:
            self.go_to((stub.port.outside or stub.port.ends)[0].node)
        elif hit.id in self.canvas_scene.level.closed:
            self.canvas_scene.enter(hit.id)
        elif hit.kind in ("node", "note", "group"):
            self.select([hit.id])
            self.edit(hit.id)
        elif hit.kind == "wire":
            self.ask_for_block(pointer.scene, edge=hit.edge)
        elif hit.kind == "canvas":
            self.ask_for_block(pointer.scene)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover.nothing()
        super().leaveEvent(event)

    def _restore_cursor(self) -> None:
        shape = Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.editor.finish()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            place = self.to_scene(QPointF(event.pos()))
            hit, spot = self.hit((place.x(), place.y())), event.globalPos()
        else:
            hit, place = hit_by_keyboard(self)
            spot = self.viewport().mapToGlobal(self.mapFromScene(place))
        if hit.kind == "wire" and hit.edge is not None:
            self.canvas_scene.selection.choose(wires=[hit.edge])
        elif hit.id and hit.id not in self.canvas_scene.selection.items:
            self.select([hit.id])
        context_menu(self, self.verbs, hit, (place.x(), place.y())).popup(spot)

    # Wheel, touch, keyboard ------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        place = self.to_scene(event.position())
        point = place.x(), place.y()
        if not self.repeat.wheel(event, self.hit(point), point):
            self.camera.wheel(event)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        return self.camera.pinch(event) or super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._space = True
            if self._gesture is None:
                self._restore_cursor()
            event.accept()
        elif self._steer_neurons(event) or keys.press(self, self.verbs, event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def _steer_neurons(self, event: QKeyEvent) -> bool:
        item = self.canvas_scene.unfolding.focused()
        return item is not None and not event.modifiers() and item.steer(event.key())

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            if self._gesture is None:
                self._restore_cursor()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        # Tab walks through the blocks; past the last one it leaves the canvas, so that nobody is trapped in it.
        if self.hasFocus() and self.verbs.step(forwards):
            return True
        return super().focusNextPrevChild(forwards)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        dropping.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        dropping.move(self, self.edge_scroll, event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        dropping.leave(self, self.edge_scroll)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        dropping.drop(self, self.edge_scroll, event)

    # Painting and size -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.camera.resized(event.oldSize())
        self.messages.follow()
        self.entering.line.place()
        self.view_changed.emit()

    def kept_groups(self) -> Sequence[KeptGroup]:
        return self.group_files.all()

    def put_group(self, path: str, at: Point | None, on_edge: EdgeKey | None) -> str:
        return self.group_files.put(path, at, on_edge)

    def leave_room(self, height: int) -> None:
        self.setViewportMargins(0, height, 0, 0)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.messages.follow()
        self.view_changed.emit()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self._background.paint(painter, QRectF(rect))
