"""A node on the canvas: a card with its words, ports and live picture. It knows its id and its face, nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from playground.editing.geometry import CARD_HEIGHT, CARD_WIDTH, PORT_RADIUS, NodeBox, Rect, least_height, port_offset
from playground.ui.canvas.card_picture import CardPicture
from playground.ui.canvas.face import CardFace
from playground.ui.canvas.lock import lock_rect, paint_lock, shows_lock
from playground.ui.canvas.paint import FAR, NODE_LEVEL, TEXT, card_font, card_metrics, tooltip
from playground.ui.canvas.pictures import Picture
from playground.ui.canvas.repeat_badge import badge_rect, badge_width, badge_words, paint_badge
from playground.ui.widgets.icons import family_color, pixmap
from playground.ui.widgets.theme import THEME

_MARGIN = 11.0
_TITLE_TOP = 9.0
_SUBTITLE_TOP = 31.0
_PICTURE_TOP = 54.0
_FOOTER = 27.0
_WIDE, _WIDEST = 196.0, 252.0
"""Widths up to which a card grows for its title and subtitle, and for its footer, which must not be cut."""
_RADIUS = 9.0
NEAR = 0.95
"""Zoom below which a card shows fewer words."""
_ICON_ROOM = 20.0
"""Width that the icon takes from the title."""
_THIN_STRIP = 5.0
"""Height of the strip in the colour of the family, where a long title takes the place of the icon."""
_LINE = 1.08
"""From one line of a title to the next, in sizes of its font."""
_LARGEST = 36.2
"""Size of the font of a title, in units of the scene; from farther away it gets smaller on the screen."""
_PICTURE_BELOW = 24.0
"""Pixels of height on the screen that a picture keeps below a title of two lines."""


class NodeItem(QGraphicsRectItem):
    """The card of one node. The scene tells it what to show; gestures belong to the view.

    Its rectangle is the card with its shadow, ports and badge: Qt asks for it a thousand times in a frame of a drag,
    and finds it without calling Python.
    """

    def __init__(self, identifier: str, face: CardFace) -> None:
        super().__init__()
        self.id = identifier
        self.face = face
        self.chosen = False
        self.marked = ""
        self.hovered_port = ""
        self.badge_hovered = False
        self.port_colors: dict[tuple[str, str], str] = {}
        """While a wire is pulled: "good" or "error" by (side, port)."""
        self._shown = CardPicture(self, self._title_bottom)
        self._inner: QGraphicsItem | None = None
        self.size = (CARD_WIDTH, CARD_HEIGHT)
        self.setPen(QPen(Qt.PenStyle.NoPen))
        self.setRect(_bounds(self.size))
        self._box: NodeBox | None = None
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(NODE_LEVEL)
        # Painted once for each zoom, then only copied: a drag among 300 cards stays within a frame.
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.show_face(face)

    # What it shows ---------------------------------------------------------------------------------------------------

    def show_face(self, face: CardFace) -> None:
        """Take new words; a change of size is announced to the scene."""
        self.face = face
        self._box = None
        self.setToolTip(tooltip(face))
        self._measure()
        self.update()

    def show_maps(self, maps: NDArray[np.float32], palette: str = "signed") -> bool:
        """Show maps in a palette: "signed", "ink" or "magnitude". True when the card changed its size."""
        # What is new many times a second has the same size nearly always, and the card around it stays as painted.
        return self._shown.show_maps(maps, self.face.scale, palette) and self._measure()

    def show_points(self, points: NDArray[np.float32], classes: NDArray[np.number] | None) -> bool:
        """Show a scatter picture. True when the card changed its size."""
        return self._shown.show_points(points, classes) and self._measure()

    def show_curve(self, values: Sequence[float]) -> bool:
        """Show a small curve. True when the card changed its size."""
        return self._shown.show_curve(values) and self._measure()

    @property
    def picture(self) -> Picture | None:
        """The maps that are shown."""
        return self._shown.picture

    @property
    def has_points(self) -> bool:
        """Whether a scatter picture is shown."""
        return self._shown.has_points

    def clear_pictures(self) -> bool:
        """Show no picture any more. True when the card changed its size."""
        self._shown.clear()
        return self._measure()

    def restyle(self) -> None:
        """Paint anew in the colours of another theme."""
        self._shown.restyle()
        self.update()

    def set_inner(self, item: QGraphicsItem | None) -> None:
        """Put an item with a size of its own (the neurons of an unfolded block) where the picture would be."""
        self._inner = item
        if item is not None:
            item.setParentItem(self)
        self._measure()

    @property
    def inner(self) -> QGraphicsItem | None:
        """The item inside an unfolded card."""
        return self._inner

    def set_chosen(self, chosen: bool) -> None:
        """Draw the border of a selected card."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.setZValue(NODE_LEVEL + (1 if chosen else 0))
            self.update()

    def set_marked(self, marked: str) -> None:
        """Draw a ring around the card that a view is talking about, in a colour of the theme; "" takes it away."""
        if marked != self.marked:
            self.marked = marked
            self.update()

    def color_ports(self, colors: dict[tuple[str, str], str]) -> None:
        """Colour ports by whether the pulled wire would fit."""
        if colors != self.port_colors:
            self.port_colors = dict(colors)
            self.update()

    # Geometry --------------------------------------------------------------------------------------------------------

    def box(self) -> NodeBox:
        """The card for hit testing, in scene units."""
        place, size, known = self.pos(), self.size, self._box
        x, y = place.x(), place.y()
        # Every card is asked several times in each move of the mouse: compare before anything is made.
        old = known.rect if known is not None else None
        if known is None or old is None or old.x != x or old.y != y or (old.width, old.height) != size:
            rect = Rect(x, y, *size)
            inputs = tuple(port.name for port in self.face.inputs)
            known = self._box = NodeBox(self.id, rect, inputs, tuple(port.name for port in self.face.outputs))
        return known

    def title_rect(self) -> QRectF:
        """Where the title stands, in item coordinates."""
        return QRectF(_MARGIN, _TITLE_TOP - 2, self.size[0] - 2 * _MARGIN, 22)

    def inner_rect(self) -> QRectF:
        """Where a picture or the neurons go, in item coordinates."""
        width, height = self.size
        return QRectF(_MARGIN, _PICTURE_TOP, width - 2 * _MARGIN, height - _FOOTER - _PICTURE_TOP - 6)

    def repeat_rect(self) -> QRectF:
        """Where the number of copies stands, in item coordinates; empty for a single block."""
        return badge_rect(self.face, self.size[0], _MARGIN - 3, _TITLE_TOP)

    def hover_badge(self, hovered: bool) -> None:
        """Bring out the number of copies, as the mouse is over it."""
        if hovered != self.badge_hovered:
            self.badge_hovered = hovered
            self.update()

    def _beside_title(self) -> float:
        """Width that icon, lock, link and number of copies take from the title."""
        badge = badge_width(self.face)
        signs = 20.0 * (self.face.frozen + (self.face.shared and not badge))
        return 26.0 + signs + (badge + 2.0 if badge else 0.0)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(0, 0, *self.size))
        return path

    def _measure(self) -> bool:
        """Fit the card around its words and picture. True when its size changed."""
        metrics = _metrics(False)
        parameters = metrics.horizontalAdvance(self.face.parameters) + 12
        self._badge = self.face.badge
        if parameters + metrics.horizontalAdvance(self._badge) > CARD_WIDTH - 2 * _MARGIN:
            self._badge = self.face.short_badge
        footer = parameters + metrics.horizontalAdvance(self._badge)
        title = _metrics(True).horizontalAdvance(self.face.title) + self._beside_title()
        subtitle = metrics.horizontalAdvance(self.face.subtitle)
        # Whole pixels: a title that lacks a hundredth of one would be cut.
        words = min(_WIDE, math.ceil(2 * _MARGIN + max(title, subtitle)) + 1.0)
        width = max(CARD_WIDTH, words, min(_WIDEST, math.ceil(2 * _MARGIN + footer)))
        height = _PICTURE_TOP + self._picture_height(width - 2 * _MARGIN) + _FOOTER
        if self._inner is not None:
            width = max(width, self._inner.boundingRect().width() + 2 * _MARGIN)
        ports = max(len(self.face.inputs), len(self.face.outputs))
        size = (round(width, 1), round(max(height, least_height(ports)), 1))
        self.words = self._elided(size[0])
        self.update()
        if self._inner is not None:
            self._inner.setPos((size[0] - self._inner.boundingRect().width()) / 2, _PICTURE_TOP)
        changed = size != self.size
        if changed:
            self.size = size
            self.setRect(_bounds(size))
        self._shown.lay(QRectF() if self._inner is not None else self.inner_rect())
        return changed

    def _picture_height(self, width: float) -> float:
        if self._inner is not None:
            return self._inner.boundingRect().height() + 6
        return self._shown.height_for(width)

    def _elided(self, width: float) -> tuple[str, str, str, str]:
        room = width - 2 * _MARGIN
        plain, right = _metrics(False), Qt.TextElideMode.ElideRight
        title = _metrics(True).elidedText(self.face.title, right, room - self._beside_title())
        badge = plain.elidedText(self._badge, Qt.TextElideMode.ElideMiddle, room)
        left = plain.elidedText(self.face.parameters, right, max(0.0, room - plain.horizontalAdvance(badge) - 8))
        subtitle = self.face.subtitle
        while " · " in subtitle and plain.horizontalAdvance(subtitle) > room:
            subtitle = subtitle.rsplit(" · ", 1)[0]  # whole words rather than half of one; the tooltip has them all
        return title, plain.elidedText(subtitle, right, room), left, badge

    # Painting --------------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        detail = option.levelOfDetailFromTransform(painter.worldTransform()) or 1.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_panel(painter, detail)
        if detail < FAR:
            self._paint_from_afar(painter, detail)
        elif detail < NEAR:
            self._paint_fewer_words(painter, detail)
        else:
            self._paint_words(painter)
        if detail >= FAR and shows_lock(self.face, self.chosen):
            paint_lock(painter, self.face.frozen, self.lock_rect(detail), _device_ratio())
        self.paint_ports(painter, detail)
        if self.face.severity:
            self._paint_badge(painter)

    def border(self) -> QPen:
        tokens = THEME.tokens
        severity = self.face.severity
        color = tokens.error if severity == "error" else tokens.warning if severity else tokens.line
        if self.chosen:
            return QPen(QColor(tokens.accent if severity != "error" else tokens.error), 2.4)
        return QPen(QColor(color), 1.8 if severity else 1.0)

    def _paint_panel(self, painter: QPainter, detail: float) -> None:
        rect = QRectF(0, 0, *self.size)
        if self.face.repeat > 1:
            self._paint_stack(painter, rect)
        if detail >= FAR:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 14 if THEME.tokens.name == "light" else 60))
            painter.drawRoundedRect(rect.translated(0, 2), _RADIUS, _RADIUS)
        pen = self.border()
        if detail < 0.4:
            pen.setWidthF(max(pen.widthF(), pen.widthF() * 0.5 / detail))
        painter.setPen(pen)
        painter.setBrush(QColor(THEME.tokens.panel))
        painter.drawRoundedRect(rect, _RADIUS, _RADIUS)
        if self.marked:
            painter.setPen(QPen(THEME.color(self.marked), 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-5, -5, 5, 5), _RADIUS + 5, _RADIUS + 5)
        if self.chosen and self.face.severity == "error":
            painter.setPen(QPen(QColor(THEME.tokens.accent), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-3.5, -3.5, 3.5, 3.5), _RADIUS + 3, _RADIUS + 3)

    def _paint_stack(self, painter: QPainter, rect: QRectF) -> None:
        """Two more cards behind that of a repeated group."""
        painter.setPen(QPen(QColor(THEME.tokens.secondary), 1.0))
        painter.setBrush(QColor(THEME.tokens.panel))
        for number in (2, 1):
            painter.drawRoundedRect(rect.translated(3.0 * number, -3.0 * number), _RADIUS, _RADIUS)

    def _paint_words(self, painter: QPainter) -> None:
        tokens, (width, height) = THEME.tokens, self.size
        title, subtitle, left, badge = self.words
        self._paint_icon(painter, QRectF(_MARGIN, _TITLE_TOP + 1, 17, 17))
        line = QRectF(_MARGIN + 24, _TITLE_TOP, width - 2 * _MARGIN - 24, 19)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        painter.setFont(card_font(bold=True))
        painter.setPen(QColor(tokens.text))
        painter.drawText(line, flags, title)
        painter.setFont(card_font())
        painter.setPen(QColor(tokens.secondary))
        painter.drawText(QRectF(_MARGIN, _SUBTITLE_TOP, width - 2 * _MARGIN, 18), flags, subtitle)
        footer = QRectF(_MARGIN, height - _FOOTER, width - 2 * _MARGIN, _FOOTER)
        painter.drawText(footer, flags, left)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine
        painter.drawText(footer, right, badge)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(1, height - _FOOTER), QPointF(width - 1, height - _FOOTER))
        self._paint_signs(painter, width - _MARGIN)

    def _paint_signs(self, painter: QPainter, right: float) -> None:
        """What stands to the right of the title: the number of copies, a lock, a link."""
        ratio, badge = _device_ratio(), self.repeat_rect()
        if not badge.isEmpty():
            paint_badge(painter, self.face, badge, hovered=self.badge_hovered)
            right = badge.left() - 2.0
        if self.face.shared and badge.isEmpty():
            left = right - 16.0 - (20.0 if self.face.frozen else 0.0)
            painter.drawPixmap(QPointF(left, _TITLE_TOP + 1), pixmap("link", "secondary", 16, ratio))

    def lock_rect(self, zoom: float) -> QRectF:
        """Where the lock stands at this zoom, in item coordinates; empty where there is none."""
        if not shows_lock(self.face, self.chosen):
            return QRectF()
        badge = self.repeat_rect()
        return lock_rect(self.size[0], zoom, beside=0.0 if badge.isEmpty() else badge.width() + 2.0)

    def _paint_icon(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        family = self.face.family
        painter.setBrush(family_color(family) if family else QColor(THEME.tokens.secondary))
        painter.drawRoundedRect(rect, 4, 4)
        family = family or ("group" if self.face.repeat else "")
        if family:
            sign = pixmap(family, QColor(THEME.tokens.panel), 13, _device_ratio())
            painter.drawPixmap(rect.topLeft() + QPointF(2, 2), sign)

    def _paint_fewer_words(self, painter: QPainter, detail: float) -> None:
        """Below 100 % words keep their size on the screen, and what has no room goes: subtitle, badge, icon."""
        size, (width, height) = TEXT / detail, self.size
        room = width - 2 * _MARGIN
        metrics = card_metrics(size)
        below = self._paint_heading(painter, min(size, _LARGEST))
        painter.setFont(card_font(size))
        painter.setPen(QColor(THEME.tokens.secondary))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        subtitle = self.words[1]
        if below and 1.25 * size <= _PICTURE_TOP - _SUBTITLE_TOP and metrics.horizontalAdvance(subtitle) <= room:
            painter.drawText(QRectF(_MARGIN, _SUBTITLE_TOP, width, 1.25 * size), flags, subtitle)
        badge = self.face.short_badge
        if 1.25 * size <= _FOOTER and metrics.horizontalAdvance(badge) <= room:
            footer = QRectF(_MARGIN, height - _FOOTER, room, _FOOTER)
            painter.drawText(footer, flags | Qt.AlignmentFlag.AlignRight, badge)

    @property
    def _far_title(self) -> str:
        """The title from farther away, where the number of copies has no place of its own."""
        return f"{self.face.title} {badge_words(self.face)}" if self.face.repeat > 1 else self.face.title

    def heading(self, size: float) -> tuple[tuple[str, ...], bool]:
        """The lines of the title in a size of its font, and whether the icon stands before them.

        A title without room beside the icon takes its place, a longer one a second line too.
        """
        room, metrics, title = self.size[0] - 2 * _MARGIN, card_metrics(size, bold=True), self._far_title
        needed = metrics.horizontalAdvance(title)
        if needed <= room - _ICON_ROOM:
            return (title,), True
        lines = (title,) if needed <= room else _in_two(title, metrics, room)
        if not self._two_lines_fit(size):
            lines = (title,)
        return tuple(metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines), False

    def _two_lines_fit(self, size: float) -> bool:
        """Whether a title may take two lines of this size, also from the upper part of a picture if enough is left."""
        below = _THIN_STRIP + 2 * _LINE * size
        if below <= _PICTURE_TOP:
            return True
        if self._inner is not None:
            return False
        if not self._shown.height_for(self.inner_rect().width()):
            return below <= self.size[1]
        return below + _PICTURE_BELOW * size / TEXT <= self.inner_rect().bottom()

    def _title_bottom(self, detail: float) -> float:
        """Where a title of two lines ends, seen from this zoom; 0 where it leaves the picture alone."""
        if detail >= NEAR:
            return 0.0
        size = min(TEXT / detail, _LARGEST)
        lines, _ = self.heading(size)
        return _THIN_STRIP + 2 * _LINE * size + 2.0 if len(lines) > 1 else 0.0

    def _paint_heading(self, painter: QPainter, size: float) -> bool:
        """Icon and title. Returns whether there is still room for a subtitle."""
        lines, icon = self.heading(size)
        left, line = _MARGIN, _LINE * size
        if icon:
            self._paint_icon(painter, QRectF(_MARGIN, _TITLE_TOP + 1, 17, 17))
            left += 24.0
        else:
            self._paint_strip(painter, _THIN_STRIP)
        if len(lines) == 1:
            area = QRectF(left, _TITLE_TOP - 2, self.size[0], max(23.0, 1.3 * size))
            self._paint_title(painter, area, size, lines[0])
            return True
        for number, words in enumerate(lines):
            area = QRectF(left, _THIN_STRIP + number * line, self.size[0], line)
            self._paint_title(painter, area, size, words)
        return False

    def _paint_strip(self, painter: QPainter, height: float) -> None:
        """The colour of the family along the upper edge."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(family_color(self.face.family) if self.face.family else QColor(THEME.tokens.secondary))
        painter.drawRoundedRect(QRectF(0, 0, self.size[0], height), height / 2, height / 2)

    def _paint_from_afar(self, painter: QPainter, detail: float) -> None:
        """From far away, a strip in the colour of the family, and as much of the title as can be read."""
        width, height = self.size
        self._paint_strip(painter, 12.0)
        size = TEXT / detail
        if 1.3 * size <= height - 18:
            room, metrics = QRectF(6, 14, width - 10, 1.3 * size), card_metrics(size, bold=True)
            words = metrics.elidedText(self._far_title, Qt.TextElideMode.ElideRight, room.width())
            self._paint_title(painter, room, size, words)

    def _paint_title(self, painter: QPainter, room: QRectF, size: float, words: str) -> None:
        painter.setFont(card_font(size, bold=True))
        painter.setPen(QColor(THEME.tokens.text))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        painter.drawText(room, flags, words)

    def paint_ports(self, painter: QPainter, detail: float) -> None:
        tokens = THEME.tokens
        radius = PORT_RADIUS if detail >= 0.4 else PORT_RADIUS * 1.6
        colors = {"good": tokens.good, "error": tokens.error}
        for side, ports, x in (("input", self.face.inputs, 0.0), ("output", self.face.outputs, self.size[0])):
            for number, port in enumerate(ports):
                place = QPointF(x, port_offset(number, len(ports)))
                state = self.port_colors.get((side, port.name), "")
                hovered = self.hovered_port == f"{side} {port.name}"
                color = QColor(colors.get(state, tokens.accent if hovered else tokens.secondary))
                size = radius + (2.0 if state or hovered else 0.0)
                painter.setPen(QPen(QColor(tokens.panel), 1.4))
                painter.setBrush(color)
                painter.drawEllipse(place, size, size)
                if port.optional:
                    painter.setBrush(QColor(tokens.panel))
                    painter.drawEllipse(place, size / 2, size / 2)

    def _paint_badge(self, painter: QPainter) -> None:
        centre = QPointF(self.size[0] - 4, 4)
        color = THEME.tokens.error if self.face.severity == "error" else THEME.tokens.warning
        painter.setPen(QPen(QColor(THEME.tokens.panel), 1.5))
        painter.setBrush(QColor(color))
        painter.drawEllipse(centre, 10, 10)
        painter.setPen(QColor(THEME.tokens.panel))
        painter.setFont(card_font(15.0, bold=True))
        painter.drawText(QRectF(centre.x() - 10, centre.y() - 10, 20, 20), Qt.AlignmentFlag.AlignCenter, "!")


def _bounds(size: tuple[float, float]) -> QRectF:
    """The card with its shadow, ports and badge."""
    return QRectF(0, 0, *size).adjusted(-9, -9, 15, 9)


def _in_two(title: str, metrics: QFontMetricsF, room: float) -> tuple[str, ...]:
    """A title in two lines, broken after a blank, a hyphen or a stroke, if its first word has room."""
    for place in range(len(title) - 1, 0, -1):
        if title[place - 1] in " -/" and metrics.horizontalAdvance(title[:place].rstrip()) <= room:
            return title[:place].rstrip(), title[place:]
    return (title,)


def _metrics(bold: bool) -> QFontMetricsF:
    return card_metrics(bold=bold)


def _device_ratio() -> float:
    app = QApplication.instance()
    return app.devicePixelRatio() * 2.0 if isinstance(app, QApplication) else 2.0
