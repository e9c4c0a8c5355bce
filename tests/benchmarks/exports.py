"""A trained LeNet-5 written as ONNX and as `.pt2`: the first time, when the exporter is loaded, and again.

Garbage is not collected meanwhile, as in the window; the command line does so rarely. Of the million objects that the
exporter brings, Python would look for garbage some twenty times, which takes a quarter of the first export.
"""

from __future__ import annotations

import gc

from playground.document.library import find
from playground.exchange.out.formats import FORMATS, network_of
from playground.training.opening import open_project
from playground.training.session.session import Session
from tests.benchmarks.table import Row
from tests.benchmarks.timing import spent_on

GOAL = 3_000.0


def measure() -> list[Row]:
    """Milliseconds of each format, the first time and again."""
    session = Session(open_project(find("lenet-5")))
    session.advance(2)
    gc.disable()
    rows = []
    for format_ in FORMATS:
        for words in ("the first time", "again"):
            spent = spent_on(lambda format_=format_: format_.make(network_of(session), "LeNet-5"))
            detail = f"{spent.processor:.0f} ms of processor time"
            rows.append(Row(f"LeNet-5 as {format_.title}, {words}", spent.wall, "ms", GOAL, detail=detail))
    return rows
