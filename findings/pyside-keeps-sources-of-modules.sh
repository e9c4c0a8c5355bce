#!/usr/bin/env bash
# PySide6-Essentials 6.10.3, torch 2.13.0 (CPU build), numpy 2.4.6
#
# One would guess: importing a library of windows changes nothing about how other modules are imported, and the source text of a
#   module is read for its traceback at most.
# What happens: importing any part of PySide6 puts the hook of its `shibokensupport.feature` into the import machinery, which
#   asks for the source of every module that is imported afterwards. The source comes from `linecache`, which keeps the lines
#   of each file for good. Without PySide6, or with PySide6 imported last, the same imports leave nothing there.
# Why it matters: a program that opens its window first and loads torch when it is needed keeps the text of more than 700 files, 16
#   million letters in some 400,000 strings of their own, which is several times that in memory. `linecache.clearcache()`
#   after the imports gives it back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check PySide6-Essentials==6.10.3 torch==2.13.0 numpy==2.4.6
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import sys

COUNT = """
import linecache, sys
texts = [entry[2] for entry in linecache.cache.values() if len(entry) == 4]
lines = [line for text in texts for line in text]
print(len(texts), len(lines), sum(map(len, lines)), sum(map(sys.getsizeof, lines)))
"""
cases = {
    "torch alone": "import torch",
    "PySide6 last": "import torch; import PySide6.QtCore",
    "PySide6 first": "import PySide6.QtCore; import torch",
    "PySide6 first, then cleared": "import PySide6.QtCore; import torch; import linecache; linecache.clearcache()",
}
versions = "import PySide6, torch; print('PySide6', PySide6.__version__, 'torch', torch.__version__)"
print(subprocess.check_output([sys.executable, "-c", versions], text=True).strip())
found = {}
for name, code in cases.items():
    answer = subprocess.check_output([sys.executable, "-c", code + COUNT], text=True)
    files, lines, letters, memory = found[name] = tuple(map(int, answer.split()))
    print(f"{name}: {files} files, {lines:,} lines, {letters:,} letters, {memory / 1e6:.0f} MB")
good = found["PySide6 first"][0] > 500 and found["PySide6 first"][3] > 20e6
good &= found["torch alone"][0] < 20 and found["PySide6 last"][0] < 20 and found["PySide6 first, then cleared"][0] == 0
print("as described" if good else "CHANGED: other sources are kept than the head of this script says")
sys.exit(not good)
PYTHON
