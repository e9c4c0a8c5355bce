"""What `playground view` says while a view takes long: an estimate, a smaller grid, and a clean end by Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from playground.analysis import many_losses
from playground.cli import watching

CALL = ("--view", "loss-surface", "--epochs", "1", "--set", "directions=random")


def test_a_quick_view_is_silent(playground: Callable, small: Path, tmp_path: Path) -> None:
    spoken = playground("view", small, *CALL, "--set", "resolution=5", "--out", tmp_path / "x.csv")
    assert spoken.code == 0
    assert "Ctrl-C" not in spoken.err


def test_a_slow_view_gives_an_estimate_before_it_starts(
    playground: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LONG", 0.0)
    spoken = playground("view", small, *CALL, "--out", tmp_path / "x.csv")
    assert spoken.code == 0
    assert "playground: Loss surface takes about 1 second; Ctrl-C ends it." in spoken.err
    assert (tmp_path / "x.csv").exists()


def test_ctrl_c_ends_it_in_one_line(
    playground: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(many_losses.ManyLosses, "_loop", interrupt)
    spoken = playground("view", small, *CALL, "--out", tmp_path / "x.csv")
    assert spoken.code == 130
    assert spoken.err.splitlines()[-1] == "playground: interrupted."
    assert "Traceback" not in spoken.err
    assert not (tmp_path / "x.csv").exists()
