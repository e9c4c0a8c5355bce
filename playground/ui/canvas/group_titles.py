"""The titles of groups: above the wires that cross their frames."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.group_item import TITLE_HEIGHT, GroupItem
from playground.ui.canvas.paint import TEXT, WIRE_LEVEL, card_font, card_metrics, scene_rect
from playground.ui.canvas.scene_items import SceneItems
from playground.ui.widgets.theme import THEME


class GroupTitle(QGraphicsItem):
    """The words on a frame, on a ground of their own, so that a wire behind them does not cross them."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.strip = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(WIRE_LEVEL + 1)

    def show_group(self, item: GroupItem) -> None:
        """Take the words and the place of a group's frame."""
        strip, words = scene_rect(item.title_rect()), item.title + item.copies
        if strip != self.strip:
            self.prepareGeometryChange()
        if (strip, words) != (self.strip, self.words):
            self.strip, self.words = strip, words
            self.update()

    def boundingRect(self) -> QRectF:
        return self.strip

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        # On the screen the title is never smaller than it can be read, as long as its strip holds it.
        detail = option.levelOfDetailFromTransform(painter.worldTransform()) or 1.0
        size = max(TEXT, TEXT / detail)
        if not self.words or 1.1 * size > TITLE_HEIGHT:
            return
        room = self.strip.adjusted(14, 0, -14, 0)
        metrics = card_metrics(size, bold=True)
        text = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, room.width())
        ground = THEME.color("canvas")
        ground.setAlpha(215)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        height = metrics.height()
        painter.drawRoundedRect(
            QRectF(room.x() - 5, room.center().y() - height / 2, metrics.horizontalAdvance(text) + 10, height), 4, 4
        )
        painter.setFont(card_font(size, bold=True))
        painter.setPen(THEME.color("secondary"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class GroupTitles(QObject):
    """Keeps the titles at the frames."""

    def __init__(self, scene: SceneItems) -> None:
        super().__init__(scene)
        self._scene = scene
        self.titles: dict[str, GroupTitle] = {}
        """By the group."""
        scene.arranged.connect(self._lay)

    @Slot()
    def _lay(self) -> None:
        groups = self._scene.groups
        for name in [name for name in self.titles if name not in groups]:
            self._scene.removeItem(self.titles.pop(name))
        for name, item in groups.items():
            if name not in self.titles:
                self.titles[name] = GroupTitle()
                self._scene.addItem(self.titles[name])
            self.titles[name].show_group(item)
