"""`python -m tests.benchmarks.drawn_projects [COUNT] [--from SEED]`: many strange projects, and what becomes of them.

Each is drawn from the declarations, checked and, where the check lets it pass, trained for a few steps and looked at
through some views. Prints what was drawn and every fault once, with a seed that shows it. Exit code 1 when there are
faults.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
import warnings
from collections import Counter

from tests.analysis.drawn_views import looks
from tests.network.drawn_projects import drawn_project, fate

SLOW = 20.0
"""Seconds after which a project is named."""


def main() -> int:
    """Draw and train. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--from", dest="first", metavar="SEED", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    fates: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    views: Counter[str] = Counter()
    for seed in range(options.first, options.first + options.count):
        began = time.perf_counter()
        try:
            luck = random.Random(seed)
            fates[fate(drawn_project(luck), lambda session, luck=luck: views.update(looks(luck, session)))] += 1
        except Exception as error:
            fates["fault"] += 1
            words = _words(error)
            faults[words] += 1
            if faults[words] == 1:
                print(f"seed {seed}: {words}", flush=True)
        if time.perf_counter() - began > SLOW:
            print(f"seed {seed}: took {time.perf_counter() - began:.0f} s", flush=True)
    print(", ".join(f"{count:,} {name}" for name, count in fates.most_common()))
    print("looked at: " + ", ".join(f"{name} {count:,}" for name, count in views.most_common()))
    for words, count in faults.most_common():
        print(f"{count} x {words}")
    return 1 if faults else 0


def _words(error: Exception) -> str:
    inside = [frame for frame in traceback.extract_tb(error.__traceback__) if "playground/" in frame.filename]
    notes = " ".join(getattr(error, "__notes__", ()))
    place = f"{inside[-1].filename.rpartition('playground/')[2]}:{inside[-1].lineno}" if inside else "the draw"
    return f"{type(error).__name__} in {place}: {' '.join(str(error).split())[:160]} {notes[:200]}"


if __name__ == "__main__":
    sys.exit(main())
