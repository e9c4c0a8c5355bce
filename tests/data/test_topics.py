"""Under which heading each dataset is listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground import data
from playground.data.registry import CATALOGUE, DATASETS, TOPICS, by_topic, topic_of


def test_every_dataset_is_listed_once_and_every_heading_too() -> None:
    listed = by_topic()
    assert sorted(one.id for _, members in listed for one in members) == sorted(one.id for one in DATASETS)
    titles = [title for title, _ in listed]
    assert len(set(titles)) == len(titles) and set(TOPICS.values()) <= set(titles)
    assert (titles[0], titles[-1]) == ("Points", "Your files")


def test_every_folder_of_datasets_has_a_heading() -> None:
    root = Path(data.__file__).parent
    without = {"inputs", "tokenizers"}  # what a person gives, and how text is cut
    folders = {path.parent.name for path in root.glob("*/__init__.py")} - without
    assert folders == TOPICS.keys(), "a new folder is a row of TOPICS in playground/data/registry.py"


@pytest.mark.parametrize(
    ("dataset", "topic"),
    [
        ("circles", "Points"), ("drawn-points", "Points"), ("plane", "Regression"), ("iris", "Tables"),
        ("truth-table", "Tables"), ("insurance", "Course examples"), ("mnist", "Images"), ("communities", "Graphs"),
        ("reverse", "Sequences"), ("python-manual", "Texts"), ("co2", "Time series"), ("own-table", "Your files"),
        ("own-text", "Your files"),
    ],
)  # fmt: skip
def test_a_dataset_stands_under_the_heading_of_its_folder_or_its_own(dataset: str, topic: str) -> None:
    found = CATALOGUE[dataset]
    assert found in DATASETS and topic_of(found) == topic  # type: ignore[comparison-overlap, arg-type]
