"""`check`: shapes, parameters, and errors with their fixes; `--write` saves the file in the form of the window."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.cli.report import CallError, open_project, print_json, print_note, print_table
from playground.data.own.places import stored
from playground.document import files
from playground.document.copies import copies_of
from playground.document.files import ProjectFileError, UnreadableFileError
from playground.document.graph import Graph
from playground.network.check import Report
from playground.network.check import check as check_graph
from playground.network.naming import block_title, group_title, titles
from playground.training.readiness import refusals


def check(options: argparse.Namespace) -> int:
    """Check a project. Exit code 1 when it has errors, 2 when the file is no project at all or cannot be written."""
    try:
        project, path = open_project(options.project)
    except UnreadableFileError:
        raise
    except ProjectFileError as error:
        errors = [{"node": "", "message": str(problem), "fixes": []} for problem in error.problems]
        return _tell({"ok": False, "parameters": 0, "nodes": [], "groups": [], "errors": errors}, options.json, {})
    report = check_graph(project.graph)
    report = report.but(*refusals(project, report))
    if options.write:
        print_note(_rewritten(path))
    return _tell(content_of(project.graph, report), options.json, titles(project.graph))


def _rewritten(path: Path) -> str:
    """Save a project file as the window would, and say so. Raises CallError."""
    written = path.read_bytes()
    project = files.parse(written)  # not as it is opened: paths stay relative
    text = files.to_json(project.replace(graph=stored(project.graph, path.absolute().parent)))
    if written == text.encode():
        return f"{path} is as the window saves it."
    try:
        files.write_atomically(path, text.encode())
    except OSError as error:
        raise CallError(f"{path} cannot be written: {error.strerror or error}.") from error
    return f"Saved {path} as the window does."


def content_of(graph: Graph, report: Report) -> dict[str, Any]:
    """The report of a check as JSON. Shapes are per example, one per output port; a loss has the shape [].

    Of a block in a repeated group the parameters are those of all its copies, and the shapes those of the first.
    """
    nodes = []
    for node in graph.nodes:
        block = report.blocks.get(node.id)
        signals = [report.signals.get((node.id, port.name)) for port in block.outputs] if block is not None else []
        nodes.append(
            {
                "id": node.id,
                "block": node.block,
                "output_shapes": [None if signal is None else list(signal.shape) for signal in signals],
                "parameters": sum(report.parameters.get(copy, 0) for copy in copies_of(graph, node.id)),
            }
        )
    groups = [
        {
            "id": group.id,
            "title": group_title(group),
            "inside": group.inside,
            "nodes": list(graph.members(group.id)),
            "repeat": group.repeat,
            "shared": group.shared,
            "parameters": sum(
                report.parameters.get(copy, 0) for name in graph.members(group.id) for copy in copies_of(graph, name)
            ),
        }
        for group in graph.groups
    ]
    errors = [
        {"node": problem.node, "message": problem.message, "fixes": [fix.label for fix in problem.fixes]}
        for problem in report.errors()
    ]
    return {
        "ok": report.ok, "parameters": report.total_parameters, "nodes": nodes, "groups": groups, "errors": errors,
    }  # fmt: skip


def _tell(content: dict[str, Any], as_json: bool, names: Mapping[str, str]) -> int:
    if as_json:
        print_json(content)
    else:
        _tell_people(content, names)
    return 0 if content["ok"] else 1


def _tell_people(content: dict[str, Any], names: Mapping[str, str]) -> None:
    if content["nodes"]:
        rows = (
            (
                names[node["id"]],
                node["id"],
                block_title(node["block"]),
                "  ".join("?" if s is None else " × ".join(map(str, s)) or "one number" for s in node["output_shapes"]),
                f"{node['parameters']:,}",
            )
            for node in content["nodes"]
        )
        print_table(("name", "id", "block", "output per example", "parameters"), rows)
    if content.get("groups"):
        print_table(("group", "id", "copies", "blocks", "parameters"), map(_group_row, content["groups"]))
    for error in content["errors"]:
        fixes = f" Fixes: {'; '.join(error['fixes'])}." if error["fixes"] else ""
        print(f"{names.get(error['node'], error['node']) or 'Project'}: {error['message']}{fixes}")
    count = len(content["errors"])
    errors = f"{count} error{'s' if count > 1 else ''}" if count else "no errors"
    print(f"{content['parameters']:,} parameters, {errors}.")


def _group_row(group: Mapping[str, Any]) -> tuple[str, ...]:
    copies = f"{group['repeat']}, all with the same weights" if group["repeat"] > 1 and group["shared"] else None
    blocks, parameters = str(len(group["nodes"])), f"{group['parameters']:,}"
    return group["title"], group["id"], copies or str(group["repeat"]), blocks, parameters
