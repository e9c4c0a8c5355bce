"""What views train beside the run is trained here: the numbers are the same, and no process has to start."""

from __future__ import annotations

import pytest

from playground.analysis.run import cross_validation, experiment, luck, race, search


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cross_validation, experiment, luck, race, search):
        monkeypatch.setattr(module, "usual_workers", lambda: 0)
