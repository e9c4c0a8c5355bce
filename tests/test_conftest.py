"""The fixtures that catch what a test leaves behind are themselves tested: each leak fails by name."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

LEAKY = """
from PySide6.QtCore import QSettings, QThread, QTimer
from PySide6.QtWidgets import QWidget

kept = []

def test_thread(qtbot):
    thread = QThread()
    thread.setObjectName("trainer")
    thread.start()
    kept.append(thread)

def test_timer(qtbot):
    timer = QTimer()
    timer.start(1000)
    kept.append(timer)

def test_window(qtbot):
    widget = QWidget()
    widget.show()
    kept.append(widget)

def test_timer_dies_with_its_widget(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.timer = QTimer(widget)
    widget.cycle = lambda: widget
    widget.timer.start(1000)

def test_settings_are_apart(qtbot, own_folders):
    settings = QSettings("company", "program")
    assert settings.value("key") is None
    settings.setValue("key", 1)
    assert str(own_folders) in settings.fileName()

def test_settings_are_apart_again(qtbot):
    assert QSettings("company", "program").value("key") is None

def test_without_qt(own_folders):
    import platformdirs
    assert platformdirs.user_data_dir("playground", appauthor=False) == str(own_folders / "data" / "playground")
    assert not own_folders.exists()
"""


def test_leaks_fail_by_name_and_folders_are_apart(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(LEAKY)
    result = pytester.runpytest_subprocess("-q", "-o", "qt_api=pyside6")
    result.assert_outcomes(passed=7, errors=3)
    result.stdout.fnmatch_lines(
        [
            "*test_thread left behind: a running thread QThread “trainer”*",
            "*test_timer left behind: an active timer QTimer of 1000 ms*",
            "*test_window left behind: a window QWidget*",
        ]
    )
