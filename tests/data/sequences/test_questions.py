"""What the sequences of symbols ask: the answers by hand, and that nothing else tells them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from playground.blocks.base import BlockError
from playground.blocks.class_loss_layers import NOT_ASKED
from playground.data.inputs.base import EntryError, Known
from playground.data.inputs.marked import MarkedForm
from playground.data.preparation import prepare
from playground.data.preview import preview
from playground.data.sequences.brackets import Brackets, is_balanced
from playground.data.sequences.counting import AddingProblem, CountSymbols, Parity
from playground.data.sequences.looking import Induction, TagSentences
from playground.data.sequences.melody import NOTES, Melody
from playground.data.sequences.rearranging import Sort
from playground.data.sequences.remembering import CopyMemory, RecallWithLag


def made(dataset, seed=0):
    return dataset.generate(np.random.default_rng(seed))


def written(dataset, rows=200):
    """Sequences and answers as texts."""
    return [(str(left), str(right)) for left, right in preview(prepare(dataset), "train", rows).rows]


def test_a_lag_moves_the_answers_and_the_first_steps_are_not_asked() -> None:
    for sequence, answer in written(RecallWithLag(length=9, lag=4)):
        assert answer == "····" + sequence[:5]
    with pytest.raises(BlockError, match="no step of 5 symbols") as caught:
        RecallWithLag(length=5, lag=5).expect()
    assert caught.value.fixes[0].parameters == {"lag": 2}


@pytest.mark.parametrize("gap", [0, 3])
def test_what_stood_before_the_gap_is_the_answer_at_the_marks(gap: int) -> None:
    for sequence, answer in written(CopyMemory(length=3, gap=gap)):
        assert sequence[3:] == "_" * gap + ">>>" and set(sequence[:3]) <= set("ABCD")
        assert answer == "·" * (3 + gap) + sequence[:3]


def test_sorted_symbols() -> None:
    for sequence, answer in written(Sort(length=6)):
        assert answer == "".join(sorted(sequence))


def test_every_count_comes_equally_often_and_no_single_place_tells_it() -> None:
    examples = made(CountSymbols(length=5, examples=600))
    np.testing.assert_array_equal((examples.features == 0).sum(axis=1), examples.target)
    assert np.bincount(examples.target).tolist() == [100] * 6
    assert np.all(np.abs((examples.features == 0).mean(axis=0) - 0.5) < 0.08)
    assert set(np.unique(examples.features)) == {0, 1, 2}


def test_parity_at_the_end_and_at_every_step() -> None:
    for sequence, answer in written(Parity(length=7)):
        assert answer.split() == [("even", "odd")[sequence[: step + 1].count("1") % 2] for step in range(7)]
    for sequence, answer in written(Parity(length=7, asked="end")):
        assert answer == ("even", "odd")[sequence.count("1") % 2]


def test_one_number_of_each_half_is_marked_and_who_says_one_is_wrong_by_a_sixth() -> None:
    examples = made(AddingProblem(length=10, examples=20_000))
    numbers, marks = examples.features[..., 0], examples.features[..., 1]
    assert np.all(marks[:, :5].sum(axis=1) == 1.0) and np.all(marks[:, 5:].sum(axis=1) == 1.0)
    np.testing.assert_allclose(examples.target[:, 0], [numbers[row][marks[row] == 1.0].sum() for row in range(20_000)])
    assert np.square(examples.target - 1.0).mean() == pytest.approx(1.0 / 6.0, abs=0.005)


def test_marked_numbers_are_typed_with_a_star() -> None:
    form = AddingProblem(length=3).input_form(Known(np.zeros((0, 3, 2)), (), AddingProblem(length=3).signals()[0]))
    assert isinstance(form, MarkedForm)
    assert form.encoded("0.5* 0,25 1*").features.tolist() == [[[0.5, 1.0], [0.25, 0.0], [1.0, 1.0]]]
    assert form.hint == "Type 3 numbers, and a * behind those that are marked"
    with pytest.raises(EntryError, match="exactly 3 numbers, but 2 arrived"):
        form.encoded("1 2")


def reduced(row: str) -> str:
    """What is left when pairs that stand side by side are crossed out, again and again."""
    while (shorter := re.sub(r"\(\)|\[\]|\{\}", "", row)) != row:
        row = shorter
    return row


@pytest.mark.parametrize(("kinds", "depth", "length"), [(1, 1, 8), (1, 4, 14), (3, 2, 10), (2, 50, 20)])
def test_balanced_rows_can_be_crossed_out_and_broken_ones_have_the_same_counts(
    kinds: int, depth: int, length: int
) -> None:
    rows = written(Brackets(length=length, depth=depth, kinds=kinds, examples=400))
    for row, answer in rows:
        assert (reduced(row) == "") == (answer == "balanced")
        heights = np.cumsum([1 if sign in "([{" else -1 for sign in row])
        assert heights[-1] == 0 and heights.max() <= depth
    assert {answer for _, answer in rows} == {"balanced", "broken"}
    assert len({sign for row, _ in rows for sign in row}) == 2 * kinds
    counts = np.bincount(made(Brackets(length=length, examples=400)).target)
    assert counts.tolist() == [200, 200]


def test_an_odd_number_of_brackets_is_refused() -> None:
    with pytest.raises(BlockError, match="Of 7 brackets one has no partner") as caught:
        Brackets(length=7).expect()
    assert caught.value.fixes[0].parameters == {"length": 8}
    assert is_balanced([0, 2, 3, 1]) and not is_balanced([0, 2, 1, 3]) and not is_balanced([0, 0])


def test_the_tag_of_a_letter_is_the_sign_that_comes_and_what_was_read_does_not_tell_it() -> None:
    for sequence, answer in written(TagSentences(length=10)):
        for step, tag in enumerate(answer.split()):
            kind = {".": "statement", "?": "question"}[next(sign for sign in sequence[step:] if sign in ".?")]
            assert tag == ("·" if sequence[step] in ".?" else kind)
    examples = made(TagSentences(examples=20_000))
    asked = examples.target[:, 1:] != NOT_ASKED
    for seen in range(6):  # the symbol before
        answers = examples.target[:, 1:][asked & (examples.features[:, :-1] == seen)]
        assert answers.mean() == pytest.approx(0.5, abs=0.02)


def test_induction_asks_for_what_followed_the_last_time() -> None:
    for sequence, answer in written(Induction(length=12, symbols=4)):
        for step, symbol in enumerate(sequence):
            before = sequence[:step].rfind(symbol)
            assert answer[step] == ("·" if before < 0 else sequence[before + 1])


def test_melodies_follow_their_shape_start_and_pace() -> None:
    dataset = Melody(length=6)
    form = dataset.input_form(Known(np.zeros((0, 16)), (), dataset.signals()[0]))
    examples = made(dataset)
    tunes = {form.entry(row[None]): [NOTES[note] for note in notes] for row, notes in
             zip(examples.features, examples.target, strict=True)}  # fmt: skip
    assert tunes["rising", "C4", "1"] == ["C4", "D4", "E4", "F4", "G4", "A4"]
    assert tunes["falling", "C5", "2"] == ["C5", "C5", "B4", "B4", "A4", "A4"]
    assert tunes["arch", "D4", "1"] == ["D4", "E4", "F4", "G4", "F4", "E4"]
    assert tunes["valley", "G4", "1"] == ["G4", "F4", "E4", "D4", "E4", "F4"]
    assert tunes["thirds", "C4", "1"] == ["C4", "E4", "D4", "F4", "E4", "G4"]
    assert tunes["trill", "A4", "1"] == ["A4", "B4", "A4", "B4", "A4", "B4"]
    noisy = made(Melody(length=6, wrong_notes=0.5))
    assert (noisy.target == examples.target).mean() == pytest.approx(0.5 + 0.5 / len(NOTES), abs=0.05)
