"""A dense block unfolded into its neurons, their maps, biases and weighted links."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsObject,
    QGraphicsSceneMouseEvent,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from playground.ui.canvas.neuron_geometry import (
    BIAS_RADIUS,
    FEATURE,
    Hit,
    Inputs,
    Points,
    link_ends,
    neuron_layout,
    relative,
    unit_at,
)
from playground.ui.canvas.neuron_links import NeuronLinks
from playground.ui.canvas.neuron_pictures import Tiles
from playground.ui.canvas.neuron_preview import NeuronPreview
from playground.ui.canvas.paint import card_font, card_metrics
from playground.ui.canvas.weight_editor import WeightEditor
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME


@dataclass(frozen=True, slots=True)
class NeuronInputs:
    """What feeds the neurons: how many numbers, how they are shown, and what they are called."""

    kind: Inputs
    count: int
    names: tuple[str, ...] = ()

    def name(self, number: int) -> str:
        """Such as “x1” or “input 3”."""
        return self.names[number] if number < len(self.names) else f"input {number + 1}"


class _LiveTiles:
    """Maps that change many times a second; they are coloured when they are painted."""

    def __init__(self) -> None:
        self._maps: NDArray[np.float32] | None = None
        self._scale = "any"
        self._tiles: Tiles | None = None

    def show(self, maps: NDArray[np.float32] | None, scale: str = "any") -> bool:
        """Take other maps, (units, h, w), or none. True when they look different."""
        before = self._maps
        if maps is not None and before is not None and scale == self._scale and np.array_equal(maps, before):
            return False
        self._maps, self._scale, self._tiles = maps, scale, None
        return True

    @property
    def tiles(self) -> Tiles:
        """The pictures of the maps."""
        if self._tiles is None:
            self._tiles = Tiles(self._maps if self._maps is not None else np.empty((0, 1, 1), np.float32), self._scale)
        return self._tiles


class NeuronsItem(QGraphicsObject):
    """The neurons of one block, to be put inside its card with `NodeItem.set_inner`.

    A click on a link or a bias opens an editor. Keyboard, when the item has the focus: up and down walk the neurons,
    left and right the weights of a neuron, Enter edits the bias or the weight, Escape leaves.
    """

    weight_edit_requested = Signal(str, tuple, float)
    """Parameter name such as "dense-1.weight", the index in it, and the value that was typed."""
    shifted = Signal()
    """The neurons stand elsewhere in the scene: links of the next block follow."""

    def __init__(self, node: str, units: int, inputs: NeuronInputs, *, bias: bool = True) -> None:
        super().__init__()
        self.node = node
        self._bias_used = bias
        self.inputs = inputs
        self.positions = neuron_layout(units, inputs.count, inputs.kind)
        self._source: NeuronsItem | None = None
        self._weights: NDArray[np.float32] | None = None
        self._biases: NDArray[np.float32] | None = None
        self._maps = _LiveTiles()
        self._features = _LiveTiles()
        self._hit: Hit | None = None
        self.links = NeuronLinks(self)
        self.preview: NeuronPreview | None = None
        self.editor: WeightEditor | None = None
        self.setAcceptedMouseButtons(Qt.MouseButton.LeftButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsFocusable)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsScenePositionChanges)
        THEME.changed.connect(self._on_theme)
        self._lay_links()

    # What it shows ---------------------------------------------------------------------------------------------------

    @property
    def units(self) -> int:
        """Number of neurons."""
        return self.positions.units

    @property
    def hit(self) -> Hit | None:
        """The neuron, bias or weight under the mouse or chosen by the keyboard."""
        return self._hit

    def show_block(self, units: int, inputs: NeuronInputs, *, bias: bool = True) -> bool:
        """Take another number of neurons or other inputs. True when the size changed."""
        if (units, inputs, bias) == (self.units, self.inputs, self._bias_used):
            return False
        before = self.boundingRect().size()
        self.prepareGeometryChange()
        self._set_hit(None)
        self.positions = neuron_layout(units, inputs.count, inputs.kind)
        self.inputs, self._bias_used = inputs, bias
        self._weights = self._biases = None
        self._maps.show(None)
        self.links.show_strengths(None)
        self._lay_links()
        self.shifted.emit()
        return self.boundingRect().size() != before

    def set_source(self, source: NeuronsItem | None) -> None:
        """Let the links come from the neurons of another unfolded block; None when its inputs are shown here."""
        if source is self._source:
            return
        if self._source is not None:
            self._source.shifted.disconnect(self._lay_links)
        self._source = source
        if source is not None:
            source.shifted.connect(self._lay_links)
        self._lay_links()

    def linked_to(self, source: NeuronsItem | None) -> bool:
        """Whether the links come from the neurons of that block."""
        return source is not None and self._source is source

    def leave_source(self, source: NeuronsItem) -> None:
        """The other block folds or goes away: its neurons are no longer where links come from."""
        if self._source is source:
            self.set_source(None)

    def close(self) -> None:
        """Take down what floats around the item, before it leaves the scene."""
        self._set_hit(None)
        self.set_source(None)
        if self.editor is not None:
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None

    def show_maps(self, maps: NDArray[np.float32], scale: str = "any") -> None:
        """Show the output maps, (units, h, w)."""
        if self._maps.show(maps[: self.units], scale):
            if self._hit is not None and self._hit.kind == "neuron":
                self._show_preview()
            self.update()

    def show_feature_maps(self, maps: NDArray[np.float32]) -> None:
        """Show the maps of the inputs that are tiles, (inputs, h, w)."""
        if self.inputs.kind == "features" and self._features.show(maps[: self.inputs.count]):
            self.update()

    def show_weights(self, weight: NDArray[np.float32], bias: NDArray[np.float32] | None) -> None:
        """Show weights (units, inputs) and biases (units,); arrays of other shapes are of an older graph: ignored."""
        if weight.shape != (self.units, self.inputs.count):
            return
        signs = self._signs()
        self._weights = weight
        self._biases = bias if bias is not None and bias.shape == (self.units,) else None
        if self.inputs.kind == "bundle":
            norms = np.linalg.norm(weight.astype(np.float64), axis=1)
            self.links.show_strengths(relative(norms), signed=False)
        else:
            self.links.show_strengths(relative(weight).ravel())
        if self._hit is not None:
            self._show_preview()
        if self._signs() != signs:  # all that is painted of biases
            self.update()

    def _signs(self) -> list[float]:
        return np.sign(self._biases).tolist() if self._biases is not None else []

    def outlets(self) -> list[QPointF]:
        """Where links to the next block leave, in the scene."""
        return [self.mapToScene(QPointF(x, y)) for x, y in self.positions.outlets.tolist()]

    @Slot()
    def _lay_links(self) -> None:
        begin, finish = link_ends(self._starts(), self.positions.ends)
        self.links.lay(begin, finish)

    def _starts(self) -> Points:
        if self.inputs.kind != "outside":
            return self.positions.pins
        if self._source is None or self._source.units != self.inputs.count or self._source.scene() is None:
            return np.empty((0, 2))
        points = [self.mapFromScene(point) for point in self._source.outlets()]
        return np.array([(point.x(), point.y()) for point in points])

    @Slot()
    def _on_theme(self) -> None:
        self.links.light(np.empty(0, dtype=np.intp))
        self.links.restyle()
        self.update()

    # Item ------------------------------------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.positions.width, self.positions.height)

    def itemChange(self, change: QGraphicsItem.GraphicsItemChange, value: object) -> object:
        if change == QGraphicsItem.GraphicsItemChange.ItemScenePositionHasChanged:
            if self.inputs.kind == "outside":
                self._lay_links()
            self.shifted.emit()
        elif change == QGraphicsItem.GraphicsItemChange.ItemSceneChange:
            self._set_hit(None)
            self._drop_preview()
        return super().itemChange(change, value)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_inputs(painter)
        chosen = self._hit.unit if self._hit is not None else -1
        tiles = self._maps.tiles
        for unit, (x, y) in enumerate(self.positions.tiles.tolist()):
            tile = QRectF(x, y, self.positions.tile, self.positions.tile)
            self._paint_tile(painter, tile, tiles, unit, unit == chosen)
            if unit >= len(tiles):
                painter.setFont(card_font(11.0))
                painter.setPen(THEME.color("secondary"))
                painter.drawText(tile, Qt.AlignmentFlag.AlignCenter, str(unit + 1))
        if self._bias_used:
            self._paint_biases(painter)

    def _paint_tile(self, painter: QPainter, rect: QRectF, tiles: Tiles, number: int, chosen: bool) -> None:
        rounding = rect.width() * 0.14
        painter.setPen(QPen(THEME.color("accent" if chosen else "line"), 2.0 if chosen else 1.0))
        if number < len(tiles):
            tiles.paint(painter, rect, number)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(THEME.color("canvas"))
        painter.drawRoundedRect(rect, rounding, rounding)

    def _paint_inputs(self, painter: QPainter) -> None:
        source = self._hit.source if self._hit is not None else -1
        radius = self.positions.pin / 2
        for number, (x, y) in enumerate(self.positions.pins.tolist()):
            if self.inputs.kind == "features":
                corner = QPointF(*self.positions.feature_corner(number))
                tiles = self._features.tiles
                rect = QRectF(corner.x(), corner.y(), FEATURE, FEATURE)
                self._paint_tile(painter, rect, tiles, number, number == source)
                self._paint_name(painter, rect, self.inputs.name(number), number >= len(tiles))
            elif self.inputs.kind == "pins":
                painter.setPen(QPen(THEME.color("accent" if number == source else "secondary"), 1.2))
                painter.setBrush(THEME.color("panel"))
                painter.drawEllipse(QPointF(x - radius - 1, y), radius, radius)

    def _paint_name(self, painter: QPainter, rect: QRectF, name: str, empty: bool) -> None:
        painter.setFont(card_font(11.0, bold=True))
        painter.setPen(THEME.color("text") if empty else QColor("#1b2430"))
        shown = card_metrics(11.0, bold=True).elidedText(name, Qt.TextElideMode.ElideRight, rect.width() - 2)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_biases(self, painter: QPainter) -> None:
        chosen = self._hit.unit if self._hit is not None and self._hit.kind == "bias" else -1
        for unit, (x, y) in enumerate(self.positions.biases.tolist()):
            value = float(self._biases[unit]) if self._biases is not None else 0.0
            painter.setPen(QPen(THEME.color("accent" if unit == chosen else "panel"), 1.6))
            painter.setBrush(QColor(POSITIVE if value > 0 else NEGATIVE if value < 0 else THEME.tokens.secondary))
            radius = BIAS_RADIUS + (1.5 if unit == chosen else 0.0)
            painter.drawEllipse(QPointF(x + 2, y - 2), radius, radius)

    # Mouse and keyboard ----------------------------------------------------------------------------------------------

    def hit_at(self, scene_point: QPointF) -> Hit | None:
        """What lies under a point of the scene: a neuron, its bias, or the weight of the nearest link."""
        local = self.mapFromScene(scene_point)
        point = (local.x(), local.y())
        found = unit_at(self.positions, point)
        if found is not None:
            return Hit("neuron", found.unit) if found.kind == "bias" and not self._bias_used else found
        number = self.links.nearest(point)
        if number is None or self.inputs.kind == "bundle":
            return None
        return Hit("weight", *divmod(number, self.inputs.count))

    def hover(self, scene_point: QPointF) -> bool:
        """Bring out what is under the mouse. True when there is something."""
        self._set_hit(self.hit_at(scene_point))
        return self._hit is not None

    def leave(self) -> None:
        """The mouse went elsewhere."""
        self._set_hit(None)

    def press(self, scene_point: QPointF) -> bool:
        """Open the editor of the weight or the bias under the mouse. True when there is one."""
        hit = self.hit_at(scene_point)
        if hit is None or hit.kind == "neuron":
            return False
        self._set_hit(hit)
        self.edit(hit)
        return True

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if not self.press(event.scenePos()):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._hit is None:
            self._set_hit(Hit("neuron", 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._set_hit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.steer(event.key()):
            event.ignore()

    def steer(self, key: int) -> bool:
        """Obey a key: walk with the arrows, edit with Enter, leave with Escape. False for every other key."""
        hit = self._hit or Hit("neuron", 0)
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._set_hit(Hit(hit.kind, (hit.unit + step) % self.units, hit.source))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.inputs.kind != "bundle":
            self._set_hit(self._beside(hit, 1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            editable = Hit("bias", hit.unit) if hit.kind == "neuron" else hit
            self._set_hit(editable)
            self.edit(editable)
        elif key == Qt.Key.Key_Escape and self._hit is not None:
            self._set_hit(None)
            self.clearFocus()
        else:
            return False
        return True

    def _beside(self, hit: Hit, step: int) -> Hit:
        """The next thing of the same neuron: the neuron itself, then its weights in turn."""
        places = self.inputs.count + 1
        now = hit.source + 1 if hit.kind == "weight" else 0
        source = (now + step) % places - 1
        return Hit("neuron", hit.unit) if source < 0 else Hit("weight", hit.unit, source)

    def _set_hit(self, hit: Hit | None) -> None:
        if hit == self._hit:
            return
        self._hit = hit
        self.links.light(self._lit(hit))
        if hit is None:
            self._drop_preview()
        else:
            self._show_preview()
        self.update()

    def _lit(self, hit: Hit | None) -> NDArray[np.intp]:
        if hit is None or hit.kind == "bias":
            return np.empty(0, dtype=np.intp)
        each = 1 if self.inputs.kind == "bundle" else self.inputs.count
        first = hit.unit * each
        return np.array([first + hit.source]) if hit.kind == "weight" else np.arange(first, first + each)

    # Preview and editor ----------------------------------------------------------------------------------------------

    def words(self) -> list[str]:
        """What is under the mouse or chosen, in words; the first line is its name."""
        hit = self._hit
        if hit is None:
            return []
        value = self._value(hit)
        number = f"{value:.4g}".replace("-", "−") if value is not None else "not known yet"
        if hit.kind == "weight":
            ends = f"from {self.inputs.name(hit.source)} to neuron {hit.unit + 1}"
            return [f"Weight {number}", ends, "Click to change"]
        if hit.kind == "bias":
            return [f"Bias {number}", f"of neuron {hit.unit + 1}", "Click to change"]
        lines = [f"Neuron {hit.unit + 1}"]
        if self._bias_used:
            lines.append(f"bias {number}")
        if self._weights is not None:
            size = f"{float(np.linalg.norm(self._weights[hit.unit])):.4g}"
            lines.append(f"{self.inputs.count} weight{'s' if self.inputs.count > 1 else ''}, norm {size}")
        return lines

    def _value(self, hit: Hit) -> float | None:
        if hit.kind == "weight":
            return float(self._weights[hit.unit, hit.source]) if self._weights is not None else None
        return float(self._biases[hit.unit]) if self._biases is not None else None

    def _show_preview(self) -> None:
        if self.scene() is None or self._hit is None:
            return
        if self.preview is None:
            self.preview = NeuronPreview()
            self.scene().addItem(self.preview)
        tiles = self._maps.tiles
        shown = self._hit.kind == "neuron" and self._hit.unit < len(tiles)
        image = tiles.image(self._hit.unit) if shown else None
        self.preview.tell(self._preview_place(self._hit), self.words(), image)

    def _preview_place(self, hit: Hit) -> QPointF:
        x, y = self.positions.tiles[hit.unit]
        place = QPointF(x + self.positions.tile, y + self.positions.tile / 2)
        return self.mapToScene(place)

    def _drop_preview(self) -> None:
        preview, self.preview = self.preview, None
        if preview is not None and preview.scene() is not None:
            preview.scene().removeItem(preview)

    def edit(self, hit: Hit) -> None:
        value = self._value(hit)
        if value is None or self.scene() is None or not self.scene().views():
            return
        view = self.scene().views()[0]
        if self.editor is None:
            self.editor = WeightEditor(view)
            self.editor.accepted.connect(self.weight_edit_requested)
        name = "weight" if hit.kind == "weight" else "bias"
        index = (hit.unit, hit.source) if hit.kind == "weight" else (hit.unit,)
        words = f"Bias of neuron {hit.unit + 1}"
        if hit.kind == "weight":
            words = f"Weight from {self.inputs.name(hit.source)} to neuron {hit.unit + 1}"
        self.editor.edit(words, f"{self.node}.{name}", index, value, self._editor_place(view, hit))

    def _editor_place(self, view: QGraphicsView, hit: Hit) -> QPoint:
        x, y = self.positions.biases[hit.unit]
        inside = view.mapFromScene(self.mapToScene(QPointF(x, y + 10)))
        return view.viewport().mapToGlobal(inside)
