"""A search: choose settings, press Start; then how good trials are, which settings matter, a button for the best."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.search import PRESS_START, SearchAnalysis, SearchOffer, SearchResult
from playground.ui.views.run.contest import START_TIP, StartedView
from playground.ui.views.run.search_chart import SearchChart
from playground.ui.views.run.search_settings import SearchSettings
from playground.ui.widgets import drawing
from playground.ui.widgets.few_lines import FewLines
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.theme import THEME

LOW = 380
"""A view that is not so high, in pixels at 100 %, has a short button, so that all words fit beside it."""
TINY = 260
"""In one that is still less high the chart comes first: words are cut, and stand whole in their tool tip."""
WIDEST_CHOICE = 106
"""Pixels at 100 %: its longest word, and the title beside it, are whole in a small window."""
USE = "Use these settings"
CHARTS = [
    ("History", "history"), ("Importance", "importances"), ("Parallel", "parallel"), ("Heat map", "heat-map"),
]  # fmt: skip
SAMPLERS = [
    ("Bayesian (TPE)", "tpe"), ("Random", "random"), ("Grid", "grid"), ("Evolution (CMA-ES)", "cma-es"),
    ("Genetic", "genetic"),
]  # fmt: skip
PRUNERS = [
    ("No pruning", "none"), ("Median", "median"), ("Successive halving", "successive-halving"),
    ("Hyperband", "hyperband"),
]  # fmt: skip


class SearchView(StartedView):
    """Many trials of other settings."""

    analysis: ClassVar[type[Analysis]] = SearchAnalysis
    title: ClassVar[str] = "Search"
    empty: ClassVar[str] = PRESS_START

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: SearchResult | None = None
        self.offer: SearchOffer | None = None
        self.words = FewLines()
        self.chart = SearchChart()
        self.legend = self.legend_in(self.chart, self.chart)
        self.use_button = QPushButton(USE)
        self.use_button.setAccessibleName(USE)
        self.use_button.setToolTip(plain_tip("Put the best settings into the project; undo takes them back"))
        self.use_button.clicked.connect(self._use)
        self.use_button.setVisible(False)
        self.body_layout.addWidget(self.chart, 1)
        below = QHBoxLayout()
        below.addWidget(self.words, 1)
        below.addWidget(self.use_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.body_layout.addLayout(below)
        self.settings = SearchSettings(self.parameters)
        self.chart_box = self.parameters.choice("chart", CHARTS)
        self.across_box, self.up_box = (combo_box(name, f"The setting {name.lower()} the heat map", [])
                                        for name in ("Across", "Up"))  # fmt: skip
        self.parameters.bind("across", self.across_box)
        self.parameters.bind("up", self.up_box)
        self.chart_box.setItemData(2, "Parallel coordinates", Qt.ItemDataRole.ToolTipRole)
        for control in (self.chart_box, self.start_button):
            self.options_layout.addWidget(control)
        self.add_more(
            [
                *self.settings.rows(),
                ("Sampler", self.parameters.choice("sampler", SAMPLERS)),
                ("Pruner", self.parameters.choice("pruner", PRUNERS)),
                ("Trials", self.parameters.integer("trials")),
                ("Epochs", self.parameters.integer("epochs")),
                ("Seeds", self.parameters.integer("seeds")),
                ("Folds", self.parameters.integer("folds")),
                ("Across", self.across_box),
                ("Up", self.up_box),
            ]
        )
        self.settings.changed.connect(self._explain)
        self.restyle()
        self._explain()

    @Slot()
    def _explain(self) -> None:
        """Say at the button what it searches over, also where nobody has chosen settings."""
        if not self.running:
            self.start_button.setToolTip(plain_tip(f"{START_TIP}. {self.settings.words}"))

    def _name_button(self) -> None:
        super()._name_button()
        if hasattr(self, "settings"):
            self._explain()

    def restyle(self) -> None:
        self.chart_box.setMaximumWidth(THEME.px(WIDEST_CHOICE))
        self.chart.restyle()
        self.words.setFont(THEME.font(13))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.use_button.setText(USE.split()[0] if self.height() < THEME.px(LOW) else USE)
        self.words.set_most(2 if self.height() < THEME.px(TINY) else 12)

    def settle(self) -> None:
        super().settle()
        self.chart.fit()

    def show_result(self, result: Any) -> None:
        if isinstance(result, SearchOffer):
            self.offer = result
            self.settings.take(result)
            if self.result is None and not self.running:
                super().show_message(f"{self.analysis.summary}\n\n{self.settings.words} {PRESS_START}")
            self._explain()
            return
        if result is not self.result:  # it comes again while nothing is new
            super().show_result(result)

    def leave_project(self) -> None:
        self.result = None
        self.use_button.setVisible(False)
        super().leave_project()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        items = [(scale.title, place) for place, scale in enumerate(result.scales, 1)]
        for name, box in (("across", self.across_box), ("up", self.up_box)):
            self.parameters.offer(name, box, items)
        chart = self.chart_box.currentData()
        across, up = (self.parameters.value(name) - 1 for name in ("across", "up"))
        self.chart.draw_picture(result, chart, across, up)
        progress = "" if result.whole else f"{result.share:.0%} of {result.trials} trials done. "
        self.words.setText(f"{progress}{result.sentence}")
        self.use_button.setVisible(result.settings is not None)
        self.legend.show_entries(self._entries(result, chart))

    def _entries(self, result: SearchResult, chart: str) -> list[Entry]:
        accent, text = THEME.tokens.accent, THEME.color("text").name()
        better = "more" if result.maximizes else "less"
        if chart == "history":
            pruned = sum(state == "pruned" for state in result.states)
            found = [Entry("best so far", "line", accent), Entry("settings at the start", "line", text)]
            return [*found, Entry(f"ring: best; {better} is better"), *([Entry(f"×: {pruned} pruned")] * (pruned > 0))]
        if chart == "importances":
            return [Entry("functional ANOVA")]
        if chart == "parallel":
            return [Entry("stronger: better", "line", accent), Entry("best", "line", text)]
        table = drawing.magnitude_table()
        dark, bright = (f"#{''.join(f'{int(part):02x}' for part in table[place][:3])}" for place in (0, 255))
        marks = [Entry("worse", "square", dark), Entry("better", "square", bright)]
        return [*marks, Entry("ring: best; dots: trials")]

    @Slot()
    def _use(self) -> None:
        if self.result is not None and self.result.settings is not None:
            self.project_edit_wanted.emit("Use the best settings of the search", self.result.settings)
