"""The choices of the loss surface."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QPushButton

from playground.analysis.base import Analysis
from playground.analysis.loss.loss_surface import LONGEST, LossSurface
from playground.analysis.progress import duration
from playground.ui.views.base import View
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.options import check_box, combo_box, part_box
from playground.ui.widgets.qt_access import item_of

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

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.parameters = view.parameters
        self._make_boxes()
        view.options_layout.addWidget(self.depth_box)
        view.add_more([
            ("Directions", self.directions_box), ("Across", self.weight_boxes[0]), ("Upwards", self.weight_boxes[1]),
            ("", self.other_button), ("", self.log_box), ("", self.penalty_box), ("Examples", self.part_box),
            ("Span", self.span_box), ("Grid", self.grid_box),
        ])  # fmt: skip
        bound = (
            ("directions", self.directions_box), ("first", self.weight_boxes[0]), ("second", self.weight_boxes[1]),
            ("part", self.part_box), ("span", self.span_box), ("resolution", self.grid_box),
            ("penalty", self.penalty_box),
        )  # fmt: skip
        for name, box in bound:
            self.parameters.bind(name, box)
        self.directions_box.currentIndexChanged.connect(self._fit)
        self.other_button.clicked.connect(self._draw_lots)
        self._fit()

    def _make_boxes(self) -> None:
        names = [(words, value) for words, value, _ in DIRECTIONS]
        self.directions_box = combo_box("Directions", "What spans the plane through the space of weights", names)
        for row, (_, _, tip) in enumerate(DIRECTIONS):
            self.directions_box.setItemData(row, plain_tip(tip), Qt.ItemDataRole.ToolTipRole)
        tip = "A weight along this side of the picture; without a choice the one you pointed at in the view “Weights”"
        self.weight_boxes = tuple(combo_box(f"Weight {where}", tip, [(POINTED, "")]) for where in ("across", "upwards"))
        self.depth_box = self.parameters.switch("three_dimensional")
        self.log_box = self.parameters.switch("logarithmic")
        self.penalty_box = check_box(
            "With the penalty", "Add what L1 and L2 cost: the ground that training really goes down", False
        )
        self.part_box = part_box("Examples that the loss is of: training goes down the surface of Train")
        spans = [("¼", "0.25"), ("½", "0.5"), ("1", "1"), ("2", "2"), ("4", "4")]
        self.span_box = combo_box("Span", "How far around: 1 is the whole path, or the length of the weights", spans)
        grids = [("By itself", ""), *((f"{count} × {count}", str(count)) for count in GRIDS)]
        self.grid_box = combo_box("Grid", "How many points; by itself it is coarser where the network is large", grids)
        self.other_button = QPushButton("Other random directions")
        self.other_button.setAccessibleName("Other random directions")
        self.other_button.setToolTip("Draw two other directions by lot: does the ground look the same everywhere?")

    @property
    def directions(self) -> str:
        """The chosen directions."""
        return str(self.directions_box.currentData())

    @property
    def grid_chosen(self) -> bool:
        """Whether somebody has chosen how many points there are."""
        return self.parameters.given("resolution")

    def analysis(self) -> Analysis:
        """What is asked for; the weights only where two single ones are."""
        if self.directions == "weights":
            return self.parameters.analysis()
        return self.parameters.analysis(first="", second="")

    def offer(self, result: LossSurface) -> None:
        """Offer the weights that a surface over two single ones can be of."""
        if result.choices:
            items = [(POINTED, ""), *((words, value) for value, words in result.choices)]
            for name, box in zip(("first", "second"), self.weight_boxes, strict=True):
                self.parameters.offer(name, box, items)

    def limit(self, cost: float) -> None:
        """End the choice of grids where one would take longer than may be, at so many seconds a point; and say why."""
        for row, count in enumerate(GRIDS, start=1):
            seconds = cost * count**2
            item, words = item_of(self.grid_box, row), f"{count} × {count}"
            too_long = seconds > LONGEST and row > 1
            item.setEnabled(not too_long)
            item.setText(f"{words}: takes {duration(seconds)}" if too_long else words)
            item.setToolTip(plain_tip(f"More than {duration(LONGEST)} is too long for a picture." if too_long else ""))

    @Slot()
    def _draw_lots(self) -> None:
        self.directions_box.setCurrentIndex(self.directions_box.findData("random"))
        self.parameters.choose("seed", self.parameters.value("seed") + 1)

    @Slot()
    def _fit(self) -> None:
        """What says nothing for the chosen directions cannot be chosen."""
        row = self.directions_box.currentIndex()
        self.directions_box.setToolTip(
            plain_tip(f"What spans the plane through the space of weights. {DIRECTIONS[row][2]}")
        )
        for box in self.weight_boxes:
            box.setEnabled(self.directions == "weights")
