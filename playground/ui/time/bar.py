"""The bar of the time machine below the canvas: slider, playing back, best moment, now, and branching."""

from __future__ import annotations

import functools

from PySide6.QtCore import QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from playground.training.trail import usual_budget
from playground.ui.threads.live_feed import LiveFeed, Throttle
from playground.ui.time.branching import CHOICES, Branching, Choice
from playground.ui.time.machine import REPLAY_SECONDS, TimeMachine
from playground.ui.time.slider import TimeSlider
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.options import more_button
from playground.ui.widgets.qt_access import kept_number
from playground.ui.widgets.theme import THEME

MEGABYTES = (64, 128, 256, 512, 1024, 2048)
SETTING = "history/megabytes"
WIDE, ROOMY, NARROW = 860, 700, 430
"""Widths at 100 % from which the buttons have words, the words are long, and all buttons are there."""
WIDEST_WORDS, SHORT_WORDS = "run 10 · step 00,000 of 00,000", "step 00,000"
"""Room for as much is always kept, so that the slider stays as long while the numbers grow."""


class TimeBar(QFrame):
    """Shows which moment of the run the window shows, and lets a person choose another."""

    budget_chosen = Signal(int)
    """Bytes that the snapshots of a run may take."""

    def __init__(
        self, feed: LiveFeed, machine: TimeMachine, branching: Branching, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("time-bar")
        self.setAccessibleName("Time machine")
        self._feed = feed
        self._machine = machine
        self._branching = branching
        self._fresh = Throttle(3, self._show)
        self.slider = TimeSlider()
        self.words = Label()
        self.words.setProperty("role", "secondary")
        self.earlier = self._tool("earlier", "Earlier", "The moment kept before this one", machine.earlier)
        self.replay = self._tool("replay", "Play the run back", "Play the run back", machine.toggle_replay)
        self.later = self._tool("later", "Later", "The moment kept after this one", machine.later)
        self.best = self._button("best", "Best", "The moment of the least validation loss", machine.best)
        self.now = self._button("now", "Now", "Show what is newest again", machine.now)
        self.branch = self._button("branch", "Branch", "Begin another run at the moment that is shown", None)
        self.branch.setMenu(self._branch_menu())
        self.seconds = QuietSpinBox()
        self.memory = QPushButton()
        self.more = self._more()
        self._lay_out()
        self.slider.chosen.connect(self._choose)
        self.slider.moved.connect(self._move)
        self.slider.moved_far.connect(machine.far)
        machine.replay_changed.connect(self._show_replay)
        feed.live_arrived.connect(self._on_live)
        feed.moved.connect(self._show)
        feed.pulse.connect(self._fresh.pulse)
        feed.runs.changed.connect(self._show)
        THEME.changed.connect(self.restyle)
        self.restyle()
        self._show()

    def _tool(self, icon: str, name: str, tip: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setAccessibleName(name)
        button.setToolTip(plain_tip(tip))
        put_icon(button, icon, "secondary")
        button.clicked.connect(slot)
        return button

    def _button(self, icon: str, name: str, tip: str, slot: object) -> QPushButton:
        button = QPushButton(name)
        button.setAccessibleName(name)
        button.setToolTip(plain_tip(tip))
        put_icon(button, icon, size=16)
        if slot is not None:
            button.clicked.connect(slot)
        return button

    def _branch_menu(self) -> QMenu:
        menu = QMenu(self)
        for choice in CHOICES:
            action = menu.addAction(choice.words)
            action.triggered.connect(functools.partial(self._branch, choice))
        return menu

    def _branch(self, choice: Choice, checked: bool = False) -> None:
        self._branching.branch(choice)

    def _more(self) -> QToolButton:
        self.seconds.setRange(1, 600)
        self.seconds.setValue(round(REPLAY_SECONDS))
        self.seconds.setSuffix(" s")
        self.seconds.setAccessibleName("Seconds of playing back")
        self.seconds.setToolTip("How long the whole run takes when it is played back")
        self.seconds.valueChanged.connect(self._machine.set_seconds)
        menu = QMenu(self.memory)
        group = QActionGroup(menu)
        chosen = int(kept_number(SETTING, usual_budget() // 2**20))
        for megabytes in MEGABYTES:
            action = menu.addAction(f"{megabytes:,} MB")
            action.setCheckable(True)
            action.setData(megabytes)
            action.setChecked(megabytes == chosen)
            group.addAction(action)
        group.triggered.connect(self._on_budget)
        self.memory.setMenu(menu)
        self.memory.setText(f"{chosen:,} MB")
        self.memory.setAccessibleName("Memory for the moments of the run")
        self.memory.setToolTip("When it is full, every other moment of the middle of the run goes")
        return more_button([("Play the whole run back in", self.seconds), ("Memory for its moments", self.memory)])

    @property
    def budget(self) -> int:
        """Bytes that the snapshots of a run may take."""
        return int(kept_number(SETTING, usual_budget() // 2**20)) * 2**20

    @Slot(QAction)
    def _on_budget(self, action: QAction) -> None:
        QSettings().setValue(SETTING, action.data())
        self.memory.setText(action.text())
        self.budget_chosen.emit(self.budget)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 3, 10, 3)
        layout.setSpacing(4)
        for tool in (self.earlier, self.replay, self.later):
            layout.addWidget(tool)
        layout.addWidget(self.slider, 1)
        for widget in (self.words, self.best, self.now, self.branch, self.more):
            layout.addWidget(widget)

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(120), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give up words, then buttons that the menu has too, where the bar is narrow."""
        width = self.width() / THEME.scale
        for button in (self.best, self.now, self.branch):
            button.setText(button.accessibleName() if width >= WIDE else "")
        for widget in (self.earlier, self.later, self.replay, self.best, self.more):
            widget.setVisible(width >= NARROW)
        room = self.words.fontMetrics().horizontalAdvance(WIDEST_WORDS if width >= ROOMY else SHORT_WORDS)
        if self.words.minimumWidth() != room:
            self.words.setMinimumWidth(room)

    # Showing --------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_live(self, frame: object) -> None:
        self._fresh.want()

    @Slot()
    def _show(self) -> None:
        feed, frame = self._feed, self._feed.frame
        moments = feed.moments
        there = frame is not None and len(moments) > 1
        for widget in (self.slider, self.earlier, self.later, self.replay, self.best):
            widget.setEnabled(there)
        self.now.setEnabled(self._machine.looks_back)
        self.branch.setEnabled(frame is not None and not self._branching.why_not())
        if frame is None or not moments:
            self.slider.show_run(0, 0, 0)
            self.words.setText("")
            return
        self.slider.show_run(moments[0].step, moments[-1].step, frame.step)
        current = feed.runs.current
        best = frame.best.step if frame.best is not None else None
        self.slider.show_signs(feed.marks, best, current.origin.step if current and current.origin else None)
        self._word(frame.step, moments[-1].step, len(feed.runs.runs), current.number if current else 1)

    def _word(self, step: int, last: int, runs: int, number: int) -> None:
        roomy = self.width() >= THEME.px(ROOMY)
        run = f"run {number} · " if runs > 1 and roomy else ""
        looking = self._machine.looks_back
        self.words.setText(f"{run}step {step:,} of {last:,}" if looking and roomy else f"{run}step {step:,}")
        style = f"color: {THEME.tokens.accent}; font-weight: 600" if looking else ""
        if self.words.styleSheet() != style:
            self.words.setStyleSheet(style)

    @Slot(float)
    def _choose(self, step: float) -> None:
        self._machine.stop()
        self._machine.go_to(step)

    @Slot(int)
    def _move(self, direction: int) -> None:
        (self._machine.earlier if direction < 0 else self._machine.later)()

    @Slot(bool)
    def _show_replay(self, replaying: bool) -> None:
        put_icon(self.replay, "pause" if replaying else "replay", "secondary")

    @Slot()
    def restyle(self) -> None:
        """Follow the theme."""
        tokens = THEME.tokens
        self.setStyleSheet(f"#time-bar {{ background: {tokens.panel}; border-top: 1px solid {tokens.line}; }}")
        self.words.setFont(THEME.font(13))
        self._fit()
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
