"""Larger text and back: the canvas looks where it looked before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF

from playground.ui.widgets.theme import THEME
from tests.end_to_end.conftest import Person, spirals


def test_larger_text_and_back_leaves_the_canvas_where_it_was(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    camera, size = person.place.canvas.camera, person.window.text_size
    camera.look_at(QPointF(260.0, 140.0), 0.9)
    before, zoom = camera.centre, camera.zoom
    try:
        size.larger()
        size.larger()
        assert THEME.scale == 1.25
        person.sees(lambda: (camera.centre - before).manhattanLength() < 3.0)
        assert abs(camera.zoom - 1.25 * zoom) < 1e-6
    finally:
        size.usual()
    person.sees(lambda: (camera.centre - before).manhattanLength() < 3.0)
    assert abs(camera.zoom - zoom) < 1e-6
