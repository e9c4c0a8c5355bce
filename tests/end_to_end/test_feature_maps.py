"""A convolutional net in the real window: its maps follow the chosen block and the example that was clicked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from playground.document import files, library
from playground.document.project import OpenView
from playground.ui.views.answers.prediction_wall import PredictionWallView
from playground.ui.views.inside.feature_maps import FeatureMapsView
from tests.end_to_end.conftest import LEFT, Person


def test_maps_follow_the_block_and_the_picture_on_the_wall(person: Person, tmp_path: Path) -> None:
    views = (OpenView(view="feature-maps"), OpenView(view="prediction-wall"))
    person.opens(files.read(library.find("small-cnn-digits")).replace(views=views), tmp_path)
    person.waits_for("ready")
    person.place.trainer.take_step(20)
    maps, wall = (person.place.views.dock(name).view for name in ("feature-maps", "prediction-wall"))
    assert isinstance(maps, FeatureMapsView) and isinstance(wall, PredictionWallView)
    person.sees(lambda: maps.result is not None and wall.result is not None)
    person.rests()
    assert maps.result is not None and wall.result is not None

    person.place.canvas.select(["conv-2"])
    person.sees(lambda: maps.result is not None and maps.result.chosen == "conv-2")
    assert maps.canvas.cell is not None and maps.canvas.cell.node == "conv-2"

    row = int(wall.result.rows[2])
    assert row != maps.result.row
    person.qtbot.mouseClick(wall.canvas, LEFT, pos=wall.canvas.tile(2).center().toPoint())
    person.sees(lambda: maps.result is not None and maps.result.row == row)
    assert maps.example_box.value() == row + 1
    np.testing.assert_allclose(maps.result.layers[0].maps[0], wall.result.pictures[2], atol=1e-6)

    before = maps.result.layers[1].maps
    person.place.trainer.take_step(20)
    person.sees(lambda: maps.result is not None and not np.array_equal(maps.result.layers[1].maps, before))
    maps.canvas.setFocus()
    cell = maps.canvas.cell
    person.presses(Qt.Key.Key_PageDown, on=maps.canvas)
    assert maps.canvas.cell is not None and cell is not None and maps.canvas.cell.number == cell.number + 1
