"""Project and weights are of the same save, whenever the program is killed and whichever file operation fails."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from playground.document import pairing
from playground.document.files import NotRegularError
from playground.document.pairing import fingerprint, weights_of, weights_path, write_pair

ROOT = Path(__file__).parents[2]


def weights_for(project: bytes, name: str) -> bytes:
    header = json.dumps({"__metadata__": {"project": fingerprint(project), "name": name}}).encode()
    return struct.pack("<Q", len(header)) + header


def pair(name: str) -> tuple[bytes, bytes]:
    project = json.dumps({"title": name}).encode()
    return project, weights_for(project, name)


def opened(path: Path) -> tuple[str, str]:
    """Which project is read, and which weights a reader takes with it."""
    found = weights_of(path)
    assert found is not None and found.matches
    return json.loads(path.read_bytes())["title"], pairing.metadata_of(found.path)["name"]


KILLED = """
import itertools, os, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_pairing import pair, write_pair
count, last = itertools.count(1), int(sys.argv[2])
def watched(function):
    def call(*words, **more):
        if next(count) == last:
            os._exit(9)
        return function(*words, **more)
    return call
for module, name in ((os, "fsync"), (os, "fdopen"), (Path, "replace"), (Path, "chmod"), (Path, "unlink")):
    setattr(module, name, watched(getattr(module, name)))
import tempfile
tempfile.mkstemp = watched(tempfile.mkstemp)
write_pair(Path(sys.argv[1]), *pair("new"))
"""


def test_killed_between_any_two_steps_of_a_save_the_pair_is_whole(tmp_path: Path) -> None:
    seen = []
    for last in range(1, 40):
        path = tmp_path / f"{last}" / "mine.json"
        path.parent.mkdir()
        write_pair(path, *pair("old"))
        code = subprocess.run(
            [sys.executable, "-c", KILLED.format(here=str(Path(__file__).parent)), str(path), str(last)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        ).returncode  # fmt: skip
        found = opened(path)
        assert found in (("old", "old"), ("new", "new")), last
        seen.append(found[0])
        if code == 0:
            break
        # The next save after the crash is whole again.
        write_pair(path, *pair("later"))
        assert opened(path) == ("later", "later")
    assert code == 0 and len(seen) > 8
    assert seen == sorted(seen, reverse=True), "once the new pair counts, it counts"
    assert {"old", "new"} == set(seen)


@pytest.mark.parametrize("name", ["fsync", "fdopen"])
@pytest.mark.parametrize("turn", [1, 2, 3, 4])
def test_a_full_disk_leaves_the_pair_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, turn: int
) -> None:
    path, real, calls = tmp_path / "mine.json", getattr(os, name), []
    write_pair(path, *pair("old"))

    def full(*words: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == turn:
            if name == "fdopen":
                os.close(words[0])
            raise OSError(28, "No space left on device")
        return real(*words, **more)

    monkeypatch.setattr(os, name, full)
    try:
        write_pair(path, *pair("new"))
        assert opened(path) == ("new", "new")
    except OSError:
        assert opened(path) == ("old", "old")
        monkeypatch.undo()
        assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.json", "mine.safetensors"]


def test_weights_of_another_save_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    write_pair(path, *pair("old"))
    path.write_bytes(path.read_bytes().replace(b"old", b"edited"))
    found = weights_of(path)
    assert found is not None and not found.matches
    weights_path(path).write_bytes(b"damaged")
    found = weights_of(path)
    assert found is not None and found.step == 0
    weights_path(path).unlink()
    assert weights_of(path) is None
    assert weights_of(tmp_path / "missing.json") is None


def test_weights_of_something_else_are_set_aside_and_never_taken_for_those_of_a_project(tmp_path: Path) -> None:
    path, strange = tmp_path / "mine.json", weights_for(b"another", "strange")
    for turn, beside in enumerate((strange, b"damaged", strange)):
        path.write_bytes(b"{}")
        weights_path(path).write_bytes(beside)
        write_pair(path, *pair("new"))
        assert opened(path) == ("new", "new")
        aside = path.with_suffix(f".old{turn or ''}.safetensors")
        assert aside.read_bytes() == beside
    path.unlink()
    write_pair(path, *pair("later"))
    assert opened(path) == ("later", "later") and len(list(tmp_path.glob("*.old*"))) == 4


def test_a_project_without_a_run_has_no_weights_whatever_lay_there(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    write_pair(path, *pair("old"))
    write_pair(path, b"{}", None)
    assert weights_of(path) is None and path.read_bytes() == b"{}"
    assert [file.name for file in tmp_path.glob("*.old*")] == []
    write_pair(path, *pair("new"))
    assert opened(path) == ("new", "new")
    write_pair(tmp_path / "empty.json", b"{}", None)
    assert not (tmp_path / "empty.safetensors").exists()


def test_other_ends_of_lines_are_the_same_project() -> None:
    assert fingerprint(b"{\n}\n") == fingerprint(b"{\r\n}\r\n")


@pytest.mark.parametrize("what", ["project", "weights"])
def test_what_is_no_ordinary_file_is_never_replaced(tmp_path: Path, what: str) -> None:
    path = tmp_path / "mine.json"
    if sys.platform == "win32":
        (path if what == "project" else weights_path(path)).mkdir()
    else:
        os.mkfifo(path if what == "project" else weights_path(path))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(NotRegularError):
        write_pair(path, *pair("new"))
    assert sorted(tmp_path.iterdir()) == before
