"""The gallery: cards by chapter, search, recent files; all of it with the mouse and with the keyboard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from playground.document import files
from playground.document.graph import Edge, Graph, Node, Position
from playground.document.library import PresetEntry
from playground.document.project import Project
from playground.paths import PRESETS
from playground.ui.gallery import recent
from playground.ui.gallery.diagram import arrange, draw_graph
from playground.ui.gallery.gallery import Gallery
from playground.ui.widgets.theme import THEME

GRAPH = Graph(
    nodes=(
        Node(id="data", block="circles"),
        Node(id="dense-1", block="dense", parameters={"units": 3}, position=Position(x=200)),
        Node(id="drop", block="dropout", position=Position(x=400)),
        Node(id="dense-2", block="dense", parameters={"units": 1}, position=Position(x=600)),
        Node(id="loss", block="mean-squared-error", position=Position(x=800)),
    ),
    edges=(
        Edge(source="data", source_port="features", target="dense-1"),
        Edge(source="dense-1", target="drop"),
        Edge(source="drop", target="dense-2"),
        Edge(source="dense-2", target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    ),
)
CHAPTERS = {"Perceptron": ["AND", "OR", "XOR fails"], "Shapes": ["Circles", "Spirals", "Moons", "Blobs", "Gaussians"]}


def entries(folder: Path) -> list[PresetEntry]:
    found = []
    for chapter, titles in CHAPTERS.items():
        for title in titles:
            name, path, words = title.lower().replace(" ", "-"), folder / f"{title}.json", f"Watch what {title} does."
            files.write(Project(title=title, summary=words, graph=GRAPH), path)
            found.append(PresetEntry(name, path, title, chapter, words))
    return found


@pytest.fixture
def gallery(qtbot, tmp_path: Path) -> Iterator[Gallery]:
    THEME.use("light")
    widget = Gallery(entries(tmp_path))
    qtbot.addWidget(widget)
    # 2 x 32 margin, the rail and a scroll bar leave 932 px: three cards of at least 250 in a row
    widget.resize(1200, 700)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    yield widget
    THEME.set_scale(1.0)
    THEME.use("light")


def titles(gallery: Gallery) -> list[str]:
    return [card.text() for card in gallery.cards()]


def focused(gallery: Gallery) -> str:
    return gallery.focusWidget().text()


def test_cards_stand_by_chapter_in_the_given_order(gallery: Gallery) -> None:
    assert [section.heading.text() for section in gallery.chapters] == ["Perceptron", "Shapes"]
    assert titles(gallery) == [title for chapter in CHAPTERS.values() for title in chapter]
    card = gallery.cards()[0]
    assert card.accessibleName() == "AND"
    assert card.accessibleDescription() == "Watch what AND does."


def test_a_click_chooses_the_preset(gallery: Gallery, qtbot, tmp_path: Path) -> None:
    with qtbot.waitSignal(gallery.preset_chosen) as chosen:
        QTest.mouseClick(gallery.cards()[4], Qt.MouseButton.LeftButton)
    assert chosen.args == [tmp_path / "Spirals.json"]


def test_the_buttons_ask_for_a_new_project_and_for_a_file(gallery: Gallery, qtbot) -> None:
    with qtbot.waitSignal(gallery.new_chosen):
        QTest.mouseClick(gallery.new_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(gallery.open_chosen):
        QTest.mouseClick(gallery.open_button, Qt.MouseButton.LeftButton)


def test_arrows_walk_through_the_cards_and_enter_opens(gallery: Gallery, qtbot, tmp_path: Path) -> None:
    gallery.setFocus()
    assert gallery.focusWidget() is gallery.search
    walk = [
        (Qt.Key.Key_Down, "AND"), (Qt.Key.Key_Right, "OR"), (Qt.Key.Key_Right, "XOR fails"),
        (Qt.Key.Key_Right, "Circles"), (Qt.Key.Key_Left, "XOR fails"), (Qt.Key.Key_Down, "Moons"),
        (Qt.Key.Key_Down, "Gaussians"), (Qt.Key.Key_Down, "Gaussians"), (Qt.Key.Key_Right, "Gaussians"),
        (Qt.Key.Key_Up, "Spirals"), (Qt.Key.Key_Up, "OR"), (Qt.Key.Key_Left, "AND"), (Qt.Key.Key_Left, "AND"),
        (Qt.Key.Key_Up, ""),
    ]  # fmt: skip
    for key, title in walk:
        QTest.keyClick(gallery.focusWidget(), key)
        assert focused(gallery) == title
    assert gallery.focusWidget() is gallery.search
    QTest.keyClick(gallery.search, Qt.Key.Key_Down)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(gallery.preset_chosen) as chosen:
            QTest.keyClick(gallery.focusWidget(), key)
        assert chosen.args == [tmp_path / "AND.json"]


def test_a_card_that_gets_the_focus_is_scrolled_into_view(gallery: Gallery, qtbot) -> None:
    gallery.resize(400, 300)
    QTest.qWait(0)
    last = gallery.cards()[-1]
    assert last.visibleRegion().isEmpty()
    last.setFocus()
    assert not last.visibleRegion().isEmpty()


def test_search_looks_in_all_words_and_enter_opens_the_first(gallery: Gallery, qtbot, tmp_path: Path) -> None:
    gallery.setFocus()
    QTest.keyClicks(gallery.search, "watch moon")
    assert titles(gallery) == ["Moons"]
    assert not gallery.chapters[0].isVisible()
    with qtbot.waitSignal(gallery.preset_chosen) as chosen:
        QTest.keyClick(gallery.search, Qt.Key.Key_Return)
    assert chosen.args == [tmp_path / "Moons.json"]
    gallery.search.setText("perceptron")
    assert titles(gallery) == CHAPTERS["Perceptron"]
    gallery.search.setText("no such thing")
    assert titles(gallery) == []
    assert gallery.nothing.isVisible()
    assert "no such thing" in gallery.nothing.text()
    QTest.keyClick(gallery.search, Qt.Key.Key_Escape)
    assert len(titles(gallery)) == 8
    assert not gallery.nothing.isVisible()


def test_enter_without_a_search_opens_nothing(gallery: Gallery, qtbot) -> None:
    with qtbot.assertNotEmitted(gallery.preset_chosen):
        QTest.keyClick(gallery.search, Qt.Key.Key_Return)


@pytest.mark.parametrize(("width", "columns"), [(700, 2), (1200, 3), (1480, 4)])
def test_rows_fill_the_width(gallery: Gallery, width: int, columns: int) -> None:
    gallery.resize(width, 700)
    QTest.qWait(0)
    cards = gallery.chapters[1].cards
    assert sum(card.y() == cards[0].y() for card in cards) == columns
    assert len({card.width() for card in cards}) == 1
    for card in cards:
        assert card.height() >= card.heightForWidth(card.width())
        assert card.mapTo(gallery, card.rect().topRight()).x() < width


def test_presenter_scale_makes_the_cards_larger(gallery: Gallery) -> None:
    before = gallery.cards()[0].heightForWidth(300)
    THEME.set_scale(1.6)
    assert gallery.cards()[0].heightForWidth(300) > before
    assert gallery.title.font().pixelSize() == round(22 * 1.6)


def test_recent_files_are_remembered_once_the_latest_first(gallery: Gallery, qtbot, tmp_path: Path) -> None:
    paths = [tmp_path / f"net-{number}.playground.json" for number in range(10)]
    for path in paths:
        files.write(Project(), path)
        recent.remember(path)
    recent.remember(paths[5])
    recent.remember(PRESETS / "chapter" / "preset.json")
    paths[9].unlink()
    recent.forget(paths[8])
    gallery.refresh()
    shown = [card.text() for card in gallery.recent.cards]
    assert shown == ["net-5", "net-7", "net-6", "net-4", "net-3", "net-2"]
    with qtbot.waitSignal(gallery.file_chosen) as chosen:
        QTest.mouseClick(gallery.recent.cards[0], Qt.MouseButton.LeftButton)
    assert chosen.args == [paths[5]]
    gallery.search.setText("net-3")
    assert titles(gallery) == ["net-3"]


def test_a_single_recent_file_survives_the_settings(qapp, tmp_path: Path) -> None:
    path = tmp_path / "only.json"
    files.write(Project(), path)
    recent.remember(path)
    assert recent.recent_files() == [path]


def test_without_presets_it_says_so(qtbot) -> None:
    widget = Gallery([])
    qtbot.addWidget(widget)
    widget.show()
    assert widget.nothing.isVisible()
    assert not widget.recent.isVisible()


def picture_colors(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_a_card_shows_the_picture_of_its_preset(qtbot, tmp_path: Path) -> None:
    picture = QImage(160, 90, QImage.Format.Format_RGB32)
    picture.fill(QColor("#ff00ff"))
    assert picture.save(str(tmp_path / "AND.png"))
    widget = Gallery(entries(tmp_path))
    qtbot.addWidget(widget)
    widget.resize(800, 600)
    widget.show()
    with_picture, without = widget.cards()[:2]
    assert "#ff00ff" in picture_colors(with_picture.grab().toImage())
    assert "#ff00ff" not in picture_colors(without.grab().toImage())


def test_a_preset_that_has_gone_since_leaves_its_card_blank(qtbot, tmp_path: Path) -> None:
    (tmp_path / "preset").mkdir()
    widget = Gallery(entries(tmp_path / "preset"))
    qtbot.addWidget(widget)
    (tmp_path / "preset" / "AND.json").unlink()
    colors = picture_colors(widget.cards()[0].grab().toImage())
    assert THEME.tokens.canvas in colors


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_a_picture_the_graph_is_drawn(gallery: Gallery, theme: str) -> None:
    THEME.use(theme)
    colors = picture_colors(gallery.cards()[0].grab().toImage())
    assert THEME.tokens.canvas in colors
    assert len(colors) > 30, "units, wires and tiles"


def test_the_drawing_runs_to_the_right_and_stays_inside(qapp) -> None:
    rect = QRectF(10, 20, 240, 120)
    places = arrange(rect, GRAPH)
    middles = [places[node.id].center.x() for node in GRAPH.nodes]
    assert middles == sorted(middles)
    assert [place.shape for place in places.values()] == ["data", "units", "other", "units", "loss"]
    assert [len(place.units) for place in places.values()] == [1, 3, 1, 1, 1]
    for place in places.values():
        assert all(rect.contains(unit) for unit in place.units)


@pytest.mark.parametrize(
    "graph",
    [
        Graph(),
        Graph(nodes=(Node(id="a", block="dense"), Node(id="b", block="dense")),
              edges=(Edge(source="a", target="b"), Edge(source="b", target="a"))),
        Graph(nodes=tuple(Node(id=f"n-{i}", block="dense", parameters={"units": "many"}) for i in range(60))),
    ],
)  # fmt: skip
def test_odd_graphs_are_drawn_without_complaint(qapp, graph: Graph) -> None:
    image = QImage(200, 100, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    draw_graph(painter, QRectF(0, 0, 200, 100), graph)
    painter.end()
    assert (len(picture_colors(image)) > 1) == (len(graph.nodes) == 60)


def test_it_is_there_without_torch() -> None:
    code = "import sys; import playground.ui.gallery.gallery; assert not {'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[3],
                   env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})  # fmt: skip
