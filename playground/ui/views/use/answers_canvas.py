"""The answers as pictures: bars with the classes' names, numbers in their own units, what comes next, a drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from playground.analysis.use.answer import Answer, number_words
from playground.ui.widgets.drawing import class_color, greys
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import THEME

LEAST = 100
MOST_BARS = 12
"""Bars of one answer; of more classes the likeliest are shown."""
FEW = 4
"""Numbers that have two lines each."""
GAP = 8
PLOT = 110
PICTURE = 120
STEPS = 30
"""Height of the bars that show how sure the network is of each step."""
SHOWN = {" ": "␣", "\n": "↵", "\t": "⇥"}
WRAP = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)


class AnswersCanvas(Canvas):
    """All answers, one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answers: tuple[Answer, ...] = ()
        self.series: tuple[float, ...] = ()
        """What was given of a series, that a forecast is drawn behind."""
        self.setAccessibleName("Answers")

    def show_answers(self, answers: Sequence[Answer], series: Sequence[float] = ()) -> None:
        """Show other answers."""
        before = self.minimumSizeHint()
        self.answers, self.series = tuple(answers), tuple(series)
        said = "; ".join(f"{one.title}: {one.words()}" if one.title else one.words() for one in self.answers)
        self.setAccessibleDescription(said)
        if self.minimumSizeHint() == before:
            self.update()
        else:
            self.changed()

    # Room -------------------------------------------------------------------------------------------------------------

    def _line(self) -> int:
        return metrics().height() + THEME.px(2)

    def _height(self, answer: Answer) -> int:
        title = self._line() if answer.title else 0
        if answer.kind == "numbers" and self._is_forecast(answer):
            return title + THEME.px(PLOT) + self._line()
        if answer.kind == "picture":
            return title + THEME.px(PICTURE)
        if answer.kind == "steps":
            return title + self._text_height(answer.texts[0]) + self._line() + THEME.px(STEPS)
        if answer.kind == "continuation":
            return title + self._line() * min(6, len(answer.names)) + self._text_height(answer.texts[0])
        return (
            title
            + self._line() * (2 if few_numbers(answer) else 1) * len(bars_of(answer))
            + (self._line() if answer.kind == "classes" else 0)
        )

    def _text_height(self, text: str) -> int:
        font = metrics()
        room = QRect(0, 0, max(THEME.px(LEAST), self.steady_width()), 10_000)
        return font.boundingRect(room, WRAP, text or " ").height() + THEME.px(4)

    def _is_forecast(self, answer: Answer) -> bool:
        return bool(self.series) and len(answer.names) > 1

    def minimumSizeHint(self) -> QSize:
        gaps = THEME.px(GAP) * max(0, len(self.answers) - 1)
        return QSize(THEME.px(LEAST), sum(map(self._height, self.answers)) + gaps)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0.0
        for answer in self.answers:
            self._paint(painter, answer, top)
            top += self._height(answer) + THEME.px(GAP)

    def _paint(self, painter: QPainter, answer: Answer, top: float) -> None:
        line = self._line()
        if answer.title:
            painter.setFont(THEME.font(13))
            painter.setPen(THEME.color("secondary"))
            title = elided(metrics(), answer.title, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QRectF(0, top, self.width(), line), 0, title)
            top += line
        if answer.kind == "picture":
            self._paint_picture(painter, answer, top)
        elif answer.kind == "numbers" and self._is_forecast(answer):
            self._paint_forecast(painter, answer, top)
        elif answer.kind == "steps":
            self._paint_text(painter, answer.texts[0], top)
            least = float(answer.values[0].min())
            place = QRectF(0, top + self._text_height(answer.texts[0]), self.width(), line)
            self._paint_sureness(painter, answer, place.bottom())
            painter.setPen(THEME.color("secondary"))
            painter.drawText(place, 0, f"least sure of one: {least:.0%}")
        else:
            if answer.kind == "classes":
                self._paint_verdict(painter, answer, top)
                top += line
            self._paint_bars(painter, answer, top)
            if answer.kind == "continuation":
                self._paint_text(painter, answer.texts[0], top + line * min(6, len(answer.names)))

    def _paint_verdict(self, painter: QPainter, answer: Answer, top: float) -> None:
        painter.setFont(THEME.font(13, bold=True))
        painter.setPen(THEME.color("text"))
        words = elided(metrics(bold=True), answer.words(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, top, self.width(), self._line()), 0, words)

    def _paint_text(self, painter: QPainter, text: str, top: float) -> None:
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("text"))
        painter.drawText(QRectF(0, top, self.width(), self._text_height(text)), WRAP, text)

    def _paint_bars(self, painter: QPainter, answer: Answer, top: float) -> None:
        if few_numbers(answer):
            self._paint_numbers(painter, answer, top)
            return
        font, line = metrics(), self._line()
        shown = bars_of(answer)[: 6 if answer.kind == "continuation" else None]
        said = [words for _, _, words in shown]
        right = max(font.horizontalAdvance(words) for words in said) + THEME.px(6)
        widest = max(font.horizontalAdvance(spoken(name)) for name, _, _ in shown)
        left = min(widest, round(0.45 * self.width())) + THEME.px(6)
        shares = [share for _, share, _ in shown]
        chosen = int(answer.decided[0]) if answer.kind in ("classes", "clusters") else -1
        for row, (name, share, words) in enumerate(shown):
            box = QRectF(0, top + row * line, self.width(), line)
            winner = chosen >= 0 and name == answer.names[chosen]
            painter.setFont(THEME.font(13, bold=winner))
            painter.setPen(THEME.color("text"))
            label = elided(font, spoken(name), Qt.TextElideMode.ElideMiddle, left - THEME.px(6))
            if share is None:
                painter.drawText(box, 0, elided(font, spoken(name), Qt.TextElideMode.ElideMiddle, box.width() - right))
            else:
                painter.drawText(QRectF(0, box.top(), left, line), 0, label)
                track = QRectF(left, box.top() + line * 0.22, max(1.0, self.width() - left - right), line * 0.5)
                painter.fillRect(track, THEME.color("line"))
                track.setWidth(track.width() * min(max(share, 0.0), 1.0))
                painter.fillRect(track, self._color(answer, name))
            painter.setPen(THEME.color("text" if winner or share is None else "secondary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, words)
        assert len(shares) == len(said)

    def _paint_numbers(self, painter: QPainter, answer: Answer, top: float) -> None:
        """The name of each number, and the number below it."""
        line = self._line()
        for row, (name, _, words) in enumerate(bars_of(answer)):
            box = QRectF(0, top + 2 * row * line, self.width(), line)
            painter.setFont(THEME.font(13))
            painter.setPen(THEME.color("secondary"))
            painter.drawText(box, 0, elided(metrics(), name, Qt.TextElideMode.ElideMiddle, self.width()))
            painter.setFont(THEME.font(13, bold=True))
            painter.setPen(THEME.color("text"))
            painter.drawText(box.translated(0, line), 0, words)

    @staticmethod
    def _color(answer: Answer, name: str) -> QColor:
        if answer.kind in ("classes", "clusters"):
            return class_color(answer.names.index(name))
        return THEME.color("accent")

    def _paint_sureness(self, painter: QPainter, answer: Answer, top: float) -> None:
        """A bar for each step, as high as the network is sure of it."""
        shares = answer.values[0].tolist()
        wide, high = min(float(THEME.px(12)), self.width() / max(1, len(shares))), float(THEME.px(STEPS))
        for step, share in enumerate(shares):
            bar = QRectF(step * wide, top + high * (1.0 - share), max(1.0, wide - 1.0), high * share)
            painter.fillRect(bar, THEME.color("accent"))

    def _paint_picture(self, painter: QPainter, answer: Answer, top: float) -> None:
        assert answer.pictures is not None
        shown = answer.pictures[0]
        picture = greys(shown)  # as the cards on the canvas show it
        side = min(float(self.width()), float(THEME.px(PICTURE)))
        box = QRectF(0, top, side, side)
        painter.drawImage(box, picture)
        painter.setPen(QPen(THEME.color("line"), 1.0))
        painter.drawRect(box)

    def _paint_forecast(self, painter: QPainter, answer: Answer, top: float) -> None:
        """What was given, and the forecast behind it, on one scale."""
        ahead = answer.values[0].tolist()
        numbers = [*self.series, *ahead]
        low, high = min(numbers), max(numbers)
        span = high - low or 1.0
        font, line = metrics(), self._line()
        left = max(font.horizontalAdvance(number_words(value)) for value in (low, high)) + THEME.px(6)
        box = QRectF(left, top + 2, max(10.0, self.width() - left - 2), THEME.px(PLOT) - 4)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("secondary"))
        for value, y in ((high, box.top()), (low, box.bottom() - line)):
            painter.drawText(QRectF(0, y, left - THEME.px(4), line), Qt.AlignmentFlag.AlignRight, number_words(value))
        step = box.width() / max(1, len(numbers) - 1)

        def place(number: int) -> QPointF:
            return QPointF(box.left() + number * step, box.bottom() - (numbers[number] - low) / span * box.height())

        painter.setPen(QPen(THEME.color("line"), 1.0))
        painter.drawLine(box.topLeft(), box.bottomLeft())
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        known = len(self.series)
        painter.setPen(QPen(THEME.color("text"), THEME.px(1.5)))
        painter.drawPolyline(QPolygonF([place(number) for number in range(known)]))
        painter.setPen(QPen(THEME.color("accent"), THEME.px(2), Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF([place(number) for number in range(known - 1, len(numbers))]))
        painter.setPen(THEME.color("text"))
        words = f"next {number_words(ahead[0])}, {answer.names[-1]} {number_words(ahead[-1])}"
        below = QRectF(0, top + THEME.px(PLOT), self.width(), line)
        painter.drawText(below, 0, elided(font, words, Qt.TextElideMode.ElideRight, self.width()))

    def words_at(self, place: QPointF) -> str:
        top = 0.0
        for answer in self.answers:
            height = self._height(answer)
            if top <= place.y() < top + height and answer.kind in ("classes", "labels", "numbers", "clusters"):
                first = top + self._line() * (bool(answer.title) + (answer.kind == "classes"))
                row, shown = int((place.y() - first) // self._line()) // (1 + few_numbers(answer)), bars_of(answer)
                if not self._is_forecast(answer) and 0 <= row < len(shown):
                    return f"{shown[row][0]}: {shown[row][2]}"
            top += height + THEME.px(GAP)
        return ""


def few_numbers(answer: Answer) -> bool:
    """Whether there are so few numbers that each has two lines."""
    return answer.kind == "numbers" and len(answer.names) <= FEW


def bars_of(answer: Answer) -> list[tuple[str, float | None, str]]:
    """Name, share of the full bar and words for each bar; numbers have no bars."""
    values = np.asarray(answer.values[0], dtype=np.float64)
    if answer.kind == "numbers":
        return [(name, None, number_words(value)) for name, value in zip(answer.names, values.tolist(), strict=True)]
    if answer.kind == "clusters":
        nearness = 1.0 - values / max(float(values.max()), 1e-9)
        return [
            (name, share, f"at {number_words(value)}")
            for name, share, value in zip(answer.names, nearness.tolist(), values.tolist(), strict=True)
        ]
    order = np.arange(len(values))
    if len(values) > MOST_BARS:
        order = np.sort(np.argsort(-values, kind="stable")[:MOST_BARS])
    return [(answer.names[number], float(values[number]), f"{values[number]:.1%}") for number in order.tolist()]


def spoken(name: str) -> str:
    """A name as it can be seen: a space as ␣."""
    return SHOWN.get(name, name)
