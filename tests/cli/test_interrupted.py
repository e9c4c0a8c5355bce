"""Ctrl-C in a terminal reaches all processes at once: the answer is one line, and nobody dies with a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground.cli.report import INTERRUPTED

PRESSED_WHILE_WORKERS_BEGIN = """
import os, signal, sys
from playground.cli import main
{patch}
def pressed():
    os.killpg(os.getpgid(0), signal.SIGINT)
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""
EXPERIMENT = """
from playground.experiments.pool import Pool
turn = Pool.turn
def once(self, patience):
    found = list(turn(self, patience))
    if not hasattr(self, "was_pressed"):
        self.was_pressed = True
        pressed()
    yield from found
Pool.turn = once
"""
SEARCH = """
from playground.experiments.search import searching
tell, done = searching._tell_faults, []
def once(faults):
    if not done:
        done.append(True)
        pressed()
    tell(faults)
searching._tell_faults = once
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no groups of processes here")
@pytest.mark.parametrize(
    ("patch", "call"),
    [(EXPERIMENT, ("experiment", "lstm-remembers-longer", "--seeds", "2")),
     (SEARCH, ("search", "circles", "--over", "training.batch_size=4..8", "--trials", "3", "--steps", "2"))],
    ids=["experiment", "search"],
)  # fmt: skip
def test_workers_that_are_about_to_begin_do_not_cry(patch: str, call: tuple[str, ...], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PRESSED_WHILE_WORKERS_BEGIN.format(patch=patch), encoding="utf-8")
    root = Path(__file__).parents[2]
    surroundings = {**os.environ, "PYTHONPATH": str(root), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(program), *call], cwd=root, env=surroundings, capture_output=True, text=True,
        timeout=120, start_new_session=True,
    )  # fmt: skip
    assert "Traceback" not in done.stderr and "KeyboardInterrupt" not in done.stderr, done.stderr
    assert done.returncode == INTERRUPTED, done.stderr
    assert "interrupted after" in done.stderr
