"""What every test stands on: no screen, one thread, folders of its own, and nothing left behind.

A test that asks for `qtbot` or `qapp` counts as a Qt test. After it, every widget it made is gone, every QThread has
ended and every QTimer is still; otherwise the test fails and the message names what was left and who left it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Before numpy and torch are imported: results do not depend on the number of cores, and small tensors are faster.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

QT_FIXTURES = frozenset({"qtbot", "qapp", "qtmodeltester", "qtlog"})
FOLDERS = {
    "user_data_dir": "XDG_DATA_HOME",
    "user_log_dir": "XDG_STATE_HOME",
    "user_config_dir": "XDG_CONFIG_HOME",
    "user_cache_dir": "XDG_CACHE_HOME",
}
_numbers = count()

# How long an example takes says nothing on a shared machine.
settings.register_profile("playground", deadline=None, print_blob=True)
settings.load_profile("playground")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "gl: needs an OpenGL context, which the offscreen platform does not have")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ["QT_QPA_PLATFORM"] == "offscreen":
        for item in items:
            if item.get_closest_marker("gl"):
                item.add_marker(pytest.mark.skip(reason="the offscreen platform has no OpenGL"))


def pytest_collection_finish() -> None:
    # What the imports made stays for good: leave it out of every later collection and of the search for leaks.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def own_folders(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Settings, autosaves and logs of the person who runs the tests are out of reach. Returns the folder used instead.

    The folder is made only when something is written there.
    """
    import platformdirs

    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_numbers))
    for function, variable in FOLDERS.items():
        folder = home / function.removeprefix("user_").removesuffix("_dir")
        monkeypatch.setenv(variable, str(folder))
        monkeypatch.setattr(platformdirs, function, _fixed(folder))
    if _uses_qt(request):
        from PySide6.QtCore import QSettings

        for file_format in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
            QSettings.setPath(file_format, QSettings.Scope.UserScope, str(home / "settings"))
    return home


def _fixed(folder: Path) -> Any:
    def answer(appname: str | None = None, *_: Any, **__: Any) -> str:
        return str(folder / appname) if appname else str(folder)

    return answer


def _uses_qt(request: pytest.FixtureRequest) -> bool:
    return not QT_FIXTURES.isdisjoint(request.fixturenames)


@pytest.fixture(autouse=True, scope="module")
def what_stays_is_not_searched_again() -> Iterator[None]:
    """After each file, leave what has stayed (caches, imports) out of later collections: they grow slow with it."""
    yield
    if "PySide6.QtWidgets" in sys.modules:
        gc.collect()
        gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest, own_folders: Path) -> Iterator[None]:
    """Collect garbage on the GUI thread only, and fail a Qt test that leaves threads, timers or windows."""
    if not _uses_qt(request):
        yield
        return
    from PySide6.QtWidgets import QApplication

    from playground.ui.widgets.fonts import house_font
    from playground.ui.widgets.theme import THEME

    request.getfixturevalue("qapp")
    # As in the program, whatever fonts the machine has.
    QApplication.setFont(house_font(13))
    known = {id(widget) for widget in QApplication.topLevelWidgets()}
    # As in the program: a collection in a worker thread would destroy widgets there, and crash.
    gc.disable()
    try:
        yield
        _settle()
        left = _left_behind(known)
        if THEME.tokens.name != "light":
            THEME.use("light")  # the next test looks at its own
    finally:
        gc.enable()
    if left and not request.node.stash.get(_FAILED, False):
        pytest.fail(f"{request.node.name} left behind: " + "; ".join(left), pytrace=False)


def _settle() -> None:
    """Carry out what was put off: deleteLater, queued signals, cycles of dead widgets."""
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()
    gc.collect()


def _left_behind(known: set[int]) -> list[str]:
    import shiboken6
    from PySide6.QtCore import QThread, QTimer
    from PySide6.QtWidgets import QApplication

    left: list[str] = []
    for thing in gc.get_objects():
        kind = type(thing)
        if issubclass(kind, QThread) and shiboken6.isValid(thing) and thing.isRunning():
            left.append(f"a running thread {_named(thing)}")
            # A running thread that loses its last reference aborts the whole run, so end it and say so.
            thing.requestInterruption()
            thing.quit()
            thing.wait(5_000)
        elif issubclass(kind, QTimer) and shiboken6.isValid(thing) and thing.isActive():
            left.append(f"an active timer {_named(thing)} of {thing.interval()} ms")
            thing.stop()
    for widget in QApplication.topLevelWidgets():
        if id(widget) not in known and shiboken6.isValid(widget):
            left.append(f"a window {_named(widget)} (give it to qtbot.addWidget)")
            widget.close()
            widget.deleteLater()
    return left


def _named(thing: Any) -> str:
    parent = thing.parent()
    words = type(thing).__name__
    if thing.objectName():
        words += f" “{thing.objectName()}”"
    return f"{words} of {type(parent).__name__}" if parent is not None else words
