"""Pictures on cards know what they show: a graph or a look of the canvas that has changed since makes them old."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage

from playground.document import library
from playground.document.library import PresetEntry
from playground.ui.canvas import node_item
from playground.ui.shell.card_pictures import GRAPH, LOOK, THEMES, is_old, main, shrunk, stamped, stamps


@pytest.fixture
def entry(qapp: Any, tmp_path: Path) -> PresetEntry:
    """A preset with pictures of its own beside a copy of its file."""
    spirals = next(entry for entry in library.presets() if entry.id == "spirals")
    path = tmp_path / "spirals.json"
    path.write_bytes(spirals.path.read_bytes())
    copy = replace(spirals, path=path)
    picture = QImage(64, 36, QImage.Format.Format_RGB32)
    picture.fill(QColor("#0877bd"))
    for theme in THEMES:
        copy.picture_in(theme).write_bytes(shrunk(picture, stamps(copy.project)))
    return copy


def test_a_picture_carries_what_it_shows(entry: PresetEntry) -> None:
    assert stamped(entry.picture) == stamps(entry.project) and set(stamped(entry.picture)) == {GRAPH, LOOK}
    assert QImage(str(entry.picture)).pixelColor(9, 9) == QColor("#0877bd")
    assert not is_old(entry)
    entry.picture_in("dark").unlink()
    assert is_old(entry) and stamped(entry.picture_in("dark")) == {}


def test_another_title_or_place_makes_it_old_and_another_seed_does_not(entry: PresetEntry) -> None:
    project, before = entry.project, stamps(entry.project)
    node = project.graph.nodes[1]

    def with_node(**changes: Any) -> dict[str, str]:
        nodes = (project.graph.nodes[0], node.replace(**changes), *project.graph.nodes[2:])
        return stamps(project.replace(graph=project.graph.replace(nodes=nodes)))

    for changed in (
        with_node(title="Another"),
        with_node(position=node.position.replace(x=node.position.x + 40)),
        with_node(parameters={**node.parameters, "units": 5}),
    ):
        assert changed[GRAPH] != before[GRAPH] and changed[LOOK] != before[LOOK]
    assert stamps(project.replace(seed=project.seed + 1)) == before


def test_other_cards_of_the_canvas_make_it_old(entry: PresetEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_item, "_WIDE", 400.0)
    monkeypatch.setattr(node_item, "CARD_WIDTH", 300.0)
    assert stamps(entry.project)[GRAPH] == stamped(entry.picture)[GRAPH] and is_old(entry)


def test_old_ones_are_named(
    entry: PresetEntry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(library, "presets", lambda: (entry,))
    assert main(["--list"]) == 0 and "No picture is old." in capsys.readouterr().out
    entry.picture.unlink()
    assert main(["--list", "spirals"]) == 0 and capsys.readouterr().out == "spirals\n"
    assert not entry.picture.exists()
