"""Use it: give the network an example of one's own, and read its answers while it learns."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from playground.analysis.base import Analysis
from playground.analysis.shared.given import Given
from playground.analysis.use.use_it import AskedInput, UseIt, UseItAnalysis
from playground.data.inputs.series import SeriesForm
from playground.ui.views.base import View
from playground.ui.views.use.answers_canvas import AnswersCanvas
from playground.ui.views.use.editors import Editor, editor_for
from playground.ui.widgets.labels import Label
from playground.ui.widgets.options import ExampleBox
from playground.ui.widgets.painted import in_scroll_area
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME


class UseItView(View):
    """What is given on the left, the answers on the right."""

    analysis: ClassVar[type[Analysis]] = UseItAnalysis
    title: ClassVar[str] = "Use it"
    empty: ClassVar[str] = "Press play; then give the network an example of yours."
    gives: ClassVar[bool] = True
    momentary: ClassVar[frozenset[str]] = frozenset({"draw"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: UseIt | None = None
        self.editors: dict[str, Editor] = {}
        """By the id of their data block."""
        self._draw = 0
        self._given: Given | None = None
        """What a person has given last."""
        self._kept: dict[str, Any] = {}
        """What was given, by data block, also while its editor is made anew."""
        self.example_box = ExampleBox()
        self.example_box.row_chosen.connect(self.example_chosen)
        self.options_layout.addWidget(self.example_box)
        self.again_button = QPushButton("Draw again")
        self.again_button.setProperty("role", "small")
        self.again_button.setToolTip("Another number, other luck: let the network draw by chance again")
        self.again_button.clicked.connect(self._draw_again)
        self.again_button.hide()
        self.source = label(role="secondary")
        self.notes = label(role="secondary")
        self.refusal = label(role="error")
        self.inputs = QWidget()
        self._inputs_layout = QVBoxLayout(self.inputs)
        self._inputs_layout.setContentsMargins(0, 0, THEME.px(2), 0)
        self._inputs_layout.setSpacing(THEME.px(4))
        self.inputs_area = QScrollArea()
        self.inputs_area.setWidgetResizable(True)
        self.inputs_area.setFrameShape(QFrame.Shape.NoFrame)
        self.inputs_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inputs_area.setWidget(self.inputs)
        self.inputs_area.viewport().setAutoFillBackground(False)
        self.inputs.setAutoFillBackground(False)
        self.answers = AnswersCanvas()
        self.answers_area = in_scroll_area(self.answers)
        self.divider = QFrame()
        self.divider.setFixedWidth(1)
        self._lay_out()
        self.restyle()
        self.complete_options()

    def _lay_out(self) -> None:
        both = QHBoxLayout()
        both.setSpacing(THEME.px(12))
        given, said = (self.inputs_area, self.refusal), (self.source, self.answers_area, self.again_button, self.notes)
        for widgets in (given, said):
            if both.count():
                both.addWidget(self.divider)
            column = QVBoxLayout()
            column.setSpacing(THEME.px(4))
            for widget in widgets:
                column.addWidget(widget, 1 if isinstance(widget, QScrollArea) else 0)
            both.addLayout(column, 1)
        self.body_layout.addLayout(both, 1)

    # What a person gives ----------------------------------------------------------------------------------------------

    @Slot()
    def _on_given(self) -> None:
        """Something was drawn, typed or chosen: ask about it."""
        self._kept = {node: editor.entry for node, editor in self.editors.items() if editor.entry is not None}
        self._given = Given(dict(self._kept), by=self.analysis.id)
        self.example_given.emit(self._given)

    def forget_given(self) -> None:
        """An example of the data is looked at instead."""
        self._given, self._kept = None, {}

    @Slot()
    def _draw_again(self) -> None:
        self._draw += 1
        self.wanted_changed.emit()

    def wanted(self) -> Analysis:
        return self.parameters.analysis(draw=self._draw)

    # What is shown ----------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self._make_editors(result.inputs)
        self.example_box.show_example(result.row, result.count, result.part)
        self.example_box.setVisible(result.count > 1 and bool(result.inputs) and not _of_series(result))
        if self._elsewhere(result):
            self.forget_given()
            self._given = result.given
        if result.given is self._given:
            self._show_inputs(result)
        self._show_words(result)
        answers = (*result.answers, *((result.drawn,) if result.drawn is not None else ()))
        forms = ((one.form, one.entry) for one in result.inputs)
        series = [form.numbers(entry) for form, entry in forms if isinstance(form, SeriesForm) and form.goes_on]
        self.answers.show_answers(answers, series[0] if series and result.answers else ())
        chance = result.drawn is not None or any(one.kind == "continuation" for one in result.answers)
        self.again_button.setVisible(chance)

    def _elsewhere(self, result: UseIt) -> bool:
        """Whether the example was given in another view."""
        return result.given is not None and result.given.by != self.analysis.id

    def _make_editors(self, inputs: tuple[AskedInput, ...]) -> None:
        """Editors for these forms; those whose form is the same stay as they are, also under the cursor."""
        forms = {one.node: one.form for one in inputs}
        if {node: editor.form for node, editor in self.editors.items()} == forms:
            return
        for editor in self.editors.values():
            editor.hide()
            editor.deleteLater()
        self.editors = {one.node: editor_for(one.form, one.title) for one in inputs}
        while (item := self._inputs_layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None and widget not in self.editors.values():
                widget.hide()
                widget.deleteLater()
        for one in inputs:
            if len(inputs) > 1:
                self._inputs_layout.addWidget(Label(one.title))
            self._inputs_layout.addWidget(self.editors[one.node], 1)
            self.editors[one.node].show_entry(one.entry)
            self.editors[one.node].given.connect(self._on_given)

    def _show_inputs(self, result: UseIt) -> None:
        for one in result.inputs:
            editor = self.editors[one.node]
            if result.given is None or one.node not in result.given.entries or self._elsewhere(result):
                editor.show_entry(one.entry)
            editor.show_read(one)
        refused = next((one.refusal for one in result.inputs if one.refusal), "")
        self.refusal.setText(refused)
        self.refusal.setVisible(bool(refused))

    def _show_words(self, result: UseIt) -> None:
        truth = f", truly {result.truth}" if result.truth else ""
        example = f"{result.part} example {result.row + 1}{truth}"
        which = example[:1].upper() + example[1:] if result.row >= 0 else ""
        if which and _of_series(result):
            which = "The end of what was measured"
        self.source.setText(which)
        self.source.setVisible(bool(which) and bool(result.inputs))
        notes = [note for one in result.inputs for note in one.notes] if result.row < 0 else []
        notes += list(result.left_out)
        if not result.answers and not any(one.refusal for one in result.inputs) and result.drawn is None:
            notes.append("The network answers nothing about such an example.")
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))

    def leave_project(self) -> None:
        self.forget_given()
        for editor in self.editors.values():
            editor.hide()
            editor.deleteLater()
        self.editors = {}
        super().leave_project()

    def restyle(self) -> None:
        self.inputs_area.setStyleSheet("QScrollArea { background: transparent; }")
        self.divider.setStyleSheet(f"QFrame {{ background: {THEME.tokens.line}; }}")


def _of_series(result: UseIt) -> bool:
    """Whether a series is asked for, which begins with the end of what was measured and not with an example."""
    return any(isinstance(one.form, SeriesForm) and one.form.goes_on for one in result.inputs)
