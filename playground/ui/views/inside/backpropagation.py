"""Backpropagation in slow motion: step through one example forward, back, and into the weights."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.backpropagation import Backpropagation, BackpropagationAnalysis
from playground.document.copies import drawn
from playground.document.graph import EdgeKey
from playground.ui.views.base import View
from playground.ui.views.inside.backpropagation_choices import KEY_WORDS, ChoiceRow
from playground.ui.views.inside.backpropagation_parts import (
    DIRECTIONS,
    WAY_WORDS,
    ChainTree,
    StepList,
    StepSlider,
    StepText,
)
from playground.ui.views.inside.backpropagation_pictures import StepPictures
from playground.ui.widgets.canvas_notes import NO_NOTES, CanvasNotes, WireNote
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Legend
from playground.ui.widgets.options import ExampleBox, combo_box, flat_button
from playground.ui.widgets.painted import in_scroll_area
from playground.ui.widgets.theme import THEME

SPEEDS = {"slow": 3000, "medium": 1500, "fast": 600}
"""Milliseconds from step to step."""
ROOM_FOR_TREE, ROOM_FOR_ALL = 600, 860
"""Least widths for the tree beside the step, and for the list of steps as well."""
SHARES = (205, 410, 440, 440)
"""Of the width, for the list, the step, its pictures and the tree."""


class BackpropagationView(View):
    """One step large, with pictures of the numbers that took part, all steps as a list, the chain rule as a tree.

    The canvas shows the numbers on its wires.
    """

    analysis: ClassVar[type[Analysis]] = BackpropagationAnalysis
    title: ClassVar[str] = "Backpropagation"
    empty: ClassVar[str] = "As soon as the network is whole, you can follow one example through it, forward and back."
    by_gesture: ClassVar[frozenset[str]] = frozenset({"weight", "step", *KEY_WORDS})
    pulses: ClassVar[int] = 8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Backpropagation | None
        self._shared: tuple[bool, ...] = ()
        self._player = QTimer(self)
        self._player.timeout.connect(self._play_on)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._make_options()
        self._make_transport()
        self.list, self.text, self.tree = StepList(), StepText(), ChainTree()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(THEME.px(9))
        self.chain, self.gallery = self._chain_panel(), self._picture_panel()
        for widget in (self.list, self.text, self.gallery, self.chain):
            self.splitter.addWidget(widget)
        self.body_layout.addWidget(self.splitter, 1)
        self.list.step_chosen.connect(self.go_to)
        self._arrange()

    def _make_options(self) -> None:
        self.weights = combo_box("Weight", "The weight whose chain rule is written out as a tree", [])
        self.weights.activated.connect(self._choose_weight)
        self.examples = ExampleBox()
        self.examples.row_chosen.connect(self.example_chosen)
        self.digits, self.speeds = self.parameters.integer("digits"), self.parameters.control("speed")
        self.add_more((("Example", self.examples), ("Digits", self.digits), ("Speed", self.speeds)))

    def _make_transport(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(THEME.px(4))
        self.buttons: dict[str, QToolButton] = {}
        for name, text, tip in (
            ("First", "|<", "Back to the example (Home)"),
            ("Previous", "<", "One step back (Left arrow)"),
            ("Play", "", "Go on by itself, or stop (Space)"),
            ("Next", ">", "One step on (Right arrow)"),
            ("Last", ">|", "To the updated weights (End)"),
        ):
            self.buttons[name] = flat_button(name, tip, text=text)
            row.addWidget(self.buttons[name])
        put_icon(self.buttons["Play"], "play", "secondary", 14)
        self.buttons["First"].clicked.connect(self.first)
        self.buttons["Previous"].clicked.connect(self.previous)
        self.buttons["Play"].clicked.connect(self.toggle_play)
        self.buttons["Next"].clicked.connect(self.next)
        self.buttons["Last"].clicked.connect(self.last)
        self.slider = StepSlider()
        self.slider.valueChanged.connect(self.go_to)
        row.addWidget(self.slider, 1)
        self.where = Label()
        row.addWidget(self.where)
        tip = "Show the tree of the chain rule instead of the pictures, or of the step"
        self.chain_button = flat_button("Chain rule", tip, text="∂")
        self.chain_button.setCheckable(True)
        self.chain_button.toggled.connect(self._arrange)
        row.addWidget(self.chain_button)
        self.body_layout.addLayout(row)
        self.choices = ChoiceRow()
        self.choices.chosen.connect(self._choose_number)
        self.body_layout.addWidget(self.choices)

    def _picture_panel(self) -> QWidget:
        """The pictures of the step, and what lies under the mouse."""
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(2))
        self.pictures, self.readout = StepPictures(), Legend()
        self.pictures.chosen.connect(self._choose_number)
        self.pictures.pointed.connect(self.readout.show_readout)
        column.addWidget(in_scroll_area(self.pictures), 1)
        column.addWidget(self.readout)
        return panel

    def _chain_panel(self) -> QWidget:
        """The tree with the choice of the weight whose chain rule it shows."""
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(4))
        row = QHBoxLayout()
        row.addWidget(Label("Chain rule of"))
        row.addWidget(self.weights, 1)
        column.addLayout(row)
        column.addWidget(self.tree, 1)
        return panel

    # What is asked for ----------------------------------------------------------------------------------------------

    @Slot(int)
    def _choose_weight(self, row: int) -> None:
        if self.result is not None and 0 <= row < len(self.result.choices):
            name, index = self.result.choices[row][1]
            self.chain_button.setChecked(True)
            self.parameters.choose("index", tuple(index))
            self.parameters.choose("weight", name)

    @Slot(str, int)
    def _choose_number(self, option: str, value: int) -> None:
        self.parameters.choose(option, value)

    # Stepping -------------------------------------------------------------------------------------------------------

    @property
    def step(self) -> int:
        """Number of the step that is shown, from 0."""
        last = len(self.result.steps) - 1 if self.result is not None else 0
        chosen: int = self.parameters.value("step")
        return max(0, min(chosen, last))

    @Slot(int)
    def go_to(self, step: int) -> None:
        """Show another step, counted from 0."""
        if self.result is not None and step != self.step and 0 <= step < len(self.result.steps):
            self.parameters.choose("step", step)

    @Slot()
    def first(self) -> None:
        """To the example."""
        self.go_to(0)

    @Slot()
    def last(self) -> None:
        """To the end of the update."""
        if self.result is not None:
            self.go_to(len(self.result.steps) - 1)

    @Slot()
    def next(self) -> None:
        """One step on."""
        self.go_to(self.step + 1)

    @Slot()
    def previous(self) -> None:
        """One step back."""
        self.go_to(self.step - 1)

    @Slot()
    def toggle_play(self) -> None:
        """Go on by itself, or stop. At the end it starts again."""
        if self._player.isActive() or self.result is None:
            self._stop()
            return
        if self.step >= len(self.result.steps) - 1:
            self.first()
        put_icon(self.buttons["Play"], "pause", "secondary", 14)
        self._player.start(SPEEDS[self.parameters.value("speed")])

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._player.isActive()

    @Slot()
    def _play_on(self) -> None:
        self.next()
        if self.result is None or self.step >= len(self.result.steps) - 1:
            self._stop()

    def _stop(self) -> None:
        self.choices.stop()
        self._player.stop()
        put_icon(self.buttons["Play"], "play", "secondary", 14)

    @Slot(str)
    def redraw(self, name: str = "") -> None:
        if name == "step":
            self.renew()
        elif self._player.isActive():
            self._player.start(SPEEDS[self.parameters.value("speed")])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {
            Qt.Key.Key_Left: self.previous, Qt.Key.Key_Right: self.next, Qt.Key.Key_Home: self.first,
            Qt.Key.Key_End: self.last, Qt.Key.Key_Space: self.toggle_play,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if self.choices.step_by(key, event.modifiers()):
            return
        act = keys.get(key)
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def hideEvent(self, event: QHideEvent) -> None:
        self._stop()
        super().hideEvent(event)

    # Drawing --------------------------------------------------------------------------------------------------------

    def show_message(self, sentence: str) -> None:
        super().show_message(sentence)
        self._stop()
        self.canvas_notes_wanted.emit(NO_NOTES)

    def settle(self) -> None:
        super().settle()
        self.text.settle()

    def draw(self) -> None:
        result = self.result
        assert result is not None
        counts = tuple(result.count(way) for way in DIRECTIONS)
        with QSignalBlocker(self.slider):
            self.slider.show_counts(counts)
            self.slider.setValue(self.step)
        self.slider.update()
        self._say_where(result, counts)
        self.examples.show_example(result.example, result.examples, result.part)
        self._show_choices(result)
        self.list.show_steps(result, self.step)
        step = result.steps[self.step]
        self.text.show_step(step)
        self.pictures.show_pictures(step.pictures)
        self.choices.show_choices(step.choices)
        self._arrange()
        self.tree.show_chain(result.chain, self.digits.value())
        self.canvas_notes_wanted.emit(self._notes(result))

    def _say_where(self, result: Backpropagation, counts: tuple[int, ...]) -> None:
        way = result.steps[self.step].way
        place = self.step - sum(counts[: DIRECTIONS.index(way)]) + 1
        words = f"{WAY_WORDS[way]} {place} of {counts[DIRECTIONS.index(way)]}"
        self.where.setText(words)
        self.where.setFont(THEME.font(13, bold=True))
        self.slider.setAccessibleDescription(f"{words}: {result.steps[self.step].title}")
        self.buttons["First"].setEnabled(self.step > 0)
        self.buttons["Previous"].setEnabled(self.step > 0)
        self.buttons["Next"].setEnabled(self.step < sum(counts) - 1)
        self.buttons["Last"].setEnabled(self.step < sum(counts) - 1)

    def _show_choices(self, result: Backpropagation) -> None:
        words = [text for text, _ in result.choices]
        weights = [weight for _, weight in result.choices]
        with QSignalBlocker(self.weights):
            if words != [self.weights.itemText(row) for row in range(self.weights.count())]:
                self.weights.clear()
                self.weights.addItems(words)
            self.weights.setCurrentIndex(weights.index(result.weight) if result.weight in weights else -1)

    def _notes(self, result: Backpropagation) -> CanvasNotes:
        """The numbers on the wires, as far as the steps have come, and the block at work."""
        wires: dict[EdgeKey, tuple[WireNote, ...]] = {}
        for key, numbers in result.wires.items():
            notes: list[WireNote] = []
            if numbers.known <= self.step:
                notes.append(WireNote(numbers.forward, "forward", numbers.known == self.step))
            if 0 <= numbers.back <= self.step:
                notes.append(WireNote(numbers.backward, "backward", numbers.back == self.step))
            if notes:
                wires[key] = tuple(notes)
        step = result.steps[self.step]
        tone = {"forward": "accent", "backward": "backward", "update": "good"}[step.way]
        return CanvasNotes(wires, frozenset({drawn(step.node)} if step.node else ()), tone)

    # Room -----------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        """What there is room for: pictures of the step, else the tree beside it; in a narrow dock the tree takes the
        place of the step, pictures stand below it, and the list goes."""
        width = self.width() / THEME.scale
        beside = width >= ROOM_FOR_TREE
        pictures = self.result is not None and bool(self.result.steps[self.step].pictures)
        instead = self.chain_button.isChecked()
        self.chain_button.setVisible(not beside or pictures)
        tree = instead if pictures or not beside else True
        shown = (width >= ROOM_FOR_ALL, beside or not instead, pictures and not tree, tree)
        for widget, on in zip((self.list, self.text, self.gallery, self.chain), shown, strict=True):
            widget.setVisible(on)
        self.splitter.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        if shown != self._shared:
            # Anew only when something comes or goes: in between a person may have moved the borders.
            self._shared = shown
            self.splitter.setSizes([share * on for share, on in zip(SHARES, shown, strict=True)])
