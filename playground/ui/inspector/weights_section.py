"""The weights of a block as they are now: a heat map, a few words, and a table in which one can type."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QTableView, QToolButton

from playground.training.snapshot import Snapshot
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.heat_map import HeatMap
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import Section, label
from playground.ui.widgets.theme import THEME

MOST_MEASURED = 1_000_000
"""Larger arrays are measured by every n-th value, as new ones come thirty times a second."""
Index = QModelIndex | QPersistentModelIndex


def as_matrix(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Any array as (rows, columns): one row for a vector, else the first axis down and the others side by side."""
    return values.reshape(1, -1) if values.ndim < 2 else values.reshape(values.shape[0], -1)


def in_words(values: NDArray[np.float32]) -> str:
    """Least, mean and greatest value, and how many are exactly zero."""
    if values.size > MOST_MEASURED:
        return f"about {in_words(values.reshape(-1)[:: -(-values.size // MOST_MEASURED)])}"
    words = f"min {values.min():.3g} · mean {values.mean():.3g} · max {values.max():.3g}"
    zeros = int(values.size - np.count_nonzero(values))
    return f"{words} · {zeros} of {values.size} exactly zero" if zeros else words


def change_words(now: Mapping[str, NDArray[Any]], first: Mapping[str, NDArray[Any]], step: int) -> str:
    """The norm of the change of all weights of a block since a step; exactly 0 where none has changed."""
    if now.keys() != first.keys() or any(now[name].shape != first[name].shape for name in now):
        return ""
    size = math.sqrt(sum(float(np.square(now[name].astype(np.float64) - first[name]).sum()) for name in now))
    return f"change since step {step:,}: {'0' if size == 0.0 else f'{size:.3g}'} (norm)"


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(plain_tip(tip))
    button.setAutoDefault(False)
    return button


class WeightTable(QAbstractTableModel):
    """Weights as cells, the bias in a last column. Typing a number asks for it; nothing changes here."""

    edited = Signal(str, object, float)
    """(short name, index in the parameter's own shape, value)"""

    def __init__(self) -> None:
        super().__init__()
        self._name = "weight"
        self._values: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._matrix = self._values
        self._bias: NDArray[np.float32] | None = None

    def show(self, name: str, values: NDArray[np.float32], bias: NDArray[np.float32] | None) -> None:
        """Show newer values; the table keeps its place when the shape stays."""
        matrix = as_matrix(values)
        bias = bias if bias is not None and bias.shape == (matrix.shape[0],) and values.ndim > 1 else None
        same = name == self._name and matrix.shape == self._matrix.shape and (bias is None) == (self._bias is None)
        if not same:
            self.beginResetModel()
        self._name, self._values, self._matrix, self._bias = name, values, matrix, bias
        if not same:
            self.endResetModel()
        elif matrix.size:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._matrix.shape[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._matrix.shape[1] + (self._bias is not None)

    def _value(self, index: Index) -> float:
        if index.column() == self._matrix.shape[1] and self._bias is not None:
            return float(self._bias[index.row()])
        return float(self._matrix[index.row(), index.column()])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._value(index):.3f}"
        if role == Qt.ItemDataRole.EditRole:
            return f"{self._value(index):.6g}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal and section == self._matrix.shape[1]:
            return "bias"
        if orientation == Qt.Orientation.Horizontal and self._values.ndim == 4:  # channel, row and column of a kernel
            return ", ".join(str(place + 1) for place in np.unravel_index(section, self._values.shape[1:]))
        return str(section + 1)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        try:
            number = float(str(value).replace(",", "."))
        except ValueError:
            return False
        if role != Qt.ItemDataRole.EditRole or not np.isfinite(number):
            return False
        if f"{number:.6g}" != self.data(index, Qt.ItemDataRole.EditRole):
            self.edited.emit(*self._place(index), number)
        return True

    def _place(self, index: Index) -> tuple[str, tuple[int, ...]]:
        row, column = index.row(), index.column()
        if column == self._matrix.shape[1]:
            return "bias", (row,)
        if self._values.ndim < 2:
            return self._name, (column,) if self._values.ndim else ()
        rest = (int(place) for place in np.unravel_index(column, self._values.shape[1:]))
        return self._name, (row, *rest)


class WeightTableView(QTableView):
    """Does not take what is being typed away when newer weights arrive."""

    def is_editing(self) -> bool:
        """Whether a cell is being typed into."""
        return self.state() == QAbstractItemView.State.EditingState


class WeightsSection(Section):
    """Shows the weights of the node `node` out of the newest snapshot."""

    weight_edit_requested = Signal(str, object, float)
    """(full parameter name such as `dense-1.weight`, index, value)"""

    wanted = Signal(str)
    """"reset", "widen" or "take": what is to be done with the weights."""

    def __init__(self) -> None:
        super().__init__("Weights now")
        self._node = ""
        self._arrays: dict[str, NDArray[np.float32]] = {}
        self.table_button = QToolButton()
        self.table_button.setText("Table")
        self.table_button.setCheckable(True)
        self.table_button.setAutoRaise(True)
        self.table_button.setToolTip("Show the weights as numbers. Double-click one to type another.")
        self.table_button.toggled.connect(self._show_values)
        self.heading_line.addWidget(self.table_button)
        self.names = QuietComboBox()
        self.names.setAccessibleName("Parameter")
        self.names.currentIndexChanged.connect(self._show_values)
        self.map = HeatMap()
        self.map.setAccessibleName("Weights as a heat map")
        self.bias_label = label("bias", "secondary")
        self.bias_map = HeatMap("bias", "unit")
        self.bias_map.setAccessibleName("Biases as a heat map")
        self.map.cell_clicked.connect(self._type_weight)
        self.bias_map.cell_clicked.connect(self._type_bias)
        self.words = label(role="secondary")
        self.model = WeightTable()
        self.model.setParent(self)
        self.model.edited.connect(self._edited)
        self.table = WeightTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("Weights as numbers")
        KeptSize(self.table, "setMinimumHeight", 190)
        self.table.horizontalHeader().setDefaultSectionSize(THEME.px(62))
        self.table.horizontalHeader().setMinimumSectionSize(THEME.px(40))
        self.table.verticalHeader().setDefaultSectionSize(THEME.px(24))
        self.change = label(role="secondary")
        self.change.setAccessibleName("How far the weights have come")
        for widget in (self.names, self.map, self.bias_label, self.bias_map, self.table, self.words, self.change):
            self.add(widget)
        self._add_buttons()
        self.hide()

    def _add_buttons(self) -> None:
        """What one can do with all weights of the block."""
        line = QHBoxLayout()
        line.setSpacing(THEME.px(6))
        self.reset = _button("Reset", "Draw the weights of this block anew; all others stay as they are.")
        self.widen = _button("Widen…", "More units or filters, with which the network answers as before.")
        self.take = _button("Take…", "Take weights from another run, project or file.")
        for what, button in (("reset", self.reset), ("widen", self.widen), ("take", self.take)):
            button.clicked.connect(functools.partial(self._want, what))
            line.addWidget(button)
        line.addStretch(1)
        self.body.addLayout(line)

    def _want(self, what: str, checked: bool = False) -> None:
        self.wanted.emit(what)

    def show_node(
        self, node: str, snapshot: Snapshot | None, first: Snapshot | None = None, *, frozen: bool = False
    ) -> None:
        """Show the weights of a node, and how far they are from the `first` ones; hidden while there are none."""
        arrays = snapshot.of_node(node) if snapshot is not None and node else {}
        arrays = {name: values for name, values in arrays.items() if values.size}
        if node != self._node or arrays.keys() != self._arrays.keys():
            self._node = node
            self._fill_names(list(arrays))
        self._arrays = arrays
        self.setVisible(bool(arrays))
        if arrays:
            self._show_values()
            words = change_words(arrays, first.of_node(node), first.step) if first is not None else ""
            self.change.setText(f"frozen · {words}" if frozen and words else words)
            self.change.setVisible(bool(words))

    def _fill_names(self, names: list[str]) -> None:
        self.names.blockSignals(True)
        self.names.clear()
        self.names.addItems(names)
        self.names.setCurrentIndex(max(0, self.names.findText("weight")))
        self.names.blockSignals(False)
        self.names.setVisible(bool(set(names) - {"weight", "bias"}))

    @Slot()
    def _show_values(self) -> None:
        name = self.names.currentText()
        if name not in self._arrays:
            return
        values = self._arrays[name]
        bias = self._arrays.get("bias") if name == "weight" else None
        as_table = self.table_button.isChecked()
        if not self.table.is_editing():
            self.model.show(name, values, bias)
        self.table.setVisible(as_table)
        self.map.setVisible(not as_table)
        self.bias_map.setVisible(not as_table and bias is not None)
        self.bias_label.setVisible(not as_table and bias is not None)
        if not as_table:
            self._show_maps(values, bias)
        self.words.setText(in_words(values))

    def _show_maps(self, values: NDArray[np.float32], bias: NDArray[np.float32] | None) -> None:
        self.map.set_values(as_matrix(values), _largest(values), values.shape[1:] if values.ndim == 4 else ())
        if bias is not None:
            self.bias_map.set_values(as_matrix(bias), _largest(bias))

    @Slot(int, int)
    def _type_weight(self, row: int, column: int) -> None:
        self._type(row, column)

    @Slot(int, int)
    def _type_bias(self, row: int, column: int) -> None:
        self._type(column, self.model.columnCount() - 1)

    def _type(self, row: int, column: int) -> None:
        """Open the table at a cell, ready to type."""
        self.table_button.setChecked(True)
        index = self.model.index(row, column)
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)
        self.table.edit(index)

    @Slot(str, object, float)
    def _edited(self, name: str, index: tuple[int, ...], value: float) -> None:
        self.weight_edit_requested.emit(f"{self._node}.{name}", index, value)


def _largest(values: NDArray[np.float32]) -> float:
    return max(-float(values.min(initial=0.0)), float(values.max(initial=0.0)))
