"""The window remembers no source texts of the libraries it imports."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import linecache
import playground.ui.shell.window
import torch, scipy.stats
lines = sum(len(entry[2]) for entry in linecache.cache.values() if len(entry) > 2)
print(lines < 100_000, lines)  # without the switch: 560,000
"""


def test_imports_after_qt_keep_no_source_lines() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("True"), done.stdout + done.stderr[-2_000:]
