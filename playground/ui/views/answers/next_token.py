"""Text out: bars of the likeliest next tokens, a temperature, and a text that grows while the network learns."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSlider, QTextEdit, QWidget

from playground.analysis.answers.next_token import NextToken, NextTokenAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.widgets.colors import mixed
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import POSITIVE, THEME

LONGEST = 600
"""Characters of the written text that are kept."""
GROWTH = 6
LENGTH = 160
TEMPERATURE_STEPS = 20
"""Steps of the slider for a temperature of 1."""
"""Characters that are added at a time while the text grows."""
PALE, PALE_ON_DARK = 70, 140
"""Opacity, out of 255, of what the network itself says; on a dark panel little of it is hardly seen."""
SHOWN = {" ": "␣", "\n": "↵", "\t": "⇥"}
PROMPT = "the "


class BarsCanvas(Canvas):
    """One bar for each candidate: the network's own probability pale behind the one at the temperature."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: NextToken | None = None
        self.setAccessibleName("Likeliest next characters")

    def show_result(self, result: NextToken) -> None:
        """Show these candidates."""
        self.result = result
        listed = (f"{spoken(t)} {p:.0%}" for t, p in zip(result.tokens, result.tempered, strict=True))
        self.setAccessibleDescription(", ".join(listed))
        self.changed()

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(150), THEME.px(5) + 6 * self._line())

    def _line(self) -> int:
        return metrics().height() + THEME.px(3)

    def _left(self) -> int:
        """Room for the tokens, of which words take more than characters; at most a third."""
        tokens = self.result.tokens if self.result is not None else ()
        widest = max((metrics().horizontalAdvance(spoken(token)) for token in tokens), default=0)
        return min(max(THEME.px(26), widest + THEME.px(12)), max(THEME.px(26), self.width() // 3))

    def rows(self) -> int:
        """Candidates that find room."""
        count = len(self.result.tokens) if self.result is not None else 0
        return min(count, max(1, self.height() // self._line()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        line, align = self._line(), Qt.AlignmentFlag
        left, right = self._left(), metrics().horizontalAdvance("100 %") + THEME.px(6)
        room = float(max(1, self.width() - left - right))
        pale = drawn_pale()
        largest = max(float(self.result.probabilities.max()), float(self.result.tempered.max()), 1e-9)
        room = room / largest
        for row in range(self.rows()):
            top = float(row * line)
            own, warm = float(self.result.probabilities[row]), float(self.result.tempered[row])
            painter.setPen(THEME.color("text"))
            words = metrics().elidedText(spoken(self.result.tokens[row]), Qt.TextElideMode.ElideRight, left)
            painter.drawText(QRectF(0, top, left - THEME.px(6), line), align.AlignCenter, words)
            painter.fillRect(QRectF(left, top + 3, room * own, line - 6), pale)
            painter.fillRect(QRectF(left, top + line * 0.3, room * warm, line * 0.4), QColor(POSITIVE))
            painter.setPen(THEME.color("secondary"))
            place = QRectF(left + room * max(own, warm) + THEME.px(5), top, right, line)
            painter.drawText(place, align.AlignVCenter | align.AlignLeft, f"{warm:.0%}")


def spoken(token: str) -> str:
    """A token as it can be seen: a space as ␣."""
    return SHOWN.get(token, token)


class NextTokenView(View):
    """Bars on the left, the text on the right; the prompt below."""

    analysis: ClassVar[type[Analysis]] = NextTokenAnalysis
    title: ClassVar[str] = "Text out"
    empty: ClassVar[str] = "Press play, and the network writes."
    pulses: ClassVar[int] = 4
    rank: ClassVar[int] = 95
    momentary: ClassVar[frozenset[str]] = frozenset({"draw"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: NextToken | None = None
        self.text = PROMPT
        """The prompt and what has been written so far."""
        self._draw = 0
        self.bars = BarsCanvas()
        self.page = QTextEdit()
        self.page.setReadOnly(True)
        self.page.setAccessibleName("Written text")
        self.prompt = QLineEdit()
        self.parameters.bind("prompt", self.prompt)
        self.parameters.measure("length", LENGTH)
        self.prompt.setAccessibleName("Prompt")
        self.prompt.setPlaceholderText("Type how the text shall begin, and press Return")
        self.prompt.setToolTip("How the text begins. Press Return to start again from here.")
        self.legend = Legend()
        self._make_options()
        middle = QWidget()
        beside = QHBoxLayout(middle)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(THEME.px(10))
        beside.addWidget(self.bars, 2)
        beside.addWidget(self.page, 3)
        for widget, stretch in ((middle, 1), (self.prompt, 0), (self.legend, 0)):
            self.body_layout.addWidget(widget, stretch)
        self.prompt.returnPressed.connect(self.begin_again)
        self.restyle()

    def _make_options(self) -> None:
        self.grow_box = self.parameters.switch("growing")
        self.temperature = QSlider(Qt.Orientation.Horizontal)
        self.temperature.setRange(0, 2 * TEMPERATURE_STEPS)
        self.temperature.setAccessibleName("Temperature")
        self.temperature.setToolTip("Temperature: low writes what is likeliest, high writes what is rare")
        KeptSize(self.temperature, "setFixedWidth", 90)
        self.parameters.bind("temperature", self.temperature, scale=TEMPERATURE_STEPS)
        self.options_layout.addWidget(self.temperature)
        self.add_more([("", self.grow_box)])

    def wanted(self) -> Analysis:
        growing = self.grow_box.isChecked()
        if growing:
            return self.parameters.analysis(prompt=self.text[-LONGEST:], length=GROWTH, draw=self._draw)
        return self.parameters.analysis(prompt=self.prompt.text()[-LONGEST:] or PROMPT, draw=self._draw)

    def show_result(self, result: NextToken) -> None:
        if self.grow_box.isChecked() and self.isVisible():
            self.text = (self.text + result.continuation)[-LONGEST:]
            self._draw += 1
        else:
            self.text = result.prompt + result.continuation
        super().show_result(result)

    @Slot()
    def begin_again(self) -> None:
        """Forget what was written and begin with the prompt."""
        self.text = self.prompt.text() or PROMPT
        self._draw = 0
        self.wanted_changed.emit()

    @Slot(str)
    def ask_anew(self, name: str = "") -> None:
        super().ask_anew(name)
        self.renew()

    @Slot(str)
    def redraw(self, name: str = "") -> None:
        self.begin_again()

    def restyle(self) -> None:
        self.page.setFont(THEME.font(14, mono=True))
        ground, line = THEME.tokens.field, THEME.tokens.line
        self.page.setStyleSheet(f"QTextEdit {{ background: {ground}; border: 1px solid {line}; border-radius: 6px; }}")

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.bars.show_result(result)
        # Rich text is never made of what a network writes.
        self.page.setPlainText(self.text)
        self.page.moveCursor(QTextCursor.MoveOperation.End)
        warmth = self.parameters.value("temperature")
        own = QColor(POSITIVE)
        self.legend.show_entries([
            Entry(f"at temperature {warmth:g}", "square", own.name()),
            Entry("as learned", "square", drawn_pale().name()),
            Entry(f"unsure between {2 ** result.entropy:.1f} {result.called}", "", ""),
        ])


def drawn_pale() -> QColor:
    """The colour of the bars behind, as it looks on the panel."""
    panel = THEME.color("panel")
    return mixed(POSITIVE, panel, (PALE if panel.lightnessF() > 0.5 else PALE_ON_DARK) / 255)
