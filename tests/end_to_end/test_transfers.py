"""Networks of other programs in the real window: opened with their weights, written, and as links."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog

from playground.document.library import find
from playground.exchange.links import project_from_link
from tests.end_to_end.conftest import Person
from tests.exchange.into.models import model, node, numbers

LINK = "https://playground.tensorflow.org/#dataset=xor&networkShape=5&activation=relu&seed=0.5"
W, B = numbers(2, 3), numbers(3)


def answered(monkeypatch: pytest.MonkeyPatch, function: str, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, function, staticmethod(lambda *_: (str(path), "")))


def test_an_onnx_file_opens_with_the_weights_that_it_has(person: Person, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "mine.onnx"
    nodes = [node("Gemm", "x w b", "a"), node("Relu", "a", "r"), node("Gemm", "r v")]
    path.write_bytes(model(nodes, {"x": ("N", 2)}, {"w": W, "b": B, "v": numbers(3, 1)}).SerializeToString())
    work = person.place
    answered(monkeypatch, "getOpenFileName", path)
    work.actions.act["open-network"].trigger()
    qtbot.waitUntil(lambda: work.document.project.title == "mine", timeout=20_000)
    qtbot.waitUntil(lambda: work.feed.live is not None and "dense-1.weight" in work.feed.live.snapshot.layout.by_name())
    snapshot = work.feed.live.snapshot
    assert snapshot.step == 0
    np.testing.assert_array_equal(snapshot.array("dense-1.weight"), W.T)
    np.testing.assert_array_equal(snapshot.array("dense-1.bias"), B)
    assert "Opened mine.onnx." in work.messages.text
    work.actions.act["step"].trigger()
    qtbot.waitUntil(lambda: work.feed.live.snapshot.step == 1)
    work.actions.act["rewind"].trigger()
    qtbot.waitUntil(lambda: work.feed.live.snapshot.step == 0)
    np.testing.assert_array_equal(work.feed.live.snapshot.array("dense-1.weight"), W.T)
    out = tmp_path / "back.onnx"
    answered(monkeypatch, "getSaveFileName", out)
    work.actions.act["export-onnx"].trigger()
    qtbot.waitUntil(lambda: "is written" in work.messages.text, timeout=60_000)
    x = numbers(4, 2)
    name = onnxruntime.InferenceSession(str(out)).get_inputs()[0].name
    found = onnxruntime.InferenceSession(str(out)).run(None, {name: x})[0]
    np.testing.assert_allclose(found, np.maximum(x @ W + B, 0.0) @ numbers(3, 1), rtol=1e-5, atol=1e-6)


def test_an_export_begins_while_a_place_is_chosen_and_without_one_nothing_is_said(person, qtbot, tmp_path, monkeypatch):
    work = person.place
    work.files.open(find("gaussians"))
    person.waits_for("ready")
    work.messages.hide()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: ("", "")))
    work.actions.act["export-pt2"].trigger()
    assert work.transfers.writing
    qtbot.waitUntil(lambda: not work.transfers.writing, timeout=60_000)
    assert work.messages.isHidden() and not list(tmp_path.iterdir())


def test_a_link_is_pasted_on_the_gallery(person: Person, qtbot):
    work = person.place
    work.show_gallery()
    QGuiApplication.clipboard().setText(LINK.replace("relu", "nothing"))
    qtbot.keyClick(person.window.gallery.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "activation=nothing" in work.messages.text and work.messages.isVisible()
    QGuiApplication.clipboard().setText(LINK)
    work.show_gallery()
    qtbot.keyClick(person.window.gallery.cards()[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert work.document.project == project_from_link(LINK).project and not person.window.gallery.isVisible()
    work.show_gallery()
    QGuiApplication.clipboard().setText("spirals")
    qtbot.keyClick(person.window.gallery.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert person.window.gallery.search.text() == "spirals"


def test_a_damaged_file_leaves_all_as_it_was(person: Person, qtbot, tmp_path):
    work = person.place
    work.files.open(find("gaussians"))
    before = work.document.project
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    work.open(tmp_path / "bad.onnx")  # as a drop does
    qtbot.waitUntil(lambda: "no ONNX file" in work.messages.text, timeout=20_000)
    assert work.document.project is before


def test_a_link_is_asked_for_pasted_and_copied(person: Person, qtbot, monkeypatch):
    work = person.place
    monkeypatch.setattr(QInputDialog, "getText", staticmethod(lambda *_, **__: (LINK, True)))
    work.actions.act["open-link"].trigger()
    assert work.document.project == project_from_link(LINK).project
    assert "Not as in TensorFlow Playground" in work.messages.text
    QGuiApplication.clipboard().setText(LINK.replace("xor", "spiral"))
    work.show_canvas()
    work.canvas.setFocus()
    qtbot.keyClick(work.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert work.document.graph.node("data").block == "spirals"
    work.actions.act["copy-link"].trigger()
    assert project_from_link(QGuiApplication.clipboard().text()).project.graph == work.document.project.graph
    work.files.open(find("lenet-5"))
    work.actions.act["copy-link"].trigger()
    assert "No link can hold this project" in work.messages.text
