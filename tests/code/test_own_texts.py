"""The written code of a person's labelled texts gives the very numbers that Playground does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.data.own.labelled_texts import OwnLabelledTexts
from tests import own_files
from tests.code.test_loading import check_same


def texts(path: Path, **settings: Any) -> OwnLabelledTexts:
    return OwnLabelledTexts.model_validate({**own_files.labelled_text_parameters(path), **settings})


@pytest.mark.parametrize(
    "settings",
    [{}, {"tokens": "letters", "length": 20}, {"most_tokens": 10, "folds": 3, "fold": 2, "data_seed": 4},
     {"test_folds": 3, "test_fold": 2}],
)  # fmt: skip
def test_a_table_of_texts(tmp_path: Path, settings: dict[str, Any]) -> None:
    path = tmp_path / "it's {mine}.csv"
    path.write_bytes(own_files.messages().read_bytes())
    check_same(texts(path, **settings))


def test_a_file_that_has_changed_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_bytes(own_files.messages().read_bytes())
    chosen = texts(path)
    path.write_text("other,things\n1,2\n3,4\n5,6\n")
    assert "only Playground’s own reader" in chosen.to_code().cannot
