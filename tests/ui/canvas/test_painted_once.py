"""What stays as it is on the canvas is not painted again when live pictures change."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from playground.editing import commands
from playground.ui.canvas.card_picture import CardPicture
from playground.ui.canvas.neuron_links import NeuronLinks
from playground.ui.canvas.neurons import NeuronsItem
from playground.ui.canvas.node_item import NodeItem
from playground.ui.canvas.wire_item import WireItem
from playground.ui.widgets.kept_picture import KeptPicture
from tests.ui.canvas.test_neurons import BIAS_1, WEIGHT_1, snapshot

KINDS = (NodeItem, CardPicture, WireItem, NeuronsItem, NeuronLinks)


@pytest.fixture
def painted(monkeypatch) -> Counter[str]:
    """How often items of each kind were painted."""
    found: Counter[str] = Counter()

    def counting(kind):
        before = kind.paint

        def paint(item, *arguments):
            found[kind.__name__] += 1
            before(item, *arguments)

        return paint

    for kind in KINDS:
        monkeypatch.setattr(kind, "paint", counting(kind))
    return found


def settle(canvas) -> None:
    for _ in range(5):
        canvas.viewport().repaint()
        QApplication.processEvents()


def maps(seed: int, units: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(units, 48, 48)).astype(np.float32)


def test_new_maps_paint_the_picture_and_not_its_card_or_the_wires(canvas, painted) -> None:
    canvas.show_maps({"dense-1": maps(0)})
    settle(canvas)
    painted.clear()
    canvas.show_maps({"dense-1": maps(1)})
    settle(canvas)
    assert painted == {"CardPicture": 1}
    canvas.show_maps({"dense-1": maps(1)})
    settle(canvas)
    assert painted == {"CardPicture": 1}, "the same maps again"


def test_an_unfolded_block_shows_its_maps_in_its_neurons_alone(canvas, document, painted) -> None:
    canvas.show_maps({"dense-1": maps(0)})
    commands.toggle_unfolded(document, ["dense-1"])
    settle(canvas)
    painted.clear()
    canvas.show_maps({"dense-1": maps(1)})
    settle(canvas)
    assert set(painted) == {"NeuronsItem"}
    commands.toggle_unfolded(document, ["dense-1"])
    settle(canvas)
    assert canvas.canvas_scene.nodes["dense-1"].picture.tiles == 3, "and in the card when it is folded again"
    assert painted["CardPicture"]


def test_links_are_painted_when_a_weight_looks_different(canvas, document, painted) -> None:
    commands.toggle_unfolded(document, ["dense-1"])
    canvas.show_weights(snapshot(dense_1_weight=WEIGHT_1, dense_1_bias=BIAS_1))
    settle(canvas)
    painted.clear()
    links = canvas.canvas_scene.unfolding.item("dense-1").links
    before = links.batches
    canvas.show_weights(snapshot(dense_1_weight=WEIGHT_1 * 1.0001, dense_1_bias=BIAS_1))
    settle(canvas)
    assert not painted["NeuronLinks"]
    changed = WEIGHT_1.copy()
    changed[0, 1] = 0.9
    canvas.show_weights(snapshot(dense_1_weight=changed, dense_1_bias=BIAS_1))
    settle(canvas)
    assert painted["NeuronLinks"] == 1
    kept = [batch for batch in links.batches if any(batch is one for one in before)]
    assert 0 < len(kept) < len(links.batches)


def test_maps_of_cards_out_of_sight_are_not_coloured(canvas, painted) -> None:
    canvas.show_maps({"dense-1": maps(0)})
    canvas.camera.zoom_to(1.0)
    canvas.camera.centre_on(canvas.canvas_scene.nodes["dense-1"].sceneBoundingRect().center())
    canvas.camera.pan(0, 5_000)
    settle(canvas)
    painted.clear()
    canvas.show_maps({"dense-1": maps(1)})
    settle(canvas)
    assert not painted


class Panel(QWidget):
    """A widget that paints itself through a kept picture."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = KeptPicture()
        self.times = 0
        self.word = "a"

    def paintEvent(self, event) -> None:
        self.kept.show(self, self._paint, self.word)

    def _paint(self, painter: QPainter) -> None:
        self.times += 1
        painter.fillRect(QRectF(self.rect()), "#336699")


def test_a_kept_picture_is_painted_when_it_looks_different_and_sharp_in_a_saved_picture(qtbot) -> None:
    panel = Panel()
    qtbot.addWidget(panel)
    panel.resize(40, 30)
    panel.grab(), panel.grab()
    assert panel.times == 1
    panel.word = "b"
    panel.grab()
    assert panel.times == 2
    panel.resize(50, 30)
    panel.grab()
    assert panel.times == 3
    picture = QImage(100, 60, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.scale(2, 2)
    panel.render(painter, QPoint())
    painter.end()
    assert panel.times == 4, "a picture of more pixels is painted itself"
    assert picture.pixelColor(99, 59).name() == "#336699"
