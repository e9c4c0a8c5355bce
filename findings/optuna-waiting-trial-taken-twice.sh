#!/usr/bin/env bash
# optuna 5.0.0, SQLAlchemy 2.1.9, SQLite as storage
#
# One would guess: trials that wait in a study (`enqueue_trial`) are run once each, by whichever process asks first; several
#   processes on one SQLite file are slow at worst.
# What happens: of 150 waiting trials, four processes run more than 150: the same number is handed to two of them. The lock is a
#   row lock (SELECT ... FOR UPDATE), which SQLite does not have and SQLAlchemy leaves out there, and a transaction of sqlite3
#   takes its lock only with the first write.
# Why it matters: a search that puts its own points into the queue, as a grid does, loses the order and pays twice for some of
#   them. Playground claims its trials itself, in transactions that begin by taking SQLite's lock
#   (`playground/experiments/search/storage.py`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check optuna==5.0.0 sqlalchemy==2.1.9
cat > "$folder/shared.py" <<'PYTHON'
import sqlite3
import sys
from collections import Counter
from multiprocessing import get_context

import optuna
import sqlalchemy

TRIALS, PROCESSES = 150, 4


def work(url, seen):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.load_study(study_name="shared", storage=url)
    while True:
        trial = study.ask()
        if not trial.user_attrs.get("waited"):
            break  # a new one: nothing waits any more
        seen.put(trial.suggest_int("number", 0, TRIALS))
    seen.put(None)


def taken(url):
    """How often each waiting trial was run."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(study_name="shared", storage=url, sampler=optuna.samplers.RandomSampler(seed=0))
    for number in range(TRIALS):
        study.enqueue_trial({"number": number}, user_attrs={"waited": True})
    context = get_context("spawn")
    seen = context.Queue()
    workers = [context.Process(target=work, args=(url, seen)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    found, ended = Counter(), 0
    while ended < PROCESSES:
        one = seen.get(timeout=60)
        ended += one is None
        if isinstance(one, int):
            found[one] += 1
    for worker in workers:
        worker.join()
    return found


if __name__ == "__main__":
    print(f"optuna {optuna.__version__}, sqlalchemy {sqlalchemy.__version__}, sqlite {sqlite3.sqlite_version}")
    doubled = 0
    for attempt in range(6):  # a race: it need not show each time
        plain = taken(f"sqlite:///{sys.argv[1]}/plain-{attempt}.db")
        doubled = sum(plain.values()) - len(plain)
        print(f"as it is: {len(plain)} of {TRIALS} waiting trials run, {sum(plain.values())} runs ({doubled} too many)")
        if doubled:
            break
    good = doubled > 0
    print("as described" if good else "CHANGED: no waiting trial is handed out twice any more")
    sys.exit(not good)
PYTHON
cd "$folder"
"$folder/venv/bin/python" shared.py "$folder"
