"""Memory that nobody uses goes back to the system."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from playground.ui.threads import garbage
from playground.ui.threads.garbage import MemoryReturn, give_back

MEGABYTES = 96
BLOCK = 48 * 1024  # less than what the C library takes from the system one by one


def resident() -> float:
    """Megabytes in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do it by themselves")
def test_holes_between_what_is_used_are_given_back() -> None:
    blocks = [bytearray(BLOCK) for _ in range(MEGABYTES * 2**20 // BLOCK)]
    del blocks[:-1]  # what lies above is still in use
    before = resident()
    if not give_back():
        pytest.skip("this C library does it by itself")
    assert before - resident() > MEGABYTES / 2
    assert len(blocks) == 1


def test_it_is_done_once_some_time_after_a_project_was_opened(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[None] = []
    monkeypatch.setattr(garbage, "REST_MS", 20)
    monkeypatch.setattr(garbage, "give_back", lambda: done.append(None))
    memory = MemoryReturn()
    for _ in range(5):
        memory.plan()
    qtbot.waitUntil(lambda: bool(done))
    with qtbot.assertNotEmitted(memory.destroyed, wait=50):
        pass
    assert len(done) == 1
