"""Pictures and tables as files: PNG, SVG and CSV, of a view on the screen or of a result without a window."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Table
from playground.document.files import write_atomically
from playground.ui.widgets.qt_access import png
from playground.ui.widgets.theme import THEME

PNG_RATIO = 2.0
"""Pictures have twice the pixels of the screen, so that they stay sharp in print."""
PAD, HEADING = 14, 30


def save_png(widget: QWidget, path: Path, heading: str = "") -> None:
    """Save a widget as it looks now at twice its pixels, with a margin and a heading if given. Raises OSError."""
    picture = QImage(framed(widget.size(), heading) * PNG_RATIO, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(PNG_RATIO)
    painter = QPainter(picture)
    paint(painter, widget, heading)
    painter.end()
    write_png(picture, path)


def framed(size: QSize, heading: str) -> QSize:
    """The size of a saved picture: the widget and, where there is a heading, a margin and the heading."""
    return size + QSize(2 * PAD, 2 * PAD + HEADING) if heading else size


def paint(painter: QPainter, widget: QWidget, heading: str) -> None:
    """Paint the whole picture."""
    painter.fillRect(QRect(QPoint(), framed(widget.size(), heading)), THEME.color("panel"))
    if not heading:
        widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        return
    painter.setPen(THEME.color("text"))
    painter.setFont(THEME.font(15, bold=True))
    line = QRect(PAD, PAD, widget.width(), HEADING)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, heading)
    widget.render(painter, QPoint(PAD, PAD + HEADING), renderFlags=QWidget.RenderFlag.DrawChildren)


def write_png(picture: QImage, path: Path) -> None:
    """Save a picture as PNG, whole or not at all. Raises OSError."""
    write_atomically(path, png(picture))


def save_svg(widget: QWidget, path: Path, heading: str = "") -> None:
    """Save a widget as vectors, with a margin and a heading if there is one. Raises OSError."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(framed(widget.size(), heading))
    generator.setViewBox(QRect(QPoint(), framed(widget.size(), heading)))
    generator.setTitle(heading)
    painter = QPainter(generator)
    paint(painter, widget, heading)
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
