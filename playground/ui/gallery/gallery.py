"""The gallery: what a person sees first. Cards by chapter, recent files, a search, a new project, another file."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from playground.document.chapters import COURSE, LEVELS
from playground.document.experiment_index import ExperimentEntry, experiments
from playground.document.kept_work import KeptWork, kept_works, take_gone
from playground.document.library import PresetEntry, presets
from playground.exchange.addresses import is_link
from playground.ui.gallery.card import Card, PresetCard, RecentCard
from playground.ui.gallery.experiment_card import ExperimentCard, QuestionsChip
from playground.ui.gallery.flow import FlowLayout
from playground.ui.gallery.networks_menu import NetworksMenu
from playground.ui.gallery.rail import ChapterRail
from playground.ui.gallery.recent import recent_files
from playground.ui.gallery.running_bar import RunningBar
from playground.ui.gallery.work_card import WorkCard
from playground.ui.widgets.labels import Label
from playground.ui.widgets.theme import THEME

MOST_WORKS = 6
MOST_GONE = 3
"""Works of which it is said that they had to make room."""
"""Cards of work that was left; what is older comes when one of them has gone."""
ALL_LEVELS = "All levels"
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class Section(QWidget):
    """A heading and its cards."""

    def __init__(self, title: str, least: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[Card] = []
        self.heading = Label(title)
        self.heading.setProperty("role", "title")
        self.short = title.partition(" where")[0]
        """How the rail calls it."""
        self._body = QWidget()
        self._lead: Card | None = None
        self._flow = FlowLayout(self._body, least)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(THEME.px(10))
        layout.addWidget(self.heading)
        layout.addWidget(self._body)
        self.asked = Label("Questions to measure")
        self.asked.setProperty("role", "secondary")
        self._questions = QWidget()
        self._question_flow = FlowLayout(self._questions, least, gap=10)
        for widget in (self.asked, self._questions):
            widget.hide()
            layout.addWidget(widget)
        self.note = Label()
        self.note.setProperty("role", "secondary")
        self.note.setWordWrap(True)
        self.note.hide()
        layout.addWidget(self.note)
        self.setAccessibleName(title)

    def say(self, words: str) -> None:
        """Say something below the cards; empty for nothing."""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def add(self, card: Card) -> None:
        """Put a card at the end."""
        self.cards.append(card)
        self._flow.addWidget(card)

    def ask(self, card: ExperimentCard) -> None:
        """Put the card of an experiment below those of the presets."""
        self.cards.append(card)
        self._question_flow.addWidget(card)

    def lead_with(self, card: Card) -> None:
        """Put a card first, as wide as the page."""
        self._lead = card
        self.cards.insert(0, card)
        self._layout.insertWidget(1, card)

    def clear(self) -> None:
        """Take all cards away."""
        if self._lead is not None:
            self._layout.removeWidget(self._lead)
            self._lead = None
        for card in self.cards:
            self._flow.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards.clear()

    def show_some(self, wanted: set[Card]) -> None:
        """Show only these cards; without any the heading goes too."""
        for card in self.cards:
            card.setVisible(card in wanted)
        self.setVisible(any(card in wanted for card in self.cards))
        shown = [card for card in self.cards if card in wanted and card is not self._lead]
        asked = any(isinstance(card, ExperimentCard) for card in shown)
        self._body.setVisible(any(not isinstance(card, ExperimentCard) for card in shown))
        self.asked.setVisible(asked)
        self._questions.setVisible(asked)
        for flow in (self._flow, self._question_flow):
            flow.invalidate()


class Gallery(QWidget):
    """The page of cards. It only says what was chosen; the window opens it."""

    preset_chosen = Signal(object)
    """The Path of a preset."""
    file_chosen = Signal(object)
    """The Path of a recent file."""
    work_chosen = Signal(object)
    """The KeptWork to continue."""
    link_pasted = Signal(str)
    """A link to a network of another program."""
    experiment_chosen = Signal(object)
    """The Path of an experiment."""
    new_chosen = Signal()
    open_chosen = Signal()
    """The person wants to look for a file."""
    data_chosen = Signal()
    """The person wants to look for a table or a text of their own."""
    pictures_chosen = Signal()
    """The person wants to look for a folder of pictures of their own."""

    def __init__(self, entries: list[PresetEntry] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Gallery")
        self.search = QLineEdit()
        self.nothing = Label()
        self.kept = Section("Continue where you were", 260)
        self.recent = Section("Recent files", 220)
        self.chapters: list[Section] = []
        self._works: list[KeptWork] = []
        self._gone: list[str] = []
        """What is said of work that had to make room, as long as the window is open."""
        self._files: list[Path] = []
        self.scroll_area = QScrollArea()
        self.rail = ChapterRail()
        self.rail.chapter_wanted.connect(self._go_to)
        self.running = RunningBar()
        self._build()
        self._add_chapters(presets() if entries is None else entries)
        self.setFocusProxy(self.search)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)
        THEME.changed.connect(self.renew)
        self.refresh()

    # What it is made of ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._header())
        outer.addWidget(self.running)
        page = QWidget()
        self._sections = QVBoxLayout(page)
        self._sections.setContentsMargins(THEME.px(32), THEME.px(8), THEME.px(32), THEME.px(32))
        self._sections.setSpacing(THEME.px(28))
        self.nothing.setProperty("role", "secondary")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        self._sections.addWidget(self.nothing)
        self._sections.addWidget(self.kept)
        self._sections.addWidget(self.recent)
        self._sections.addStretch(1)
        self._page = page
        self.scroll_area.setWidget(page)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll_area.verticalScrollBar().valueChanged.connect(self._mark_chapter)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self._side())
        below.addWidget(self.scroll_area, 1)
        outer.addLayout(below, 1)

    def _header(self) -> QWidget:
        header = QWidget()
        self.title = Label("Playground")
        self.subtitle = Label("Build a network, press play, and see it learn from inside.")
        self.subtitle.setProperty("role", "secondary")
        # The first thing to give way in a narrow window.
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        words = QVBoxLayout()
        words.setSpacing(THEME.px(2))
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        self.search.setPlaceholderText("Search presets (Ctrl+F)")
        self.search.setAccessibleName("Search presets")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._open_first)
        self.search.installEventFilter(self)
        self.new_button = QPushButton("New project")
        self.new_button.setProperty("role", "primary")
        self.new_button.setToolTip("Start with an empty canvas")
        self.new_button.clicked.connect(self.new_chosen)
        self.open_button = QPushButton("Open file…")
        self.open_button.setToolTip("Open a project that was saved before")
        self.open_button.clicked.connect(self.open_chosen)
        self.data_button = QPushButton("Your data")
        self.data_button.setToolTip("Learn from a file or a folder of yours; you can also drop it on the window")
        menu = QMenu(self.data_button)
        menu.addAction("A table (CSV) or a text…").triggered.connect(self.data_chosen)
        menu.addAction("A folder of pictures…").triggered.connect(self.pictures_chosen)
        self.data_button.setMenu(menu)
        layout = QHBoxLayout(header)
        layout.setContentsMargins(THEME.px(32), THEME.px(24), THEME.px(32), THEME.px(16))
        layout.setSpacing(THEME.px(10))
        layout.addLayout(words, 3)
        layout.addWidget(self.search, 2)
        layout.addWidget(self.data_button)
        layout.addWidget(self.open_button)
        layout.addWidget(self.new_button)
        return header

    def _side(self) -> QWidget:
        """The choice of a level, and the chapters."""
        self.level = QComboBox()
        self.level.setAccessibleName("Level")
        self.level.setToolTip("Show only what asks little of a person, or only what asks much")
        self.level.addItems([ALL_LEVELS, *LEVELS])
        self.level.currentTextChanged.connect(self._filter_again)
        self.networks_button = QPushButton("Known networks")
        self.networks_button.setToolTip("Look into networks of the literature at their full size")
        self.networks_button.setMenu(NetworksMenu(self.preset_chosen, self.networks_button))
        self.side = QWidget()
        layout = QVBoxLayout(self.side)
        layout.setContentsMargins(THEME.px(20), THEME.px(8), 0, 0)
        layout.setSpacing(THEME.px(6))
        layout.addWidget(self.level)
        layout.addWidget(self.networks_button)
        layout.addWidget(self.rail, 1)
        return self.side

    def _add_chapters(self, entries: list[PresetEntry]) -> None:
        asked = experiments()
        self._levels = {entry.id: entry.level for entry in entries}
        for title, members in groupby(entries, key=lambda entry: entry.chapter):
            section = Section(title, 250)
            folders = set()
            for entry in members:
                folders.add(entry.path.parent.name)
                section.add(self._listened(self._preset_card(entry, [one for one in asked if entry.id in one.presets])))
            for one in (one for one in asked if one.chapter in folders):
                card = ExperimentCard(one)
                self._listened(card)
                section.ask(card)
            self.chapters.append(section)
            self._sections.insertWidget(self._sections.count() - 1, section)

    def _preset_card(self, entry: PresetEntry, asked: list[ExperimentEntry]) -> PresetCard:
        """The card of a preset, with a chip for the questions that are measured with it."""
        card = PresetCard(entry)
        if asked:
            card.chip = QuestionsChip(asked, card)
            card.chip.chosen.connect(self.experiment_chosen)
        return card

    def _listened(self, card: Card) -> Card:
        card.clicked.connect(self._chosen)
        card.installEventFilter(self)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.subtitle.setVisible(self.width() >= THEME.px(1120))
        self.side.setVisible(self.width() >= THEME.px(860))

    # What it shows --------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Bring kept work and recent files up to date and forget the search. Cards that stay are not made anew."""
        every, files = kept_works(), recent_files()
        works, more = every[:MOST_WORKS], len(every) - MOST_WORKS
        self._gone += take_gone()
        older = f"{more} older {'ones are' if more > 1 else 'one is'} kept too; forget some of these to see more."
        self.kept.say(" ".join([*self._gone[-MOST_GONE:], *([older] if more > 0 else [])]))
        if works != self._works:
            self._works = works
            self.kept.clear()
            for number, work in enumerate(works):
                card = WorkCard(work, large=number == 0)
                card.forget_wanted.connect(self._forget)
                (self.kept.add if number else self.kept.lead_with)(self._listened(card))
        if files != self._files:
            self._files = files
            self.recent.clear()
            for path in files:
                self.recent.add(self._listened(RecentCard(path)))
        self.search.clear()
        self.renew()
        self._filter("")

    @Slot()
    def renew(self) -> None:
        """Take over the theme and its scale."""
        self.title.setFont(THEME.font(22, bold=True))
        self.title.setStyleSheet(f"font-size: {THEME.px(22)}px; font-weight: 600;")
        self.search.setMinimumWidth(THEME.px(175))
        self.search.setMaximumWidth(THEME.px(320))

    def cards(self) -> list[Card]:
        """All cards that are shown, in reading order."""
        return [card for section in self._sections_shown() for card in section.cards if not card.isHidden()]

    @Slot(str)
    def _filter(self, query: str) -> None:
        wanted: set[Card] = set()
        level = self.level.currentText()
        for card in (card for section in self.chapters for card in section.cards):
            of_level = level == ALL_LEVELS or level == self._level_of(card)
            if isinstance(card, PresetCard | ExperimentCard) and of_level and card.entry.answers(query):
                wanted.add(card)
        words = query.lower().split()
        for card in (*self.kept.cards, *self.recent.cards):
            if all(word in card.text().lower() for word in words):
                wanted.add(card)
        for section in (self.kept, self.recent, *self.chapters):
            section.show_some(wanted)
        self.nothing.setText(f"Nothing answers to “{query}”." if query else "There are no presets here.")
        self.nothing.setVisible(not wanted)
        self.rail.show_titles([section.short for section in self._sections_shown()])
        self.scroll_area.verticalScrollBar().setValue(0)
        self._mark_chapter()

    def _level_of(self, card: Card) -> str:
        """How much a card asks of a person; an experiment as much as the preset that it varies."""
        names = [card.entry.id] if isinstance(card, PresetCard) else []
        names = list(card.entry.presets) if isinstance(card, ExperimentCard) else names
        return next((self._levels[name] for name in names if name in self._levels), COURSE)

    def _sections_shown(self) -> list[Section]:
        return [section for section in (self.kept, self.recent, *self.chapters) if not section.isHidden()]

    @Slot()
    def _filter_again(self) -> None:
        self._filter(self.search.text())

    @Slot()
    def _mark_chapter(self) -> None:
        """Let the rail say which chapter is at the top."""
        bar = self.scroll_area.verticalScrollBar()
        shown = self._sections_shown()
        if not shown:
            return
        above = [section for section in shown if section.y() <= bar.value() + THEME.px(60)]
        if bar.value() == 0 or not above:
            self.rail.mark(shown[0].short)
        else:
            self.rail.mark((shown if bar.value() == bar.maximum() else above)[-1].short)

    @Slot(str)
    def _go_to(self, title: str) -> None:
        """Scroll to a chapter."""
        for section in self._sections_shown():
            if section.short == title:
                self.scroll_area.verticalScrollBar().setValue(section.y() - THEME.px(8))
                self.rail.mark(title)

    # What a person does ---------------------------------------------------------------------------------------------

    @Slot()
    def _chosen(self) -> None:
        card = self.sender()
        if isinstance(card, PresetCard):
            self.preset_chosen.emit(card.path)
        elif isinstance(card, ExperimentCard):
            self.experiment_chosen.emit(card.path)
        elif isinstance(card, WorkCard):
            self.work_chosen.emit(card.work)
        elif isinstance(card, RecentCard):
            self.file_chosen.emit(card.path)

    @Slot(object)
    def _forget(self, work: KeptWork) -> None:
        work.discard()
        self.refresh()

    @Slot()
    def _open_first(self) -> None:
        if self.search.text() and (cards := self.cards()):
            cards[0].click()

    @Slot()
    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if self._pasted(event):
                return True
            if watched is self.search:
                return self._search_key(event)
            if isinstance(watched, Card) and event.key() in ARROWS:
                return self._move(watched, Qt.Key(event.key()))
        if isinstance(watched, Card) and event.type() == QEvent.Type.FocusIn:
            self.scroll_area.ensureWidgetVisible(watched, 0, THEME.px(60))
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._pasted(event):
            super().keyPressEvent(event)

    def _pasted(self, event: QKeyEvent) -> bool:
        """Whether a key pastes a link, which is opened; the search takes any other text."""
        text = QGuiApplication.clipboard().text() if event.matches(QKeySequence.StandardKey.Paste) else ""
        if not is_link(text):
            return False
        self.link_pasted.emit(text)
        return True

    def _search_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Down and (cards := self.cards()):
            cards[0].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        return False

    def _move(self, card: Card, key: Qt.Key) -> bool:
        """Move the focus to the neighbour in the direction of an arrow; upwards out of the cards lies the search."""
        cards = self.cards()
        index = cards.index(card)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            index += 1 if key == Qt.Key.Key_Right else -1
            target = cards[index] if 0 <= index < len(cards) else None
        else:
            target = self._above_or_below(card, cards, down=key == Qt.Key.Key_Down)
            if target is None and key == Qt.Key.Key_Up:
                self.search.setFocus(Qt.FocusReason.BacktabFocusReason)
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _above_or_below(self, card: Card, cards: list[Card], *, down: bool) -> Card | None:
        """The card of the nearest row in that direction whose middle is closest."""
        here = self._place(card)
        places = [(self._place(other), other) for other in cards]
        beyond = [(p, other) for p, other in places if (p.top() > here.top() if down else p.top() < here.top())]
        if not beyond:
            return None
        tops = (p.top() for p, _ in beyond)
        row = min(tops) if down else max(tops)
        return min((abs(p.center().x() - here.center().x()), number, other)
                   for number, (p, other) in enumerate(beyond) if p.top() == row)[2]  # fmt: skip

    def _place(self, card: Card) -> QRect:
        return QRect(card.mapTo(self._page, QPoint()), card.size())
