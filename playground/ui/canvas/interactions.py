"""Every mouse gesture as an object: begun, moved, then ended or cancelled. Only the end changes the document."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, Qt

from playground.document import edits
from playground.document.graph import EdgeKey, Graph
from playground.editing import adding, commands, geometry, groups
from playground.editing.connecting import Verdict, all_fit, edges_between, fits
from playground.editing.geometry import NodeBox, Point, PortRef, Side, between, curve_meets, port_at, snap, united
from playground.network.check import Report
from playground.ui.canvas.paint import FAR
from playground.ui.canvas.surface import CanvasSurface

_START = 4.0
"""Pixels the mouse must travel before a press becomes a drag."""
_SNAP = 7.0
_CATCH = 16.0
"""Pixels around a port that catch a pulled wire."""
_BUDGET = 0.004
"""Seconds per mouse move for colouring ports that are not under the mouse."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """The mouse: where it is in the scene and in the viewport, and which modifier keys are held."""

    scene: Point
    view: Point
    shift: bool = False
    control: bool = False
    alt: bool = False

    def seen_at(self, point: QPointF) -> Pointer:
        """The same place of the viewport, under which another point of the scene lies now."""
        return replace(self, scene=(point.x(), point.y()))


class Interaction:
    """Base of the gestures."""

    cursor: Qt.CursorShape | None = None
    scrolls = True
    """Whether the canvas scrolls when the mouse comes to its edge."""

    def __init__(self, view: CanvasSurface, start: Pointer) -> None:
        self.view = view
        self.scene = view.canvas_scene
        self.start = start
        self.moving = False

    def move(self, pointer: Pointer) -> None:
        """The mouse moved; a small tremble is not yet a drag."""
        if not self.moving:
            dx, dy = pointer.view[0] - self.start.view[0], pointer.view[1] - self.start.view[1]
            if abs(dx) + abs(dy) < _START:
                return
            self.moving = True
        self.drag(pointer)

    def end(self, pointer: Pointer) -> None:
        """The button was released."""
        if self.moving:
            self.drag(pointer)
            self.drop(pointer)
        else:
            self.click(pointer)
        self.clean()

    def cancel(self) -> None:
        """Escape: all as it was."""
        self.clean()

    def drag(self, pointer: Pointer) -> None:
        """Show what would happen."""

    def drop(self, pointer: Pointer) -> None:
        """Do it."""

    def click(self, pointer: Pointer) -> None:
        """The mouse was pressed and released in one place."""

    def clean(self) -> None:
        """Take away what was only shown."""


class MoveNodes(Interaction):
    """Drag the selection. It snaps to other cards (not with Alt); a loose block dropped on a wire goes into it.

    Dragged into the frame of a group it belongs there from then on; with Shift it leaves its own.
    """

    def __init__(self, view: CanvasSurface, start: Pointer, name: str) -> None:
        super().__init__(view, start)
        self._pressed = name
        chosen = self.scene.selection
        self._was_chosen = name in chosen.items
        if start.shift or start.control:
            chosen.toggle(name)
        elif not self._was_chosen:
            chosen.choose([name])
        self._from = self.scene.rects(self._moved_names())
        self._others: list[geometry.Rect] = []
        self._places: dict[str, Point] = {}
        self._wire: EdgeKey | None = None
        self._home: str | None = None

    def _moved_names(self) -> list[str]:
        return self.scene.moved_with(self.scene.selection.items)

    def move(self, pointer: Pointer) -> None:
        if not self.moving:
            seen = self.view.camera.visible()
            around = geometry.Rect(seen.x(), seen.y(), seen.width(), seen.height())
            rects = self.scene.rects()
            self._others = [rect for name, rect in rects.items() if name not in self._from and rect.meets(around)]
        super().move(pointer)

    def drag(self, pointer: Pointer) -> None:
        bounds = united(self._from.values())
        if bounds is None:
            return
        dx, dy = pointer.scene[0] - self.start.scene[0], pointer.scene[1] - self.start.scene[1]
        if not pointer.alt:
            pull = snap(bounds.moved(dx, dy), self._others, slop=_SNAP / self.view.camera.zoom)
            dx, dy = dx + pull.dx, dy + pull.dy
            self.scene.guides.show_guides(pull.guides)
        else:
            self.scene.guides.show_guides(())
        self._places = {name: (rect.x + dx, rect.y + dy) for name, rect in self._from.items()}
        self.scene.place(self._places)
        self._wire = self._wire_under()
        self.scene.highlight_wire(self._wire)
        self._home = self._home_under(pointer)
        if self._home is None:
            self.scene.chip.hide()
        else:
            self.scene.chip.say(self._words(self._home), pointer.scene)

    def _home_under(self, pointer: Pointer) -> str | None:
        """The group into which the cards would go when they are let go: a frame that they are dragged into, or with
        Shift out of the one where they lie; None where they stay in theirs.
        """
        graph, names = self.scene.document.graph, list(self._places)
        homes = {graph.homes.get(name, "") for name in names}
        if self._wire is not None or len(homes) != 1:
            return None
        home = homes.pop()
        if pointer.shift:
            around = graph.homes.get(home, "") if home else None
            return around if home != self.scene.entered else None
        chosen = set(self.scene.selection.items)
        inner = [one for one in self.scene.groups.values() if not chosen.intersection((one.id, *one.members))]
        holding = [one.id for one in inner if one.holds(pointer.scene)]
        return holding[-1] if holding and holding[-1] != home else None

    def _words(self, home: str) -> str:
        group = self.scene.document.graph.groups_by_id.get(home)
        return f"Into “{group.title or 'Group'}”" if group is not None else "Out of the group"

    def _wire_under(self) -> EdgeKey | None:
        graph = self.scene.document.graph
        if len(self._places) != 1:
            return None
        name = next(iter(self._places))
        if name not in self.scene.nodes or not graph.has(name) or not adding.is_loose(graph, name):
            return None
        core = self.scene.nodes[name].box().rect.grown(-18.0)
        return next((key for key, item in self.scene.wires.items() if curve_meets(item.curve, core)), None)

    def drop(self, pointer: Pointer) -> None:
        wire, places = self._wire, self._places
        if wire is not None:
            name, place = next(iter(places.items()))
            adding.insert_existing(self.scene.document, name, wire, place)
        elif places and self._home is not None:
            groups.put_into(self.scene.document, places, self._home, places)
        elif places:
            commands.drop(self.scene.document, places)

    def click(self, pointer: Pointer) -> None:
        if self._was_chosen and not (pointer.shift or pointer.control):
            self.scene.selection.choose([self._pressed])

    def cancel(self) -> None:
        self.scene.restore_places(self._from)
        super().cancel()

    def clean(self) -> None:
        self.scene.guides.show_guides(())
        self.scene.highlight_wire(None)
        self.scene.chip.hide()


class PullWire(Interaction):
    """Pull a wire out of a port, or the end of an existing wire off its input, to lay it anew."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasSurface, start: Pointer, port: PortRef) -> None:
        super().__init__(view, start)
        self._pressed = port
        self._old = self._wire_at(port)
        self._fixed = self.scene.level.wires[self._old].start if self._old else port
        self._held: Side = "input" if self._fixed.side == "output" else "output"
        self._boxes: list[NodeBox] = self.scene.boxes()
        self._origin = next(box for box in self._boxes if box.id == self._fixed.node).port(
            self._fixed.side, self._fixed.name
        )
        self._verdicts: dict[PortRef, Verdict] = {}
        self._waiting: list[PortRef] = []
        self._target: PortRef | None = None

    def _wire_at(self, port: PortRef) -> EdgeKey | None:
        if port.side != "input":
            return None
        wires = [key for key, wire in self.scene.level.wires.items() if wire.end == port]
        return wires[-1] if wires else None

    @property
    def _replaced(self) -> tuple[EdgeKey, ...]:
        """The wires of the document that the wire in the hand stands for."""
        return self.scene.level.edges_of([self._old]) if self._old is not None else ()

    def _begin(self) -> None:
        document = self.scene.document
        graph = edits.disconnect(document.graph, self._replaced) if self._old else document.graph
        self._asked = _Asked(graph, document.report)
        if self._old:
            self.scene.wires[self._old].hide()
        for box in self._boxes:
            names = box.inputs if self._held == "input" else box.outputs
            if box.id != self._fixed.node:
                self._waiting.extend(PortRef(box.id, self._held, name) for name in names)

    def drag(self, pointer: Pointer) -> None:
        if not hasattr(self, "_asked"):
            self._begin()
        reach = _CATCH / self.view.camera.zoom
        self._target = port_at(pointer.scene, self._boxes, reach=reach, side=self._held, inside=True)
        if self._target is not None and self._target.node == self._fixed.node:
            self._target = None
        verdict = self._verdict(self._target) if self._target else None
        self._color_ports()
        end = self._place_of(self._target) if self._target else pointer.scene
        state = "" if verdict is None else "good" if verdict.ok else "error"
        self.scene.pulled.pull(self._origin, end, state, self._held)
        if verdict is not None and not verdict.ok:
            self.scene.verdict.say(verdict.sentence, (end[0], end[1]), tone="error")
        else:
            self.scene.verdict.hide()

    def _place_of(self, port: PortRef) -> Point:
        return next(box for box in self._boxes if box.id == port.node).port(port.side, port.name)

    def _verdict(self, port: PortRef) -> Verdict:
        if port not in self._verdicts:
            self._verdicts[port] = all_fit(self._asked, edges_between(self.scene.level, self._fixed, port))
        return self._verdicts[port]

    def _color_ports(self) -> None:
        """Judge further ports as long as the frame allows, and show what is known."""
        deadline = time.perf_counter() + _BUDGET
        while self._waiting and time.perf_counter() < deadline:
            self._verdict(self._waiting.pop(0))
        colors: dict[str, dict[tuple[str, str], str]] = {}
        for port, verdict in self._verdicts.items():
            colors.setdefault(port.node, {})[port.side, port.name] = "good" if verdict.ok else "error"
        for name, item in self.scene.nodes.items():
            item.color_ports(colors.get(name, {}))

    def drop(self, pointer: Pointer) -> None:
        if self._target is None:
            self._drop_on_nothing(pointer)
            return
        edges = edges_between(self.scene.level, self._fixed, self._target)
        if not edges or {edge.key for edge in edges} == set(self._replaced):
            return
        verdict = self._verdict(self._target)
        if verdict.ok:
            commands.lay(self.scene.document, edges, replacing=self._replaced)
        else:
            wrong = next((edge for edge in edges if not fits(self._asked, edge).ok), edges[0])
            self.view.refuse(wrong, verdict, replacing=self._old)

    def _drop_on_nothing(self, pointer: Pointer) -> None:
        if self._old is not None:
            commands.disconnect(self.scene.document, self._replaced)
        else:
            self.view.ask_for_block(pointer.scene, port=self._fixed)

    def click(self, pointer: Pointer) -> None:
        if self._pressed.node not in self.scene.level.stubs:
            self.scene.selection.choose([self._pressed.node])

    def clean(self) -> None:
        self.scene.pulled.hide()
        self.scene.verdict.hide()
        if self._old in self.scene.wires:
            self.scene.wires[self._old].show()
        for item in self.scene.nodes.values():
            item.color_ports({})


@dataclass(frozen=True, slots=True)
class _Asked:
    """The graph without the wire in the hand, with the report of the document."""

    graph: Graph
    report: Report


class Rubberband(Interaction):
    """Select all that the band touches; with Shift or Ctrl in addition to what is selected."""

    def __init__(self, view: CanvasSurface, start: Pointer) -> None:
        super().__init__(view, start)
        chosen = self.scene.selection
        self._kept = (chosen.items, chosen.wires) if start.shift or start.control else ((), ())
        self._before = chosen.items, chosen.wires

    def drag(self, pointer: Pointer) -> None:
        band = between(self.start.scene, pointer.scene)
        self.scene.band.span(band)
        touched = [name for name, rect in self.scene.rects().items() if rect.meets(band)]
        wires = [] if touched else [k for k, item in self.scene.wires.items() if curve_meets(item.curve, band)]
        self.scene.selection.choose((*self._kept[0], *touched), (*self._kept[1], *wires))

    def click(self, pointer: Pointer) -> None:
        self.scene.selection.choose(*self._kept)

    def cancel(self) -> None:
        self.scene.selection.choose(*self._before)
        super().cancel()

    def clean(self) -> None:
        self.scene.band.hide()


class SelectWire(Interaction):
    """A click selects a wire; pulling it takes its nearer end off, when that is its input."""

    scrolls = False

    def click(self, pointer: Pointer) -> None:
        key = self.view.hit(pointer.scene).edge
        if key is not None and (pointer.shift or pointer.control):
            self.scene.selection.toggle(wire=key)
        elif key is not None:
            self.scene.selection.choose(wires=[key])


class Pan(Interaction):
    """Move the canvas under the window."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls = False

    def __init__(self, view: CanvasSurface, start: Pointer) -> None:
        super().__init__(view, start)
        self._last = start.view

    def drag(self, pointer: Pointer) -> None:
        self.view.camera.pan(self._last[0] - pointer.view[0], self._last[1] - pointer.view[1])
        self._last = pointer.view


class ResizeNote(Interaction):
    """Pull the corner of a note."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, view: CanvasSurface, start: Pointer, name: str) -> None:
        super().__init__(view, start)
        self._note = self.scene.notes[name]
        self._size = self._note.size
        self.scene.selection.choose([name])

    def drag(self, pointer: Pointer) -> None:
        width = self._size[0] + pointer.scene[0] - self.start.scene[0]
        height = self._size[1] + pointer.scene[1] - self.start.scene[1]
        self._note.set_size(min(max(width, 40.0), 4_000.0), min(max(height, 24.0), 4_000.0))

    def drop(self, pointer: Pointer) -> None:
        commands.resize_note(self.scene.document, self._note.id, *self._note.size)

    def cancel(self) -> None:
        self._note.set_size(*self._size)


def lock_at(view: CanvasSurface, name: str, pointer: Pointer) -> bool:
    """Whether the mouse is over the lock of a block; a little beside it counts."""
    item = view.canvas_scene.nodes.get(name)
    if item is None or not view.document.graph.has(name) or view.camera.zoom < FAR:
        return False
    rect = item.lock_rect(view.camera.zoom)
    return not rect.isEmpty() and rect.adjusted(-3, -3, 3, 3).contains(QPointF(*pointer.scene) - item.pos())


class TurnLock(Interaction):
    """A click on the lock of a card."""

    scrolls = False

    def __init__(self, view: CanvasSurface, start: Pointer, name: str) -> None:
        super().__init__(view, start)
        self._name = name

    def click(self, pointer: Pointer) -> None:
        if lock_at(self.view, self._name, pointer):
            commands.toggle_trainable(self.view.document, [self._name])
