"""Opening: the window where there is a screen, the terminal where there is none, and a Qt that cannot be trusted."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from playground.cli import qt, window
from playground.document import library

PNG = b"\x89PNG\r\n\x1a\n"
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """What the window was asked to open; no window appears."""
    asked: list[Path | None] = []

    def run(path: Path | None) -> int:
        asked.append(path)
        return 0

    monkeypatch.setitem(sys.modules, "playground.ui.shell.app", types.SimpleNamespace(run=run))
    monkeypatch.setenv("DISPLAY", ":0")
    return asked


def test_without_a_word_the_gallery_opens(playground: Callable, opened: list[Path | None]) -> None:
    assert playground().code == 0
    assert opened == [None]


def test_a_file_or_preset_opens(playground: Callable, opened: list[Path | None], small: Path) -> None:
    assert playground(small).code == 0
    assert playground("open", small).code == 0
    assert opened == [small, small]


def test_a_misspelt_name_opens_nothing_and_suggests_the_closest(
    playground: Callable, opened: list[Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "stamps", lambda _: {"first/spirals.json": (1, 1), "first/mnist-mlp.json": (1, 1)})
    spoken = playground("sprials")
    assert (spoken.code, opened) == (2, [])
    assert spoken.err == (
        "playground: There is neither a file nor a preset “sprials”. Did you mean spirals?\n"
    )


@pytest.mark.parametrize(
    ("platform", "name", "expected"),
    [("linux", "", False), ("linux", "DISPLAY", True), ("linux", "WAYLAND_DISPLAY", True),
     ("linux", "QT_QPA_PLATFORM", True), ("win32", "", True), ("darwin", "", True)],
)  # fmt: skip
def test_where_there_is_a_screen(
    no_screen: None, monkeypatch: pytest.MonkeyPatch, platform: str, name: str, expected: bool
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    if name:
        monkeypatch.setenv(name, "something")
    assert window.has_screen() == expected


def test_a_qt_that_crashes_on_this_python_is_refused(
    playground: Callable, opened: list[Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qt, "version", lambda _: "6.12.0")
    monkeypatch.setattr(sys, "version_info", (3, 11, 7, "final", 0))
    spoken = playground()
    assert (spoken.code, opened) == (2, [])
    assert "PySide6 6.12.0 crashes on Python 3.11" in spoken.err
    monkeypatch.setattr(sys, "version_info", (3, 12, 1, "final", 0))
    assert playground().code == 0
    monkeypatch.setattr(qt, "version", lambda _: "6.10.3")
    monkeypatch.setattr(sys, "version_info", (3, 11, 7, "final", 0))
    assert playground().code == 0


def run_there(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder and a process of its own, without a screen."""
    environment = {name: value for name, value in os.environ.items() if name not in SCREENS}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "playground", *map(str, words)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240,
                          check=False, stdin=subprocess.DEVNULL)  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_without_a_screen_it_says_so_trains_and_saves_a_picture(small: Path, tmp_path: Path) -> None:
    done = run_there(tmp_path, small)
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first == "There is no screen here, so Playground trains “Small spirals” in the terminal and saves a picture."
    picture = tmp_path / "playground-spirals-small.png"
    assert last == f"A picture of the window is in {picture}"
    assert picture.read_bytes().startswith(PNG)
    assert list(tmp_path.iterdir()) == [picture], "nothing else is left in the folder"
    assert "epoch" in done.stderr
    assert "plugin" not in done.stderr


def test_a_picture_of_the_window_in_the_dark_theme(small: Path, tmp_path: Path) -> None:
    size = ("--size", "1700x1000")
    done = run_there(tmp_path, "picture", small, "--epochs", 1, "--theme", "dark", *size, "--out", "dark.png")
    assert (done.returncode, done.stdout) == (0, "Saved dark.png\n"), done.stderr
    picture = QImage(str(tmp_path / "dark.png"))
    assert (picture.width(), picture.height()) == (1700, 1000)
    assert picture.pixelColor(850, 30).lightness() < 60, "the top bar is dark"


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_view_as_a_picture(small: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"boundary.{ending}"
    done = run_there(tmp_path, "view", small, "--view", "decision-boundary", "--epochs", 1, "--out", out)
    assert done.returncode == 0, done.stderr
    content = out.read_bytes()
    assert content.startswith(PNG) if ending == "png" else b"<svg" in content
