"""The tooltip of a block: what it does, its formula, and where the formula is from."""

from __future__ import annotations

import base64
import functools
import html

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from playground.blocks.base import Block
from playground.data.base import Dataset
from playground.ui.widgets.formula import formula_svg
from playground.ui.widgets.qt_access import png
from playground.ui.widgets.theme import THEME

_WIDTH = 300
_SHARPNESS = 2


def tip_html(declaration: type[Block], reason: str = "") -> str:
    """Rich text for a tooltip. `reason` says why the block does not fit where it is offered."""
    parts = [f"<b>{html.escape(declaration.title)}</b>", html.escape(declaration.summary)]
    if issubclass(declaration, Dataset) and declaration.question:
        parts.append(f"<i>{html.escape(declaration.question)}</i>")
    if declaration.formula:
        parts.append(_formula(declaration.formula, THEME.tokens.text, THEME.scale))
    if declaration.source:
        parts.append(f'<span style="color:{THEME.tokens.secondary}">{html.escape(declaration.source)}</span>')
    if reason:
        parts.append(f'<span style="color:{THEME.tokens.error}">Does not fit here: {html.escape(reason)}</span>')
    rows = "".join(f'<div style="margin-top:4px">{part}</div>' for part in parts)
    return f'<table width="{THEME.px(_WIDTH)}"><tr><td>{rows}</td></tr></table>'


@functools.lru_cache(maxsize=256)
def _formula(latex: str, color: str, scale: float) -> str:
    """The formula as an image inside the text; as LaTeX where it cannot be drawn."""
    try:
        renderer = QSvgRenderer(QByteArray(formula_svg(latex, color).encode()))
    except ValueError:
        return f"<code>{html.escape(latex)}</code>"
    natural = renderer.defaultSize()
    shrink = min(1.0, _WIDTH / max(1, natural.width())) * scale
    width, height = max(1, round(natural.width() * shrink)), max(1, round(natural.height() * shrink))
    image = QImage(width * _SHARPNESS, height * _SHARPNESS, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    content = base64.b64encode(png(image)).decode()
    return f'<img width="{width}" height="{height}" src="data:image/png;base64,{content}">'
