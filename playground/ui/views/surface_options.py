"""The choices of the loss surface."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton

from playground.analysis.loss_surface import LossSurface, LossSurfaceAnalysis
from playground.ui.views.options import check_box, combo_box, more_button, part_box

GRIDS = (13, 25, 51)
"""Grid points along each side, from a first glance to the full picture."""
DIRECTIONS = (
    ("Along the path", "path", "The two directions in which the path of the run spreads most, and how much they hold"),
    ("Start to end", "ends", "The plane through start and end of the run and the point you look at: a straight line "
     "from 0 to 1, with the direction that the path takes beside it"),
    ("Paths of all runs", "runs", "The plane that holds the paths of this run and of those shown beside it best"),
    ("Line to another run", "between", "The straight line from where this run stands to where the other one stands"),
    ("Downhill", "gradient", "Against the gradient of the chosen examples, and the direction into which the slope "
     "turns on that way"),
    ("Two single weights", "weights", "Two weights, with all others as they are. Click them in the view “Weights”, "
     "or choose them below"),
    ("Random", "random", "Two random directions, in each unit as long as its weights: how sharp a minimum is"),
)  # fmt: skip
POINTED = "Pointed at, or moved most"


class SurfaceOptions(QObject):
    """The widgets of the choices, and the analysis that they ask for."""

    asked = Signal()
    """A choice asks for another surface."""
    redraw = Signal()
    """A choice asks for another picture of the same one."""

    def __init__(self, layout: QHBoxLayout, parent: QObject) -> None:
        super().__init__(parent)
        self.seed = 0
        self._make_boxes()
        layout.addWidget(self.depth_box)
        layout.addWidget(more_button([
            ("Directions", self.directions_box), ("Across", self.weight_boxes[0]), ("Upwards", self.weight_boxes[1]),
            ("", self.other_button), ("", self.log_box), ("", self.penalty_box), ("Examples", self.part_box),
            ("Span", self.span_box), ("Grid", self.grid_box),
        ]))  # fmt: skip
        asking = (self.directions_box, *self.weight_boxes, self.part_box, self.span_box, self.grid_box)
        for box in asking:
            box.currentIndexChanged.connect(self._ask)
        self.penalty_box.toggled.connect(self._ask)
        self.log_box.toggled.connect(self.redraw)
        self.depth_box.toggled.connect(self.redraw)
        self.other_button.clicked.connect(self._draw_lots)
        self._fit()

    def _make_boxes(self) -> None:
        names = [(words, value) for words, value, _ in DIRECTIONS]
        self.directions_box = combo_box("Directions", "What spans the plane through the space of weights", names)
        for row, (_, _, tip) in enumerate(DIRECTIONS):
            self.directions_box.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        tip = "A weight along this side of the picture; without a choice the one you pointed at in the view “Weights”"
        self.weight_boxes = tuple(
            combo_box(f"Weight {where}", tip, [(POINTED, "")]) for where in ("across", "upwards")
        )
        self.depth_box = check_box("3-D", "Show the surface as a landscape; drag it to turn it", False)
        self.log_box = check_box("Logarithmic loss", "Colours and heights by the logarithm of the loss", True)
        self.penalty_box = check_box(
            "With the penalty", "Add what L1 and L2 cost: the ground that training really goes down", False
        )
        self.part_box = part_box("Examples that the loss is of: training goes down the surface of Train")
        self.part_box.setCurrentIndex(0)
        spans = [("¼", "0.25"), ("½", "0.5"), ("1", "1"), ("2", "2"), ("4", "4")]
        self.span_box = combo_box("Span", "How far around: 1 is the whole path, or the length of the weights", spans)
        self.span_box.setCurrentIndex(2)
        grids = [("By itself", "0"), *((f"{count} × {count}", str(count)) for count in GRIDS)]
        self.grid_box = combo_box("Grid", "How many points; by itself it is coarser where the network is large", grids)
        self.other_button = QPushButton("Other random directions")
        self.other_button.setAccessibleName("Other random directions")
        self.other_button.setToolTip("Draw two other directions by lot: does the ground look the same everywhere?")

    @property
    def directions(self) -> str:
        """The chosen directions."""
        return str(self.directions_box.currentData())

    @property
    def grid(self) -> int:
        """The chosen points along each side; 0 for by itself."""
        return int(self.grid_box.currentData())

    def analysis(self, resolution: int) -> LossSurfaceAnalysis:
        """What is asked for, with so many points along each side."""
        single = self.directions == "weights"
        first, second = (str(box.currentData()) if single else "" for box in self.weight_boxes)
        return LossSurfaceAnalysis(
            directions=self.directions_box.currentData(),
            resolution=resolution,
            span=float(self.span_box.currentData()),
            part=self.part_box.currentData(),
            penalty=self.penalty_box.isChecked(),
            seed=self.seed,
            first=first,
            second=second,
        )

    def offer(self, result: LossSurface) -> None:
        """Offer the weights that a surface over two single ones can be of."""
        for box in self.weight_boxes if result.choices else ():
            _refill(box, [("", POINTED), *result.choices])

    @Slot()
    def _ask(self) -> None:
        self._fit()
        self.asked.emit()

    @Slot()
    def _draw_lots(self) -> None:
        self.seed += 1
        self.directions_box.setCurrentIndex(self.directions_box.findData("random"))
        self._ask()

    def _fit(self) -> None:
        """What says nothing for the chosen directions cannot be chosen."""
        row = self.directions_box.currentIndex()
        self.directions_box.setToolTip(f"What spans the plane through the space of weights. {DIRECTIONS[row][2]}")
        for box in self.weight_boxes:
            box.setEnabled(self.directions == "weights")


def _refill(box: QComboBox, items: Sequence[tuple[str, str]]) -> None:
    """Offer these (value, words) and keep what is chosen, if it is among them."""
    if [(box.itemData(row), box.itemText(row)) for row in range(box.count())] == list(items):
        return
    chosen = box.currentData()
    with QSignalBlocker(box):
        box.clear()
        for value, words in items:
            box.addItem(words, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
