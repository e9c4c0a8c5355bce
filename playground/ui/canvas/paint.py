"""What the items of the canvas share: fonts, levels and tooltips."""

from __future__ import annotations

import functools
from html import escape

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from playground.editing.geometry import Rect
from playground.ui.canvas.face import CardFace
from playground.ui.widgets.fonts import house_font

GROUP_LEVEL, NOTE_LEVEL, WIRE_LEVEL, NODE_LEVEL, OVERLAY_LEVEL = -20.0, -10.0, 0.0, 10.0, 100.0
"""Stacking order of the items, from back to front."""
TEXT = 13.0
"""Pixels of the screen below which no text of a card gets."""
FAR = 0.36
"""Zoom below which a card shows its title and picture alone."""


@functools.lru_cache(maxsize=64)
def card_font(size: float = 13.0, *, bold: bool = False) -> QFont:
    """The font of the canvas at 100 %, in scene units: the zoom scales it, the text scale of the window does not."""
    return house_font(round(size), bold=bold)


@functools.lru_cache(maxsize=64)
def card_metrics(size: float = 13.0, *, bold: bool = False) -> QFontMetricsF:
    """How wide words in that font are."""
    return QFontMetricsF(card_font(size, bold=bold))


def tooltip(face: CardFace) -> str:
    """What a card teaches when the mouse rests on it: what the block does, and what is wrong with it."""
    parts = [f"<b>{escape(face.title)}</b>"]
    if face.title != face.block_title:
        parts[0] += f" · {escape(face.block_title)}"
    if face.subtitle:
        parts.append(escape(face.subtitle))
    parts.append(escape(face.summary) if face.summary else "This program does not know the block.")
    if face.badge:
        parts.append(f"Output: {escape(face.badge)}")
    if face.shared and not face.repeat:
        parts.append("Uses the weights of another block: see the dotted link.")
    if face.frozen:
        parts.append("Frozen: its weights stay as they are. The lock, or the key L, lets them learn again.")
    elif face.learns:
        parts.append("The lock of the selected card, or the key L, freezes its weights.")
    parts.extend(f"<b>{problem.severity.capitalize()}:</b> {escape(problem.message)}" for problem in face.problems)
    return "<p>" + "<br>".join(parts) + "</p>"


def scene_rect(rect: Rect) -> QRectF:
    """A rectangle of the pure geometry for Qt."""
    return QRectF(rect.x, rect.y, rect.width, rect.height)
