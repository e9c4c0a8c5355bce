"""The base of all views: a body that draws one result, a sentence where there is none, and ways to save it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from playground.analysis.base import Analysis
from playground.analysis.progress import share_of
from playground.ui.views import saving
from playground.ui.views.parameters import Option, ViewParameters
from playground.ui.views.shared.plot_legend import KEY, PLACE, SHOWN, PlotLegend
from playground.ui.views.waiting import WaitingStrip
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import MoreButton
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME


class View(QWidget):
    """Draws the result of one analysis; knows no torch.

    A subclass puts its widgets into `body_layout` and draws `self.result` in `draw`, which is called for every new
    result, option and theme. Its options are the declared parameters of its analysis (`parameters`): it puts controls
    for them into `options_layout` and the menu of `add_more`, where those without a control of their own come by
    themselves. `wanted` is the analysis, with the parameters chosen, whose result the view is waiting for.
    """

    analysis: ClassVar[type[Analysis]]
    title: ClassVar[str]
    empty: ClassVar[str] = "Press play, and it appears here."
    """The sentence before the first result."""
    pulses: ClassVar[int] = 2
    """Least pulses (33 ms each) between two results."""
    rank: ClassVar[int] = 0
    """A project that names no views is opened with those of the highest rank that apply; 0: only when asked for."""
    accompanies: ClassVar[bool] = False
    """It goes along with every training; a presenter sees another one large where there is one."""

    gives: ClassVar[bool] = False
    """A person gives examples of their own in it, which the others follow while it is open."""

    momentary: ClassVar[frozenset[str]] = frozenset()
    """Parameters of the analysis that a project never holds."""

    by_gesture: ClassVar[frozenset[str]] = frozenset()
    """Parameters that are set in the picture itself, such as by dragging, and need no control."""

    example_chosen = Signal(int)
    """The person looks at another example; every view that shows one follows."""

    example_given = Signal(object)
    """The person gives an example of their own, as Given; every view that shows one, and the canvas, follows."""

    weight_pointed_at = Signal(object)
    """The person points at one weight, as (name, index); every view that shows chosen weights follows."""
    edit_wanted = Signal(str, str, object)
    """(text for the Undo menu, node, parameters of its block to change): the view asks for an edit of the document.

    With an empty node there are several, and the parameters are those of each by its node."""

    project_edit_wanted = Signal(str, object)
    """(text for the Undo menu, function that makes the new project of the one that is open): the same for edits that
    go beyond the parameters of blocks."""

    weights_wanted = Signal(str, object, object)
    """(text for the Undo menu, new weights, function that makes the new project of the one that is open): the view asks
    for other weights of the run, and other settings with them."""

    moment_chosen = Signal(float)
    """The person wants to look back at the moment of this step."""
    run_chosen = Signal(str, int)
    """(what to do, number of the run): "show" or "hide" it beside the one on screen, "pin" or "unpin" it, "beside" it
    side by side, "continue" from where it stands, "forget" it."""

    run_wanted = Signal(object)
    """The person wants to look inside a run that was measured elsewhere: a MeasuredRun. It opens as a project."""
    file_wanted = Signal(str)
    """The person wants to choose or to make a file that the view shows, such as "open" or "make"."""

    canvas_notes_wanted = Signal(object)
    """The view writes on wires and marks blocks of the canvas: CanvasNotes, in place of what it said before. They go
    when the view is closed."""

    wanted_changed = Signal()
    """The options ask for another result."""
    heading_changed = Signal(str)
    """The title in the header should be another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Any = None
        self.setAccessibleName(self.title)
        self.options = QWidget(self)
        self.options.hide()
        self.options_layout = QHBoxLayout(self.options)
        self.options_layout.setContentsMargins(0, 0, 0, 0)
        self.options_layout.setSpacing(THEME.px(8))
        self.parameters = ViewParameters(self.analysis, self.momentary, self)
        self.parameters.asked.connect(self.ask_anew)
        self.parameters.drawn.connect(self._drawn)
        self.legends: list[PlotLegend] = []
        """Those inside plots."""
        self.more_button: MoreButton | None = None
        self._message = Label(self.empty)
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setProperty("role", "secondary")
        self._body = QWidget()
        self.body_layout = QVBoxLayout(self._body)
        self.body_layout.setContentsMargins(0, 0, 0, 0)
        self.body_layout.setSpacing(THEME.px(4))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._message)
        self._stack.addWidget(self._body)
        self.waiting = WaitingStrip(self)
        THEME.changed.connect(self.renew)

    @property
    def heading(self) -> str:
        """The title that fits what is shown now."""
        return self.title

    def titled(self, whose: str) -> str:
        """The title, and whose it is where several blocks could be shown, such as “Confusion matrix: digit”."""
        return f"{self.title}: {whose}" if whose else self.title

    @property
    def message(self) -> str:
        """The sentence shown instead of a result; empty while there is one."""
        return self._message.text() if self._stack.currentIndex() == 0 else ""

    def wanted(self) -> Analysis:
        """The analysis this view shows, with its present options."""
        return self.parameters.analysis()

    def saved_options(self) -> dict[str, Option]:
        """What of its options differs from the default, by the names of the analysis' parameters."""
        return self.parameters.saved()

    def take_options(self, options: Mapping[str, Option]) -> None:
        """Set what `saved_options` gave, all else as it is by default; what a view does not know is passed over."""
        self.parameters.take(options)

    @Slot(str)
    def ask_anew(self, name: str = "") -> None:
        """A parameter, by its name, asks for another result."""
        self.wanted_changed.emit()

    @Slot(str)
    def _drawn(self, name: str) -> None:
        if name in (SHOWN, PLACE):
            self.arrange_legends()
            if name == SHOWN and self.parameters.given(SHOWN):  # not where a file has said nothing
                for legend in self.legends:
                    if legend.crowded_out:
                        legend.open_here()
        else:
            self.redraw(name)

    @Slot(str)
    def redraw(self, name: str = "") -> None:
        """A parameter, by its name, asks for another picture of the same result."""
        self.renew()

    def legend_in(self, host: QWidget, *plots: Plot) -> PlotLegend:
        """A legend that lies inside one of these plots, which are the host itself or lie in it."""
        if not self.legends:
            shortcut = QShortcut(QKeySequence(KEY), self)
            # Not as an argument: beside a slot, PySide6 6.10 drops it and the key works everywhere.
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.switch_legends)
        legend = PlotLegend(host, self.parameters, len(self.legends))
        legend.watch(*plots)
        self.legends.append(legend)
        return legend

    @Slot()
    def switch_legends(self) -> None:
        """Hide the legends, or show them again, those too that have folded by themselves."""
        first, *others = sorted(self.legends, key=lambda legend: not legend.crowded_out)
        if not first.wanted or not first.crowded_out:
            first.switch()
            return
        first.unfold()
        for legend in others:
            if legend.crowded_out:
                legend.open_here()

    def arrange_legends(self) -> None:
        """Bring the legends inside plots to their places at once."""
        for legend in self.legends:
            legend.arrange()

    def add_more(self, rows: Sequence[tuple[str, QWidget]] = ()) -> None:
        """A “⋯” button with further choices, one row each, and with all parameters that have no other control."""
        self.more_button = MoreButton(rows, self._further_rows)
        self.options_layout.addWidget(self.more_button)

    def complete_options(self) -> None:
        """Offer the parameters that the view has no control for, where it has no “⋯” button of its own."""
        if self.more_button is None and self.parameters.unbound(self.by_gesture):
            self.add_more()

    def _further_rows(self) -> list[tuple[str, QWidget]]:
        return [
            ("" if info.kind == "switch" else info.label, self.parameters.control(info.name))
            for info in self.parameters.unbound(self.by_gesture)
        ]

    def show_result(self, result: Any) -> None:
        """Draw a result of the analysis."""
        self.result = result
        if share_of(result) >= 1.0:
            self.waiting.clear()
        self._stack.setCurrentIndex(1)
        self.draw()

    def show_message(self, sentence: str) -> None:
        """Forget the result and say why there is none."""
        self.result = None
        self.waiting.clear()
        self._message.setText(sentence or self.empty)
        self._stack.setCurrentIndex(0)

    def tell_step(self, step: int) -> None:
        """The moment that the window shows; what a view draws may be older. Called often."""

    def forget_given(self) -> None:
        """An example of the data is looked at again, in place of one that a person has given."""

    def leave_project(self) -> None:
        """Another project was opened: forget what is shown and said of the one before, also under a resting mouse."""
        for legend in self.findChildren(Legend):
            legend.show_readout("")
        self.show_message("")

    def draw(self) -> None:
        """Draw `self.result`, which is never None here."""
        raise NotImplementedError

    def settle(self) -> None:
        """Bring everything up to date at once, before a picture is taken."""
        self._stack.activate()
        self.body_layout.activate()

    def restyle(self) -> None:
        """Take over the colours and sizes of the theme."""

    @Slot()
    def renew(self) -> None:
        """Redraw with the present theme and options."""
        self.restyle()
        if self.drawable:
            self.draw()

    @property
    def drawable(self) -> bool:
        """Whether there is something to draw."""
        return self.result is not None

    def pose(self, posing: bool) -> None:
        """Before and after a picture is taken: what is thin for speed on the screen may be bold on paper."""

    def picture_widget(self) -> QWidget:
        """What a saved picture shows; a view that scrolls gives its whole content."""
        return self

    def save_png(self, path: Path) -> None:
        """Save as a picture of twice the pixels. Raises OSError."""
        self._posed(saving.save_png, path)

    def save_svg(self, path: Path) -> None:
        """Save as vectors. Raises OSError."""
        self._posed(saving.save_svg, path)

    def _posed(self, save: Callable[[QWidget, Path, str, Sequence[Entry]], None], path: Path) -> None:
        self.pose(True)
        try:
            self.settle()
            for legend in self.legends:
                legend.pose(True)
            below = [entry for legend in self.legends for entry in legend.left_out()]
            save(self.picture_widget(), path, self.heading, below)
        finally:
            self.pose(False)
            for legend in self.legends:
                legend.pose(False)

    def save_csv(self, path: Path) -> None:
        """Save the numbers. Raises OSError, and ValueError when there is no result."""
        if self.result is None:
            raise ValueError("There is nothing to save yet.")
        saving.save_csv(self.result.table(), path)
