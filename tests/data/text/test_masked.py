"""Text with hidden characters: what is hidden is what stood there, and pieces are neighbours or not, as it is told."""

from __future__ import annotations

import numpy as np
import pytest

from playground.blocks.base import BlockError
from playground.blocks.class_loss_layers import NOT_ASKED
from playground.data.inputs.base import Known
from playground.data.preparation import prepare
from playground.data.text.characters import ALPHABET, descriptions, manual
from playground.data.text.masked import VOCABULARY, MaskedManual, WhichText, marked_characters
from playground.document.declaration import Declaration


def text_of(row: np.ndarray) -> str:
    return "".join(VOCABULARY[number] for number in row)


@pytest.mark.parametrize("window", [15, 32])
def test_what_was_hidden_and_what_was_left_make_the_text(window: int) -> None:
    dataset = MaskedManual(window=window, characters=6_000, masked=0.3)
    text = manual()[:6_000]
    first = (window - 1) // 2
    for part in prepare(dataset).parts.values():
        for shown, hidden, follows in zip(part["features"], part["target"], part["follows"], strict=True):
            whole = np.where(hidden == NOT_ASKED, shown, hidden)
            pieces = text_of(whole).split("[SEP]")
            assert [len(piece) for piece in pieces] == [first, window - 1 - first]
            assert all(piece in text for piece in pieces)
            if follows:
                assert "".join(pieces) in text
            assert shown[first] == VOCABULARY.index("[SEP]") and hidden[first] == NOT_ASKED
            assert (hidden != NOT_ASKED).any()


def test_the_shares_are_those_of_bert() -> None:
    train = prepare(MaskedManual(masked=0.2, repeats=2)).parts["train"]
    shown, hidden = np.asarray(train["features"]), np.asarray(train["target"])
    asked = hidden != NOT_ASKED
    assert asked.mean() == pytest.approx(0.2, abs=0.03)
    assert (shown[asked] == len(ALPHABET)).mean() == pytest.approx(0.8, abs=0.01)
    assert (shown[asked] == hidden[asked]).mean() == pytest.approx(0.1, abs=0.01)
    assert not (shown[~asked] == len(ALPHABET)).any()
    assert np.asarray(train["follows"]).mean() == pytest.approx(0.5, abs=0.03)


def test_a_person_hides_characters_by_writing_mask() -> None:
    assert marked_characters("a[MASK]b[SEP]") == ["a", "[MASK]", "b", "[SEP]"]
    dataset = MaskedManual(window=9)
    form = dataset.input_form(Known(np.zeros((1, 9), dtype=np.int64), (), dataset.signals()[0]))
    numbers = form.encoded("the[SEP]l[MASK]st").features[0]
    assert text_of(numbers) == "the[SEP]l[MASK]st "


def test_pieces_come_in_turn_from_both_texts_and_none_twice() -> None:
    features, target, *_ = prepare(WhichText(examples=200)).parts["train"].values()
    texts = (manual(), descriptions())
    assert all(text_of(row) in texts[origin] for row, origin in zip(features, target, strict=True))
    assert len({text_of(row) for row in features}) > 0.98 * len(features)
    with pytest.raises(BlockError, match="too few"):
        WhichText(examples=1_000, window=128).expect()
    assert issubclass(WhichText, Declaration)


def test_longer_tokens_are_hidden_too() -> None:
    dataset = MaskedManual(window=9, characters=4_000, tokens="byte-pairs", vocabulary_size=80)
    features, target, _ = dataset.signals()
    form = dataset.input_form(Known(np.zeros((1, 9), dtype=np.int64), (), features))
    assert len(target.classes) == 80 and features.classes == (*target.classes, "[MASK]", "[SEP]")
    numbers = form.encoded("The[MASK]").features[0].tolist()
    assert "".join(features.classes[number] for number in numbers[: numbers.index(80)]) == "the"
    shown = np.asarray(prepare(dataset).parts["train"]["features"])
    assert (shown == 80).any() and (shown == 81).any() and shown.max() == 81
