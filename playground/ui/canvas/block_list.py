"""The list of blocks that palette and quick menu share: its rows, how they are painted, clicked and dragged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QDrag, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from playground.blocks.base import Block
from playground.blocks.families import FAMILY
from playground.data.registry import CATALOGUE
from playground.editing.ranking import RankedBlock
from playground.ui.canvas.block_tip import tip_html
from playground.ui.canvas.kept_rows import GROUP_MIME, KeptRow, paint_kept
from playground.ui.canvas.question_rows import QuestionRow, paint_question
from playground.ui.widgets import icons
from playground.ui.widgets.theme import THEME

MIME = "application/x-playground-block"
"""What a dragged block is on the clipboard's side: its id as UTF-8 text."""

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that only names what follows."""

    title: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A row over the families of a topic, which shows or hides them when it is chosen."""

    title: str
    count: int
    """Blocks of all its families."""
    open: bool = True

    @property
    def words(self) -> str:
        """What a screen reader says of it."""
        blocks = f"{self.count} block{'s' if self.count != 1 else ''}"
        return f"{self.title}, topic, {blocks}, {'expanded' if self.open else 'collapsed'}"


@dataclass(frozen=True, slots=True)
class More:
    """A row that shows the rest of a family when it is chosen."""

    family: str
    count: int

    @property
    def title(self) -> str:
        """Such as “14 more”."""
        return f"{self.count} more …"


Row = Heading | Topic | More | RankedBlock | KeptRow | QuestionRow


class BlockListModel(QAbstractListModel):
    """Rows of topics, headings and blocks; headings cannot be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace everything that is listed."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def blocks(self) -> list[str]:
        """Ids of the listed blocks from top to bottom."""
        return [row.block for row in self._rows if isinstance(row, RankedBlock)]

    def row_of(self, index: Index) -> Row | None:
        """What stands in a row."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def first_block(self) -> QModelIndex:
        """The index of the uppermost block; invalid when there is none."""
        for number, row in enumerate(self._rows):
            if isinstance(row, RankedBlock):
                return self.index(number)
        return QModelIndex()

    def first_choice(self) -> QModelIndex:
        """The index of the uppermost row that can be chosen; invalid when there is none."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, Heading):
                return self.index(number)
        return QModelIndex()

    def index_of(self, block: str) -> QModelIndex:
        """The index of a block; invalid when it is not listed."""
        for number, row in enumerate(self._rows):
            if isinstance(row, RankedBlock) and row.block == block:
                return self.index(number)
        return QModelIndex()

    def index_of_topic(self, title: str) -> QModelIndex:
        """The index of a topic; invalid when it is not listed."""
        for number, row in enumerate(self._rows):
            if isinstance(row, Topic) and row.title == title:
                return self.index(number)
        return QModelIndex()

    def topic_above(self, index: Index) -> QModelIndex:
        """The index of the topic under which a row stands; invalid when there is none."""
        for number in range(index.row(), -1, -1):
            if isinstance(self._rows[number], Topic):
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row_of(index)
        if row is None or isinstance(row, Heading):
            return Qt.ItemFlag.NoItemFlags
        if isinstance(row, Topic | More | QuestionRow):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_of(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if isinstance(row, Topic):
            return _of_topic(row, role)
        if isinstance(row, KeptRow | QuestionRow):
            return _of_kept(row, role)
        if isinstance(row, Heading | More):
            spoken = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return row.title if role in spoken else None
        declaration = CATALOGUE[row.block]
        if role == Qt.ItemDataRole.DisplayRole:
            return declaration.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_html(declaration, row.reason)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken_row(row, declaration)
        return None

    def mimeTypes(self) -> list[str]:
        return [MIME, GROUP_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        chosen = [row.block for row in map(self.row_of, indexes) if isinstance(row, RankedBlock)]
        data = QMimeData()
        if chosen:
            data.setData(MIME, chosen[0].encode())
        for row in map(self.row_of, indexes):
            if isinstance(row, KeptRow):
                data.setData(GROUP_MIME, row.path.encode())
        return data


def _of_kept(row: KeptRow | QuestionRow, role: int) -> str | None:
    if role == Qt.ItemDataRole.DisplayRole:
        return row.title
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return row.words
    return row.tip if role == Qt.ItemDataRole.ToolTipRole else None


def _of_topic(row: Topic, role: int) -> str | None:
    if role == Qt.ItemDataRole.DisplayRole:
        return row.title
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return row.words
    if role == Qt.ItemDataRole.ToolTipRole:
        return f"{'Hide' if row.open else 'Show'} the blocks of “{row.title}” (Enter, or ← and →)"
    return None


def spoken_row(row: RankedBlock, declaration: type[Block]) -> str:
    """What a screen reader says of a row."""
    parts = [declaration.title, FAMILY[declaration.family].title, declaration.summary]
    if row.shape:
        parts.append(f"gives {row.shape}")
    if not row.fits:
        parts.append(f"does not fit: {row.reason}")
    return ", ".join(part.rstrip(".") for part in parts)


class BlockDelegate(QStyledItemDelegate):
    """Paints a heading, or a block: one line in the palette; in the menu a second with the summary, and the shape."""

    def __init__(self, parent: QObject | None = None, *, detailed: bool = False) -> None:
        super().__init__(parent)
        self._detailed = detailed

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(ROW_ROLE)
        if isinstance(row, Heading):
            return QSize(0, THEME.px(26 if index.row() == 0 else 28 if _under_topic(index) else 32))
        if isinstance(row, Topic):
            return QSize(0, THEME.px(30))
        return QSize(0, THEME.px(46 if self._detailed else 26))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, Heading):
            self._paint_heading(painter, option.rect, row)
        elif isinstance(row, Topic):
            self._paint_ground(painter, option)
            self._paint_topic(painter, option.rect, row)
        elif isinstance(row, More):
            self._paint_ground(painter, option)
            text = option.rect.adjusted(THEME.px(34), 0, 0, 0)
            _line(painter, text, row.title, THEME.color("secondary"), 13)
        elif isinstance(row, RankedBlock):
            self._paint_ground(painter, option)
            self._paint_block(painter, option.rect, row)
        elif isinstance(row, KeptRow):
            self._paint_ground(painter, option)
            paint_kept(painter, option.rect, row)
        elif isinstance(row, QuestionRow):
            self._paint_ground(painter, option)
            paint_question(painter, option.rect, row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, row: Heading) -> None:
        painter.setFont(THEME.font(11, bold=True))
        painter.setPen(THEME.color("secondary"))
        inner = rect.adjusted(THEME.px(4), 0, 0, -THEME.px(5))
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, row.title.upper())

    def _paint_topic(self, painter: QPainter, rect: QRect, row: Topic) -> None:
        """A chevron and the title; the count where the blocks are hidden."""
        middle, reach = QPointF(rect.left() + THEME.px(12), rect.center().y() + 1.0), THEME.px(3.5)
        painter.setPen(QPen(THEME.color("secondary"), THEME.px(1.5)))
        wings = (QPointF(-reach, -reach / 2), QPointF(0.0, reach / 2), QPointF(reach, -reach / 2))
        turned = wings if row.open else tuple(QPointF(point.y(), point.x()) for point in wings)
        painter.drawPolyline([middle + point for point in turned])
        text = rect.adjusted(THEME.px(24), 0, -THEME.px(10), 0)
        if not row.open:
            painter.setFont(THEME.font(12))
            painter.setPen(THEME.color("secondary"))
            painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row.count))
        painter.setFont(THEME.font(13, bold=True))
        painter.setPen(THEME.color("text"))
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, row.title)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if not chosen and not option.state & QStyle.StateFlag.State_MouseOver:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(THEME.color("hover"))
        if chosen and (self._detailed or option.state & QStyle.StateFlag.State_HasFocus):
            painter.setPen(THEME.color("accent"))
        painter.drawRoundedRect(QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5), THEME.px(5), THEME.px(5))

    def _paint_block(self, painter: QPainter, rect: QRect, row: RankedBlock) -> None:
        declaration = CATALOGUE[row.block]
        side = THEME.px(18)
        line = QRect(rect.left(), rect.top() + (THEME.px(4) if self._detailed else 0), rect.width(), THEME.px(20))
        if not self._detailed:
            line.setHeight(rect.height())
        color = declaration.family if row.fits else "secondary"
        mark = icons.pixmap(declaration.family, color, side, painter.device().devicePixelRatioF())
        left = rect.left() + THEME.px(8)
        painter.drawPixmap(left, line.center().y() - side // 2 + 1, mark)
        text = line.adjusted(THEME.px(8) + side + THEME.px(8), 0, -THEME.px(8), 0)
        if self._detailed:
            text = self._paint_shape(painter, text, row)
        _line(painter, text, declaration.title, THEME.color("text" if row.fits else "secondary"), 13)
        if self._detailed:
            below = QRect(text.left(), line.bottom(), rect.right() - THEME.px(8) - text.left(), THEME.px(18))
            summary = declaration.summary if row.fits else row.reason
            _line(painter, below, summary, THEME.color("secondary"), 12)

    def _paint_shape(self, painter: QPainter, text: QRect, row: RankedBlock) -> QRect:
        """The shape at the right edge; returns what is left for the title."""
        words = row.shape if row.fits else "does not fit"
        font = THEME.font(11)
        painter.setFont(font)
        painter.setPen(THEME.color("secondary"))
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        return text.adjusted(0, 0, -QFontMetrics(font).horizontalAdvance(words) - THEME.px(8), 0)


def _under_topic(index: Index) -> bool:
    return isinstance(index.sibling(index.row() - 1, 0).data(ROW_ROLE), Topic)


def _line(painter: QPainter, rect: QRect, words: str, color: QColor, size: float) -> None:
    font = THEME.font(size)
    painter.setFont(font)
    painter.setPen(color)
    shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class BlockListView(QListView):
    """The list itself. A click or Enter chooses a block; a drag takes it to the canvas."""

    chosen = Signal(str)
    """Id of a block."""
    group_chosen = Signal(str)
    """The path of a kept group."""
    question_chosen = Signal(object)
    """The Path of an experiment."""
    more_wanted = Signal(str)
    """A family of which all blocks shall be shown."""
    topic_toggled = Signal(str)
    """The title of a topic whose blocks shall be shown or hidden."""
    left_upwards = Signal()
    """Arrow up on the first row that can be chosen."""

    def __init__(self, parent: QWidget | None = None, *, detailed: bool = False) -> None:
        super().__init__(parent)
        self.rows = BlockListModel(self)
        self.setModel(self.rows)
        self._delegate = BlockDelegate(self, detailed=detailed)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(not detailed)
        self.setDragDropMode(
            QAbstractItemView.DragDropMode.NoDragDrop if detailed else QAbstractItemView.DragDropMode.DragOnly
        )
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("QListView { background: transparent; border: 0; outline: 0; }")
        self._doubled = False
        THEME.changed.connect(self.scheduleDelayedItemsLayout)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """List other rows, the first block current."""
        self.rows.show_rows(rows)
        self.setCurrentIndex(self.rows.first_block())
        self.scrollToTop()

    def step(self, by: int) -> None:
        """Move the current row to the next one above or below, leaping over headings."""
        number = self.currentIndex().row() + by
        while 0 <= number < self.rows.rowCount():
            index = self.rows.index(number)
            if not isinstance(self.rows.row_of(index), Heading):
                self.setCurrentIndex(index)
                return
            number += 1 if by > 0 else -1

    def choose_current(self) -> None:
        """Choose the current block, show more of its family, or show or hide a topic."""
        row = self.rows.row_of(self.currentIndex())
        if isinstance(row, RankedBlock):
            self.chosen.emit(row.block)
        elif isinstance(row, KeptRow):
            self.group_chosen.emit(row.path)
        elif isinstance(row, QuestionRow):
            self.question_chosen.emit(row.path)
        elif isinstance(row, More):
            self.more_wanted.emit(row.family)
        elif isinstance(row, Topic):
            self.topic_toggled.emit(row.title)

    def _sideways(self, rightwards: bool) -> None:
        """As in a tree: right opens a topic; left closes it, and leads to it from its blocks."""
        row = self.rows.row_of(self.currentIndex())
        if isinstance(row, Topic):
            if row.open != rightwards:
                self.topic_toggled.emit(row.title)
        elif not rightwards and self.currentIndex().isValid():
            topic = self.rows.topic_above(self.currentIndex())
            if topic.isValid():
                self.setCurrentIndex(topic)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        on_topic = isinstance(self.rows.row_of(self.currentIndex()), Topic)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (on_topic and event.key() == Qt.Key.Key_Space):
            self.choose_current()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._sideways(event.key() == Qt.Key.Key_Right)
        elif event.key() == Qt.Key.Key_Up and self.currentIndex() == self.rows.first_choice():
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._doubled = False
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The first of the two clicks has chosen already.
        self._doubled = True
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed = self.indexAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton
        choose = left and not self._doubled and pressed.isValid() and pressed == self.currentIndex()
        dragging = self.state() == QAbstractItemView.State.DraggingState
        super().mouseReleaseEvent(event)
        if choose and not dragging:
            self.choose_current()

    def startDrag(self, actions: Qt.DropAction) -> None:
        row = self.rows.row_of(self.currentIndex())
        if not isinstance(row, RankedBlock | KeptRow):
            return
        drag = QDrag(self)
        drag.setMimeData(self.rows.mimeData([self.currentIndex()]))
        shown = (row.title, "group") if isinstance(row, KeptRow) else _on_card(row)
        picture = card_picture(*shown, self.devicePixelRatioF())
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(THEME.px(24), THEME.px(20)))
        drag.exec(Qt.DropAction.CopyAction)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.viewport().update()
        return super().viewportEvent(event)


def _on_card(row: RankedBlock) -> tuple[str, str]:
    declaration = CATALOGUE[row.block]
    return declaration.title, declaration.family


def card_picture(title: str, icon: str, ratio: float = 1.0) -> QPixmap:
    """The small card that hangs on the mouse while a block or a group is dragged."""
    font = THEME.font(13, bold=True)
    width = QFontMetrics(font).horizontalAdvance(title) + THEME.px(58)
    height, margin = THEME.px(42), THEME.px(4)
    result = QPixmap(round(width * ratio), round(height * ratio))
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    card = QRectF(margin, margin, width - 2 * margin, height - 2 * margin)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 28))
    painter.drawRoundedRect(card.translated(0, margin / 2), THEME.px(8), THEME.px(8))
    painter.setBrush(THEME.color("panel"))
    painter.setPen(THEME.color("accent"))
    painter.drawRoundedRect(card, THEME.px(8), THEME.px(8))
    side = THEME.px(18)
    mark = icons.pixmap(icon, icon if icon in FAMILY else "accent", side, ratio)
    painter.drawPixmap(QPoint(margin + THEME.px(10), (height - side) // 2), mark)
    painter.setFont(font)
    painter.setPen(THEME.color("text"))
    text = card.adjusted(THEME.px(38), 0, 0, 0)
    painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
    painter.end()
    return result
