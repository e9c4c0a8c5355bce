"""The bubble of the canvas: the fault of the selected node, or why a wire was refused, with remedies to click."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPointF, Slot

from playground.blocks.base import Fix
from playground.document.graph import Edge, EdgeKey
from playground.editing import commands
from playground.editing.connecting import Verdict, remedies
from playground.network.check import Problem
from playground.ui.canvas.bubble import Bubble
from playground.ui.canvas.surface import CanvasSurface

_MOST_BUTTONS = 3


class Messages(QObject):
    """Decides what the bubble says and keeps it beside the node it speaks of."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._scene = view.canvas_scene
        self.bubble = Bubble(view.viewport())
        self._node = ""
        self._shown: Problem | None = None
        self._refused = False
        self._scene.selection.changed.connect(self.refresh)
        self._scene.reconciled.connect(self.refresh)
        self._scene.arranged.connect(self.follow)

    @Slot()
    def refresh(self) -> None:
        """Speak of the one selected node that has a fault, or be silent."""
        self._refused = False
        name = self._scene.selection.single
        item = self._scene.nodes.get(name)
        problems = sorted(item.face.problems, key=lambda problem: problem.severity != "error") if item else []
        if not problems:
            self.hide()
            return
        problem = problems[0]
        if self._node == name and self._shown == problem and self.bubble.isVisible():
            self.follow()
            return
        self._node, self._shown = name, problem
        tone = "error" if problem.severity == "error" else "warning"
        buttons = [(fix.label, partial(self._fix, problem.node, fix)) for fix in problem.fixes[:_MOST_BUTTONS]]
        self.bubble.speak(problem.message, buttons, tone)
        self.follow()

    def refuse(self, edge: Edge, verdict: Verdict, replacing: EdgeKey | None) -> None:
        """Say why a wire was not laid, and offer to lay it together with its remedy."""
        buttons: list[tuple[str, Callable[[], None]]] = []
        if verdict.fixes:
            graph = self._view.document.graph
            for fix in remedies(graph, edge)[:_MOST_BUTTONS]:
                buttons.append((fix.label, partial(self._connect, edge, replacing, fix)))
        if verdict.wrong_shape:
            buttons.append(("Connect anyway", partial(self._connect, edge, replacing, None)))
        self._node, self._shown, self._refused = self._scene.card_of(edge.target), None, True
        self.bubble.speak(verdict.sentence, buttons)
        self.follow()
        self._view.say(verdict.sentence)

    def _fix(self, node: str, fix: Fix) -> None:
        if not commands.apply_fix(self._view.document, node, fix):
            self._view.say("The graph has changed, and this remedy does not apply any more.")

    def _connect(self, edge: Edge, replacing: EdgeKey | None, fix: Fix | None) -> None:
        self.hide()
        try:
            commands.connect(self._view.document, edge, replacing=replacing, fix=fix)
        except (KeyError, StopIteration, ValueError):
            self._view.say("The graph has changed, and this wire cannot be laid any more.")

    @Slot()
    def follow(self) -> None:
        """Stand beside the node again, after it or the view has moved."""
        item = self._scene.nodes.get(self._node)
        if item is None or (self._shown is None and not self._refused):
            self.bubble.hide()
            return
        rect = item.box().rect
        below = QPointF(self._view.mapFromScene(QPointF(rect.centre[0], rect.bottom)))
        above = QPointF(self._view.mapFromScene(QPointF(rect.centre[0], rect.y)))
        room = self._view.viewport().rect()
        if not (-40 < below.x() < room.width() + 40 and above.y() < room.height() and below.y() > 0):
            self.bubble.hide()
            return
        self.bubble.point_at(below, above)

    def dismiss(self) -> bool:
        """Forget a refused wire. False when none was spoken of; the fault of a selected node stays."""
        refused = self._refused
        if refused:
            self.hide()
            self.refresh()
        return refused

    def hide(self) -> None:
        """Be silent."""
        self._node, self._shown, self._refused = "", None, False
        self.bubble.hide()
