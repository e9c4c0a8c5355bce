#!/usr/bin/env bash
# SQLAlchemy 2.1.9 and 2.0.53 with psycopg2-binary 2.9.13; Optuna 5.0.0 on top
#
# One would guess: the address “postgresql://…” is served by psycopg2, as for fifteen years and as most hints on the net say,
#   so that whoever has psycopg2 installed can hand such an address to Optuna.
# What happens: with SQLAlchemy 2.0 it is. With 2.1 the same address means psycopg 3: the engine asks for a module
#   “psycopg” that is not there, though psycopg2 is. Optuna says “Failed to import DB access module for the specified
#   storage URL. Please install appropriate one.” and does not name it.
# Why it matters: a program whose hint says “install psycopg2” sends people round in circles after an upgrade of a library
#   that they never installed themselves. Playground's address of a shared search names its driver (“postgresql+psycopg”)
#   and its extra installs that one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python="$folder/venv/bin/python"
"$python" -m pip install -qq --disable-pip-version-check optuna==5.0.0 psycopg2-binary==2.9.13 sqlalchemy==2.0.53
cat > "$folder/drivers.py" <<'PYTHON'
import sqlalchemy

address = "postgresql://nobody@127.0.0.1:1/none"
try:
    found = sqlalchemy.create_engine(address).dialect.driver
except ImportError as error:
    found = f"{type(error).__name__}: {error}"
try:
    import optuna

    optuna.storages.RDBStorage(address)
    told = "nothing"
except ImportError as error:
    told = str(error)
except sqlalchemy.exc.OperationalError:
    told = "no server there"
print(f"SQLAlchemy {sqlalchemy.__version__}: {found} | Optuna: {told}")
PYTHON
before=$("$python" "$folder/drivers.py" | tail -1)
"$python" -m pip install -qq --disable-pip-version-check sqlalchemy==2.1.9
after=$("$python" "$folder/drivers.py" | tail -1)
printf '%s\n%s\n' "$before" "$after"
case "$before" in *"2.0.53: psycopg2 |"*"no server there"*) ;; *) echo "2.0 has changed"; exit 1 ;; esac
case "$after" in
  *"2.1.9: ModuleNotFoundError: No module named 'psycopg' |"*"Failed to import DB access module"*) ;;
  *) echo "2.1 has changed"; exit 1 ;;
esac
