"""What is opened small can be read: titles give up their icon before a letter, notes grow into free room."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QGraphicsItem

from playground.document.graph import Graph, Note, Position
from playground.ui.canvas.camera import OVERVIEW, READABLE
from playground.ui.canvas.paint import card_metrics
from tests.ui.canvas.conftest import canvas_with, node, small_network

WORDS = "Hidden 1 draws straight lines. Watch Hidden 2 bend them into arms, one turn after another."


def noted(x: float, y: float, text: str = WORDS) -> Graph:
    """The small network with a note."""
    return small_network().replace(notes=(Note(id="note-1", text=text, position=Position(x=x, y=y)),))


def shown(item: QGraphicsItem) -> str:
    return " ".join(item.lines)


@pytest.mark.parametrize("zoom", [0.6, 0.7, 0.9, 1.0, 1.4])
def test_a_note_is_read_at_13_pixels_and_covers_no_card(qtbot, zoom: float) -> None:
    hands = canvas_with(noted(200, -110), qtbot)
    hands.view.camera.zoom_to(zoom)
    scene = hands.view.canvas_scene
    item = scene.notes["note-1"]
    assert item.text_size * zoom >= 13.0 - 1e-6 and shown(item) == WORDS
    assert not any(item.shown_rect().meets(card.box().rect) for card in scene.nodes.values())
    assert item.rect().width == 210, "the document's own size stays"


def test_a_note_without_room_is_cut_in_words(qtbot) -> None:
    walls = [node(f"dense-{n}", "dense", x, y) for n, (x, y) in enumerate([(0, 0), (430, 0), (215, 120), (215, -150)])]
    note = Note(id="note-1", text=WORDS, position=Position(x=196, y=-20))
    hands = canvas_with(Graph(nodes=tuple(walls), notes=(note,)), qtbot)
    hands.view.camera.zoom_to(0.6)
    item = hands.view.canvas_scene.notes["note-1"]
    assert not item.enlarged and shown(item).endswith("…") and WORDS in item.toolTip().replace("\n", " ")
    hands.view.camera.zoom_to(1.0)
    assert shown(item) == WORDS


def test_a_note_that_has_grown_is_moved_and_not_pulled_by_its_corner(qtbot) -> None:
    hands = canvas_with(noted(200, -110), qtbot)
    hands.view.camera.zoom_to(0.6)
    before = hands.graph.notes[0]
    paper = hands.view.canvas_scene.notes["note-1"].shown_rect()
    corner = hands.at(paper.right - 4, paper.bottom - 4)
    hands.drag(corner, corner + hands.at(0, 0) - hands.at(80, 200))
    after = hands.graph.notes[0]
    assert (after.width, after.height) == (before.width, before.height) and after.position != before.position


@pytest.mark.parametrize("title", ["Binary cross-entropy", "Mean squared error", "Four of one kind", "Rate 0.0005"])
def test_a_title_gives_up_its_icon_before_a_letter(qtbot, title: str) -> None:
    graph = small_network()
    named = graph.replace(nodes=tuple(n.replace(title=title if n.id == "dense-1" else "") for n in graph.nodes))
    item = canvas_with(named, qtbot).view.canvas_scene.nodes["dense-1"]
    for size in (13.0, 13 / 0.8, 13 / 0.6):
        lines, icon = item.heading(size)
        assert "".join(lines).replace(" ", "") == title.replace(" ", "")
        room = item.size[0] - 22 - (20 if icon else 0)
        assert all(card_metrics(size, bold=True).horizontalAdvance(line) <= room for line in lines)
    assert item.words[0] == title, "a card grows for its title, to the last fraction of a pixel"


def test_what_is_fitted_holds_its_notes(qtbot) -> None:
    hands = canvas_with(noted(200, -110), qtbot)
    for width in (640, 900, 1200):
        hands.view.resize(width, 300)
        hands.view.fit()
        seen, content = hands.view.camera.visible(), hands.view.canvas_scene.content_rect()
        assert seen.contains(content), width


def test_a_long_chain_opens_in_the_middle_of_the_height(qtbot) -> None:
    """A note far to the right does not push the beginning of the chain out of sight."""
    chain = [node(f"dense-{n}", "dense", 260 * n, 0) for n in range(12)]
    note = Note(id="note-1", text=WORDS, position=Position(x=2400, y=-420))
    hands = canvas_with(Graph(nodes=tuple(chain), notes=(note,)), qtbot)
    hands.view.resize(720, 260)
    hands.view.camera.open()
    assert hands.view.camera.visible().contains(hands.view.canvas_scene.nodes["dense-0"].sceneBoundingRect())


def rows(count: int, note: bool = False) -> Graph:
    """So many networks of three cards below each other, and perhaps a note above them."""
    nodes = [
        node(f"dense-{row}-{column}", "dense", 250.0 * column, 230.0 * row).replace(title="A longer title")
        for row in range(count) for column in range(3)
    ]  # fmt: skip
    paper = Note(id="note-1", text=WORDS, position=Position(x=0.0, y=-260.0))
    return Graph(nodes=tuple(nodes), notes=(paper,) if note else ())


@pytest.mark.parametrize(("count", "note", "all_seen"), [(1, False, True), (2, False, True), (2, True, True),
                                                         (5, False, False)])  # fmt: skip
def test_all_rows_are_seen_when_a_network_is_opened(qtbot, count: int, note: bool, all_seen: bool) -> None:
    hands = canvas_with(rows(count, note), qtbot)
    view = hands.view
    view.resize(720, 260)
    view.camera.open()
    seen, cards = view.camera.visible(), [item.sceneBoundingRect() for item in view.canvas_scene.nodes.values()]
    assert all(seen.contains(card) for card in cards) == all_seen
    assert view.camera.zoom >= (OVERVIEW if all_seen else READABLE)
    assert view.camera.zoom >= READABLE or count > 1
    view.resize(720, 900)
    qtbot.waitUntil(lambda: view.camera.zoom >= READABLE or count == 5)
    view.camera.fit()
    assert view.camera.visible().contains(view.canvas_scene.content_rect())


def test_from_farther_away_a_longer_title_takes_a_second_line_from_the_picture(qtbot) -> None:
    hands = canvas_with(rows(1), qtbot)
    item = next(iter(hands.view.canvas_scene.nodes.values()))
    item.show_maps(np.ones((1, 8, 8), dtype=np.float32))
    assert item.heading(13.0 / 0.6) == (("A longer title",), False)
    assert item.heading(13.0 / 0.45) == (("A longer", "title"), False)
    item.show_maps(np.ones((1, 1, 40), dtype=np.float32))  # no room to give
    (line,), _ = item.heading(13.0 / 0.45)
    assert line.startswith("A") and line.endswith("…")
