"""The canvas as its tools see it: the document, the scene, where one looks, what is selected, and what can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtWidgets import QGraphicsView, QWidget

from playground.document.copies import origin
from playground.document.graph import Edge, EdgeKey
from playground.editing.connecting import Verdict
from playground.editing.geometry import Hit, Point, PortRef, hit_test
from playground.editing.group_library import KeptGroup
from playground.ui.canvas.camera import Camera
from playground.ui.canvas.paint import scene_rect
from playground.ui.canvas.scene import CanvasScene
from playground.ui.open_document import OpenDocument


class CanvasSurface(QGraphicsView):
    """What gestures, menus, keys and messages work on; `CanvasView` puts them together and answers what they ask."""

    node_selected = Signal(str)
    """The one selected node, or "" when none or several are."""
    group_selected = Signal(str)
    """The one selected group; told after `node_selected`."""
    keep_wanted = Signal(str)
    """The person wants to keep this group among their own blocks."""
    selection_changed = Signal()
    weight_edit_requested = Signal(str, object, float)
    """(parameter name, index tuple, value): a weight or bias was typed at an unfolded block."""
    link_pasted = Signal(str)
    """A link to TensorFlow Playground that was pasted onto the canvas."""
    experiment_wanted = Signal(object)
    """The Path of an experiment that a person has found by its words."""
    said = Signal(str)
    """A sentence for the person, such as why something was refused."""
    parameters_wanted = Signal()
    """The person wants to set the parameters of the selected block."""
    weights_wanted = Signal(str, object)
    """("reset" or "widen", node ids): something is to be done with the weights of blocks."""
    view_changed = Signal()
    """Zoom or place of what is seen has changed."""

    def __init__(self, document: OpenDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.canvas_scene = CanvasScene(document, self)
        self.setScene(self.canvas_scene)
        self.camera = Camera(self, self.canvas_scene, self.view_changed.emit)

    def selected_nodes(self) -> tuple[str, ...]:
        """Ids of the selected nodes, in the order of selection."""
        return self.canvas_scene.selection.nodes(self.document.graph)

    def selected_node(self) -> str:
        """The one selected node, or "" when none or several are."""
        name = self.canvas_scene.selection.single
        return name if self.document.graph.has(name) else ""

    def selected_groups(self) -> tuple[str, ...]:
        """Ids of the selected groups, open or closed."""
        known = self.document.graph.groups_by_id
        return tuple(name for name in self.canvas_scene.selection.items if name in known)

    def output_of(self, name: str) -> PortRef | None:
        """The output of a block, or of a closed group, that the next block follows."""
        scene = self.canvas_scene
        if name in scene.level.closed:
            outputs = scene.level.closed[name].outputs
            return outputs[-1].end if outputs else None
        face = scene.faces.get(name)
        return PortRef(name, "output", face.outputs[0].name) if face is not None and face.outputs else None

    def select(self, identifiers: Iterable[str]) -> None:
        """Select exactly these nodes, notes and groups."""
        self.canvas_scene.selection.choose(identifiers)

    def go_to(self, identifier: str) -> None:
        """Select a node or a group and bring it into sight; of a copy, the inside of its group with its pictures."""
        copies, identifier = dict(origin(identifier).copies), origin(identifier).drawn
        self.canvas_scene.enter(self.canvas_scene.level_with(identifier))
        if self.canvas_scene.entered in copies:
            self.canvas_scene.look_at_copy(copies[self.canvas_scene.entered])
        self.select([identifier])
        item = self.canvas_scene.nodes.get(identifier)
        if item is not None:
            self.camera.reveal(scene_rect(item.box().rect))

    @Slot()
    def fit(self) -> None:
        """Show everything."""
        self.camera.fit()

    @Slot()
    def reset_zoom(self) -> None:
        """Zoom to 100 %."""
        self.camera.zoom_to(1.0)

    @Slot()
    def zoom_in(self) -> None:
        """One step closer."""
        self.camera.zoom_by(2.0)

    @Slot()
    def zoom_out(self) -> None:
        """One step farther."""
        self.camera.zoom_by(-2.0)

    def say(self, sentence: str) -> None:
        """Tell the person something; the window shows it."""
        self.said.emit(sentence)

    def to_scene(self, place: QPointF) -> QPointF:
        """A point of the viewport in the scene, not rounded to pixels."""
        return self.camera.to_scene(place)

    def hit(self, point: Point) -> Hit:
        """What lies at a point of the scene."""
        return hit_test(point, self.canvas_scene.scenery(), slop=min(24.0, 4.0 / self.camera.zoom))

    # What the view answers -------------------------------------------------------------------------------------------

    @property
    def dragging(self) -> bool:
        """Whether a gesture of the mouse is under way."""
        raise NotImplementedError

    def ask_for_block(self, at: Point | None, port: PortRef | None = None, edge: EdgeKey | None = None) -> None:
        """Open the quick menu; the chosen block goes to `at`, wired to `port` or into `edge`."""
        raise NotImplementedError

    def kept_groups(self) -> Sequence[KeptGroup]:
        """The groups that are kept in files."""
        raise NotImplementedError

    def put_group(self, path: str, at: Point | None, on_edge: EdgeKey | None) -> str:
        """Put a kept group on the canvas. Returns its id."""
        raise NotImplementedError

    def leave_room(self, height: int) -> None:
        """Leave pixels free above what is seen, for the line that says where one is."""
        raise NotImplementedError

    def append_to_selection(self) -> None:
        """Open the quick menu for a block after the selected node, or anywhere."""
        raise NotImplementedError

    def connect_ports(self, first: PortRef, second: PortRef) -> bool:
        """Lay a wire between two ports if it fits; else say why not."""
        raise NotImplementedError

    def refuse(self, edge: Edge, verdict: Verdict, replacing: EdgeKey | None = None) -> None:
        """Say why a wire was not laid and offer the remedies."""
        raise NotImplementedError

    def edit(self, identifier: str) -> None:
        """Type into a node's title, a group's title or a note."""
        raise NotImplementedError

    def escape(self) -> bool:
        """Cancel what is under way, else the selection. False when there was nothing."""
        raise NotImplementedError
