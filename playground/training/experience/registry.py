"""The sources of experience, and which of them the data of a graph ask for."""

from __future__ import annotations

from playground.network.check import Report
from playground.training.batches import experience_asked_for
from playground.training.experience.base import Experience
from playground.training.experience.rows import Feeder, InOrder

SOURCES: tuple[type[Experience], ...] = (Feeder, InOrder)


def source_of(report: Report) -> type[Experience]:
    """The source that the data blocks of a graph ask for; rows where none asks for another.

    Raises DataError where they ask for several, KeyError for a source that does not exist.
    """
    known = {cls.id: cls for cls in SOURCES}
    return known[experience_asked_for(report)]
