"""What is loaded before a preset moves: nothing that it does not need."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from playground.cli import window
from playground.ui.threads import garbage

ROOT = Path(__file__).parents[3]
NOT_YET = (
    "scipy", "sklearn", "statsmodels", "pandas", "matplotlib", "mlxtend", "networkx", "ziamath", "OpenGL", "rich",
    "onnx", "torch._dynamo", "torch._inductor", "torch.onnx", "sympy", "tokenizers",
)  # fmt: skip

SCRIPT = f"""
import sys
from PySide6.QtCore import QTimer
from playground.document import library
from playground.ui.shell.app import make_application
from playground.ui.shell.window import MainWindow
from playground.ui.threads.garbage import GarbageCollector

def tell(when):
    print(when, sorted(set({NOT_YET!r}) & set(sys.modules)))

def furnished():
    tell("furnished")
    place = window.workplace
    place.trainer.state_changed.connect(lambda state: place.trainer.play() if state == "ready" else None)
    place.feed.frame_arrived.connect(lambda frame: app.quit() if frame.step > 0 else None)
    window.open_path(library.find("spirals"))

app = make_application()
garbage = GarbageCollector(app)
window = MainWindow()
window.furnished.connect(furnished)
window.show_first()
tell("shown")
QTimer.singleShot(0, window.load)
QTimer.singleShot(100_000, app.quit)
app.exec()
tell("moving")
window.workplace.files.keeper.give_up()
window.close()
garbage.stop()
"""


def test_a_preset_moves_before_what_it_does_not_need_is_loaded(tmp_path: Path) -> None:
    folders = {name: str(tmp_path / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    environment = {**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=120,
                          cwd=ROOT, env=environment)  # fmt: skip
    assert done.stdout.splitlines() == ["shown []", "furnished []", "moving []"], done.stderr[-2_000:]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere torch is loaded before Qt, or by itself")
def test_torchs_library_is_loaded_ahead_and_torch_finds_it() -> None:
    code = (
        "import playground.cli.window as window, sys; window.read_torch_ahead(); assert 'torch' not in sys.modules\n"
        "assert 'libtorch_cpu' in open('/proc/self/maps').read()\n"
        "import torch; assert float(torch.ones(3) @ torch.ones(3)) == 3.0"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, cwd=ROOT)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere torch is loaded before Qt, or by itself")
def test_without_torch_nothing_is_loaded_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "find_spec", lambda name: None)
    window.read_torch_ahead()


def test_no_garbage_is_looked_for_before_the_program_is_settled(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(garbage, "INTERVAL_MS", 5)
    collector = garbage.GarbageCollector()
    monkeypatch.setattr(gc, "collect", lambda generation=2: looked.append(generation) or 0)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "get_count", lambda: (10_000, 0, 0))
    try:
        assert collector.interval == garbage.START_MS
        collector.settle()
        assert collector.interval == garbage.INTERVAL_MS
        qtbot.waitUntil(lambda: looked == [0] * len(looked) and len(looked) > 1)
    finally:
        collector.stop()
        monkeypatch.undo()
