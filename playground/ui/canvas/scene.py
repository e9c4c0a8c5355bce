"""The scene: one item for each node, wire, note and group of the document, kept in step by id.

It never changes the document. Items are compared with the document by identity, so an edit costs what it changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from PySide6.QtCore import QObject, QRectF, Slot
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from playground.document.edits import place_of_group
from playground.document.graph import EdgeKey, Graph, Group, Node, Note, Position
from playground.editing.geometry import NodeBox, Point, Rect, Scenery, united
from playground.editing.levels import Level, LevelMaker, computed_wire, seen_notes
from playground.editing.room import Drawn, measured_by
from playground.network.check import Report
from playground.ui.canvas.face import CardFace, FaceMaker
from playground.ui.canvas.group_faces import group_faces
from playground.ui.canvas.group_item import GroupItem
from playground.ui.canvas.group_titles import GroupTitles
from playground.ui.canvas.level_items import StubItem, entered_or_around, frame_members, picture_targets, stub_places
from playground.ui.canvas.node_item import NodeItem
from playground.ui.canvas.note_item import NoteItem
from playground.ui.canvas.overlay import Band, Chip, Guides, PulledWire
from playground.ui.canvas.routing import CardIndex, disturbed, route
from playground.ui.canvas.scene_items import SceneItems
from playground.ui.canvas.twin_links import TwinLinks
from playground.ui.canvas.unfolding import Unfolding
from playground.ui.canvas.wire_item import WireItem
from playground.ui.canvas.wire_notes import WireNotes
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.theme import THEME

K = TypeVar("K")
I = TypeVar("I", bound=QGraphicsItem)  # noqa: E741
V = TypeVar("V", bound=Group | Note)


class CanvasScene(SceneItems):
    """Makes, changes and removes the items, lays the wires, and says where everything is."""

    def __init__(self, document: OpenDocument, parent: QObject | None = None) -> None:
        super().__init__(document, parent)
        self.unfolding = Unfolding(self)
        self.pulled, self.guides, self.band, self.chip, self.verdict = PulledWire(), Guides(), Band(), Chip(), Chip()
        for overlay in (self.guides, self.band, self.pulled, self.chip, self.verdict):
            self.addItem(overlay)
        self._levels = LevelMaker()
        self._faces = FaceMaker()
        self.faces: dict[str, CardFace] = {}
        """The face of every block, also of those that are not seen."""
        self.pictured: dict[str, tuple[str, ...]] = {}
        """The cards that show the picture of another block than of the one of their name."""
        self.computed: dict[EdgeKey, tuple[EdgeKey, ...]] = {}
        """For a drawn wire the wires of the network that it shows, where they are not just the one of its name."""
        self._ends: dict[str, list[EdgeKey]] = {}
        """The wires at each card."""
        self._cards = CardIndex()
        self._zones: dict[EdgeKey, Rect] = {}
        """Where a card that comes or goes may change the way of a wire."""
        self._left: dict[str, Rect] = {}
        """Where cards lay that have moved since all wires were last laid around them."""
        self._highlighted: EdgeKey | None = None
        self._chosen: set[str] = set()
        self._chosen_wires: set[EdgeKey] = set()
        self._graph = Graph()
        self._notes: tuple[Note, ...] = ()
        """Those that are seen."""
        self._report: Report | None = None
        self._zoom = 1.0
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        document.changed.connect(self._on_changed)
        document.opened.connect(self._on_opened)
        self.selection.changed.connect(self._on_selection)
        THEME.changed.connect(self._on_theme)
        self.wire_notes = WireNotes(self)
        self.twin_links = TwinLinks(self)
        self.group_titles = GroupTitles(self)
        measured_by(document, self.rects)
        self._on_opened()

    # In step with the document --------------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_changed(self, before: object, after: object) -> None:
        self.reconcile()

    @Slot()
    def _on_opened(self) -> None:
        self.selection.choose()
        self.entered, self.looked_at = "", {}
        for item in self.nodes.values():
            item.clear_pictures()
        self.reconcile()

    @Slot()
    def _on_theme(self) -> None:
        for note in self.notes.values():
            note.set_size(*note.size)
        for item in self.nodes.values():
            item.restyle()  # cards are cached as painted
        for wire in self.wires.values():
            wire.update()
        self.update()

    def reconcile(self) -> None:
        """Make, change and remove items until they show the graph of the document at the level that is seen."""
        graph, report = self.document.graph, self.document.report
        if graph is self._graph and report is self._report and self.entered == self.level.entered:
            return
        self.entered = entered_or_around(self._graph, graph, self.entered)
        before, level = self.level, self._levels.of(graph, self.entered)
        if before.entered != level.entered:
            self.level_leaving.emit(before.entered)
        moved = self._reconcile_nodes(graph, report, level)
        self.level = level
        if level.wires is not before.wires or report is not self._report:
            moved |= self._reconcile_wires(graph, report, level, before)
        notes = seen_notes(graph, self.entered)
        self._in_step(notes, self._notes, self.notes, NoteItem, NoteItem.show_note)
        self._notes = notes
        self._in_step(level.frames, before.frames, self.groups, GroupItem, GroupItem.show_group)
        self._graph, self._report = graph, report
        for frame in self.groups.values():
            frame.members = frame_members(graph, level, frame.id)
        self.selection.keep_only(graph)
        self.unfolding.refresh(graph, report)
        self._put_stubs()
        self._lay_wires(moved | level.stubs.keys(), around=True)
        self.enclose_groups()
        self._on_selection()
        self.look_from(self._zoom)
        self.reconciled.emit()
        self.arranged.emit()
        if before.entered != level.entered:
            self.level_changed.emit()

    def look_at_copy(self, number: int) -> None:
        self.looked_at[self.entered] = number
        self.pictured = picture_targets(self._graph, self.level, self.computed_name)
        self.copy_changed.emit()

    def enter(self, group: str) -> None:
        if group != self.entered and (not group or group in self.document.graph.groups_by_id):
            self.entered = group
            self.selection.choose()
            self.reconcile()

    def _reconcile_nodes(self, graph: Graph, report: Report, level: Level) -> set[str]:
        """Bring the cards in step. Returns the cards whose wires have to be laid anew."""
        same = report is self._report and level.wires is self.level.wires and level.closed is self.level.closed
        if same and level.nodes is self.level.nodes:
            return self._put_groups(graph, level)
        before = self._graph.by_id
        if same and _only_moved(level.nodes, self.level.nodes):
            changed = [node for node in level.nodes if before[node.id] is not node]
            moved = {node.id for node in changed if self._put(node.id, node.position)}
            return moved | self._put_groups(graph, level)
        self.faces = self._faces.of(graph, report)
        grouped = group_faces(graph, report, level)
        shown = {node.id for node in level.nodes} | grouped.keys()
        for name in [name for name in self.nodes if name not in shown]:
            self._remove_card(name)
        moved = {node.id for node in level.nodes if self._show_node(node, before.get(node.id), self.faces[node.id])}
        moved |= {name for name, face in grouped.items() if self._show_group_card(name, face)}
        self.level = level
        self.pictured = picture_targets(graph, level, self.computed_name)
        return moved | self._put_groups(graph, level)

    def _remove_card(self, name: str) -> None:
        self.unfolding.drop(name)
        self.removeItem(self.nodes.pop(name))
        gone = self._cards.remove(name)
        if gone is not None:
            self._left.setdefault(name, gone)

    def _put(self, name: str, position: Position) -> bool:
        """Put a card where the document has it. True when it stood elsewhere."""
        item = self.nodes[name]
        place = item.pos()
        if (place.x(), place.y()) == (position.x, position.y):
            return False
        item.setPos(position.x, position.y)
        return True

    def _put_groups(self, graph: Graph, level: Level) -> set[str]:
        cards = level.closed.values()
        return {card.group.id for card in cards if self._put(card.group.id, place_of_group(graph, card.group))}

    def _put_stubs(self) -> None:
        """Stubs stand beside what is inside, at the height of the ports that they are for."""
        stubs = self.level.stubs
        inside = [item.box() for name, item in self.nodes.items() if name not in stubs]
        for name, place in stub_places(stubs, inside, {name: self.nodes[name].size for name in stubs}).items():
            self.nodes[name].setPos(*place)

    def _show_node(self, node: Node, before: Node | None, face: CardFace) -> bool:
        """Make or change one card. True when its ports may have moved."""
        item = self.nodes.get(node.id)
        if item is None:
            item = self.nodes[node.id] = NodeItem(node.id, face)
            item.setPos(node.position.x, node.position.y)
            self.addItem(item)
            return True
        if before is node and item.face is face:
            return False
        box = item.box()
        if before is None or before.block != node.block:
            item.clear_pictures()
        if item.face != face:
            item.show_face(face)
        self._put(node.id, node.position)
        return item.box() != box

    def _show_group_card(self, name: str, face: CardFace) -> bool:
        """Make or change the card of a closed group or a stub. True when its ports may have moved."""
        item = self.nodes.get(name)
        if item is None:
            item = self.nodes[name] = StubItem(name, face) if name.startswith(":") else NodeItem(name, face)
            self.addItem(item)
            return True
        box = item.box()
        if item.face != face:
            item.show_face(face)
        return item.box() != box

    def _reconcile_wires(self, graph: Graph, report: Report, level: Level, before: Level) -> set[str]:
        """Bring the wires in step. Returns the cards that have new ones."""
        fresh: set[str] = set()
        for key in [key for key in self.wires if key not in level.wires]:
            self.removeItem(self.wires.pop(key))
            self._zones.pop(key, None)
        faulty = {(problem.node, problem.port) for problem in report.errors()}
        self._ends, self.computed = {}, {}
        for key, wire in level.wires.items():
            item, old = self.wires.get(key), before.wires.get(key)
            if item is None:
                item = self.wires[key] = WireItem(key)
                self.addItem(item)
            if old is not wire and (old is None or (old.start, old.end) != (wire.start, wire.end)):
                fresh.update((wire.start.node, wire.end.node))
            for name in (wire.start.node, wire.end.node):
                self._ends.setdefault(name, []).append(key)
            network = tuple(computed_wire(graph, edge) for edge in wire.edges)
            if network != (key,):
                self.computed[key] = network
            item.carry(report.signals.get((network[0].source, key.source_port)))
            wrong = bool(faulty) and any(self._is_faulty(edge, report, faulty) for edge in wire.edges)
            item.set_state(faulty=wrong)
        return fresh

    def _is_faulty(self, key: EdgeKey, report: Report, faulty: set[tuple[str, str]]) -> bool:
        """Whether an error is about what this wire brings."""
        if (key.target, key.target_port) in faulty:
            return True
        face = self.faces.get(key.target)
        single = face is not None and len(face.inputs) == 1
        return single and (key.target, "") in faulty and key.target not in report.inputs

    def _in_step(
        self,
        after: tuple[V, ...],
        before: tuple[V, ...],
        items: dict[str, I],
        make: Callable[[V], I],
        show: Callable[[I, V], None],
    ) -> None:
        if after is before:
            return
        old = {value.id: value for value in before}
        wanted = {value.id: value for value in after}
        for name in [name for name in items if name not in wanted]:
            self.removeItem(items.pop(name))
        for name, value in wanted.items():
            if name not in items:
                items[name] = make(value)
                self.addItem(items[name])
            elif old.get(name) is not value:
                show(items[name], value)

    # Geometry --------------------------------------------------------------------------------------------------------

    def _lay_wires(self, nodes: Iterable[str], *, around: bool = False) -> None:
        """Lay the wires of these nodes; with `around`, also other wires that run or ran behind them."""
        keys = set[EdgeKey]()
        for name in nodes:
            item = self.nodes.get(name)
            if item is None:
                continue
            rect = item.box().rect
            before = self._cards.put(name, rect)
            if before != rect:
                self._left.setdefault(name, before or rect)
            keys.update(self._ends.get(name, ()))
        if around and self._left:
            places = [*self._left.values(), *(self._cards.rects[n] for n in self._left if n in self._cards.rects)]
            self._left.clear()
            zones = list(self._zones)
            keys.update(zones[number] for number in disturbed([self._zones[key] for key in zones], places))
        for key in keys:
            wire = self.level.wires[key]
            start = self.nodes[wire.start.node].box().port("output", wire.start.name)
            end = self.nodes[wire.end.node].box().port("input", wire.end.name)
            found = route(start, end, self._cards, (wire.start.node, wire.end.node))
            self._zones[key] = found.zone
            self.wires[key].lay(found.curve)

    def place(self, positions: Mapping[str, Point]) -> None:
        """Show cards and notes elsewhere, as a gesture does before it ends; the document is not touched."""
        for name, (x, y) in positions.items():
            item = self.nodes.get(name) or self.notes.get(name)
            if item is not None:
                item.setPos(x, y)
        moved = set(positions)
        if self.level.stubs:
            self._put_stubs()
            moved |= self.level.stubs.keys()
        self._lay_wires(moved)
        self.enclose_groups(positions)
        self.look_from(self._zoom)
        self.arranged.emit()

    def restore_places(self, names: Iterable[str]) -> None:
        """Put things back where the document has them."""
        wanted, graph = set(names), self.document.graph
        places = {item.id: item.position for item in graph.items if item.id in wanted}
        places.update((name, place_of_group(graph, card.group)) for name, card in self.level.closed.items())
        self.place({name: (place.x, place.y) for name, place in places.items() if name in wanted})

    def resized(self, names: Iterable[str]) -> None:
        """Cards have changed their size by themselves."""
        chosen = set(names)
        if self.level.stubs:
            self._put_stubs()
            chosen |= self.level.stubs.keys()
        self._lay_wires(chosen, around=True)
        self.enclose_groups(chosen)
        self.look_from(self._zoom)
        self.arranged.emit()

    def enclose_groups(self, changed: Iterable[str] | None = None) -> None:
        """Lay the frames around their members."""
        touched = None if changed is None else set(changed)
        frames: dict[str, Rect] = {}
        for group in reversed(self.level.frames):  # inner ones first
            item = self.groups[group.id]
            if touched is None or not touched.isdisjoint(item.members):
                inner = [frames[one.id] for one in self._graph.groups_in(group.id) if one.id in frames]
                cards = [self.nodes[name].box().rect for name in item.members if name in self.nodes]
                papers = [self.notes[name].rect() for name in item.members if name in self.notes]
                item.enclose(united((*cards, *papers, *inner)))
            if item.frame.width:
                frames[group.id] = item.frame

    def moved_with(self, names: Iterable[str]) -> list[str]:
        """What moves when these things do: with a frame all cards in it."""
        found: dict[str, None] = {}
        for name in names:
            found.update(dict.fromkeys(self.groups[name].members if name in self.groups else (name,)))
        return list(found)

    def boxes(self) -> list[NodeBox]:
        """All cards, from back to front."""
        chosen = set(self.selection.items)
        ordered = sorted(self.nodes.items(), key=lambda pair: pair[0] in chosen)
        return [item.box() for _, item in ordered]

    def scenery(self) -> Scenery:
        """Everything that can be hit."""
        return Scenery(
            nodes=self.boxes(),
            wires=[(key, item.curve) for key, item in self.wires.items() if item.isVisible()],
            notes=[(name, item.shown_rect()) for name, item in self.notes.items()],
            fixed_notes={name for name, item in self.notes.items() if item.enlarged},
            group_titles=[(name, item.title_rect()) for name, item in self.groups.items()],
        )

    def rects(self, names: Iterable[str] | None = None) -> Drawn:
        """Rectangles of cards and notes, of all or of the named ones."""
        stubs = self.level.stubs
        known = Drawn((name, item.box().rect) for name, item in self.nodes.items() if name not in stubs)
        known.update((name, item.rect()) for name, item in self.notes.items())
        found = known if names is None else Drawn((name, known[name]) for name in names if name in known)
        found.entered = self.entered
        return found

    def sizes(self) -> dict[str, tuple[float, float]]:
        """Width and height of every card."""
        return {name: item.size for name, item in self.nodes.items() if name not in self.level.stubs}

    def content_rect(self, across: tuple[float, float] = (-math.inf, math.inf), *, notes: bool = True) -> QRectF:
        """The rectangle around everything on the canvas between two x, at this zoom; empty when nothing is there."""
        frames = [item.frame for item in self.groups.values()]
        papers = [item.shown_rect() for item in self.notes.values()] if notes else []
        everything = (*self._cards.rects.values(), *papers, *frames)
        around = united(rect for rect in everything if rect.x < across[1] and rect.right > across[0])
        return QRectF(around.x, around.y, around.width, around.height) if around else QRectF()

    def is_free(self, rect: Rect, but: str = "") -> bool:
        """Whether no card and no note, but the one named, lies in a rectangle."""
        if any(name != but for name in self._cards.meeting(rect)):
            return False
        return not any(name != but and item.shown_rect().meets(rect) for name, item in self.notes.items())

    def look_from(self, zoom: float) -> None:
        """Let notes be read at this zoom."""
        self._zoom = zoom
        for item in self.notes.values():
            item.look_from(1.0, self.is_free)
        if zoom < 1.0:
            for item in self.notes.values():
                item.look_from(zoom, self.is_free)

    # State that is only shown ----------------------------------------------------------------------------------------

    @Slot()
    def _on_selection(self) -> None:
        items, wires = set(self.selection.items), set(self.selection.wires)
        for name in items | self._chosen:  # a group just closed has a card instead of its frame
            for kind in (self.nodes, self.notes, self.groups):
                if name in kind:
                    kind[name].set_chosen(name in items)
        for key in wires ^ self._chosen_wires:
            if key in self.wires:
                self.wires[key].set_state(chosen=key in wires)
        self._chosen, self._chosen_wires = items, wires

    def highlight_wire(self, key: EdgeKey | None) -> None:
        """Show into which wire a block would go."""
        if key == self._highlighted:
            return
        for wire in (self._highlighted, key):
            if wire in self.wires:
                self.wires[wire].set_state(highlighted=wire == key)
        self._highlighted = key


def _only_moved(after: tuple[Node, ...], before: tuple[Node, ...]) -> bool:
    """Whether nothing but places has changed: then all cards still look the same."""
    if len(after) != len(before):
        return False
    return all(new is old or new == old.replace(position=new.position) for new, old in zip(after, before, strict=True))
