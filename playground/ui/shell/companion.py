"""The companion: one quiet line below the canvas that says what stands out, with buttons that do something about it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from playground.analysis.run.advice import Advice, Offer
from playground.analysis.run.companion import Companion, CompanionAnalysis
from playground.ui.open_document import OpenDocument
from playground.ui.threads.analyst import Analyst, Refusal, Request
from playground.ui.threads.live_feed import LiveFeed, Throttle
from playground.ui.widgets.icons import icon, put_icon
from playground.ui.widgets.labels import elided, on_button, plain_tip
from playground.ui.widgets.qt_access import in_sight, layout_of
from playground.ui.widgets.theme import THEME

KEY = "companion"
PULSES = 60
"""Pulses (33 ms each) between two looks while the network learns."""
QUIET = "Nothing stands out."
STOPPED = "Learning has stopped: the message above says why, and what to do."
MOST_BUTTONS = 2


class OneLine(QLabel):
    """A text in one line, cut with an ellipsis where the room is short; the whole of it is in the tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(80), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        cut = elided(QFontMetrics(self.font()), self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)


class CompanionLine(QFrame):
    """Shows the gravest advice that was not dismissed. Its height never changes, so that nothing moves."""

    offer_wanted = Signal(object)
    """The Offer whose button was pressed."""

    def __init__(self, document: OpenDocument, feed: LiveFeed, analyst: Analyst, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("companion")
        self.setAccessibleName("Companion")
        self.advice: Advice | None = None
        """What is shown."""
        self._document, self._feed, self._analyst = document, feed, analyst
        self._found: tuple[Advice, ...] = ()
        self._dismissed: set[tuple[int, str]] = set()
        self._asked_for: tuple[object, ...] = ()
        self._quiet = QUIET
        """What is said where there is no advice."""
        self._look = Throttle(PULSES, self._ask)
        self._mark, self.label = QLabel(), OneLine()
        self._buttons = tuple(QPushButton() for _ in range(MOST_BUTTONS))
        self.close_button = QToolButton()
        self._lay_out()
        feed.pulse.connect(self._on_pulse)
        document.opened.connect(self._forget)
        analyst.result_ready.connect(self._on_result)
        THEME.changed.connect(self._restyle)
        self._show()

    def _lay_out(self) -> None:
        self.close_button.setAutoRaise(True)
        self.close_button.setAccessibleName("Dismiss")
        self.close_button.setToolTip("Do not say this again in this run")
        self.close_button.clicked.connect(self._dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self._mark)
        layout.addWidget(self.label, 1)
        for button in self._buttons:
            button.setProperty("role", "small")
            button.clicked.connect(self._press)
            layout.addWidget(button)
        layout.addWidget(self.close_button)

    @property
    def text(self) -> str:
        """The sentence on show; empty while nothing stands out."""
        return self.advice.sentence if self.advice is not None else ""

    def offers(self) -> tuple[Offer, ...]:
        """What the buttons do."""
        return self.advice.offers[:MOST_BUTTONS] if self.advice is not None else ()

    # Looking --------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_pulse(self) -> None:
        live = self._feed.live
        if live is None or not in_sight(self) or not self._document.report.ok:
            return
        asked_for = (live.snapshot, self._document.project)
        if asked_for == self._asked_for:
            return
        self._look.want()
        if live.steps_per_second == 0.0:
            self._ask()
        else:
            self._look.pulse()

    @Slot(str)
    def tell_state(self, state: str) -> None:
        """Follow the trainer: where learning has failed, it would be wrong that nothing stands out."""
        quiet = STOPPED if state == "failed" else QUIET
        if quiet != self._quiet:
            self._quiet = quiet
            self.label.setAccessibleName(self.text or quiet)
            self._fit()

    def _ask(self) -> None:
        live = self._feed.live
        if live is None or self._analyst.busy(KEY):
            return
        project = self._document.project
        self._asked_for = (live.snapshot, project)
        analysis = CompanionAnalysis()
        question = self._feed.question(analysis, project.graph, project)
        self._analyst.request(Request(KEY, analysis, replace(question, snapshot=live.snapshot)))

    @Slot(str)
    def _on_result(self, key: str) -> None:
        if key != KEY:
            return
        answer = self._analyst.take(key)
        if isinstance(answer, Companion):
            self._found = answer.advice
        elif isinstance(answer, Refusal):
            self._found = ()
        self._show()

    @Slot()
    def _forget(self) -> None:
        self._found, self._asked_for = (), ()
        self._dismissed.clear()
        self._show()

    # Showing --------------------------------------------------------------------------------------------------------

    def _run(self) -> int:
        return self._feed.live.run if self._feed.live is not None else 0

    def _show(self) -> None:
        run = self._run()
        advice = next((one for one in self._found if (run, one.kind) not in self._dismissed), None)
        if advice == self.advice and self.label.text():
            return
        self.advice = advice
        self.label.setToolTip(plain_tip(f"{advice.sentence}\n{advice.advice}".strip() if advice is not None else ""))
        self.label.setAccessibleName(self.text or self._quiet)
        offers = self.offers()
        for index, button in enumerate(self._buttons):
            button.setVisible(index < len(offers))
            if index < len(offers):
                button.setAccessibleName(offers[index].words)
                words = f"{offers[index].words}. {advice.advice if advice is not None else ''}"
                button.setToolTip(plain_tip(words.strip()))
        self.close_button.setVisible(advice is not None)
        self._restyle()
        self._fit()

    def _fit(self) -> None:
        """Say it in full where there is room; else first the buttons, then the sentence in fewer words."""
        offers = self.offers()
        full = [offer.words for offer in offers]
        fewer = [offer.brief or offer.words for offer in offers]
        sentence = self.text or self._quiet
        brief = self.advice.brief if self.advice is not None and self.advice.brief else sentence
        for said, words in ((sentence, full), (sentence, fewer), (brief, full), (brief, fewer)):
            self.label.setText(said)
            for button, text in zip(self._buttons, map(on_button, words), strict=False):
                if button.text() != text:
                    button.setText(text)
            if self.label.fontMetrics().horizontalAdvance(said) <= self.room():
                return

    def room(self) -> int:
        """Pixels for the sentence beside what is shown of the rest."""
        shown = [one for one in (self._mark, *self._buttons, self.close_button) if not one.isHidden()]
        layout = layout_of(self)
        margins = self.contentsMargins() + layout.contentsMargins()
        spacing = layout.spacing() * len(shown)
        return self.width() - margins.left() - margins.right() - spacing - sum(one.sizeHint().width() for one in shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _press(self) -> None:
        offers, index = self.offers(), self._buttons.index(self.sender())
        if index < len(offers):
            self.offer_wanted.emit(offers[index])

    @Slot()
    def _dismiss(self) -> None:
        if self.advice is not None:
            self._dismissed.add((self._run(), self.advice.kind))
            self._show()

    @Slot()
    def _restyle(self) -> None:
        tokens, side = THEME.tokens, THEME.px(16)
        advice = self.advice
        color = tokens.secondary if advice is None else tokens.good if advice.good else tokens.warning
        name = "done" if advice is None or advice.good else "warning"
        self._mark.setPixmap(icon(name, color, side).pixmap(side, side))
        put_icon(self.close_button, "close", "secondary")
        self.setFixedHeight(max(THEME.px(34), self._buttons[0].sizeHint().height() + 4))
        ink = tokens.secondary if advice is None else tokens.text
        self.setStyleSheet(
            f"#companion {{ background: {tokens.panel}; border-top: 1px solid {tokens.line}; }}"
            f"#companion QLabel {{ color: {ink}; background: transparent; }}"
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._restyle()
            self._fit()
