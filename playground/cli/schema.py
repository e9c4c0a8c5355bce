"""`schema`: the JSON Schema of a project file."""

from __future__ import annotations

import argparse

from playground.cli.report import print_json
from playground.document import files


def schema(_options: argparse.Namespace) -> int:
    """Print the JSON Schema of a project file."""
    print_json(files.schema())
    return 0
