"""A file for several processes, run by torchrun, learns what one process learns from the same batches."""

import json
import os
import subprocess
import sys

import pytest

from playground.code.script import write
from playground.document.graph import Choice
from playground.document.project import Project, Regularization, StopRules, TrainingSettings
from tests.code.alone import Alone, near
from tests.code.projects import chain, dense


def project(**settings) -> Project:
    graph = chain(dense(6, "tanh"), dense(2), examples=100, train_share=0.75)
    training = TrainingSettings(batch_size=20, stop=StopRules(epochs=3), **settings)
    return Project(title="Shared", graph=graph, training=training)


def test_two_processes_learn_as_one(tmp_path) -> None:
    shared = project(regularization=Regularization(l1=0.001, l2=0.01), schedule=Choice(id="cosine"))
    written = write(shared, distributed=True)
    assert not written.cannot
    told = written.text.replace("    train(", "    curve = train(").replace(
        "    silent =", '    open(f"curve-{dist.get_rank()}", "w").write(str(curve))\n    silent =', 1
    )  # files of their own: what two processes print may come in one line
    (tmp_path / "shared.py").write_text(told)
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "shared.py"],
        cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    curves = [json.loads((tmp_path / f"curve-{rank}").read_text()) for rank in (0, 1)]
    lines = done.stdout.splitlines()
    alone = Alone(write(shared).text)
    expected = alone.call("train")
    assert len(expected) == 3 * 4  # 75 rows in batches of 20, the last of 15
    assert all(near(here, there) for curve in curves for here, there in zip(curve, expected, strict=True))
    metrics = {line.split()[0]: line.split()[1] for line in lines if line.startswith(("train_", "test_"))}
    assert metrics == {name: f"{value:.4f}" for name, value in alone.call("evaluate").items() if name in metrics}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"optimizer": Choice(id="l-bfgs")}, "one process alone"),
        ({"phases": [{"losses": ["loss"], "trains": [name]} for name in ("dense-1", "dense-2")]}, "take turns"),
    ],
)
def test_what_cannot_be_shared_is_written_for_one_and_says_so(settings, reason) -> None:
    written = write(project(**settings), distributed=True)
    assert reason in " ".join(written.cannot) and "DistributedDataParallel" not in written.text
