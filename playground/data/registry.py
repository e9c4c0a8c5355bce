"""All datasets, family by family, and the catalogue of everything that can stand on the canvas."""

from __future__ import annotations

from playground.blocks.base import Block
from playground.blocks.registry import BLOCKS
from playground.data.base import Dataset
from playground.data.graphs import communities
from playground.data.images import digits
from playground.data.own import images as own_images
from playground.data.own import labelled_texts as own_labelled_texts
from playground.data.own import table as own_table
from playground.data.own import text as own_text
from playground.data.points import drawn, expression, ring, shapes, surfaces
from playground.data.series import forecasting
from playground.data.tables import classic, courses, gates, typed
from playground.data.text import characters, sequences

DATASETS: tuple[type[Dataset], ...] = (
    *shapes.DATASETS,
    *ring.DATASETS,
    *expression.DATASETS,
    *drawn.DATASETS,
    *typed.DATASETS,
    *gates.DATASETS,
    *surfaces.DATASETS,
    *courses.DATASETS,
    *classic.DATASETS,
    *digits.DATASETS,
    *communities.DATASETS,
    *characters.DATASETS,
    *sequences.DATASETS,
    *forecasting.DATASETS,
    *own_table.DATASETS,
    *own_images.DATASETS,
    *own_text.DATASETS,
    *own_labelled_texts.DATASETS,
)

CATALOGUE: dict[str, type[Block]] = {cls.id: cls for cls in (*DATASETS, *BLOCKS)}
"""From the stable id in files to the class of a block or a dataset."""
