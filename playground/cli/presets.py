"""`presets`: what presets there are. Loads torch only to count what nobody has counted yet."""

from __future__ import annotations

import argparse

from playground.cli.report import goal_content, print_json, print_table
from playground.document import library
from playground.document.library import PresetEntry


def presets(options: argparse.Namespace) -> int:
    """List the presets, or make the weights that some of them lend to others."""
    if options.make_weights:
        from playground.training.weights.making import lenders, make_weights

        for path in lenders().values():
            made = make_weights(path)
            print(f"Saved {made} ({made.stat().st_size:,} bytes)")
        return 0
    entries = library.presets()
    counts = _counts(entries)
    rows = [
        {
            "id": entry.id,
            "title": entry.title,
            "chapter": entry.chapter,
            "level": entry.level,
            "summary": entry.summary,
            "parameters": counts[entry.id],
            "goals": [goal_content(goal) for goal in entry.goals],
        }
        for entry in entries
    ]
    if options.json:
        print_json(rows)
    else:
        columns = ("id", "chapter", "level", "parameters", "summary")
        print_table(columns, ([f"{row[c]:,}" if c == "parameters" else row[c] for c in columns] for row in rows))
    return 0


def _counts(entries: list[PresetEntry]) -> dict[str, int]:
    """How many numbers each preset learns, by id."""
    known = {entry.id: entry.parameters for entry in entries if entry.parameters is not None}
    unknown = [entry for entry in entries if entry.id not in known]
    if unknown:
        from playground.network.check import check

        found = {entry.path: check(entry.project.graph).total_parameters for entry in unknown}
        library.keep_parameters(found)
        known |= {path.stem: count for path, count in found.items()}
    return known
