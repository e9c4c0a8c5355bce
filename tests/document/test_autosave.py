"""Safety copies: they outlive a crash, not a regular end, and a living program's copy is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from playground.document.autosave import Autosave, leftovers
from playground.document.project import Project

PROGRAM = """
import sys, time
from pathlib import Path
from playground.document.autosave import Autosave
from playground.document.project import Project
copy = Autosave(Path(sys.argv[1]))
copy.save(Project(title="Unsaved work"), Path("/somewhere/mine.json"), b"weights")
print("saved", flush=True)
time.sleep(60)
"""


def test_the_copy_of_a_killed_program_is_found_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True,
                               cwd=Path(__file__).parents[2])  # fmt: skip
    assert program.stdout is not None
    with program.stdout:
        assert program.stdout.readline() == "saved\n"
        assert leftovers(tmp_path) == []
        os.kill(program.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        program.wait()
    (copy,) = leftovers(tmp_path)
    assert copy.read().title == "Unsaved work"
    assert copy.source == Path("/somewhere/mine.json").absolute()
    assert copy.weights_path.read_bytes() == b"weights"
    copy.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_regular_end_leaves_nothing(tmp_path: Path) -> None:
    copy = Autosave(tmp_path)
    copy.save(Project(title="x"), None)
    assert leftovers(tmp_path) == []
    copy.close()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_when_nothing_changed(tmp_path: Path) -> None:
    copy = Autosave(tmp_path)
    assert copy.save(Project(title="x"), None)
    written = copy.path.stat().st_mtime_ns
    assert not copy.save(Project(title="x"), None)
    assert copy.path.stat().st_mtime_ns == written
    assert copy.save(Project(title="x"), None, b"new weights")
    assert copy.save(Project(title="y"), None)
    copy.discard()
    assert not copy.path.exists()
    assert copy.save(Project(title="y"), None)
    copy.close()


def test_damaged_copies_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "1-a.json").write_text("{", encoding="utf-8")
    copy = Autosave(tmp_path)
    copy.save(Project(title="mine"), None)
    copy._lock.close()  # as if the program had died
    copy.path.with_suffix(".about").write_text("[]", encoding="utf-8")
    (found,) = leftovers(tmp_path)
    assert (found.read().title, found.source) == ("mine", None)


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert leftovers(tmp_path / "missing") == []


def test_the_default_folder_is_the_persons(own_folders: Path) -> None:
    copy = Autosave()
    copy.save(Project(), None)
    assert own_folders in copy.path.parents
    copy.close()


def test_several_leftovers_come_newest_first(tmp_path: Path) -> None:
    for age, title in ((300, "old"), (100, "new"), (200, "middle")):
        copy = Autosave(tmp_path)
        copy.save(Project(title=title), None)
        copy._lock.close()
        stamp = copy.path.stat().st_mtime - age
        os.utime(copy.path, (stamp, stamp))
    assert [copy.read().title for copy in leftovers(tmp_path)] == ["new", "middle", "old"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_safety_copies_follow_the_umask(tmp_path: Path) -> None:
    copy = Autosave(tmp_path)
    copy.save(Project(), None)
    mask = os.umask(0)
    os.umask(mask)
    assert copy.path.stat().st_mode & 0o777 == 0o666 & ~mask
    copy.close()
