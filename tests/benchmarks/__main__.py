"""`python -m tests.benchmarks [--json [FILE]] [--only NAME ...]`: one table of all measures."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import machine
from tests.benchmarks.measures import MEASURES
from tests.benchmarks.surroundings import environment, temporary_home
from tests.benchmarks.table import Row, table

PATIENCE = 900.0
"""Seconds that one measure may take."""


def main() -> int:
    """Run the measures and print the table. Returns 1 when a measure could not be taken."""
    options = _parser().parse_args()
    rows: list[Row] = []
    broken: list[str] = []
    with temporary_home() as home:
        for name in options.only or MEASURES:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            found = _measure(name, home)
            rows.extend(found)
            if not found:
                broken.append(name)
    here = machine.words()
    content = {"machine": here, "rows": [row.content() for row in rows], "broken": broken}
    if options.json == "-":
        print(json.dumps(content, indent=1))
    else:
        print(table(rows), here, *(f"could not be measured: {name}" for name in broken), sep="\n")
        if options.json:
            Path(options.json).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 1 if broken else 0


def _measure(name: str, home: Path) -> list[Row]:
    """Take one measure in a process of its own; no rows when it fails."""
    command = [sys.executable, "-m", "tests.benchmarks.child", name]
    try:
        answer = subprocess.run(command, env=environment(home), stdout=subprocess.PIPE, timeout=PATIENCE, check=True)
    except subprocess.SubprocessError as error:
        print(error, file=sys.stderr)
        return []
    return [Row(**row) for row in json.loads(answer.stdout.splitlines()[-1])]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure how fast Playground is.")
    parser.add_argument("--json", metavar="FILE", nargs="?", const="-", help="write JSON there; without FILE print it")
    parser.add_argument("--only", metavar="NAME", nargs="+", choices=tuple(MEASURES), help=f"of {', '.join(MEASURES)}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
