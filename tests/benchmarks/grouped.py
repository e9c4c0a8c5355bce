"""The canvas of a network of 1,000 blocks in closed groups: panning, and a group that opens and closes."""

from __future__ import annotations

import statistics
import time

from PySide6.QtWidgets import QApplication

from playground.document.graph import Group
from playground.document.project import Project
from playground.editing import groups
from playground.ui.canvas.view import CanvasView
from tests.benchmarks.projects import wide_chain
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Spent, percentile
from tests.benchmarks.window import PaintCounter, open_window, rest

NODES, INSIDE = 1_000, 20
MOVES = 120
FRAME = 1000.0 / 60.0
"""Milliseconds of a picture at 60 a second."""


def grouped(nodes: int, inside: int) -> Project:
    """A chain in closed groups of so many blocks each; data, the last layer and the loss lie in none."""
    project = wide_chain(nodes)
    names = [node.id for node in project.graph.nodes][1:-2]
    parts = [names[start : start + inside] for start in range(0, len(names), inside)]
    made = tuple(
        Group(id=f"part-{number}", title=f"Part {number}", nodes=tuple(part), closed=True)
        for number, part in enumerate(parts)
    )
    return project.replace(graph=project.graph.replace(groups=made))


def measure() -> list[Row]:
    """Milliseconds of a frame while one pans, and of opening or closing one group."""
    with open_window(grouped(NODES, INSIDE)) as place:
        canvas = place.canvas
        cards = len(canvas.canvas_scene.nodes)
        canvas.fit()
        rest(0.5)
        rows = [_row(canvas, f"{cards} cards in sight")]
        canvas.camera.zoom_to(1.0)
        canvas.go_to("part-10")
        rest(0.5)
        rows.append(_row(canvas, "at 100 %"))
        toggled = [_toggled(canvas) for _ in range(5)]
    words = f"{NODES:,} nodes in groups of {INSIDE}"
    processor = statistics.median(one.processor for one in toggled)
    detail = f"{processor:.0f} ms of processor time"
    wall = statistics.median(one.wall for one in toggled)
    rows.append(Row(f"opening or closing a group, {words}", wall, "ms", 100.0, detail=detail))
    return rows


def _row(canvas: CanvasView, words: str) -> Row:
    spent = _pan(canvas)
    wall = [move.wall for move in spent]
    processor = statistics.median(move.processor for move in spent)
    detail = f"p95 {percentile(wall, 0.95):.1f} ms in {len(spent)} moves; {processor:.1f} ms of processor time"
    name = f"panning over {NODES:,} nodes in groups, {words}"
    return Row(name, statistics.median(wall), "ms a frame", FRAME, detail=detail)


def _pan(canvas: CanvasView) -> list[Spent]:
    """From each step to its picture, back and forth."""
    counter, spent = PaintCounter({"canvas": canvas.viewport()}), []
    for number in range(MOVES):
        painted, began, processor = counter.counts["canvas"], time.perf_counter(), time.thread_time()
        canvas.camera.pan(9.0 if number % 40 < 20 else -9.0, 3.0 if number % 2 else -3.0)
        for _ in range(5):
            QApplication.processEvents()
            if counter.counts["canvas"] > painted:
                wall, processor = time.perf_counter() - began, time.thread_time() - processor
                spent.append(Spent(1000.0 * wall, 1000.0 * processor))
                break
    canvas.viewport().removeEventFilter(counter)
    return spent


def _toggled(canvas: CanvasView) -> Spent:
    """Milliseconds of opening one group and closing it again, halved."""
    began, processor = time.perf_counter(), time.thread_time()
    for _ in range(2):
        groups.toggle_closed(canvas.document, ["part-10"])
        QApplication.processEvents()
    return Spent(500.0 * (time.perf_counter() - began), 500.0 * (time.thread_time() - processor))
