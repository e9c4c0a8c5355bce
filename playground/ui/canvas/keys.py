"""The keyboard of the canvas: one table from keys to what they do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from playground.ui.canvas.surface import CanvasSurface
from playground.ui.canvas.verbs import Verbs

SMALL_STEP, LARGE_STEP = 8.0, 48.0
_ARROWS: dict[int, tuple[float, float]] = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_SHIFT, _CONTROL, _ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
HELP = (
    ("Arrow keys, Shift for far", "move the selection"),
    ("Tab, Shift+Tab", "next, previous block"),
    ("Alt+Right, Alt+Left", "along the wire"),
    ("Enter, Esc", "into the parameters of the selected block, back"),
    ("A or Insert", "add a block after the selected one, or into the selected wire"),
    ("F2", "rename, edit a note"),
    ("U", "show or hide neurons"),
    ("N, then arrow keys and Enter", "walk through neurons and weights, type a value"),
    ("Delete (Backspace outside of groups)", "delete, the gap is closed"),
    ("Ctrl+X, C, V, D", "cut, copy, paste, duplicate"),
    ("Ctrl+A", "select all"),
    ("Ctrl+G, Ctrl+Shift+G", "group, ungroup"),
    ("Ctrl+E", "close the group to one card, open it in place"),
    ("Drag into a frame, drag with Shift", "put blocks into a group, take them out"),
    ("Enter, Backspace", "into the selected group, back out of it"),
    ("Ctrl+Up, Ctrl+Down", "one copy more, less of the selected group"),
    ("F, 1 or Ctrl+1, +, -", "canvas: show everything, 100 %, closer, farther"),
    ("Menu key", "everything else"),
)
"""The keys in words, for the help window."""


def press(view: CanvasSurface, verbs: Verbs, event: QKeyEvent) -> bool:
    """Carry out a key press. False when the key means nothing here."""
    if event.key() == Qt.Key.Key_Escape:
        return view.escape()
    if _arrow(view, verbs, event):
        return True
    for sequence, act in _standard(view, verbs):
        if event.matches(sequence):
            act()
            return True
    plain = _plain(view, verbs).get((event.key(), _modifiers(event)))
    if plain is None:
        return False
    plain()
    return True


def _modifiers(event: QKeyEvent) -> Qt.KeyboardModifier:
    return event.modifiers() & (_SHIFT | _CONTROL | _ALT)


def _standard(view: CanvasSurface, verbs: Verbs) -> tuple[tuple[QKeySequence.StandardKey, Callable[[], object]], ...]:
    key = QKeySequence.StandardKey
    return (
        (key.Copy, verbs.copy),
        (key.Cut, verbs.cut),
        (key.Paste, verbs.paste),
        (key.SelectAll, verbs.select_all),
        (key.Delete, verbs.delete),
        (key.Undo, view.document.undo_stack.undo),
        (key.Redo, view.document.undo_stack.redo),
    )


def _plain(view: CanvasSurface, verbs: Verbs) -> dict[tuple[int, Qt.KeyboardModifier], Callable[[], object]]:
    key, none = Qt.Key, Qt.KeyboardModifier.NoModifier
    return {
        (key.Key_Backspace, none): verbs.leave_or_delete,
        (key.Key_E, _CONTROL): verbs.toggle_closed,
        (key.Key_D, _CONTROL): verbs.duplicate,
        (key.Key_G, _CONTROL): verbs.group,
        (key.Key_G, _CONTROL | _SHIFT): verbs.ungroup,
        (key.Key_F, none): view.fit,
        (key.Key_1, none): view.reset_zoom,
        (key.Key_1, _CONTROL): view.reset_zoom,
        (key.Key_Plus, none): view.zoom_in,
        (key.Key_Plus, _SHIFT): view.zoom_in,
        (key.Key_Equal, none): view.zoom_in,
        (key.Key_Minus, none): view.zoom_out,
        (key.Key_F2, none): verbs.rename,
        (key.Key_U, none): verbs.toggle_unfolded,
        (key.Key_N, none): verbs.enter_neurons,
        (key.Key_L, none): verbs.toggle_trainable,
        (key.Key_Return, none): verbs.enter_parameters,
        (key.Key_Enter, none): verbs.enter_parameters,
        (key.Key_A, none): view.append_to_selection,
        (key.Key_Insert, none): view.append_to_selection,
    }


def _arrow(view: CanvasSurface, verbs: Verbs, event: QKeyEvent) -> bool:
    direction = _ARROWS.get(event.key())
    if direction is None or not view.canvas_scene.selection.items:
        return False
    modifiers = _modifiers(event)
    if modifiers == _CONTROL and direction[1] and view.selected_groups():
        verbs.repeat_more(1 if direction[1] < 0 else -1)
        return True
    if modifiers == _ALT:
        if direction[1]:
            return False
        verbs.follow(direction[0] > 0)
        return True
    if modifiers not in (Qt.KeyboardModifier.NoModifier, _SHIFT):
        return False
    step = LARGE_STEP if modifiers == _SHIFT else SMALL_STEP
    verbs.nudge(direction[0] * step, direction[1] * step)
    return True
