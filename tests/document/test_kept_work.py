"""Kept work: it outlives a crash and being left, not being saved, and a living program's copy is left alone."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from playground.document import kept_work
from playground.document.kept_work import SafetyCopy, ago, is_open_elsewhere, kept_works, take_gone
from playground.document.project import Project

PROGRAM = """
import sys, time
from pathlib import Path
from playground.document.kept_work import SafetyCopy
from playground.document.project import Project
copy = SafetyCopy(Path(sys.argv[1]))
copy.save(Project(title="Unsaved work"), Path("/somewhere/mine.json"), b"weights")
print("saved", flush=True)
time.sleep(60)
"""


def weights(project: Project | None = None, **numbers: str) -> bytes:
    """A safetensors file without tensors."""
    header = json.dumps({"__metadata__": {"format": "x", **numbers}}).encode()
    return struct.pack("<Q", len(header)) + header


def died(copy: SafetyCopy) -> None:
    """As if the program had ended without a word."""
    assert copy.lock is not None
    copy.lock.close()


def test_the_copy_of_a_killed_program_is_found_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True,
                               cwd=Path(__file__).parents[2])  # fmt: skip
    assert program.stdout is not None
    with program.stdout:
        assert program.stdout.readline() == "saved\n"
        assert kept_works(tmp_path) == []
        assert is_open_elsewhere(Path("/somewhere/mine.json"), SafetyCopy(tmp_path), tmp_path)
        assert not is_open_elsewhere(Path("/somewhere/other.json"), SafetyCopy(tmp_path), tmp_path)
        os.kill(program.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        program.wait()
    assert not is_open_elsewhere(Path("/somewhere/mine.json"), SafetyCopy(tmp_path), tmp_path)
    (work,) = kept_works(tmp_path)
    assert (work.title, work.read().title, work.left) == ("Unsaved work", "Unsaved work", False)
    assert work.source == Path("/somewhere/mine.json").absolute()
    assert work.weights is not None and work.weights.path.read_bytes() == b"weights"
    work.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_regular_end_leaves_nothing(tmp_path: Path) -> None:
    copy = SafetyCopy(tmp_path)
    copy.save(Project(title="x"), None)
    assert kept_works(tmp_path) == []
    copy.close()
    assert list(tmp_path.iterdir()) == []


def test_work_that_was_left_is_listed_with_how_far_it_was(tmp_path: Path) -> None:
    copy = SafetyCopy(tmp_path)
    copy.save(Project(title="x"), None, weights(step="420", epoch="21.0", seconds="3.5"))
    first = copy.path
    copy.leave("x", None)
    copy.save(Project(title="y"), None)
    assert copy.path != first
    (work,) = kept_works(tmp_path)
    assert (work.title, work.step, work.epoch, work.seconds, work.left) == ("x", 420, 21.0, 3.5, True)
    assert work.words(now=work.saved + 5 * 60) == "step 420, epoch 21, 5 minutes ago"
    copy.close()
    assert [one.title for one in kept_works(tmp_path)] == ["x"]


def test_continued_work_becomes_the_copy_of_who_continues_it_and_goes_when_it_is_saved(tmp_path: Path) -> None:
    crashed, here, there = SafetyCopy(tmp_path), SafetyCopy(tmp_path), SafetyCopy(tmp_path)
    crashed.save(Project(title="x"), None)
    died(crashed)
    (work,) = kept_works(tmp_path)
    assert here.adopt(work) and here.path == work.path
    assert not there.adopt(work)
    assert kept_works(tmp_path) == []
    here.save(Project(title="newer"), None)
    assert work.read().title == "newer"
    here.discard()
    assert list(tmp_path.iterdir()) == []
    assert not here.adopt(work)


def test_damaged_copies_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "1-a.json").write_text("{", encoding="utf-8")
    copy = SafetyCopy(tmp_path)
    copy.save(Project(title="mine"), None)
    died(copy)
    copy.path.with_suffix(".about").write_text("[]", encoding="utf-8")
    (found,) = kept_works(tmp_path)
    assert (found.title, found.source) == ("mine", None)


@pytest.mark.parametrize("title", ["mine", "Untitled", 'with "quotes" \\ and “more” ✓', "x" * 200])
@pytest.mark.parametrize("lesson", ["", "long " * 3_000])
def test_the_title_of_a_copy_without_a_description_comes_from_its_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str, lesson: str
) -> None:
    copy = SafetyCopy(tmp_path)
    copy.save(Project(title=title, lesson=lesson, seed=7), None)
    path = copy.path
    died(copy)
    path.with_suffix(".about").unlink()
    monkeypatch.setattr("playground.document.kept_work.read", lambda _: pytest.fail("the whole project was read"))
    assert [work.title for work in kept_works(tmp_path)] == [title]


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert kept_works(tmp_path / "missing") == []


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    copy = SafetyCopy(tmp_path / "new")
    assert not copy.exists
    copy.close()
    assert not (tmp_path / "new").exists()


def test_where_no_folder_can_be_made_saving_says_so_and_nothing_else_breaks(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    copy = SafetyCopy(blocked / "autosave")
    with pytest.raises(OSError):
        copy.save(Project(), None)
    assert not copy.exists
    copy.close()
    assert kept_works(blocked / "autosave") == []


def test_the_newest_work_on_one_file_is_found_without_looking_into_that_on_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = tmp_path / "mine.json", tmp_path / "other.json"
    for age, title, source in ((300, "old", mine), (100, "new", mine), (50, "foreign", other), (20, "nobody's", None)):
        copy = SafetyCopy(tmp_path / "kept")
        copy.save(Project(title=title), source)
        stamp = copy.path.stat().st_mtime - age
        os.utime(copy.path, (stamp, stamp))
        died(copy)
    held = SafetyCopy(tmp_path / "kept")
    held.save(Project(title="held"), mine)
    looked: list[str] = []
    real = kept_work.weights_of
    monkeypatch.setattr(kept_work, "weights_of", lambda path: (looked.append(path.stem), real(path))[1])
    found = kept_work.kept_work_on(mine, tmp_path / "kept")
    assert found is not None and found.title == "new" and len(looked) == 2
    assert kept_work.kept_work_on(tmp_path / "unknown.json", tmp_path / "kept") is None
    assert kept_work.kept_work_on(mine, tmp_path / "missing") is None
    held.close()


def test_what_copies_take_counts_all_their_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_work, "MOST_BYTES", 5_000)
    for age, title in ((300, "old"), (200, "middle"), (100, "new")):
        copy = SafetyCopy(tmp_path)
        copy.save(Project(title=title), None, weights() + bytes(2_000))
        stamp = copy.path.stat().st_mtime - age
        os.utime(copy.path, (stamp, stamp))
        copy.leave(title, None)
    assert [work.title for work in kept_works(tmp_path)] == ["new", "middle"]
    assert len(take_gone(tmp_path)) == 1


def test_the_default_folder_is_the_persons(own_folders: Path) -> None:
    copy = SafetyCopy()
    copy.save(Project(), None)
    assert own_folders in copy.path.parents
    copy.close()


def test_several_come_newest_first_and_the_oldest_goes_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age, title in ((300, "old"), (100, "new"), (200, "middle")):
        copy = SafetyCopy(tmp_path)
        copy.save(Project(title=title), None)
        stamp = copy.path.stat().st_mtime - age
        os.utime(copy.path, (stamp, stamp))
        died(copy)
    assert [work.title for work in kept_works(tmp_path)] == ["new", "middle", "old"]
    monkeypatch.setattr("playground.document.kept_work.MOST_KEPT", 3)
    copy = SafetyCopy(tmp_path)
    copy.save(Project(title="newest"), None)
    copy.leave("newest", None)
    assert [work.title for work in kept_works(tmp_path)] == ["newest", "new", "middle"]
    told = take_gone(tmp_path)
    assert len(told) == 1 and "“old” (5 minutes ago) is no longer kept: at most 3 works" in told[0]
    assert not take_gone(tmp_path), "it is told once"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_safety_copies_follow_the_umask(tmp_path: Path) -> None:
    copy = SafetyCopy(tmp_path)
    copy.save(Project(), None)
    mask = os.umask(0)
    os.umask(mask)
    assert copy.path.stat().st_mode & 0o777 == 0o666 & ~mask
    copy.close()


def test_how_long_ago_is_said_in_the_largest_unit() -> None:
    assert [ago(seconds) for seconds in (3, 60, 150, 3_600, 90_000, 5 * 86_400)] == [
        "just now", "1 minute ago", "2 minutes ago", "1 hour ago", "1 day ago", "5 days ago",
    ]  # fmt: skip
