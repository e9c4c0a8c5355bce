"""The network half of written files: every preset gives the loss and the gradient of the compiled network."""

from __future__ import annotations

import pytest

from playground.document.files import read
from playground.document.library import paths
from tests.code.running import compared

PRESET_FILES = paths()


@pytest.mark.parametrize("preset", PRESET_FILES)
def test_every_preset_is_written_as_it_computes(preset: str) -> None:
    compared(read(PRESET_FILES[preset]).graph)
