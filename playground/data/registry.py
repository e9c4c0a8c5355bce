"""All datasets, family by family, and the catalogue of everything that can stand on the canvas."""

from __future__ import annotations

from itertools import groupby

from playground.blocks.base import Block
from playground.blocks.registry import BLOCKS
from playground.data.base import Dataset
from playground.data.graphs import communities
from playground.data.images import (
    captions,
    content_and_style,
    damaged,
    digits,
    glyphs,
    moving,
    noise,
    objects,
    photographs,
    scans,
    scenes,
    textures,
)
from playground.data.images import pairs as digit_pairs
from playground.data.images import shapes as drawn_shapes
from playground.data.own import images as own_images
from playground.data.own import labelled_texts as own_labelled_texts
from playground.data.own import stand_in
from playground.data.own import table as own_table
from playground.data.own import text as own_text
from playground.data.points import drawn, expression, ring, shapes, surfaces
from playground.data.sequences import (
    brackets,
    counting,
    looking,
    melody,
    pairs,
    rearranging,
    remembering,
    sentence,
    translation,
    trees,
)
from playground.data.series import builder, measured, processes, signals
from playground.data.tables import classic, courses, gates, typed
from playground.data.text import characters, masked
from playground.data.words import categories, contexts, following, labelled, ratings, understanding

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
    *digit_pairs.DATASETS,
    *drawn_shapes.DATASETS,
    *scenes.DATASETS,
    *captions.DATASETS,
    *objects.DATASETS,
    *textures.DATASETS,
    *glyphs.DATASETS,
    *photographs.DATASETS,
    *damaged.DATASETS,
    *content_and_style.DATASETS,
    *moving.DATASETS,
    *scans.DATASETS,
    *noise.DATASETS,
    *communities.DATASETS,
    *characters.DATASETS,
    *masked.DATASETS,
    *remembering.DATASETS,
    *rearranging.DATASETS,
    *counting.DATASETS,
    *brackets.DATASETS,
    *trees.DATASETS,
    *looking.DATASETS,
    *melody.DATASETS,
    *sentence.DATASETS,
    *pairs.DATASETS,
    *translation.DATASETS,
    *contexts.DATASETS,
    *labelled.DATASETS,
    *categories.DATASETS,
    *understanding.DATASETS,
    *following.DATASETS,
    *ratings.DATASETS,
    *measured.DATASETS,
    *builder.DATASETS,
    *processes.DATASETS,
    *signals.DATASETS,
    *own_table.DATASETS,
    *own_images.DATASETS,
    *own_text.DATASETS,
    *own_labelled_texts.DATASETS,
    *stand_in.DATASETS,
)

TOPICS = {
    "points": "Points",
    "tables": "Tables",
    "images": "Images",
    "graphs": "Graphs",
    "text": "Texts",
    "sequences": "Sequences",
    "words": "Words",
    "series": "Time series",
    "own": "Your files",
}
"""The heading of each folder of datasets, in the order of lists."""

CATALOGUE: dict[str, type[Block]] = {cls.id: cls for cls in (*DATASETS, *BLOCKS)}
"""From the stable id in files to the class of a block or a dataset."""


def by_topic() -> list[tuple[str, list[type[Dataset]]]]:
    """All datasets under their headings; a heading of its own follows that of the folder."""

    def rank(dataset: type[Dataset]) -> tuple[int, str]:
        folder = _folder(dataset)
        return list(TOPICS).index(folder) if folder in TOPICS else len(TOPICS), dataset.topic

    groups = groupby(sorted(DATASETS, key=rank), rank)
    return [(topic_of(members[0]), members) for members in (list(group) for _, group in groups)]


def topic_of(dataset: type[Dataset]) -> str:
    """The heading under which a dataset is listed."""
    folder = _folder(dataset)
    return dataset.topic or TOPICS.get(folder, folder.capitalize())


def _folder(dataset: type[Dataset]) -> str:
    """Its folder in `playground/data`."""
    return dataset.__module__.split(".")[-2]
