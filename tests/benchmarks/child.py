"""`python -m tests.benchmarks.child NAME`: take one measure; the last line printed is its rows as JSON."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from tests.benchmarks.measures import MEASURES


def main(name: str) -> None:
    """Take the measure of that name. Raises KeyError."""
    module, function = MEASURES[name].split(":")
    rows = getattr(import_module(module), function)()
    print(json.dumps([row.content() for row in rows]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
