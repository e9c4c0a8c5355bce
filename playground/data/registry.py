"""All datasets, family by family, and the catalogue of everything that can stand on the canvas."""

from __future__ import annotations

from playground.blocks.base import Block
from playground.blocks.registry import BLOCKS
from playground.data import (
    courses,
    drawn,
    expression,
    gates,
    graphs,
    images,
    own_images,
    own_labelled_texts,
    own_table,
    own_text,
    points,
    ring,
    sequences,
    series,
    surfaces,
    tables,
    text,
    typed,
)
from playground.data.base import Dataset

DATASETS: tuple[type[Dataset], ...] = (
    *points.DATASETS,
    *ring.DATASETS,
    *expression.DATASETS,
    *drawn.DATASETS,
    *typed.DATASETS,
    *gates.DATASETS,
    *surfaces.DATASETS,
    *courses.DATASETS,
    *tables.DATASETS,
    *images.DATASETS,
    *graphs.DATASETS,
    *text.DATASETS,
    *sequences.DATASETS,
    *series.DATASETS,
    *own_table.DATASETS,
    *own_images.DATASETS,
    *own_text.DATASETS,
    *own_labelled_texts.DATASETS,
)

CATALOGUE: dict[str, type[Block]] = {cls.id: cls for cls in (*DATASETS, *BLOCKS)}
"""From the stable id in files to the class of a block or a dataset."""
