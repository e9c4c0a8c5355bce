"""What an answer hangs on: maps beside and upon a picture, bars for a table, a coloured line for a series."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QWidget

from playground.analysis.answers.attribution import METHODS, AttributionAnalysis, Attributions
from playground.analysis.base import Analysis
from playground.ui.views.answers.attribution_bars import BarsCanvas, TraceCanvas
from playground.ui.views.answers.attribution_pictures import PicturesCanvas
from playground.ui.views.answers.attribution_words import WordsCanvas
from playground.ui.views.base import View
from playground.ui.widgets.drawing import magnitude_table, number_words
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ElidedLabel, ExampleBox, check_box, combo_box
from playground.ui.widgets.painted import in_scroll_area
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

ALL = "all"
ONE_LINE = 560
FAR = 0.1
"""From which share of the change on the sum of integrated gradients is too far off."""
TEACHING = {
    ALL: "All methods beside each other: where they agree, one can trust them more",
    "saliency": "Saliency: how strongly the answer reacts to a small change, whatever its direction",
    "gradient-input": "Gradient × input: the slope times the number, as if the network were linear",
    "integrated-gradients": "Integrated gradients: the slope on average over the way from the baseline; they sum to "
    "the change of the score",
    "occlusion": "Occlusion: how far the score falls when a part is covered by the baseline",
    "smooth-gradient": "SmoothGrad: saliency on average over noisy copies, which is calmer",
}


class AttributionView(View):
    """Saliency, gradient × input, integrated gradients and occlusion of one example."""

    analysis: ClassVar[type[Analysis]] = AttributionAnalysis
    title: ClassVar[str] = "Attribution"
    empty: ClassVar[str] = "Press play to see what the answer hangs on."
    pulses: ClassVar[int] = 9

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Attributions | None = None
        self._offered: list[tuple[str, str]] = []
        self._posing = False
        self._make_options()
        self.words = ElidedLabel("")
        self.pictures, self.bars = PicturesCanvas(), BarsCanvas()
        self.trace, self.sequence = TraceCanvas(), WordsCanvas()
        self.areas = QStackedWidget()
        for canvas in (self.pictures, self.bars, self.trace, self.sequence):
            self.areas.addWidget(in_scroll_area(canvas))
            canvas.pointed.connect(self._read)
        self.legend = Legend()
        choices = QHBoxLayout()
        choices.addWidget(self.method_box)
        choices.addWidget(Label("for"))
        choices.addWidget(self.class_box)
        choices.addStretch(1)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(THEME.px(4))
        self._line.addWidget(self.words, 1)
        self._line.addLayout(choices)
        self.body_layout.addLayout(self._line)
        self.body_layout.addWidget(self.areas, 1)
        self.body_layout.addWidget(self.legend)

    def _make_options(self) -> None:
        methods = [("All methods", ALL), *((title, method) for method, title in METHODS.items())]
        self.method_box = combo_box("Method", TEACHING[ALL], methods)
        first = [("predicted", "predicted")]
        self.class_box = combo_box("Explained answer", "For which answer the inputs speak", first)
        self.example_box = ExampleBox()
        self.baseline_box = combo_box(
            "Baseline",
            "What stands for “nothing” when a part is covered, and where integrated gradients start",
            [("zeros as the network sees them", "zero"), ("mean training example", "mean"), ("empty, all 0", "blank")],
        )
        numbers = (self.parameters.integer(name) for name in ("steps", "window", "stride"))
        self.steps_box, self.window_box, self.stride_box = numbers
        self.overlay_box = self.parameters.switch("overlay")
        self.mean_box = check_box(
            "Mean over many examples", "For tables and series: the mean size over up to 128 test examples", False
        )
        self.options_layout.addWidget(self.example_box)
        rows = [
            ("", self.overlay_box), ("", self.mean_box), ("Baseline", self.baseline_box), ("Steps", self.steps_box),
            ("Window", self.window_box), ("Stride", self.stride_box),
        ]  # fmt: skip
        self.add_more(rows)
        bound = (("method", self.method_box), ("baseline", self.baseline_box), ("averaged", self.mean_box))
        for name, box in bound:
            self.parameters.bind(name, box)
        changed = self.class_box.currentIndexChanged
        self.parameters.bind_with("explained", self._explained, self._show_explained, changed)
        self.parameters.bind_with("output", self._explained_number, self._show_explained, changed)
        self.example_box.row_chosen.connect(self.example_chosen)

    def _explained(self) -> str:
        value = str(self.class_box.currentData())
        return value if value in ("predicted", "true") else "output"

    def _explained_number(self) -> int:
        value = str(self.class_box.currentData())
        return int(value) if value.isdigit() else 0

    def _show_explained(self, _: Any) -> None:
        """The chosen answer, if it is offered."""
        row = self.class_box.findData(self._chosen_answer())
        if row >= 0:
            self.class_box.setCurrentIndex(row)

    def _chosen_answer(self) -> str:
        explained = self.parameters.value("explained")
        return str(self.parameters.value("output")) if explained == "output" else explained

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words and choices share a line where there is room."""
        super().resizeEvent(event)
        beside = self.width() >= THEME.px(ONE_LINE)
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._line.direction() != way:
            self._line.setDirection(way)

    @Slot(str)
    def ask_anew(self, name: str = "") -> None:
        self.method_box.setToolTip(plain_tip(TEACHING[self.method_box.currentData()]))
        super().ask_anew(name)

    @Slot(str)
    def _read(self, words: str) -> None:
        self.legend.show_readout(words)

    @property
    def heading(self) -> str:
        if self._posing and self.result is not None and self.picture_widget() is not self:
            return f"{self.title}: {self.result.words()}"
        return self.title

    def pose(self, posing: bool) -> None:
        self._posing = posing

    def picture_widget(self) -> QWidget:
        """The whole list of a wide table, also what is scrolled out of sight; its words go into the heading."""
        listed = self.result is not None and self.result.looked_at == "table"
        return self.bars if listed and self.bars.minimumSizeHint().height() > self.areas.height() else self

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self._offer(result)
        self.example_box.setEnabled(not result.averaged)
        self.example_box.show_example(result.row, result.count, result.part)
        self.words.setText(result.words())
        self.words.setToolTip(plain_tip(explanation(result)))
        self.mean_box.setEnabled(result.looked_at != "image")
        self.overlay_box.setEnabled(result.looked_at == "image")
        if result.looked_at == "image":
            self.pictures.show_result(result, self.overlay_box.isChecked())
        else:
            canvases: dict[str, BarsCanvas | TraceCanvas | WordsCanvas] = {
                "table": self.bars, "series": self.trace, "tokens": self.sequence,
            }  # fmt: skip
            canvases[result.looked_at].show_result(result)
        self.areas.setCurrentIndex(("image", "table", "series", "tokens").index(result.looked_at))
        self.legend.show_entries(entries(result))

    def _offer(self, result: Attributions) -> None:
        """The answers that can be explained; a regression has no predicted class, the units of a block no true one."""
        items = [(name, str(number)) for number, name in enumerate(result.names)]
        if result.of_unit:
            items.insert(0, ("strongest", "predicted"))
        elif result.classifies:
            items[:0] = [("predicted", "predicted"), ("true", "true")]
        if items == self._offered:
            return
        self._offered = items
        chosen = self._chosen_answer()
        with QSignalBlocker(self.class_box):
            self.class_box.clear()
            for words, value in items:
                self.class_box.addItem(words, value)
            self.class_box.setCurrentIndex(max(0, self.class_box.findData(chosen)))
        self.class_box.setMinimumWidth(min(self.class_box.sizeHint().width() + THEME.px(10), THEME.px(180)))
        if self.class_box.currentData() != chosen:
            self.class_box.currentIndexChanged.emit(self.class_box.currentIndex())


def entries(result: Attributions) -> list[Entry]:
    """What the colours mean, and whether the numbers sum up."""
    name = result.names[result.explained]
    answer = f"“{name}”" if result.classifies or result.of_unit else "a larger number"
    found: list[Entry] = []
    if any(shown.signed for shown in result.maps):
        against = f"against {answer}" if result.classifies or result.of_unit else "for a smaller one"
        found += [Entry(f"for {answer}", "square", POSITIVE), Entry(against, "square", NEGATIVE)]
    if not all(shown.signed for shown in result.maps):
        red, green, blue = magnitude_table()[200 if result.looked_at == "table" else 255].tolist()
        found.append(Entry("counts much", "square", f"#{red:02x}{green:02x}{blue:02x}"))
    if not result.averaged:
        found += [Entry(words) for words in sum_words(result)]
    return found


def sum_words(result: Attributions) -> tuple[str, ...]:
    """The score, how far it lies above the baseline's, and how near integrated gradients come to that."""
    score = f"{result.unit} {number_words(result.score)}, of the baseline {number_words(result.baseline_score)}"
    integrated = next((shown for shown in result.maps if shown.method == "integrated-gradients"), None)
    if integrated is None:
        return (score,)
    error = abs(integrated.total - result.change)
    words = f"integrated gradients sum to {number_words(integrated.total)}, off by {number_words(error)}"
    far = error > FAR * max(abs(result.change), 1e-6)
    return score, words + (": take more steps (⋯)" if far else "")


def explanation(result: Attributions) -> str:
    """What the numbers are of, as a tooltip."""
    if result.averaged:
        return "For each column the mean size of what it says, over many examples"
    return (
        f"The {result.unit} of “{result.names[result.explained]}” is explained. "
        "Integrated gradients sum to its distance from the baseline's; the more steps, the nearer"
    )
