"""The one runner: whichever way a cell takes, its numbers are those of a run alone; workers end with their parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from playground.analysis.question import Question
from playground.analysis.run import luck, race
from playground.analysis.run.luck import LuckAnalysis
from playground.analysis.run.race import RaceAnalysis
from playground.document.experiment import Budget, Measure
from playground.document.project import Project
from playground.experiments.cells import Cell, Record
from playground.experiments.contests import Contest
from playground.experiments.library import open_preset
from playground.experiments.looking import Look, News, Outcome
from playground.experiments.pool import Pool
from playground.experiments.running import Cancelled, run_cell
from playground.experiments.stacking import arranged, unwatched
from playground.experiments.workers import outcomes
from playground.training.setting_paths import with_settings
from tests.network.small_graphs import multilayer
from tests.training.runs import circles, noisy_graph, project
from tests.training.test_stacked import series_graph

MEASURES = tuple(Measure(quantity=name) for name in ("train_loss", "weight_norm", "diverged", "steps"))


def cell(settings: Project, *, steps: int = 60, looks: int = 4, record: Record | None = None) -> Cell:
    return Cell(0, 0, 0, settings, Budget(steps=steps), looks, MEASURES, record)


def run(cells: list[Cell], workers: int = 0) -> dict[int, Outcome]:
    return dict(found for found in outcomes(cells, workers, lambda: False) if found is not None)


def timeless(outcome: Outcome) -> str:
    """All but the time that it took; in words, in which NaN is NaN."""
    return repr(replace(outcome, seconds=0.0))


def mixed() -> list[Project]:
    """Two of a kind, another width, noise, a recurrent network, a GAN and an estimator."""
    wider = multilayer(circles(), (5, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    return [
        project(seed=1), project(seed=2), project(wider), project(noisy_graph()), project(series_graph("gru")),
        open_preset("gan-ring"), open_preset("k-means-blobs"),
    ]  # fmt: skip


def test_cells_of_every_kind_in_one_list_have_the_numbers_of_runs_alone() -> None:
    wild = multilayer(circles(), (3, "relu"), (1, "identity"), loss="mean-squared-error")
    cells = [cell(one) for one in (*mixed(), project(wild, rate=0.1), project(wild, rate=1000.0))]
    arrangement = arranged(dict(enumerate(cells)))
    assert sorted(map(sorted, arrangement.groups)) == [[0, 1], [7, 8]] and arrangement.others == [2, 3, 4, 5, 6]
    found = run(cells, workers=1)
    for index, one in enumerate(cells):
        assert timeless(found[index]) == timeless(run_cell(one))
    assert found[8].diverged and not found[7].diverged


def test_many_variants_in_one_step_have_the_numbers_of_runs_alone() -> None:
    varied = [
        with_settings(project(seed=seed), {"training.optimizer": optimizer, "training.regularization.l2": l2})
        for seed, optimizer, l2 in ((1, "sgd", 0.0), (2, "adam", 0.0), (1, "adam", 0.01), (3, "sgd", 0.0))
    ]
    cells = [cell(one, steps=90) for one in varied]
    assert len(arranged(dict(enumerate(cells))).groups) == 1
    for index, outcome in run(cells).items():
        assert timeless(outcome) == timeless(run_cell(cells[index]))


def test_what_is_timed_or_ends_by_itself_runs_alone() -> None:
    patient = with_settings(project(), {"training.stop.patience": 3})
    timed = [replace(cell(project()), measures=(Measure(quantity="seconds"),))] * 2
    cells = [cell(patient), cell(patient), *timed, *[replace(cell(project()), budget=Budget(seconds=0.01))] * 2]
    assert arranged(dict(enumerate(cells))).others == list(range(6))


def test_a_race_of_every_kind_is_seen_to_grow() -> None:
    contest = Contest(mixed(), 2, 6, workers=1)
    shares = []
    for _ in contest.work(lambda: False):
        shares.append(contest.share)
    assert contest.whole and shares == sorted(shares) and len(set(shares)) > 3 and contest.together == 2
    assert contest.moments.tolist() == pytest.approx(np.linspace(0.0, 2.0, 7).tolist())
    assert np.isfinite(contest.losses[:, :6]).all() and np.isnan(contest.diverged).all()
    recurrent = contest.scores("test_accuracy")[-1, 4]
    alone = run_cell(replace(cell(mixed()[4]), budget=Budget(epochs=2), measures=(Measure(quantity="test_accuracy"),)))
    assert recurrent == alone.values[0]


@pytest.mark.parametrize("name", ["gan-ring", "k-means-blobs"])
def test_race_and_luck_meter_take_what_they_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (race, luck):
        monkeypatch.setattr(module, "usual_workers", lambda: 0)
    question = Question(project=open_preset(name))
    assert np.isfinite(LuckAnalysis(seeds=2, epochs=1).compute(question).runs.final).all()
    sizes = RaceAnalysis(over="setting", path="training.batch_size", low=64, high=128, count=2, epochs=1)
    assert sizes.compute(question).whole


def test_variants_of_an_experiment_race() -> None:
    asked = RaceAnalysis(over="experiment", experiment="identity-stays-linear", epochs=20)
    found = asked.compute(Question(project=project()))
    assert found.runs.names == ("identity", "ReLU") and found.runs.metric == "test_accuracy"
    assert "compute differently" in found.why_no_ground
    for number, variant in enumerate(found.runs.names):
        assert np.isfinite(found.runs.final[number]), variant


def test_looks_come_in_order_and_a_stopped_run_tells_no_more() -> None:
    news: list[News] = []
    watched = cell(project(), record=Record(weights_every=2))
    assert run_cell(watched, seen=news.append).steps == 60
    seen = [look for look in news if isinstance(look, Look)]
    assert [look.number for look in seen] == [0, 1, 2, 3, 4]
    assert [look.snapshot is not None for look in seen] == [True, False, True, False, True]
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        list(outcomes([watched] * 2, 0, lambda: next(answers, True)))


ORPHANS = """
import os, sys, time
sys.path[:0] = [os.getcwd()]
from tests.experiments.test_runner import endless
if __name__ == "__main__":
    endless()
"""


def endless() -> None:
    """Starts a worker that never comes to an end, tells its number, and is then killed by the test."""
    settings = with_settings(project(), {"training.engine": "torch"})
    pool = Pool({0: cell(settings, steps=10**8)}, 1, lambda: False, unwatched)
    while True:
        list(pool.turn())
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        workers = [one for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
        if workers:
            print(workers[0], flush=True)
            time.sleep(600)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the children of a process are read from /proc")
def test_workers_end_when_their_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 30.0
    while _runs(worker) and time.monotonic() < end:
        os.sched_yield()
    assert not _runs(worker)


def _runs(process: int) -> bool:
    """Whether a process is there and no mere entry that nobody has asked about."""
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
