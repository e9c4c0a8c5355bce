"""What a person gives an example with: one editor for each form of a dataset, found by the form's class."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.analysis.use.use_it import AskedInput
from playground.data.inputs.base import EntryError, InputForm
from playground.data.inputs.graphs import NodeForm
from playground.data.inputs.pictures import PictureForm
from playground.data.inputs.rows import ChoiceField, Field, LabelsField, NumberField, RowForm
from playground.data.inputs.series import SeriesForm
from playground.data.inputs.texts import TextForm, VectorsForm
from playground.data.own.picture_decoding import endings
from playground.ui.views.use.pad import DrawingPad
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.drawing import greys, number_words
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.points_plot import PointsPlot
from playground.ui.widgets.rows import Row
from playground.ui.widgets.theme import THEME

MISSING = "missing"
LONG_NAME = 12
"""Letters; the names of columns with longer ones stand above their fields."""
SEEN = 40
"""Side of the small picture that shows what the network sees."""


class Editor(QWidget):
    """Base of the editors. `entry` is what was given; `given` tells that a person has changed it."""

    given = Signal()

    def __init__(self, form: InputForm, title: str) -> None:
        super().__init__()
        self.form = form
        self.setAccessibleName(f"{title}: {form.noun}")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(THEME.px(4))

    @property
    def entry(self) -> Any:
        """What was given."""
        raise NotImplementedError

    def show_entry(self, entry: Any) -> None:
        """Show an example of the data, silently."""
        raise NotImplementedError

    def show_read(self, read: AskedInput) -> None:
        """Show how the network has read what was given."""


class RowEditor(Editor):
    """A field for each column: a number with its range, or a choice; what may be missing can be left empty."""

    def __init__(self, form: RowForm, title: str) -> None:
        super().__init__(form, title)
        self.fields: tuple[QLineEdit | QComboBox, ...] = tuple(map(self._field, form.fields))
        long = any(len(name) > LONG_NAME for name in form.names)
        self.rows = tuple(
            Row(field.name, widget, _tip(field), wide=long)
            for field, widget in zip(form.fields, self.fields, strict=True)
        )
        self.plane = Plane(form) if form.points is not None else None
        if self.plane is not None:
            self.plane.clicked.connect(self._take_place)
            self.column.addWidget(self.plane, 1)
        for row in self.rows:
            self.column.addWidget(row)
        if self.plane is None:
            self.column.addStretch(1)

    def _field(self, field: Field) -> QLineEdit | QComboBox:
        widget: QLineEdit | QComboBox
        if isinstance(field, ChoiceField):
            widget = QuietComboBox()
            widget.addItems([*field.values, *([MISSING] if field.filled is not None else [])])
            widget.currentIndexChanged.connect(self._changed)
        else:
            widget = QLineEdit()
            if field.filled is not None:
                widget.setPlaceholderText(MISSING)
            widget.textEdited.connect(self._changed)
        widget.setAccessibleName(field.name)
        widget.setToolTip(plain_tip(_tip(field)))
        return widget

    @Slot()
    def _changed(self) -> None:
        self._show_place()
        self.given.emit()

    @property
    def entry(self) -> tuple[str, ...]:
        return tuple(
            "" if isinstance(widget, QComboBox) and widget.currentText() == MISSING and field.filled is not None
            else widget.currentText() if isinstance(widget, QComboBox) else widget.text()
            for field, widget in zip(self.form.fields, self.fields, strict=True)  # type: ignore[attr-defined]
        )  # fmt: skip

    def show_entry(self, entry: Sequence[str]) -> None:
        for widget, cell in zip(self.fields, entry, strict=True):
            with QSignalBlocker(widget):
                if isinstance(widget, QComboBox):
                    widget.setCurrentText(cell or MISSING)
                elif widget.text() != cell:
                    widget.setText(cell)
        for row in self.rows:
            row.show_error("")
        self._show_place()

    def show_read(self, read: AskedInput) -> None:
        for row, field in zip(self.rows, self.form.fields, strict=True):  # type: ignore[attr-defined]
            row.show_error(read.refusal if read.field == field.name else "")

    def _show_place(self) -> None:
        if self.plane is None:
            return
        try:
            self.plane.show_place(*self.form.encoded(self.entry).features[0].tolist())
        except EntryError:
            self.plane.show_place(None, None)

    @Slot(float, float)
    def _take_place(self, x: float, y: float) -> None:
        assert isinstance(self.form, RowForm)
        cells = self.form.entry(np.array([[x, y]]))
        for widget, cell in zip(self.fields, cells, strict=True):
            assert isinstance(widget, QLineEdit)
            widget.setText(cell)
        self._changed()


def _tip(field: Field) -> str:
    missing = " It may be missing." if field.filled is not None else ""
    if isinstance(field, NumberField):
        return f"{field.name}: from {number_words(field.low)} to {number_words(field.high)} in the data.{missing}"
    if isinstance(field, LabelsField):
        return (
            f"{field.name}: any of {', '.join(field.values)}, with {field.sign.strip() or 'blanks'} between.{missing}"
        )
    return f"{field.name}.{missing}"


class Plane(PointsPlot):
    """The rows of the training part as points; a click gives the row in its place, an arrow key moves it."""

    clicked = Signal(float, float)

    def __init__(self, form: RowForm) -> None:
        super().__init__()
        assert form.points is not None
        shown = form.points[:400]
        self.set_points(np.concatenate([shown, np.zeros((len(shown), 1))], axis=1), has_classes=False)
        self._place: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("The plane")
        self.setToolTip(plain_tip("Click to ask about a point; the numbers below say where it is"))

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(120), THEME.px(120))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(90), THEME.px(90))

    def show_place(self, x: float | None, y: float | None) -> None:
        """Mark the point that is asked about; None for none."""
        self._place = (x, y) if x is not None and y is not None else None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event)

    def _choose(self, event: QMouseEvent) -> None:
        area = self.area()
        at = event.position()
        at.setX(min(max(at.x(), area.left()), area.right()))
        at.setY(min(max(at.y(), area.top()), area.bottom()))
        self.clicked.emit(*self.to_coordinates(at))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._place is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.area())
        painter.setPen(QPen(THEME.color("accent"), THEME.px(2)))
        painter.setBrush(THEME.color("panel"))
        painter.drawEllipse(self.to_pixels(*self._place), THEME.px(5), THEME.px(5))


class TextEditor(Editor):
    """A text in the vocabulary of the data, or numbers one after another."""

    def __init__(self, form: InputForm, title: str, hint: str) -> None:
        super().__init__(form, title)
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText(hint)
        self.text.setAccessibleName(f"{title}: {hint}")
        self.text.setTabChangesFocus(True)
        self.text.setToolTip(plain_tip(hint))
        self.text.textChanged.connect(self.given)
        self.column.addWidget(self.text, 1)

    @property
    def entry(self) -> str:
        return self.text.toPlainText()

    def show_entry(self, entry: str) -> None:
        with QSignalBlocker(self.text):
            self.text.setPlainText(entry)

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(110), THEME.px(60))


class SeriesEditor(TextEditor):
    """The numbers of a series."""

    def __init__(self, form: SeriesForm, title: str) -> None:
        hint = f"Type or paste {form.window} numbers or more, {form.value_name}, the newest last"
        super().__init__(form, title, hint)

    def show_entry(self, entry: str | Sequence[float]) -> None:
        assert isinstance(self.form, SeriesForm)
        super().show_entry(" ".join(f"{number:.6g}" for number in self.form.numbers(entry)))


class NodeEditor(Editor):
    """One of the nodes of a graph."""

    def __init__(self, form: NodeForm, title: str) -> None:
        super().__init__(form, title)
        self.box = QuietComboBox()
        self.box.addItems(list(form.names))
        self.box.setAccessibleName("Node")
        self.box.currentIndexChanged.connect(self.given)
        self.column.addWidget(Row("Node", self.box, "The node of the graph that is asked about", wide=True))
        self.column.addStretch(1)

    @property
    def entry(self) -> str:
        return self.box.currentText()

    def show_entry(self, entry: str) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentText(entry)


class PictureEditor(Editor):
    """Paper to draw on, or a picture from elsewhere, and beside it what the network sees of it."""

    def __init__(self, form: PictureForm, title: str) -> None:
        super().__init__(form, title)
        self.pad = DrawingPad(drawable=form.drawable)
        self.pad.changed.connect(self.given)
        self.seen = Label()
        self.seen.setAccessibleName("What the network sees")
        self.undo_button = self._button("Undo", "Take back the last stroke (Backspace)", "undo", self.pad.undo)
        self.clear_button = self._button("Clear", "White paper (Delete)", "close", self.pad.clear)
        self.open_button = self._button("Open a picture", "Open a picture (Ctrl+V pastes one)", "open", self._open)
        self.undo_button.setVisible(form.drawable)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(2))
        for widget in (self.undo_button, self.clear_button, self.open_button):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.seen)
        self.column.addWidget(self.pad, 1)
        self.column.addLayout(line)
        self._read: AskedInput | None = None
        THEME.changed.connect(self._show_seen)

    def _button(self, name: str, tip: str, picture: str, do: Any) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setAccessibleName(name)
        button.setToolTip(plain_tip(tip))
        put_icon(button, picture)
        button.clicked.connect(functools.partial(_call, do))
        return button

    @property
    def entry(self) -> Any:
        return self.pad.entry

    def show_entry(self, entry: Any) -> None:
        self.pad.show_picture(entry.numbers)

    def show_read(self, read: AskedInput) -> None:
        self._read = read
        self._show_seen()

    @Slot()
    def _show_seen(self) -> None:
        read = self._read
        if read is None or read.seen is None:
            self.seen.setPixmap(QPixmap())
            return
        picture = greys(read.seen)  # as the cards on the canvas show it
        side = THEME.px(SEEN)
        fast = Qt.TransformationMode.FastTransformation
        self.seen.setPixmap(QPixmap.fromImage(picture).scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, fast))
        height, width = read.seen.shape[:2]
        self.seen.setToolTip(plain_tip(f"What the network sees: {width} × {height} pixels, placed as the data are"))

    @Slot()
    def _open(self) -> None:
        patterns = " ".join(f"*{ending}" for ending in sorted(endings()))
        path, _ = QFileDialog.getOpenFileName(self, "Open a picture", "", f"Pictures ({patterns});;All files (*)")
        if path:
            self.pad.open(Path(path))


def _call(do: Any, checked: bool = False) -> None:
    do()


def editor_for(form: InputForm, title: str) -> Editor:
    """The editor of a form."""
    if isinstance(form, RowForm):
        return RowEditor(form, title)
    if isinstance(form, PictureForm):
        return PictureEditor(form, title)
    if isinstance(form, SeriesForm):
        return SeriesEditor(form, title)
    if isinstance(form, NodeForm):
        return NodeEditor(form, title)
    if isinstance(form, TextForm) and not form.grows and form.fill == "none":
        return TextEditor(form, title, f"Type {form.length} {form.tokens}")
    if isinstance(form, VectorsForm):
        return TextEditor(form, title, f"Type {form.length} words")
    return TextEditor(form, title, form.hint)
