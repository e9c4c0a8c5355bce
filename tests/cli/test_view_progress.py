"""What `playground view` says while a view takes long: an estimate, a smaller grid, and a clean end by Ctrl-C."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.analysis.loss import curvature, mode_connectivity
from playground.analysis.progress import Progress
from playground.analysis.run import contests
from playground.analysis.shared import many_losses
from playground.cli import watching
from playground.training.session.session import Session

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
    assert spoken.err.splitlines()[-1] == "playground: interrupted: Loss surface was 0% done; nothing is saved."
    assert "Traceback" not in spoken.err
    assert not (tmp_path / "x.csv").exists()


GROWING = {
    "luck": ("seeds=4", "epochs=40"),
    "ensemble": ("seeds=2", "epochs=10"),
    "race": ("epochs=40",),
    "curvature": ("steps=20", "starts=3"),
    "mode-connectivity": ("steps=60",),
}
"""Views whose results grow, with options that make them a matter of a second."""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every result is a part of the work, and every length of time is long."""
    monkeypatch.setattr(watching, "LONG", 0.0)
    for module, name in ((contests, "PART"), (curvature, "TURN"), (mode_connectivity, "PIECE")):
        monkeypatch.setattr(module, name, 0.002)
    monkeypatch.setattr(curvature, "DENSE", 0)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("view", GROWING)
def test_every_view_that_grows_gives_an_estimate(
    playground: Callable, small: Path, tmp_path: Path, view: str
) -> None:
    options = [word for option in GROWING[view] for word in ("--set", option)]
    spoken = playground("view", small, "--view", view, "--epochs", 1, *options, "--out", tmp_path / "x.csv")
    assert spoken.code == 0
    assert re.search(r" takes about \d+ seconds?; Ctrl-C ends it\.", spoken.err)
    assert (tmp_path / "x.csv").exists()


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("view", GROWING)
def test_ctrl_c_says_how_much_of_a_view_that_grows_was_done(
    playground: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    heard = watching.Watch.tell

    def interrupt(watch: watching.Watch, progress: Progress) -> None:
        heard(watch, progress)
        if progress.share >= 0.01:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching.Watch, "tell", interrupt)
    options = [word for option in GROWING[view] for word in ("--set", option)]
    spoken = playground("view", small, "--view", view, "--epochs", 1, *options, "--out", tmp_path / "x.csv")
    assert spoken.code == 130
    told = re.fullmatch(r"playground: interrupted: .* was (\d+)% done; nothing is saved.", spoken.err.splitlines()[-1])
    assert told and 1 <= int(told[1]) < 100
    assert not (tmp_path / "x.csv").exists()


def test_ctrl_c_while_a_view_is_trained_for_says_at_which_step(
    playground: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Session.advance

    def interrupt(session: Session, steps: int) -> None:
        learn(session, 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "advance", interrupt)
    spoken = playground("view", small, *CALL, "--out", tmp_path / "x.csv")
    assert (spoken.code, spoken.err.splitlines()[-1]) == (130, "playground: interrupted at step 3; nothing is saved.")
