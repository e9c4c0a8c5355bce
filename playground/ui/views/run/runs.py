"""The table of runs, with what one can do with each."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QHeaderView, QMenu, QTableWidget, QTableWidgetItem, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.runs import RunRow, RunsAnalysis, RunTable
from playground.training.metrics.words import metric_words
from playground.ui.views.base import View
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.options import flat_button
from playground.ui.widgets.theme import THEME

SHOW, PIN = 0, 1
FIXED = ("Show", "Pin", "Run")
ACTIONS = (
    ("beside", "Side by side", "Every open view shows this run beside the one on screen, at the same step", "B"),
    ("continue", "Go on with it", "Begin a run where this one stands, with its settings", "G"),
    ("forget", "Forget", "Take it out of the table", "Delete"),
)


class RunsView(View):
    """One row for each run, the newest first. Ticks show a run on the curves and surfaces, and pin it."""

    analysis: ClassVar[type[Analysis]] = RunsAnalysis
    title: ClassVar[str] = "Runs"
    empty: ClassVar[str] = "Press play; every run gets a row here."
    pulses: ClassVar[int] = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: RunTable | None = None
        self._filling = False
        self.table = QTableWidget()
        self.table.setAccessibleName("Runs")
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setFrameShape(QTableWidget.Shape.NoFrame)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.words = Label()
        self.words.setProperty("role", "secondary")
        self.words.setWordWrap(True)
        self.body_layout.addWidget(self.table, 1)
        self.body_layout.addWidget(self.words)
        self.menu = QMenu(self)
        self.acts: dict[str, QAction] = {}
        for name, text, tip, key in ACTIONS:
            action = self.menu.addAction(text)
            action.setToolTip(plain_tip(tip))
            action.setData(name)
            self.acts[name] = action
            shortcut = QShortcut(QKeySequence(key), self.table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(action.trigger)
        self.menu.setToolTipsVisible(True)
        self.menu.triggered.connect(self._act)
        button = flat_button("With this run", "What to do with the chosen run", text="⋯")
        button.setMenu(self.menu)
        button.setPopupMode(button.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")
        self.options_layout.addWidget(button)
        self.restyle()
        self.table.itemChanged.connect(self._ticked)
        self.table.itemSelectionChanged.connect(self._chosen)
        self.table.customContextMenuRequested.connect(self._show_menu)

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        tokens, side = THEME.tokens, f"{THEME.px(12)}px"
        self.table.setStyleSheet(
            f"QTableView::indicator {{ width: {side}; height: {side}; border: 1px solid {tokens.secondary};"
            f" border-radius: 3px; background: {tokens.panel}; }}"
            f"QTableView::indicator:checked {{ background: {tokens.secondary}; }}"
        )
        self.table.setFont(THEME.font(13))
        self.table.horizontalHeader().setFont(THEME.font(13))

    def draw(self) -> None:
        assert self.result is not None
        measured = [metric_words(name, self.result.titles) for name in self.result.metrics]
        names = [*FIXED, "Settings", "Steps", *measured, "Goals", "Hash"]
        rows = list(reversed(self.result.rows))
        selected = self.chosen
        self._filling = True
        fresh = self.table.columnCount() != len(names) or self.table.rowCount() != len(rows)
        self.table.setColumnCount(len(names))
        self.table.setHorizontalHeaderLabels(names)
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            self._fill(number, row, self.result.metrics)
        if fresh:
            self.table.resizeColumnsToContents()
            self.table.setColumnWidth(3, min(self.table.columnWidth(3), THEME.px(320)))
            wanted = next((n for n, row in enumerate(rows) if row.number == selected), 0)
            self.table.selectRow(wanted)
        self._filling = False
        self._chosen()

    def _fill(self, number: int, row: RunRow, metrics: tuple[str, ...]) -> None:
        settings = "; ".join(row.differences) or _settings(row)
        title = row.title + (" (on screen)" if row.current else "") + (f", from {row.origin}" if row.origin else "")
        texts = [title, settings, f"{row.step:,}"]
        texts += [number_words(row.metrics[name]) if name in row.metrics else "–" for name in metrics]
        texts += [row.goals, row.result + _threads(row)]
        for column, ticked in ((SHOW, row.shown or row.current), (PIN, row.pinned)):
            item = self._item(number, column)
            item.setData(Qt.ItemDataRole.UserRole, row.number)
            free = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
            item.setFlags(free if column == SHOW and row.current else free | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self._item(number, SHOW).setToolTip("Draw this run on the curves and surfaces, too (S)")
        self._item(number, PIN).setToolTip("Keep this run whatever the memory (P)")
        for column, text in enumerate(texts, start=2):
            item = self._item(number, column)
            if item.text() != text:
                item.setText(text)
                item.setToolTip(plain_tip(f"{row.project}: {_settings(row)}" if column == 3 else text))

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.table.setItem(row, column, item)
        return item

    # Choosing -------------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> int:
        """Number of the chosen run; 0 when there is none."""
        item = self.table.item(self.table.currentRow(), SHOW)
        return int(item.data(Qt.ItemDataRole.UserRole)) if item is not None else 0

    def _row_of(self, number: int) -> RunRow | None:
        rows = self.result.rows if self.result is not None else ()
        return next((row for row in rows if row.number == number), None)

    @Slot()
    def _chosen(self) -> None:
        row = self._row_of(self.chosen)
        for action in self.acts.values():
            action.setEnabled(row is not None and not row.current)
        twins = [] if row is None else self._twins(row)
        same = f" The same weights as {', '.join(twins)}." if twins else ""
        chosen = "" if row is None else f"{row.title.capitalize()}: {_settings(row)}.{same}"
        self.words.setText(" ".join(filter(None, (chosen, self._gone()))))

    def _gone(self) -> str:
        """What became of runs that are not in the table."""
        if self.result is None or not self.result.gone:
            return ""
        count = self.result.gone
        older = "1 older run is" if count == 1 else f"{count:,} older runs are"
        return f"{older} no longer kept: there are at most {len(self.result.rows)}. Pin those you want to keep (P)."

    def _twins(self, row: RunRow) -> list[str]:
        assert self.result is not None
        return [other.title for other in self.result.rows if other.result == row.result and other is not row]

    @Slot(QTableWidgetItem)
    def _ticked(self, item: QTableWidgetItem) -> None:
        if self._filling or item.column() not in (SHOW, PIN):
            return
        ticked = item.checkState() == Qt.CheckState.Checked
        words = {SHOW: ("hide", "show"), PIN: ("unpin", "pin")}[item.column()][ticked]
        self.run_chosen.emit(words, int(item.data(Qt.ItemDataRole.UserRole)))

    @Slot(QAction)
    def _act(self, action: QAction) -> None:
        if self.chosen:
            self.run_chosen.emit(str(action.data()), self.chosen)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        self.menu.exec(self.table.viewport().mapToGlobal(place))

    def keyPressEvent(self, event: Any) -> None:
        column = {Qt.Key.Key_S: SHOW, Qt.Key.Key_P: PIN}.get(event.key())
        item = self.table.item(self.table.currentRow(), column) if column is not None else None
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            checked = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)
        else:
            super().keyPressEvent(event)


def _threads(row: RunRow) -> str:
    """Hashes can be compared only where the threads are equal, too."""
    return f" · {row.threads} thread{'s' if row.threads > 1 else ''}" if row.threads else ""


def _settings(row: RunRow) -> str:
    batch = f"batch {row.batch_size}" if row.batch_size else "all examples in one batch"
    return f"{row.optimizer} {row.learning_rate:g}, {batch}, seed {row.seed}"
