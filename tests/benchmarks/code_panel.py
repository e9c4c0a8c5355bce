"""The panel “Code” in the window: from an edit to the other text on the page, and to its picture."""

from __future__ import annotations

import statistics
import time

from PySide6.QtCore import QEvent, QObject, QTimer, Slot

from playground.document.edits import set_parameters
from playground.document.files import read
from playground.document.library import paths
from playground.ui.code.page import CodePage
from playground.ui.shell.workplace import Workplace
from tests.benchmarks.table import Row
from tests.benchmarks.timing import percentile
from tests.benchmarks.window import open_window, rest, wait_until
from tests.benchmarks.written import PRESETS

EDITS = 15
GOAL = 50.0


def measure() -> list[Row]:
    """Two rows for each preset, all views as they are by default."""
    return [row for name in PRESETS for row in _rows(name)]


def _rows(name: str) -> list[Row]:
    with open_window(read(paths()[name])) as place:
        place.actions.act["show-code"].trigger()
        wait_until(lambda: place.code.shown is not None and place.code.shown.project is place.document.project)
        _edit(place, name, 39)
        runs = [_edit(place, name, 40 + number) for number in range(EDITS)]
    rows = []
    *waits, processor = zip(*runs, strict=True)
    for words, times in zip(("its other text stands", "it is painted"), waits, strict=True):
        detail = f"least {min(times):.0f}, p95 {percentile(times, 0.95):.0f} ms in {EDITS} edits"
        detail += f"; {statistics.median(processor):.0f} ms of processor time in all threads"
        rows.append(Row(f"panel Code of {name}, until {words}", statistics.median(times), "ms", GOAL, detail=detail))
    return rows


class Follower(QObject):
    """Notes when the page has another text, and when that is painted."""

    def __init__(self, page: CodePage) -> None:
        super().__init__()
        self.written = self.painted = self.processor = 0.0
        self._page = page
        page.document().contentsChanged.connect(self._on_text)
        page.viewport().installEventFilter(self)

    @Slot()
    def _on_text(self) -> None:
        self.written = self.written or time.perf_counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self.written and not self.painted:
            self.painted = -1.0  # under way
            QTimer.singleShot(0, self._on_painted)
        return False

    @Slot()
    def _on_painted(self) -> None:
        self.painted, self.processor = time.perf_counter(), time.process_time()

    def leave(self) -> None:
        """Look no longer."""
        self._page.document().contentsChanged.disconnect(self._on_text)
        self._page.viewport().removeEventFilter(self)


def _edit(place: Workplace, name: str, value: int) -> tuple[float, float, float]:
    """Milliseconds from an edit to the text, and to its picture, and of the processor in all threads until then.

    Afterwards the window comes to rest.
    """
    node, parameter = PRESETS[name]
    place.code.select([node])
    rest(0.1)
    graph = place.document.graph
    after = set_parameters(graph, node, {**graph.node(node).parameters, parameter: value})
    follower = Follower(place.code.page)
    began, processor = time.perf_counter(), time.process_time()
    place.document.edit_graph("Edit", after)
    wait_until(lambda: follower.painted > 0.0, patience=10.0)
    follower.leave()
    assert place.code.shown is not None and place.code.shown.project is place.document.project
    wait_until(lambda: place.trainer.state == "ready" and not place.analyst.any_busy())
    rest(0.2)
    spent = follower.processor - processor
    return 1000.0 * (follower.written - began), 1000.0 * (follower.painted - began), 1000.0 * spent
