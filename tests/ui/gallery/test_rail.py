"""The gallery's rail, levels, pictures by theme, and the line that says what is open behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from playground.document import library
from playground.document.chapters import LEVELS
from playground.document.kept_work import KeptWork
from playground.document.library import PresetEntry
from playground.ui.gallery import gallery as gallery_module
from playground.ui.gallery.gallery import ALL_LEVELS, Gallery
from playground.ui.gallery.work_card import LARGE_HEIGHT, WorkCard
from playground.ui.widgets.theme import THEME


def entry(folder: Path, chapter: str, number: int) -> PresetEntry:
    title = f"{chapter} {number}"
    return PresetEntry(title, folder / f"{title}.json", title, chapter, level=LEVELS[number % 3])


@pytest.fixture
def gallery(qtbot, tmp_path: Path) -> Iterator[Gallery]:
    THEME.use("light")
    widget = Gallery([entry(tmp_path, chapter, number) for chapter in "ABCD" for number in range(6)])
    qtbot.addWidget(widget)
    widget.resize(1200, 500)
    widget.show()
    qtbot.waitExposed(widget)
    yield widget
    THEME.use("light")


def test_the_rail_goes_to_a_chapter_and_says_where_one_is(gallery: Gallery, qtbot) -> None:
    assert gallery.rail.titles() == ["A", "B", "C", "D"]
    assert gallery.rail.currentItem().text() == "A"
    QTest.keyClick(gallery.rail, Qt.Key.Key_Down)
    QTest.keyClick(gallery.rail, Qt.Key.Key_Down)
    section = gallery.chapters[2]
    assert gallery.rail.currentItem().text() == "C"
    view = gallery.scroll_area.viewport()
    assert 0 <= view.mapFromGlobal(section.mapToGlobal(section.rect().topLeft())).y() < 40
    gallery.scroll_area.verticalScrollBar().setValue(0)
    assert gallery.rail.currentItem().text() == "A"
    gallery.resize(700, 500)
    assert not gallery.rail.isVisible(), "a narrow window has room for the cards only"


def test_levels_choose_presets_and_chapters(gallery: Gallery) -> None:
    assert gallery.level.currentText() == ALL_LEVELS
    gallery.level.setCurrentText("Deep")
    assert {card.entry.level for card in gallery.cards()} == {"Deep"}
    assert len(gallery.cards()) == 8
    gallery.search.setText("B 2")
    assert [card.text() for card in gallery.cards()] == ["B 2"]
    assert gallery.rail.titles() == ["B"]


def test_each_level_has_presets_enough() -> None:
    shares = [sum(one.level == level for one in library.presets()) for level in LEVELS]
    assert min(shares) >= 15, "each level has presets enough to choose from"


def test_cards_have_a_picture_for_each_theme(qtbot, tmp_path: Path) -> None:
    for name, color in (("A 0.png", "#ff00ff"), ("A 0.dark.png", "#00ff00")):
        picture = QImage(160, 90, QImage.Format.Format_RGB32)
        picture.fill(QColor(color))
        assert picture.save(str(tmp_path / name))
    widget = Gallery([entry(tmp_path, "A", 0)])
    qtbot.addWidget(widget)
    card = widget.cards()[0]
    seen = {}
    for theme in ("light", "dark", "light"):
        THEME.use(theme)
        seen[theme] = card.grab().toImage().pixelColor(80, 40).name()
    assert seen == {"light": "#ff00ff", "dark": "#00ff00"}


def test_what_was_open_last_has_a_large_card_and_cards_are_kept(
    gallery: Gallery, qtbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    works = [
        KeptWork(path=tmp_path / f"{name}.json", source=None, title=name, saved=0.0, left=True, step=420, epoch=21)
        for name in ("last", "before")
    ]
    monkeypatch.setattr(gallery_module, "kept_works", lambda: list(works))
    gallery.refresh()
    first, second = gallery.cards()[:2]
    assert isinstance(first, WorkCard) and (first.text(), second.text()) == ("last", "before")
    assert gallery.kept.note.isHidden()
    monkeypatch.setattr(gallery_module, "take_gone", lambda: ["“old” is no longer kept."])
    gallery.refresh()
    monkeypatch.setattr(gallery_module, "take_gone", list)
    gallery.refresh()
    assert gallery.kept.note.text() == "“old” is no longer kept.", "it stays as long as the window is open"
    assert first.heightForWidth(600) == LARGE_HEIGHT > second.heightForWidth(600)
    assert gallery.rail.titles()[0] == "Continue"
    gallery.refresh()
    assert gallery.cards()[:2] == [first, second], "cards that stay are not made anew"
    with qtbot.waitSignal(gallery.work_chosen) as chosen:
        QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert chosen.args == [works[0]]
    works.clear()
    gallery.refresh()
    assert gallery.kept.isHidden()


def test_the_line_says_what_is_open_and_goes_back(gallery: Gallery, qtbot) -> None:
    line = gallery.running
    assert not line.isVisible()
    line.show_project("<b>Two</b> spirals")
    line.show_loss("step 420, train loss 0.031")
    line.show_state("running", True)
    assert line.isVisible()
    assert line.title.text() == "<b>Two</b> spirals" and line.title.textFormat() == Qt.TextFormat.PlainText
    assert line.words.text() == "learning, step 420, train loss 0.031"
    assert line.toggle_button.text() == "Pause"
    line.show_state("paused", True)
    assert line.toggle_button.text() == "Play" and line.toggle_button.isEnabled()
    line.show_state("paused", False)
    assert not line.toggle_button.isEnabled()
    with qtbot.waitSignal(line.back_wanted):
        QTest.mouseClick(line.back_button, Qt.MouseButton.LeftButton)
