"""Cells of a table that are ticked or chosen, drawn so that they are seen in both themes."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from playground.ui.widgets.controls import QuietComboBox, draw_arrow
from playground.ui.widgets.theme import THEME

Index = QModelIndex | QPersistentModelIndex
CHECK = Qt.ItemDataRole.CheckStateRole
CHOICES = Qt.ItemDataRole.UserRole
"""(value, words) of everything that a cell may be set to."""


class MarkDelegate(QStyledItemDelegate):
    """A tick in a box, or with `round_` the dot of a choice among many. A click or the space bar turns it."""

    def __init__(self, parent: QAbstractItemView, *, round_: bool = False) -> None:
        super().__init__(parent)
        self._round = round_

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        state = index.data(CHECK)
        if state is None:
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        side = THEME.px(15)
        box = QRectF(0, 0, side, side)
        box.moveCenter(QRectF(option.rect).center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, box, on=state == Qt.CheckState.Checked, chosen=chosen)
        painter.restore()

    def _draw(self, painter: QPainter, box: QRectF, *, on: bool, chosen: bool) -> None:
        ink, ground = ("accent_text", "accent") if chosen else ("accent", "field")
        painter.setPen(QPen(THEME.color(ink if on or chosen else "secondary"), 1.4))
        painter.setBrush(THEME.color(ground))
        if self._round:
            painter.drawEllipse(box)
            if on:
                painter.setBrush(THEME.color(ink))
                painter.drawEllipse(box.adjusted(4, 4, -4, -4))
            return
        painter.drawRoundedRect(box, 3, 3)
        if on:
            painter.setPen(QPen(THEME.color(ink), 2.0))
            places = ((0.22, 0.52), (0.43, 0.72), (0.78, 0.30))
            painter.drawPolyline(
                [QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in places]
            )

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        pressed = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select)
        if index.data(CHECK) is None or not (pressed or event.type() == QEvent.Type.MouseButtonRelease):
            return False
        on = index.data(CHECK) == Qt.CheckState.Checked
        turned = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
        return bool(model.setData(index, turned, CHECK))


class ChoiceDelegate(QStyledItemDelegate):
    """A cell with a few choices: a list opens over it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if len(index.data(CHOICES) or ()) > 1:
            painter.save()
            place = QRectF(option.rect)
            draw_arrow(painter, QPointF(place.right() - THEME.px(12), place.center().y()), up=False, size=THEME.px(4))
            painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        choices = index.data(CHOICES) or ()
        if len(choices) < 2:
            return None  # type: ignore[return-value]  # no editor, which the stubs leave out
        editor = OpenedChoice(parent)
        for value, words in choices:
            editor.addItem(words, value)
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole) or ""))
        editor.chosen.connect(self._chosen)
        return editor

    @Slot(QWidget)
    def _chosen(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, OpenedChoice)
        editor.setCurrentIndex(max(0, editor.findData(index.data(Qt.ItemDataRole.EditRole))))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, OpenedChoice)
        model.setData(index, editor.currentData(), Qt.ItemDataRole.EditRole)


class OpenedChoice(QuietComboBox):
    """A drop-down list that opens by itself as soon as it is there."""

    chosen = Signal(QWidget)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.activated.connect(self._on_activated)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.showPopup()

    @Slot()
    def _on_activated(self) -> None:
        self.chosen.emit(self)
