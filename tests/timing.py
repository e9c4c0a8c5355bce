"""`python -m tests.timing [ROOM ...]`: how long tests take, the slowest of all and the sum for each preset.

A room is a folder of `tests`, such as `presets`; without any, all run, one after another. `--keep FOLDER` leaves what
pytest has written there, and `--read FOLDER` prints the tables of such a folder without running anything.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from playground.document import library

TESTS = Path(__file__).parent
GOALS = "test_training_reaches_the_goals"


@dataclass(frozen=True)
class Timed:
    """One test and the seconds it took, with its fixtures."""

    file: str
    """Such as `tests/presets/test_presets.py`."""
    name: str
    parameter: str
    """What stands in brackets behind the name."""
    seconds: float

    def about(self, presets: Iterable[str]) -> str:
        """The preset that the test is about, by its parameter; empty where it names none."""
        return max((name for name in presets if f"{self.parameter}-".startswith(f"{name}-")), key=len, default="")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rooms and print the tables. Returns 1 when a test failed."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as passing:
        folder = options.read or options.keep or Path(passing)
        failed = [] if options.read else [room for room in options.rooms or rooms() if not _run(room, folder)]
        found = [timed for path in sorted(folder.glob("*.xml")) for timed in read(path)]
    if not found:
        print("no test has run", file=sys.stderr)
        return 1
    print("\n".join([*slowest(found, options.number), "", *by_preset(found, options.number)]))
    if failed:
        print(f"tests failed in {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def rooms() -> list[str]:
    """The folders of tests."""
    return sorted(path.name for path in TESTS.iterdir() if path.is_dir() and any(path.rglob("test_*.py")))


def read(path: Path) -> list[Timed]:
    """The tests of one report of pytest (JUnit XML)."""
    found = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if "name" not in case.attrib:  # the test in which somebody ended the run
            continue
        name, _, parameter = case.attrib["name"].partition("[")
        file = case.attrib["classname"].replace(".", "/") + ".py"
        found.append(Timed(file, name, parameter.removesuffix("]"), float(case.attrib["time"])))
    return found


def slowest(tests: Sequence[Timed], number: int) -> list[str]:
    """The slowest tests as lines of a Markdown table."""
    total = sum(test.seconds for test in tests)
    lines = [f"| seconds | test ({len(tests):,} took {total:.0f} s together) |", "|---:|---|"]
    for test in sorted(tests, key=lambda test: -test.seconds)[:number]:
        words = f"{test.name}[{test.parameter}]" if test.parameter else test.name
        lines.append(f"| {test.seconds:.1f} | `{test.file}`: {words} |")
    return lines


def by_preset(tests: Sequence[Timed], number: int) -> list[str]:
    """The presets whose tests take longest, as lines of a Markdown table."""
    presets = tuple(library.paths())
    sums: dict[str, list[float]] = {}
    for test in tests:
        if test.file.startswith("tests/presets/") and (preset := test.about(presets)):
            row = sums.setdefault(preset, [0.0, 0.0])
            row[0] += test.seconds
            row[1] += test.seconds if test.name == GOALS else 0.0
    total, goals = (sum(row[column] for row in sums.values()) for column in (0, 1))
    lines = [f"| seconds | to its goals | preset ({len(sums)} took {total:.0f} s, {goals:.0f} s to their goals) |",
             "|---:|---:|---|"]  # fmt: skip
    for preset, (all_, goal) in sorted(sums.items(), key=lambda pair: -pair[1][0])[:number]:
        lines.append(f"| {all_:.1f} | {goal:.1f} | {preset} |")
    return lines


def _run(room: str, folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    print(f"running tests/{room} …", file=sys.stderr, flush=True)
    report = folder / f"{room.replace('/', '-')}.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"tests/{room}", f"--junitxml={report}"]
    return subprocess.run(command, cwd=TESTS.parent, stdout=sys.stderr).returncode == 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.timing", description="How long tests take.")
    parser.add_argument("rooms", metavar="ROOM", nargs="*", help="folders of tests, such as presets; without, all")
    parser.add_argument("--number", metavar="N", type=int, default=20, help="rows of each table (20)")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="leave the reports of pytest there")
    parser.add_argument("--read", metavar="FOLDER", type=Path, help="print the tables of reports that were kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
