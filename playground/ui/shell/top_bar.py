"""The bar on top: play, step, rewind, speed, and the numbers of the run in large figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QSlider, QToolButton, QWidget

from playground.training.metrics.words import first_shown, is_share, metric_words, reason
from playground.ui.threads.training_news import Frame
from playground.ui.widgets.icons import icon, put_icon
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.labels import Label, elided, one_line, plain_tip
from playground.ui.widgets.qt_access import layout_of, widgets_in
from playground.ui.widgets.theme import THEME

SLOWEST, FASTEST = 1.0, 2_000.0
"""Steps per second at the two ends of the slider; its very end is full speed."""
SPEED_TICKS = 100
WORDS, NAME, TITLE = "words", "name", "title"
"""The words on buttons, the name of the program, and the end of a long title."""
ICONS = {"Step": "step", "Epoch": "epoch", "Rewind": "rewind", "Present": "present"}


def speed_of(tick: int) -> float | None:
    """Steps per second at a place of the slider; None is full speed."""
    if tick >= SPEED_TICKS:
        return None
    return float(SLOWEST * (FASTEST / SLOWEST) ** (tick / (SPEED_TICKS - 1)))


def speed_words(tick: int) -> str:
    """The speed as text, such as “25 steps a second”."""
    speed = speed_of(tick)
    if speed is None:
        return "full speed"
    return f"{speed:.0f} step{'s' if speed >= 1.5 else ''} a second"


WHERE_TRAINED = "Where the network is trained. Click to choose."
NOT_YET = "nothing has been trained yet."
UNSAVED = " •"
WIDEST_NUMBER = "-0.0e+00"
"""The widest that `number` writes, and room for as much is always kept."""


class Figure(QWidget):
    """A caption and a number beside it, always as wide: what stands beside it does not move."""

    def __init__(self, caption: str, token: str = "text") -> None:
        super().__init__()
        self._token = token
        self._why_not = ""
        self.there = True
        """There is such a number in this project."""
        self._caption = Label(caption)
        self._caption.setProperty("role", "secondary")
        self.number = Label()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        layout.addWidget(self._caption)
        layout.addWidget(self.number)
        self.set("–", NOT_YET)
        self.restyle()

    def set(self, text: str, why_not: str = "") -> None:
        """Show a number, or why there is none."""
        if text != self.number.text() or why_not != self._why_not:
            self._why_not = why_not
            self.number.setText(text)
            missing = f"{self._caption.text()} is not measured: {why_not}" if why_not else ""
            self.setToolTip(plain_tip(missing))
            self.setAccessibleName(missing or f"{self._caption.text()} {text}")

    def name(self, caption: str) -> bool:
        """Say what the number is. Returns whether it was another before."""
        if caption == self._caption.text():
            return False
        self._caption.setText(caption)
        return True

    def restyle(self) -> None:
        """Follow the theme."""
        self.number.setFont(THEME.font(13, bold=True, mono=True))
        self.number.setStyleSheet(f"color: {getattr(THEME.tokens, self._token)}")
        self.number.setFixedWidth(self.number.fontMetrics().horizontalAdvance(WIDEST_NUMBER))


class TitleButton(QToolButton):
    """The project's title, elided in the middle when the bar is narrow."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(THEME.color("accent" if self.underMouse() or self.hasFocus() else "secondary"))
        text = elided(self.fontMetrics(), self.text(), Qt.TextElideMode.ElideRight, self.width() - 4)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()

    def sizeHint(self) -> QSize:
        # With room for the mark of what is not saved, so that nothing moves when it comes.
        width = self.fontMetrics().horizontalAdvance(self.text().removesuffix(UNSAVED) + UNSAVED) + 6
        return QSize(min(width, THEME.px(260)), THEME.px(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), THEME.px(130)), THEME.px(30))


class TopBar(QFrame):
    """Buttons are bound to the window's actions, so that menu, key and button are one thing."""

    speed_changed = Signal(object)
    """Steps per second, or None for full speed."""
    gallery_wanted = Signal()
    title_clicked = Signal()
    seed_clicked = Signal()
    device_clicked = Signal()

    def __init__(self, play: QAction, step: QAction, epoch: QAction, rewind: QAction, present: QAction) -> None:
        super().__init__()
        self.setObjectName("top-bar")
        self._play_action = play
        self._watched = self._watched_words = ""
        self.worded_buttons: list[tuple[QPushButton, QAction]] = []
        self._widths: dict[QWidget, tuple[int, int]] = {}
        """Of what has words or a name only where there is room: with and without them."""
        self.home = QToolButton()
        self.home.setText("Playground")
        self.home.setAccessibleName("Gallery")
        put_icon(self.home, "gallery", "secondary")
        self.home.setToolTip("All presets and your recent files (Alt+Home)")
        self.home.setAutoRaise(True)
        self.home.clicked.connect(self.gallery_wanted)
        self.title = TitleButton()
        self.title.setAccessibleName("Title of the project")
        self.title.setToolTip("Rename the project")
        self.title.setAutoRaise(True)
        self.title.clicked.connect(self.title_clicked)
        self.play = QPushButton()
        self.play.setProperty("role", "primary")
        self.play.setAccessibleName("Play or pause")
        self.play.clicked.connect(play.trigger)
        self._bound = [self._button(action) for action in (step, epoch, rewind)]
        self.speed_box = QSlider(Qt.Orientation.Horizontal)
        self.speed_box.setRange(0, SPEED_TICKS)
        self.speed_box.setValue(SPEED_TICKS)
        self.speed_box.setAccessibleName("Speed")
        self.speed_box.valueChanged.connect(self._on_speed)
        self._speed_label = Label("Speed")
        self._speed_label.setProperty("role", "secondary")
        self.figures = {
            "epoch": Figure("epoch"),
            "train_loss": Figure("train loss", "train"),
            "test_loss": Figure("test loss", "test"),
            "quality": Figure("test accuracy"),
        }
        self.device = self._plain_button("cpu", WHERE_TRAINED)
        self.device.clicked.connect(self.device_clicked)
        self.seed = self._plain_button("seed 1", "Decides first weights and order of examples. Click for a new one.")
        self.seed.clicked.connect(self.seed_clicked)
        self.present = self._button(present)
        self._lay_out()
        play.changed.connect(self._on_play_changed)
        THEME.changed.connect(self.restyle)
        self.show_state("ready")
        self._on_speed(SPEED_TICKS)
        self.restyle()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.setSpacing(10)
        for widget in (self.home, self.title, self.play, *self._bound, self._speed_label, self.speed_box):
            layout.addWidget(widget)
        KeptSize(self.speed_box, "setFixedWidth", 90)
        layout.addStretch(1)
        for figure in self.figures.values():
            layout.addWidget(figure)
        for widget in (self.device, self.seed, self.present):
            layout.addWidget(widget)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        step, epoch, rewind = self._bound
        figures = self.figures
        self._given_up: tuple[QWidget | str, ...] = (
            self._speed_label, WORDS, self.speed_box, self.seed, TITLE, figures["epoch"], self.device,
            NAME, figures["train_loss"], self.present, figures["test_loss"], self.title, epoch, rewind, self.home,
            figures["quality"], step,
        )  # fmt: skip
        """What goes, one after another, where the bar has no room for all; the menus have it still."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()  # Something in the bar became wider or narrower.
        return done

    def fit(self) -> None:
        """Give up words, then buttons and figures, until the rest has room."""
        gone: set[QWidget | str] = set()
        order = iter(self._given_up)
        least = {
            widget: max(widget.minimumWidth(), widget.minimumSizeHint().width())
            for widget in widgets_in(layout_of(self))
            if self._is_there(widget)
        }
        while self._needed(gone, least) > self.width() and (widget := next(order, None)) is not None:
            gone.add(widget)
        for button, action in self.worded_buttons:
            words = "" if WORDS in gone else action.iconText()
            if button.text() != words:
                button.setText(words)
        self.home.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonIconOnly if NAME in gone else Qt.ToolButtonStyle.ToolButtonTextOnly
        )
        for widget in self._given_up:
            if isinstance(widget, QWidget):
                widget.setVisible(widget not in gone and self._is_there(widget))

    @staticmethod
    def _is_there(widget: QWidget) -> bool:
        return not isinstance(widget, Figure) or widget.there

    def _needed(self, gone: set[QWidget | str], least: dict[QWidget, int]) -> int:
        """Pixels that the bar needs without what is gone; `least` are the widths of what could be shown."""
        layout = layout_of(self)
        margins = layout.contentsMargins()
        shown = [widget for widget in least if widget not in gone]
        needed = margins.left() + margins.right() + layout.spacing() * len(shown)
        return needed + sum(self._width(widget, gone, least[widget]) for widget in shown)

    def _width(self, widget: QWidget, gone: set[QWidget | str], least: int) -> int:
        if widget in self._widths:
            full, short = self._widths[widget]
            return short if (NAME if widget is self.home else WORDS) in gone else full
        if widget is self.title and TITLE not in gone:
            return widget.sizeHint().width()
        return least

    def _measure(self) -> None:
        """Note the widths of what has words only where there is room."""
        for button, action in self.worded_buttons:
            button.setText(action.iconText())
            full = button.sizeHint().width()
            button.setText("")
            self._widths[button] = full, button.sizeHint().width()
        styles = Qt.ToolButtonStyle.ToolButtonTextOnly, Qt.ToolButtonStyle.ToolButtonIconOnly
        found = []
        for style in styles:
            self.home.setToolButtonStyle(style)
            found.append(self.home.sizeHint().width())
        self._widths[self.home] = found[0], found[1]

    def _button(self, action: QAction) -> QPushButton:
        button = QPushButton(action.iconText())
        put_icon(button, ICONS[action.iconText()])
        self.worded_buttons.append((button, action))
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.text().replace("&", ""))
        button.clicked.connect(action.trigger)
        action.changed.connect(self._on_bound_changed)
        return button

    def _plain_button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(plain_tip(tip))
        return button

    @Slot(int)
    def _on_speed(self, tick: int) -> None:
        self.speed_box.setToolTip(plain_tip(f"Speed: {speed_words(tick)}"))
        self.speed_changed.emit(speed_of(tick))

    @Slot()
    def _on_play_changed(self) -> None:
        self.play.setEnabled(self._play_action.isEnabled())
        self.play.setToolTip(self._play_action.toolTip())

    @Slot()
    def _on_bound_changed(self) -> None:
        for button, action in self.worded_buttons:
            button.setEnabled(action.isEnabled())

    def show_state(self, state: str) -> None:
        """Play or pause on the button, by the state of the trainer."""
        self._state = state
        running = state == "running"
        self.play.setText("Pause" if running else "Play")
        self.play.setIcon(icon("pause" if running else "play", THEME.tokens.accent_text))

    def _keep_width_of_play(self) -> None:
        """As wide as the wider of its two words, so that nothing moves when it becomes the other."""
        self.play.setMinimumWidth(0)
        widths = []
        for words in ("Play", "Pause"):
            self.play.setText(words)
            widths.append(self.play.sizeHint().width())
        self.play.setMinimumWidth(max(widths))

    def _keep_width(self, button: QPushButton, widest: str) -> None:
        shown = button.text()
        button.setMinimumWidth(0)
        button.setText(widest)
        width = button.sizeHint().width()
        button.setText(shown)
        button.setMinimumWidth(width)

    def show_title(self, title: str) -> None:
        """Show the project's title."""
        self.title.setText(one_line(title) or "Untitled")
        self.title.updateGeometry()

    def forget_numbers(self) -> None:
        """Another project: nothing has been measured yet."""
        for figure in self.figures.values():
            figure.set("–", NOT_YET)
        self.device.setText(self.device.text().partition(" · ")[0])
        self.device.setToolTip(plain_tip(WHERE_TRAINED))

    def _show_machine(self, frame: Frame) -> bool:
        """Show where and by what the network is trained; returns whether that was news."""
        text = f"{frame.device} · {frame.engine}" if frame.engine else frame.device
        if self.device.text() == text:
            return False
        self.device.setText(text)
        self.device.setToolTip(plain_tip(f"{WHERE_TRAINED} {frame.engine_reason}".rstrip()))
        return True

    def show_frame(self, frame: Frame) -> None:
        """Show the numbers of a frame."""
        self.figures["epoch"].set(f"{frame.epoch:,.0f}" if frame.epoch >= 100 else f"{frame.epoch:.3g}")
        latest = frame.latest
        part = "test" if "test_loss" in latest else "validation"
        changed = self._show_loss("train_loss", "train_loss", latest)
        changed |= self._show_loss("test_loss", f"{part}_loss", latest)
        changed |= self.show_quality(latest)
        changed |= self._show_machine(frame)
        if changed:
            self.fit()

    def _show_loss(self, name: str, metric: str, latest: Mapping[str, float]) -> bool:
        """Returns whether the bar has another need for room."""
        figure, value = self.figures[name], latest.get(metric)
        before, figure.there = figure.there, value is not None
        renamed = figure.name(metric_words(metric, {}))
        figure.set(number(value), reason(metric, value) if value is not None else "")
        return renamed or before != figure.there

    def watch(self, metric: str, words: str) -> None:
        """The metric that matters for the project, such as that of its first goal; empty for the usual ones."""
        self._watched, self._watched_words = metric, words

    def show_quality(self, latest: dict[str, float]) -> bool:
        """Show the metric that matters most: that of the project's goal, else the headline of its kind.

        Returns whether the bar has another need for room.
        """
        usual = first_shown(("test", "validation", "train"))
        figure = self.figures["quality"]
        before, figure.there = figure.there, False
        for metric in (self._watched, *usual):
            value = latest.get(metric)
            known = value is not None and (metric == self._watched or not math.isnan(value))
            if value is not None and known and metric.partition(".")[0] not in ("train_loss", "test_loss"):
                figure.there = True
                renamed = figure.name(self._watched_words if metric == self._watched else metric_words(metric, {}))
                good = is_share(metric) and math.isfinite(value)
                figure.set(f"{value:.1%}" if good else number(value), reason(metric, value))
                return renamed or not before
        return before

    @Slot()
    def restyle(self) -> None:
        """Follow the theme."""
        tokens = THEME.tokens
        self.setStyleSheet(
            f"#top-bar {{ background: {tokens.panel}; border-bottom: 1px solid {tokens.line}; }}"
            f"#top-bar QToolButton {{ border: 0; color: {tokens.text}; font-weight: 700; }}"
        )
        self.home.setFont(THEME.font(14, bold=True))
        for figure in self.figures.values():
            figure.restyle()
        self._keep_width_of_play()
        self._keep_width(self.seed, "seed 0000")
        self._measure()
        self.show_state(self._state)
        self.fit()


def number(value: float | None) -> str:
    """A loss in at most seven characters."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "none" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0.0:
        return "0"
    if abs(value) < 0.0001 or abs(value) >= 100_000:
        return f"{value:.1e}"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:.4g}"
