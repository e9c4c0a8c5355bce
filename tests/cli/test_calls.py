"""Calls that cannot be carried out: one line on standard error, exit code 2, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from playground import paths

CLEAN = "import sys; from playground.cli import main; code = main({words!r}); {after}; sys.exit(code)"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train"], "required: FILE-OR-PRESET"),
        (["train", "sprials-that-are-not"], "neither a file nor a preset"),
        (["train", "no/such.json"], "There is no file"),
        (["train", "SMALL", "--epochs", "none"], "“none” is not a whole number"),
        (["train", "SMALL", "--epochs", "0"], "not a whole number from 1"),
        (["train", "SMALL", "--epochs", "9" * 30], "not a whole number from 1"),
        (["train", "SMALL", "--seed", "-1"], "not a whole number from 0"),
        (["train", "SMALL", "--device", "abacus"], "invalid choice"),
        (["train", "SMALL", "--set", "seed"], "PATH=VALUE"),
        (["train", "SMALL", "--set", "sede=3"], "there is no “sede” in the project; it has format"),
        (["train", "SMALL", "--set", "graph.nodes.dense-9.title=3"], "it has data, dense-1, dense-2, loss"),
        (["train", "SMALL", "--set", "graph.nodes.dense-1.parameters.units=-4"], "from 1 to 65536, but -4 arrived"),
        (["train", "SMALL", "--set", "graph.nodes.dense-1.parameters.speed=4"], "no parameter “speed”"),
        (["train", "SMALL", "--set", "training.optimizer=magic"], "no optimizer “magic”"),
        (["train", "SMALL", "--set", "seed.deeper.still=1"], "nothing that can be set"),
        (["train", "SMALL", "--save", "/no/such/folder/x.json"], "no folder /no/such/folder"),
        (["train", "SMALL", "--save", "/"], "is a folder"),
        (["train", "SMALL", "--unknown"], "unrecognized arguments: --unknown"),
        (["picture", "SMALL"], "required: --out"),
        (["picture", "SMALL", "--out", "x.gif"], "ends in .png"),
        (["picture", "SMALL", "--out", "x.png", "--size", "big"], "not a size"),
        (["picture", "SMALL", "--out", "x.png", "--size", "1x1"], "not a size"),
        (["view", "SMALL", "--view", "curves", "--out", "x.txt"], ".png or .svg or .csv"),
        (["view", "SMALL", "--view", "nothing", "--out", "x.csv"], "there are curves,"),
        (["view", "SMALL", "--view", "curves", "--out", "x.csv", "--set", "legend=maybe"], "must be true or false"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_a_call_that_cannot_be_carried_out_says_why_in_one_line(
    playground: Callable, small: Path, words: list[str], sentence: str
) -> None:
    spoken = playground(*(small if word == "SMALL" else word for word in words))
    assert spoken.code == 2
    assert spoken.out == ""
    assert sentence in spoken.err
    assert spoken.err.startswith("playground: ")
    assert spoken.err.count("\n") == 1


@pytest.mark.parametrize("command", ["train", "check", "views"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff rubbish", b'{"format": "playground-project"', b"[]"])
def test_a_file_that_is_no_project_is_told_in_one_line(
    playground: Callable, tmp_path: Path, command: str, content: bytes
) -> None:
    path = tmp_path / "rubbish.json"
    path.write_bytes(content)
    spoken = playground(command, path)
    assert (spoken.code, spoken.out, spoken.err.count("\n")) == (2, "", 1)


def test_a_faulty_project_is_told_in_one_line_that_counts_the_rest(playground: Callable, variant: Callable) -> None:
    spoken = playground("train", variant(lambda content: content.update(seed="one", surprise=1)))
    assert spoken.code == 2
    assert spoken.err.count("\n") == 1
    assert "seed: " in spoken.err
    assert "(and 1 more: `playground check` lists all)" in spoken.err


def test_something_unforeseen_goes_to_the_log_file(
    playground: Callable, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the roof is on fire")

    monkeypatch.setattr("playground.cli.running.run", fail)
    spoken = playground("train", small)
    assert spoken.code == 2
    assert str(paths.log_file()) in spoken.err
    assert "Traceback" not in spoken.err
    assert "the roof is on fire" in paths.log_file().read_text(encoding="utf-8")


def test_interrupting_ends_quietly(playground: Callable, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("playground.cli.running.run", interrupt)
    spoken = playground("train", small)
    assert (spoken.code, spoken.err) == (130, "playground: interrupted.\n")


def test_help_and_version(playground: Callable) -> None:
    spoken = playground("--help")
    assert spoken.code == 0
    for command in ("train", "picture", "view", "check", "presets", "blocks", "datasets", "views", "schema"):
        assert command in spoken.out
    assert playground("--version").out.startswith("Playground 0.")


def run_clean(*words: str, after: str = "pass", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    code = CLEAN.format(words=list(words), after=after)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False,
                          cwd=Path(__file__).parents[2], env={**os.environ, **environment})  # fmt: skip


LIGHT = "assert not {'torch', 'PySide6', 'numpy'} & set(sys.modules), sorted(sys.modules)"


@pytest.mark.parametrize("words", [["schema"], ["--help"], ["train", "no/such.json", "--epochs", "x"]])
def test_light_commands_import_neither_torch_nor_qt(words: list[str]) -> None:
    assert "AssertionError" not in run_clean(*words, after=LIGHT).stderr


def test_what_opens_the_window_does_not_wait_for_torch() -> None:
    done = run_clean("--version", after="import playground.cli.window, playground.document.kept_work; " + LIGHT)
    assert (done.returncode, done.stderr) == (0, "")


def in_shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash, in which PLAYGROUND stands for the command."""
    line = command.replace("PLAYGROUND", f"{sys.executable} -m playground")
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False,
                          cwd=Path(__file__).parents[2])  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.parametrize(
    ("command", "out"),
    [("blocks --json | head -n 1", "[\n"), ("datasets | true", ""), ("schema | true", ""), ("--help | true", "")],
)
def test_output_may_be_cut_off_as_by_head(command: str, out: str) -> None:
    done = in_shell(f"PLAYGROUND {command}; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout, done.stderr) == (f"{out}0\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the disk of Linux that is always full")
@pytest.mark.parametrize("command", ["schema", "datasets", "check TINY --json"])
def test_output_to_a_full_disk_is_told_in_one_line(small: Path, command: str) -> None:
    done = in_shell(f"PLAYGROUND {command.replace('TINY', str(small))} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "playground: the output cannot be written: No space left on device.\n"


def _nested(content: dict) -> None:
    deep: list = []
    for _ in range(500):
        deep = [deep]
    content["graph"]["nodes"][0]["parameters"]["deep"] = deep


def _in_a_circle(content: dict) -> None:
    content["graph"]["edges"] = [edge for edge in content["graph"]["edges"] if edge["target"] != "dense-1"]
    back = {"source": "dense-2", "source_port": "output", "target": "dense-1", "target_port": "input"}
    content["graph"]["edges"].append(back)


FAULTY_FILES: dict[str, tuple[Callable[[dict], None], str]] = {
    "nested": (_nested, "The JSON is nested more than 64 levels deep"),
    "circle": (_in_a_circle, "the wires form a cycle (dense-1 → dense-2 → dense-1)"),
    "goals": (lambda content: content.update(goals=content["goals"][:1] * 700), "goals: there are 700 here; 32 are"),
    "views": (lambda content: content.update(views=[{"view": "curves"}] * 300), "views: there are 300 here; 32 are"),
    "twins": (lambda content: content["graph"]["nodes"].append(content["graph"]["nodes"][0]), "“data” is used twice"),
    "half a letter": (lambda content: content.update(title="\ud800"), "half a character"),
}


@pytest.mark.parametrize("name", FAULTY_FILES)
def test_a_file_that_goes_too_far_is_told_in_one_line(playground: Callable, variant: Callable, name: str) -> None:
    change, sentence = FAULTY_FILES[name]
    path = variant(change)
    for words in (["train", path, "--steps", "1"], ["views", path]):
        spoken = playground(*words)
        assert (spoken.code, spoken.out, spoken.err.count("\n")) == (2, "", 1)
        assert sentence in spoken.err
    assert sentence in (lambda told: told.out + told.err)(playground("check", path))


@pytest.mark.parametrize("name", ["~nobodyhere/x", "~nobodyhere/x.json", "a\0b", "a\0b.json", "\udcff.json"])
@pytest.mark.parametrize(
    "words",
    [
        ["check", "{}"], ["train", "{}"], ["views", "{}"], ["view", "{}", "--view", "weights", "--out", "x.csv"],
        ["train", "spirals", "--steps", "1", "--save", "{}"], ["train", "spirals", "--steps", "1", "--picture", "{}"],
        ["view", "spirals", "--view", "weights", "--out", "{}.csv"],
    ],
)  # fmt: skip
def test_a_name_that_is_none_is_one_sentence(playground: Callable, words: list[str], name: str) -> None:
    if name.startswith("\udcff") and "spirals" in words:
        return  # a strange name, but one that a file can have
    spoken = playground(*(word.replace("{}", name) for word in words))
    assert spoken.code == 2 and spoken.err.count("\n") == 1 and "inside" not in spoken.err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_that_is_not_utf_8_works(encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for words in (["datasets", "--json"], ["check", "nonsuch"]):
        done = subprocess.run(
            [sys.executable, "-m", "playground", *words], capture_output=True, env=environment, check=False
        )
        assert done.returncode == (2 if "nonsuch" in words else 0), done.stderr
        assert b"inside" not in done.stderr
        if "--json" in words:
            json.loads(done.stdout.decode(encoding))


@pytest.mark.skipif(sys.platform == "win32", reason="folders of POSIX")
def test_folders_of_its_own_that_cannot_be_written_to_stop_no_command(small: Path) -> None:
    nowhere = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), "/dev/null/nowhere")
    done = run_clean("train", str(small), "--steps", "1", "--json", **nowhere)
    assert done.returncode == 0 and json.loads(done.stdout)["steps"] == 1
    assert "playground:" not in done.stderr
    refused = run_clean("train", "nonsuch", **nowhere)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
