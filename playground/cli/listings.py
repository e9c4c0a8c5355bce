"""`blocks`, `datasets` and `views`: what there is."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from playground.blocks.base import Block
from playground.blocks.registry import BLOCKS
from playground.cli.report import open_project, print_json, print_table
from playground.data.registry import DATASETS
from playground.document.copies import unrolled
from playground.document.declaration import ParameterInfo
from playground.network.check import check


def blocks(options: argparse.Namespace) -> int:
    """List the blocks that are not data."""
    return _declarations(BLOCKS, options.json)


def datasets(options: argparse.Namespace) -> int:
    """List the data blocks."""
    return _declarations(DATASETS, options.json)


def _declarations(classes: Iterable[type[Block]], as_json: bool) -> int:
    classes = list(classes)
    if as_json:
        print_json([_content(cls) for cls in classes])
        return 0
    rows = []
    for cls in classes:
        infos = cls.parameter_infos() or (None,)
        for index, info in enumerate(infos):
            first = (cls.id, cls.title) if index == 0 else ("", "")
            rows.append((*first, *(_parameter_cells(info) if info else ("", "", "", ""))))
    print_table(("id", "title", "parameter", "default", "allowed", "meaning"), rows)
    return 0


def _content(cls: type[Block]) -> dict[str, Any]:
    return {
        "id": cls.id,
        "family": cls.family,
        "title": cls.title,
        "summary": cls.summary,
        "inputs": [port.name for port in cls.inputs],
        "outputs": [port.name for port in cls.outputs],
        "parameters": [info.as_dict() for info in cls.parameter_infos()],
    }


def _parameter_cells(info: ParameterInfo) -> tuple[str, str, str, str]:
    if info.choices:
        allowed = ", ".join(info.choices)
    elif info.minimum is not None or info.maximum is not None:
        low = "" if info.minimum is None else f"{info.minimum:g}"
        high = "" if info.maximum is None else f"{info.maximum:g}"
        allowed = f"{low} … {high}"
    else:
        allowed = info.kind
    default = "none" if info.default is None else str(info.default)
    return info.name, default, allowed, info.help


def views(options: argparse.Namespace) -> int:
    """List the views, and for a project which apply and why the others do not."""
    from playground.analysis.registry import ANALYSES

    graph = open_project(options.project)[0].graph if options.project else None
    report = check(graph) if graph is not None else None
    rows = []
    for cls in ANALYSES:
        why_not = cls().why_not(report, unrolled(graph)) if report is not None and graph is not None else ""
        applies = None if report is None else not why_not
        rows.append(
            {"id": cls.id, "title": cls.title, "summary": cls.summary, "applies": applies, "why_not": why_not,
             "parameters": [info.as_dict() for info in cls.parameter_infos()]}
        )
    if options.json:
        print_json(rows)
    elif report is None:
        print_table(("id", "title", "shows"), ((row["id"], row["title"], row["summary"]) for row in rows))
    else:
        print_table(
            ("id", "title", "applies"),
            ((row["id"], row["title"], "yes" if row["applies"] else f"no: {row['why_not']}") for row in rows),
        )
    return 0
