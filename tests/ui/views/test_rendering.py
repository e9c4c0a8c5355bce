"""A view as a picture without a window: laid out as it would be in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from playground.ui.views.rendering import render
from playground.ui.views.run.curves import CurvesView
from tests.ui.views import results


def test_a_picture_is_taken_when_names_of_axes_keep_away_from_their_numbers(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Axes give numbers their room when these are painted: a second picture was another where that was the first."""
    save, first, second = CurvesView.save_png, tmp_path / "first.png", tmp_path / "second.png"

    def save_twice(view: CurvesView, path: Path) -> None:
        save(view, path)
        QApplication.sendPostedEvents()
        save(view, second)

    monkeypatch.setattr(CurvesView, "save_png", save_twice)
    render(results.curves(), CurvesView, first)
    assert QImage(str(first)) == QImage(str(second))
