"""Several processes on one study: no trial is lost, none is run twice, and what a killed one left is taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from optuna.trial import TrialState

from playground.experiments.running import Cancelled
from playground.experiments.search import claims as claiming
from playground.experiments.search import searching
from playground.experiments.search.claims import Claim, Claims
from playground.experiments.search.drafts import told
from playground.experiments.search.searching import searched
from playground.experiments.search.state import state_of
from playground.experiments.search.storage import Place, open_study
from playground.experiments.search.work import work
from tests.experiments.search.example import task

SHORT = {"budget": {"steps": 2}, "looks": 1, "fresh_seeds": 0}
KILL = signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM
WORKER = """
import os, sys
from pathlib import Path
from playground.experiments.search import work as room
from playground.experiments.search.storage import Place
from tests.experiments.search.example import task
from tests.experiments.search.test_sharing import KILL, SHORT

url, log, killed = sys.argv[1:]
run, begun = room.run_trial, 0

def logged(asked, values, claim, *others):
    global begun
    if claim is not None:
        begun += 1
        with Path(log).open("a") as file:
            file.write(f"{claim.number}\\n")
        if killed == "killed":
            os.kill(os.getpid(), KILL)
    return run(asked, values, claim, *others)

room.run_trial = logged
for _ in room.work(task(trials=12, **SHORT), Place(url, "shared", beat=1, grace=1), lambda: False):
    pass
"""


def test_two_processes_share_a_study_and_the_trial_of_the_killed_one_is_taken_up_again(tmp_path: Path) -> None:
    url, log = f"sqlite:///{tmp_path / 'shared.sqlite'}", tmp_path / "log"
    commands = [[sys.executable, "-c", WORKER, url, str(log), word] for word in ("killed", "goes on")]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[3]) for command in commands]
    codes = [process.wait(timeout=120) for process in processes]
    assert codes[0] != 0
    assert codes[1] == 0
    asked = task(trials=12, **SHORT)
    state = state_of(asked, open_study(asked, Place(url, "shared")))
    assert [row.state for row in state.rows] == ["done"] * 12
    assert Counter(row.attempts for row in state.rows) == {1: 11, 2: 1}
    begun = Counter(log.read_text(encoding="utf-8").split())  # by the numbers of the attempts
    assert set(begun.values()) == {1}
    assert len(begun) == 13
    alone = [dict(row.values) for row in state.rows]
    *_, last = searched(asked, Place(f"sqlite:///{tmp_path / 'alone.sqlite'}", "alone", local=True))
    assert [dict(row.values) for row in last.rows] == alone  # who takes a trial makes no difference to it


def test_the_trials_of_a_worker_that_is_killed_go_to_another_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILL_ONCE", str(tmp_path / "killed"))
    monkeypatch.setattr(searching, "_worker", killed_once)
    place = Place(f"sqlite:///{tmp_path / 'studies.sqlite'}", "a study", local=True)
    *_, last = searched(task(trials=3, **SHORT), place, workers=1)
    assert [(row.state, row.attempts) for row in last.rows] == [("done", 2), ("done", 1), ("done", 1)]


def killed_once(*arguments: object) -> None:
    mark = Path(os.environ["KILL_ONCE"])
    if not mark.exists():
        mark.touch()
        asked, place, _, name, *_ = arguments
        assert isinstance(Claims(asked, open_study(asked, place), name).take(), Claim)
        os.kill(os.getpid(), KILL)
    from playground.experiments.search.searching import _worker

    _worker(*arguments)


def test_a_trial_that_kills_its_workers_again_and_again_is_given_up(tmp_path: Path) -> None:
    asked, place = task(trials=2, **SHORT), Place(f"sqlite:///{tmp_path / 'studies.sqlite'}", "a study", local=True)
    opened = open_study(asked, place)
    for _ in range(3):
        claim = Claims(asked, opened, "unlucky").take()
        assert isinstance(claim, Claim)
        assert claim.place == 0
        Claims(asked, opened, "another").lose(claim)
    *_, last = searched(asked, place)
    assert [row.state for row in last.rows] == ["lost", "done"]


def test_whoever_opens_one_trial_too_many_leaves_it_for_the_time_when_more_are_asked_for(tmp_path: Path) -> None:
    """As where two processes open the last one at the same moment."""
    place = Place(f"sqlite:///{tmp_path / 'studies.sqlite'}", "a study", local=True)
    few, many = task(trials=2, **SHORT), task(trials=4, **SHORT)
    opened = open_study(few, place)
    for _ in range(3):
        opened.study.enqueue_trial({})
    *_, last = searched(few, place)
    assert [row.state for row in last.rows] == ["done", "done"]
    assert len(opened.study.get_trials(states=(TrialState.WAITING,))) == 1
    *_, last = searched(many, place)
    assert [row.state for row in last.rows] == ["done"] * 4


def test_a_trial_is_run_only_once_however_many_ask_for_it(tmp_path: Path) -> None:
    asked, place = task(trials=1, **SHORT), Place(f"sqlite:///{tmp_path / 'studies.sqlite'}", "a study", local=True)
    mine, other = (Claims(asked, open_study(asked, place), name) for name in ("mine", "other"))
    claim = mine.take()
    assert isinstance(claim, Claim)
    assert other.take() is True  # it may come back
    mine.lose(claim, broken_off=True)
    again = other.take()
    assert isinstance(again, Claim)
    assert dict(again.values) == dict(claim.values)
    with pytest.raises(Cancelled):
        list(work(asked, place, lambda: True))


def test_whoever_opens_a_trial_after_another_was_opened_draws_it_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, place = task(trials=2, **SHORT), Place(f"sqlite:///{tmp_path / 'studies.sqlite'}", "a study", local=True)
    mine, other = (Claims(asked, open_study(asked, place), name) for name in ("mine", "other"))
    draw, first = claiming.drawn_up, []

    def interrupted(*arguments: object) -> object:
        monkeypatch.setattr(claiming, "drawn_up", draw)
        first.append(other.take())  # between what I read and what I write
        return draw(*arguments)

    monkeypatch.setattr(claiming, "drawn_up", interrupted)
    claim = mine.take()
    assert isinstance(claim, Claim)
    assert (first[0].place, claim.place) == (0, 1)
    assert dict(first[0].values) != dict(claim.values)
    assert len(open_study(asked, place).study.trials) == 2


def test_a_trial_that_was_lost_meanwhile_is_not_told(tmp_path: Path) -> None:
    asked, place = task(trials=1, **SHORT), Place(f"sqlite:///{tmp_path / 'studies.sqlite'}", "a study", local=True)
    opened = open_study(asked, place)
    claim = Claims(asked, opened, "slow").take()
    assert isinstance(claim, Claim)
    Claims(asked, opened, "another").lose(claim)
    told(opened.storage, claim.id, 1.0, "outcome", {})
    (trial,) = opened.study.trials
    assert (trial.state, trial.value, trial.user_attrs.get("outcome")) == (TrialState.FAIL, None, None)
