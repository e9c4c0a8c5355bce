"""The palette, with the mouse and the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest

from playground.blocks.families import FAMILIES, FAMILY
from playground.data.registry import CATALOGUE
from playground.editing.ranking import RankedBlock
from playground.ui.canvas.block_list import MIME, Heading, More, Topic
from playground.ui.canvas.palette import PaletteWidget, palette_rows
from playground.ui.widgets.theme import THEME

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def palette(qtbot, document, canvas) -> PaletteWidget:
    widget = PaletteWidget(document, canvas)
    qtbot.addWidget(widget)
    widget.resize(216, 800)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def place_of(palette: PaletteWidget, block: str) -> QPoint:
    """The middle of a row, scrolled into sight."""
    index = palette.list.rows.index_of(block)
    palette.list.scrollTo(index)
    return palette.list.visualRect(index).center()


def click(palette: PaletteWidget, block: str) -> None:
    QTest.mouseClick(palette.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place_of(palette, block))


def test_every_block_is_listed_under_its_topic_and_family_with_data_first() -> None:
    rows = palette_rows(whole=FAMILY)
    assert isinstance(rows[0], Topic) and rows[0].title == "Data"
    listed = {name for name, block in CATALOGUE.items() if block.listed}
    assert {row.block for row in rows if isinstance(row, RankedBlock)} == listed
    assert [row.title for row in rows if isinstance(row, Topic)] == list(dict.fromkeys(row.topic for row in FAMILIES))
    topic, family = "", ""
    for row in rows:
        if isinstance(row, Topic):
            topic, family = row.title, ""
        elif isinstance(row, Heading):
            family = row.title
        elif isinstance(row, RankedBlock):
            declared = FAMILY[CATALOGUE[row.block].family]
            alone = sum(other.topic == topic for other in FAMILIES) == 1
            assert declared.topic == topic and family == ("" if alone else declared.title)


def toggle_rows(palette: PaletteWidget) -> dict[str, bool]:
    rows = (palette.list.rows.row_of(palette.list.rows.index(i)) for i in range(palette.list.rows.rowCount()))
    return {row.title: row.open for row in rows if isinstance(row, Topic)}


def test_a_click_on_a_topic_hides_its_blocks_and_another_shows_them(palette, document) -> None:
    assert all(toggle_rows(palette).values()), "all are open at first"
    for is_open in (False, True):
        index = palette.list.rows.index_of_topic("Layers")
        palette.list.scrollTo(index)
        place = palette.list.visualRect(index).center()
        QTest.mouseClick(palette.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
        assert toggle_rows(palette)["Layers"] is is_open
        assert ("dense" in palette.blocks()) is is_open
        assert "flatten" in palette.blocks() and "circles" in palette.blocks()
        assert palette.list.currentIndex() == palette.list.rows.index_of_topic("Layers")
    assert len(document.graph.nodes) == 4


def test_a_topic_is_worked_with_the_keyboard_like_a_branch_of_a_tree(palette) -> None:
    palette.activateWindow()
    palette.list.setFocus()
    palette.list.setCurrentIndex(palette.list.rows.index_of("tanh"))
    layers = palette.list.rows.index_of_topic
    QTest.keyClick(palette.list, Qt.Key.Key_Left)
    assert palette.list.currentIndex() == layers("Layers")
    table = [
        (Qt.Key.Key_Left, False), (Qt.Key.Key_Left, False), (Qt.Key.Key_Right, True), (Qt.Key.Key_Right, True),
        (Qt.Key.Key_Return, False), (Qt.Key.Key_Space, True),
    ]  # fmt: skip
    for key, is_open in table:
        QTest.keyClick(palette.list, key)
        assert toggle_rows(palette)["Layers"] is is_open
        assert palette.list.currentIndex() == layers("Layers")
    QTest.keyClick(palette.list, Qt.Key.Key_Down)
    assert palette.list.currentIndex() == palette.list.rows.index_of("dense")


def test_closed_topics_are_remembered_and_searched(palette, document, canvas, qtbot) -> None:
    palette.list.topic_toggled.emit("Layers")
    palette.list.topic_toggled.emit("What is learned")
    again = PaletteWidget(document, canvas)
    qtbot.addWidget(again)
    assert [title for title, is_open in toggle_rows(again).items() if not is_open] == ["Layers", "What is learned"]
    QTest.keyClicks(again.search, "tanh")
    assert again.blocks()[0] == "tanh" and again.list.rows.index(0).data() == FAMILY["activation"].title
    again.search.clear()
    assert "tanh" not in again.blocks()


@pytest.mark.parametrize("kept", ["nonsense", "7", '{"a": 1}', '["Gone", 3]'])
def test_what_was_remembered_badly_closes_nothing(document, canvas, qtbot, kept: str) -> None:
    QSettings().setValue("palette/closed-topics", kept)
    palette = PaletteWidget(document, canvas)
    qtbot.addWidget(palette)
    assert all(toggle_rows(palette).values())


def test_with_all_topics_closed_the_arrows_still_reach_them(palette) -> None:
    for title in toggle_rows(palette):
        palette.list.topic_toggled.emit(title)
    assert palette.blocks() == []
    palette.activateWindow()
    palette.search.setFocus()
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.hasFocus() and palette.list.currentIndex() == palette.list.rows.index_of_topic("Data")


def test_a_topic_says_what_it_is_and_whether_it_is_open(palette) -> None:
    spoken = palette.list.rows.index_of_topic("Layers").data(Qt.ItemDataRole.AccessibleTextRole)
    count = sum(FAMILY[block.family].topic == "Layers" for block in CATALOGUE.values())
    assert spoken == f"Layers, topic, {count} blocks, expanded"
    palette.list.topic_toggled.emit("Layers")
    index = palette.list.rows.index_of_topic("Layers")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith("collapsed")
    assert index.data(Qt.ItemDataRole.ToolTipRole).startswith("Show the blocks of “Layers”")


def test_a_large_family_shows_its_usual_blocks_and_the_rest_on_demand(palette) -> None:
    assert "circles" in palette.blocks()
    assert "diabetes" not in palette.blocks()
    rows = palette_rows()
    number = next(i for i, row in enumerate(rows) if isinstance(row, More) and row.family == "data")
    palette.list.setCurrentIndex(palette.list.rows.index(number))
    palette.list.setFocus()
    QTest.keyClick(palette.list, Qt.Key.Key_Return)
    assert "diabetes" in palette.blocks()
    assert palette.list.currentIndex() != palette.list.rows.index_of("circles")


def test_a_click_adds_the_block_after_the_selected_one(palette, document, canvas) -> None:
    canvas.select(["dense-1"])
    click(palette, "relu")
    added = canvas.selected_node()
    assert document.graph.node(added).block == "relu"
    assert [edge.source for edge in document.graph.into(added)] == ["dense-1"]
    document.undo_stack.undo()
    assert len(document.graph.nodes) == 4


def test_a_double_click_adds_one_block_only(palette, document) -> None:
    place, viewport = place_of(palette, "dense"), palette.list.viewport()
    QTest.mouseClick(viewport, LEFT, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseDClick(viewport, LEFT, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert len([node for node in document.graph.nodes if node.block == "dense"]) == 3


def test_search_filters_by_title_id_and_words_of_the_summary(palette) -> None:
    QTest.keyClicks(palette.search, "relu")
    assert palette.blocks()[0] == "relu"
    assert "tanh" not in palette.blocks()
    palette.search.clear()
    QTest.keyClicks(palette.search, "surprise logits")
    assert "cross-entropy" in palette.blocks()
    assert "dense" not in palette.blocks()
    palette.search.clear()
    QTest.keyClicks(palette.search, "mean-squared")
    assert "mean-squared-error" in palette.blocks()


def test_a_search_without_result_says_so(palette) -> None:
    QTest.keyClicks(palette.search, "xyzzy")
    assert palette.blocks() == []
    assert palette.list.rows.index(0).data() == "No block has these words"


def test_enter_in_the_search_field_adds_the_first_match(palette, document) -> None:
    QTest.keyClicks(palette.search, "dropout")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert [node.block for node in document.graph.nodes if node.block == "dropout"] == ["dropout"]


def test_enter_in_an_empty_search_field_adds_nothing(palette, document) -> None:
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert len(document.graph.nodes) == 4


def test_escape_clears_the_search(palette) -> None:
    QTest.keyClicks(palette.search, "relu")
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.search.text() == ""
    assert "dense" in palette.blocks()


def test_arrows_walk_from_the_search_into_the_list_and_back(palette, document) -> None:
    palette.activateWindow()
    palette.search.setFocus()
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.hasFocus()
    first, second = palette.blocks()[:2]
    QTest.keyClick(palette.list, Qt.Key.Key_Down)
    assert palette.list.currentIndex() == palette.list.rows.index_of(second)
    QTest.keyClick(palette.list, Qt.Key.Key_Return)
    assert document.graph.nodes[-1].block == second
    QTest.keyClick(palette.list, Qt.Key.Key_Up)
    assert palette.list.currentIndex() == palette.list.rows.index_of(first)
    QTest.keyClick(palette.list, Qt.Key.Key_Up)
    assert palette.list.currentIndex() == palette.list.rows.index_of_topic("Data")
    QTest.keyClick(palette.list, Qt.Key.Key_Up)
    assert palette.search.hasFocus()


def test_headings_cannot_be_chosen(palette, document) -> None:
    rows = palette.list.rows
    heading = next(rows.index(i) for i in range(rows.rowCount()) if isinstance(rows.row_of(rows.index(i)), Heading))
    palette.list.scrollTo(heading)
    assert heading.flags() == Qt.ItemFlag.NoItemFlags
    place = palette.list.visualRect(heading).center()
    QTest.mouseClick(palette.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert len(document.graph.nodes) == 4


def test_a_drag_carries_the_block_and_a_picture(palette, monkeypatch) -> None:
    dragged: list[tuple[str, int]] = []

    def run(drag: QDrag, *_: object) -> Qt.DropAction:
        dragged.append((bytes(drag.mimeData().data(MIME).data()).decode(), drag.pixmap().width()))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", run)
    place = place_of(palette, "tanh")
    viewport = palette.list.viewport()
    QTest.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, place)
    for step in range(1, 6):
        QTest.mouseMove(viewport, place + QPoint(8 * step, 0))
    QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, place + QPoint(40, 0))
    assert [block for block, _ in dragged] == ["tanh"]
    assert dragged[0][1] > 60


def test_what_is_dragged_can_be_dropped_on_the_canvas(palette, document, canvas) -> None:
    index = palette.list.rows.index_of("relu")
    data: QMimeData = palette.list.rows.mimeData([index])
    place = QPointF(60.0, 440.0)
    enter = QDragEnterEvent(
        place.toPoint(), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    canvas.dragEnterEvent(enter)
    assert enter.isAccepted()
    canvas.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier))
    assert document.graph.nodes[-1].block == "relu"


def test_every_row_speaks_and_teaches(palette) -> None:
    index = palette.list.rows.index_of("dense")
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Dense, Dense, Every unit")
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert CATALOGUE["dense"].summary in tip
    assert "data:image/png" in tip
    assert palette.search.accessibleName()
    assert palette.list.accessibleName()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_palette_paints_in_both_themes(palette, theme: str) -> None:
    THEME.use(theme)
    image = palette.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, 300, 3)}
    assert len(colors) > 5
    THEME.use("light")


def test_leaving_the_list_with_the_mouse_does_no_harm(palette, qapp) -> None:
    qapp.sendEvent(palette.list.viewport(), QEvent(QEvent.Type.Leave))
    assert palette.blocks()
