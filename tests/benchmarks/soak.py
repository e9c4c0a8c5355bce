"""`python -m tests.benchmarks.soak --minutes N --seed S`: random use of the real window, and what grows meanwhile.

A seeded person presses keys, clicks buttons, drags cards, opens presets and views, edits, undoes, presents, looks at
the gallery, switches themes, plays and pauses; all with real events. After each minute the window is brought to
the same state and counted: memory, widgets by class, QObjects, threads. A timer of 10 ms runs all the while.

Before, unless `--cold`, a warm-up visits every preset and opens every view once, so that libraries that are loaded at
their first use do not count as growth; what it took is told. `by itself` is the time of the GUI thread alone: on a busy
machine the rest was spent waiting for a processor.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.soak_memory import Breakdown, breakdown
from tests.benchmarks.surroundings import FOLDERS, temporary_home

GOALS = {"megabytes a minute": 2.0, "theme switch": 0.4, "p99": 60.0, "longest": 500.0}
PAUSE = 0.2
"""Seconds between two actions, in which the window does what they caused."""
START = "spirals"
"""The preset in which the window is counted."""


@dataclass
class Minute:
    """What was counted at the end of one minute."""

    actions: int
    megabytes: float
    widgets: Counter[str]
    objects: int
    threads: int
    themes: list[float]
    late: list[float]
    kinds: Breakdown


@dataclass
class Soak:
    """A run: what has been counted, and how many actions of each kind there were."""

    minutes: list[Minute] = field(default_factory=list)
    actions: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    """The longest that one action of a kind took, in seconds."""
    itself: dict[str, float] = field(default_factory=dict)
    """The same in seconds of the GUI thread."""
    faults: list[str] = field(default_factory=list)


def run(minutes: float, seed: int, *, warm: bool = True) -> Soak:
    """Use the window for so many minutes, after a warm-up unless not `warm`."""
    from playground.document import library
    from playground.document.files import read
    from tests.benchmarks.soak_person import Person
    from tests.benchmarks.window import open_window, rest

    soak = Soak()
    with open_window(read(library.find(START))) as place:
        hook, sys.excepthook = sys.excepthook, lambda kind, error, _: soak.faults.append(f"{kind.__name__}: {error}")
        person = Person(place, random.Random(seed), library.find(START))
        person.comes_to_rest()
        if warm:
            _warm_up(person)
        end = time.monotonic() + 60.0 * minutes
        while time.monotonic() < end:
            _one_minute(person, soak, min(end, time.monotonic() + 60.0), rest)
        sys.excepthook = hook
        person.comes_to_rest()
    return soak


def _warm_up(person: object) -> None:
    """Visit every preset and open every view once, and tell what that took."""
    from tests.benchmarks.soak_person import Person

    assert isinstance(person, Person)
    before, began = breakdown(), time.monotonic()
    presets, views = person.visits_everything()
    person.comes_to_rest()
    print(
        f"warm-up: {presets} presets and {views} views visited once in {time.monotonic() - began:.0f} s: "
        f"{breakdown().more_than(before)}",
        flush=True,
    )


def _one_minute(person: object, soak: Soak, until: float, rest: Callable[[float], None]) -> None:
    from tests.benchmarks.soak_person import Person, Ticking

    assert isinstance(person, Person)
    done = sum(soak.actions.values())
    person.themes.clear()
    with Ticking() as ticking:
        while time.monotonic() < until:
            name, act = person.next_action()
            began, own = time.perf_counter(), time.thread_time()
            act()
            spent, own = time.perf_counter() - began, time.thread_time() - own
            soak.actions[name] += 1
            soak.slowest[name] = max(soak.slowest.get(name, 0.0), spent)
            soak.itself[name] = max(soak.itself.get(name, 0.0), own)
            rest(PAUSE)
    person.comes_to_rest()
    minute = count(sum(soak.actions.values()) - done, list(person.themes), ticking.late)
    soak.minutes.append(minute)
    print(words(len(soak.minutes), minute), flush=True)


def count(actions: int, themes: list[float], late: list[float]) -> Minute:
    """Count what is there now."""
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

    from tests.benchmarks.memory import resident

    kinds = breakdown()  # This gives unused memory back, which then is not counted.
    widgets = Counter(type(widget).__name__ for widget in QApplication.allWidgets())
    roots = [widget for widget in QApplication.allWidgets() if widget.parent() is None]
    objects = sum(1 + len(root.findChildren(QObject)) for root in roots)
    return Minute(actions, resident(), widgets, objects, _threads(), themes, late, kinds)


def _threads() -> int:
    """Threads of the process, those of Qt and torch included."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


# What is told ------------------------------------------------------------------------------------------------------


def words(number: int, minute: Minute) -> str:
    """One line for one minute."""
    from tests.benchmarks.timing import percentile

    late, themes = minute.late or [0.0], minute.themes or [0.0]
    return (
        f"minute {number:2}: {minute.megabytes:6.0f} MB, {sum(minute.widgets.values()):5,} widgets, "
        f"{minute.objects:6,} QObjects, {minute.threads} threads, {minute.actions} actions; theme switch up to "
        f"{max(themes):.2f} s; timer late p50 {percentile(late, 0.5):.1f}, p99 {percentile(late, 0.99):.0f}, "
        f"longest {max(late):.0f} ms"
    )


def summary(soak: Soak) -> str:
    """The whole run against its goals."""
    from tests.benchmarks.timing import percentile

    first, last = soak.minutes[0], soak.minutes[-1]
    late = [late for minute in soak.minutes for late in minute.late] or [0.0]
    themes = [seconds for minute in soak.minutes for seconds in minute.themes] or [0.0]
    passed = max(1, len(soak.minutes) - 1)
    more = {name: number - first.widgets[name] for name, number in last.widgets.items() if number > first.widgets[name]}
    half = soak.minutes[len(soak.minutes) // 2 :]
    late_growth = (half[-1].megabytes - half[0].megabytes) / max(1, len(half) - 1)
    slowest = sorted(soak.slowest.items(), key=lambda pair: -pair[1])[:8]
    return "\n".join(
        (
            f"{sum(soak.actions.values()):,} actions: "
            + ", ".join(f"{name} {number}" for name, number in soak.actions.most_common()),
            f"memory: {(last.megabytes - first.megabytes) / passed:+.1f} MB a minute after the first "
            f"(goal under {GOALS['megabytes a minute']:.0f}), {late_growth:+.1f} in the second half",
            f"memory by kind, after the last minute: {last.kinds.words()}",
            f"memory by kind, more than after the first minute: {last.kinds.more_than(first.kinds)}",
            f"widgets more than after the first minute: {sum(more.values())} (goal 0) "
            + ", ".join(f"{name} +{number}" for name, number in sorted(more.items(), key=lambda pair: -pair[1])),
            f"QObjects {last.objects - first.objects:+,}; threads {last.threads - first.threads:+} (goal 0)",
            f"theme switch: first {themes[0]:.2f} s, last {themes[-1]:.2f} s, longest {max(themes):.2f} s "
            f"(goal {GOALS['theme switch']} s), by itself up to {soak.itself.get('switches_the_theme', 0.0):.2f} s",
            f"timer of 10 ms late: p50 {percentile(late, 0.5):.1f} ms, p99 {percentile(late, 0.99):.0f} ms "
            f"(goal {GOALS['p99']:.0f}), longest {max(late):.0f} ms (goal {GOALS['longest']:.0f})",
            "slowest actions (and by itself): "
            + ", ".join(f"{name} {seconds:.2f} ({soak.itself[name]:.2f}) s" for name, seconds in slowest),
            *(f"fault: {fault}" for fault in dict.fromkeys(soak.faults)),
        )
    )


def main() -> int:
    """Soak and print. Returns 1 when something was raised meanwhile."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cold", action="store_true", help="without the warm-up")
    options = parser.parse_args()
    with temporary_home() as home:
        os.environ.update({name: str(home / name.lower()) for name in FOLDERS})
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        soak = run(options.minutes, options.seed, warm=not options.cold)
    print(summary(soak))
    gc.collect()
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
