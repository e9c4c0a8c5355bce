"""Pictures and tables as files: PNG, SVG and CSV, of a view on the screen or of a result without a window."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Table
from playground.document.files import write_atomically
from playground.ui.views.shared.legend_layout import Layout, layouts, paint_pieces
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.qt_access import png
from playground.ui.widgets.theme import THEME

PNG_RATIO = 2.0
"""Pictures have twice the pixels of the screen, so that they stay sharp in print."""
PAD, HEADING = 14, 30


def save_png(widget: QWidget, path: Path, heading: str = "", below: Sequence[Entry] = ()) -> None:
    """Save a widget as it looks now at twice its pixels. Raises OSError.

    With a margin and a heading if given, and entries of a legend below it.
    """
    frame = Frame(widget, heading, below)
    picture = QImage(frame.size * PNG_RATIO, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(PNG_RATIO)
    painter = QPainter(picture)
    frame.paint(painter)
    painter.end()
    write_png(picture, path)


def framed(size: QSize, heading: str, below: Sequence[Entry] = ()) -> QSize:
    """The size of a saved picture: the widget, with a heading a margin and the heading, and a legend below."""
    whole = size + QSize(2 * PAD, 2 * PAD + HEADING) if heading else QSize(size)
    laid = _laid(below, size.width())
    return whole if laid is None else whole + QSize(0, math.ceil(laid.size.height()))


def _laid(below: Sequence[Entry], width: int) -> Layout | None:
    """Entries in lines under a picture of this width."""
    return layouts(below, width)[-1] if below else None


class Frame:
    """What a saved picture has around a widget: a margin and a heading if there is one, entries of a legend below."""

    def __init__(self, widget: QWidget, heading: str, below: Sequence[Entry]) -> None:
        self._widget, self._heading = widget, heading
        self._legend = _laid(below, widget.width())
        self.size = framed(widget.size(), heading, below)

    def paint(self, painter: QPainter) -> None:
        """Paint the whole picture."""
        painter.fillRect(QRect(QPoint(), self.size), THEME.color("panel"))
        corner = QPoint()
        if self._heading:
            painter.setPen(THEME.color("text"))
            painter.setFont(THEME.font(15, bold=True))
            line = QRect(PAD, PAD, self._widget.width(), HEADING)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self._heading)
            corner = QPoint(PAD, PAD + HEADING)
        self._widget.render(painter, corner, renderFlags=QWidget.RenderFlag.DrawChildren)
        if self._legend is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(corner + QPoint(0, self._widget.height()))
            paint_pieces(painter, self._legend)


def write_png(picture: QImage, path: Path) -> None:
    """Save a picture as PNG, whole or not at all. Raises OSError."""
    write_atomically(path, png(picture))


def save_svg(widget: QWidget, path: Path, heading: str = "", below: Sequence[Entry] = ()) -> None:
    """The same as vectors. Raises OSError."""
    frame = Frame(widget, heading, below)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(frame.size)
    generator.setViewBox(QRect(QPoint(), frame.size))
    generator.setTitle(heading)
    painter = QPainter(generator)
    frame.paint(painter)
    painter.end()
    write_atomically(path, bytes(content.data()))


def save_csv(table: Table, path: Path) -> None:
    """Save columns and rows. Raises OSError."""
    columns, rows = table
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode("utf-8"))
