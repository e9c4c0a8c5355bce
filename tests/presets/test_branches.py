"""A run that branches off at any moment with the same settings goes on as the first one, whatever learns."""

from __future__ import annotations

import numpy as np
import pytest

from playground.document import library
from playground.training.session.session import Session

ENTRIES = library.presets()
MIDDLE, END = 3, 7


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.id for entry in ENTRIES])
def test_a_branch_repeats_the_run(entry: library.PresetEntry) -> None:
    whole = Session(entry.project, device="cpu")
    whole.advance(MIDDLE)
    middle = whole.snapshot()
    past = whole.history.until(middle.step)
    whole.advance(END - MIDDLE)
    if whole.step == middle.step:
        pytest.skip("it has come to rest before")
    branch = Session(entry.project, device="cpu")
    branch.branch_from(middle, past, whole.trail.snapshots)
    branch.advance(whole.step - middle.step)
    ours, theirs = branch.snapshot(), whole.snapshot()
    np.testing.assert_array_equal(ours.parameters, theirs.parameters)
    for name, values in theirs.buffers.items():
        np.testing.assert_array_equal(ours.buffers[name], values)
