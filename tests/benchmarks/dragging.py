"""Dragging a card in a graph of 300 nodes: from each mouse event to the repainted canvas."""

from __future__ import annotations

import statistics
import time

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from playground.ui.canvas.view import CanvasView
from tests.benchmarks.projects import wide_chain
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Spent, percentile
from tests.benchmarks.window import PaintCounter, open_window, rest

NODES = 300
MOVES = 120
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def measure() -> list[Row]:
    """One row with the whole graph in sight, one at 100 %, one with 20 cards in the hand."""
    with open_window(wide_chain(NODES)) as place:
        canvas = place.canvas
        canvas.fit()
        rest(0.5)
        rows = [_row(canvas, "all in sight", ["dense-150"])]
        rows.append(_row(canvas, "all in sight, 20 cards", [f"dense-{number}" for number in range(140, 160)]))
        canvas.camera.zoom_to(1.0)
        canvas.go_to("dense-150")
        rest(0.5)
        rows.append(_row(canvas, "at 100 %", ["dense-150"]))
    return rows


def _row(canvas: CanvasView, words: str, names: list[str]) -> Row:
    canvas.select(names)
    rest(0.2)
    spent = _drag(canvas, names[len(names) // 2])
    wall = [move.wall for move in spent]
    processor = statistics.median(move.processor for move in spent)
    detail = f"p95 {percentile(wall, 0.95):.1f} ms in {len(spent)} moves; {processor:.1f} ms of processor time"
    return Row(f"dragging among {NODES} nodes, {words}", statistics.median(wall), "ms a frame", 12.0, detail=detail)


def _drag(canvas: CanvasView, name: str) -> list[Spent]:
    """Milliseconds from each move to its picture; the card goes round and is put back where it was.

    A move that changes nothing to be seen, because the card stays snapped, is not counted.
    """
    box = canvas.canvas_scene.nodes[name].box().rect
    start = canvas.mapFromScene(QPointF(box.centre[0], box.y + 16))
    counter = PaintCounter({"canvas": canvas.viewport()})
    _send(canvas, QEvent.Type.MouseButtonPress, start, LEFT)
    spent = []
    for number in range(MOVES):
        spot = start + QPoint(5 + number % 40, (number * 3) % 50)
        painted, began, processor = counter.counts["canvas"], time.perf_counter(), time.thread_time()
        _send(canvas, QEvent.Type.MouseMove, spot, NONE)
        for _ in range(5):
            QApplication.processEvents()
            if counter.counts["canvas"] > painted:
                wall, processor = time.perf_counter() - began, time.thread_time() - processor
                spent.append(Spent(1000.0 * wall, 1000.0 * processor))
                break
    canvas.escape()
    _send(canvas, QEvent.Type.MouseButtonRelease, start, LEFT)
    canvas.viewport().removeEventFilter(counter)
    return spent


def _send(canvas: CanvasView, kind: QEvent.Type, spot: QPoint, button: Qt.MouseButton) -> None:
    viewport = canvas.viewport()
    held = NONE if kind == QEvent.Type.MouseButtonRelease else LEFT
    event = QMouseEvent(
        kind, QPointF(spot), QPointF(viewport.mapToGlobal(spot)), button, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)
