"""`schema`: the JSON Schema of a project file, of one that holds a group, of an experiment, or of a search."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from playground.cli.report import print_json
from playground.document import files
from playground.document.experiment import experiment_schema
from playground.document.group_files import group_schema
from playground.document.search import search_schema

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "project": files.schema,
    "group": group_schema,
    "experiment": experiment_schema,
    "search": search_schema,
}


def schema(options: argparse.Namespace) -> int:
    """Print a JSON Schema."""
    print_json(SCHEMAS[options.of]())
    return 0
