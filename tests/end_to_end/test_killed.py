"""A program that is killed while it trains loses nothing but what came after its last safety copy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from playground.document.files import write
from playground.document.kept_work import kept_works
from playground.training.session.session import Session
from tests.end_to_end.conftest import Person, spirals

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from playground.ui.shell.app import make_application
from playground.ui.shell.window import MainWindow

app = make_application()
window = MainWindow()
window.show()
window.furnish()
window.open_path(Path(sys.argv[1]))
place = window.workplace
place.trainer.saved.connect(lambda saved: print(saved.step, flush=True))
timer = QTimer()

def look():
    if place.trainer.state == "ready":
        place.trainer.play()
    elif place.feed.live is not None and place.feed.live.step >= 100:
        timer.stop()
        place.files.keeper.autosave()  # as every minute

timer.timeout.connect(look)
timer.start(10)
app.exec()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="both programs find the same folder by XDG_DATA_HOME")
def test_what_was_learned_up_to_the_safety_copy_of_a_killed_program_goes_on(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "mine.playground.json"
    write(spirals(), path)
    before = path.read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as program:
        assert program.stdout is not None
        saved = int(program.stdout.readline())
        assert not kept_works(), "a living program's work is its own"
        program.kill()  # while it trains
    assert program.returncode == -9 and path.read_bytes() == before
    (work,) = kept_works()
    assert (work.source, work.step, work.left) == (path, saved, False)
    person.place.offer_recovery()
    assert f"“Spirals here” is kept: step {saved:,}" in person.place.messages.text
    person.place.messages.press("Restore")
    person.sees(lambda: person.step == saved)
    person.rests()
    whole = Session(spirals())
    whole.advance(saved)
    live = person.place.feed.live
    assert live is not None and person.place.document.path == path
    np.testing.assert_array_equal(live.snapshot.parameters, whole.snapshot().parameters)
    person.place.trainer.take_step(50)
    person.sees(lambda: person.step == saved + 50)
    person.rests()
    assert person.place.files.save() and kept_works() == []
