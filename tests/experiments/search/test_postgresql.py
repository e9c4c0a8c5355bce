"""Two processes on one study in a PostgreSQL database, where a server can be started here."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.experiments.search.state import state_of
from playground.experiments.search.storage import Place, open_study
from tests.experiments.search.example import task
from tests.experiments.search.test_sharing import SHORT, WORKER

pytest.importorskip("psycopg", reason="the driver is the extra “postgresql”")
COMMANDS = {name: shutil.which(name) for name in ("initdb", "pg_ctl")}
NOBODY = "nobody"
"""The server refuses to run as root."""


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty database of a server of its own, which ends with the test."""
    if not all(COMMANDS.values()):
        pytest.skip("there is no PostgreSQL here")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    options = {"user": NOBODY, "group": "nogroup"} if as_root else {}
    folder = Path(tempfile.mkdtemp(prefix="playground-pg-"))
    if as_root:
        shutil.chown(folder, NOBODY)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, log = str(folder / "data"), str(folder / "log")
    settings = f"-k {folder} -c listen_addresses=127.0.0.1 -p {port} -c fsync=off"

    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, check=True, timeout=60, stdout=subprocess.DEVNULL, **options)

    try:
        run(str(COMMANDS["initdb"]), "-D", data, "-A", "trust", "-U", "playground", "--no-sync")
        run(str(COMMANDS["pg_ctl"]), "-D", data, "-w", "-l", log, "-o", settings, "start")
        yield f"postgresql://playground@127.0.0.1:{port}/postgres"
        run(str(COMMANDS["pg_ctl"]), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_no_trial_is_lost_or_doubled_and_that_of_a_killed_process_is_taken_up_again(
    database: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    commands = [[sys.executable, "-c", WORKER, database, str(log), word] for word in ("killed", "goes on")]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[3]) for command in commands]
    codes = [process.wait(timeout=120) for process in processes]
    assert codes[0] != 0 and codes[1] == 0
    asked = task(trials=12, **SHORT)
    opened = open_study(asked, Place(database, "shared"))
    state = state_of(asked, opened)
    opened.storage.remove_session()
    opened.storage.engine.dispose()
    assert [row.state for row in state.rows] == ["done"] * 12
    assert Counter(row.attempts for row in state.rows) == {1: 11, 2: 1}
    begun = Counter(log.read_text(encoding="utf-8").split())
    assert set(begun.values()) == {1} and len(begun) == 13
