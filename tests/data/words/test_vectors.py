"""The real word vectors: what they say of kings and queens, capitals, and words of opposite meaning."""

from __future__ import annotations

import numpy as np
import pytest

from playground.data.words import vectors as module
from playground.data.words.likeness import likeness, likeness_matrix, nearest, normalized, sum_of
from playground.data.words.vectors import FOLDER, UNITS, known_rows, read_vectors, word_vectors


def found(first: str, minus: str, plus: str, *, leave_out: bool, unit: bool = True) -> list[tuple[str, float]]:
    known = word_vectors()
    rows = [known.places[word] for word in (first, minus, plus)]
    vectors = normalized(known.vectors) if unit else known.vectors
    places, values = nearest(sum_of(vectors, rows, (1, -1, 1)), vectors, "cosine", 3, rows if leave_out else ())
    return [(known.words[place], float(value)) for place, value in zip(places, values, strict=True)]


def cosine(one: str, other: str) -> float:
    known = word_vectors()
    a, b = (known.vectors[known.places[word]].astype(np.float64) for word in (one, other))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_king_minus_man_plus_woman_is_king_and_queen_only_once_the_given_words_are_left_out() -> None:
    (first, near), (second, next_near), _ = found("king", "man", "woman", leave_out=False)
    assert (first, second) == ("king", "queen")
    assert (near, next_near) == (pytest.approx(0.885, abs=1e-3), pytest.approx(0.852, abs=1e-3))
    assert found("king", "man", "woman", leave_out=True)[0][0] == "queen"


def test_vectors_of_their_own_length_say_the_same_with_other_numbers() -> None:
    (first, near), (second, next_near), _ = found("king", "man", "woman", leave_out=False, unit=False)
    assert (first, second) == ("king", "queen")
    assert (near, next_near) == (pytest.approx(0.886, abs=1e-3), pytest.approx(0.861, abs=1e-3))


def test_rome_minus_italy_plus_france_is_paris() -> None:
    (first, near), *_ = found("rome", "italy", "france", leave_out=False, unit=False)
    assert first == "paris" and near == pytest.approx(0.858, abs=1e-3)


def test_opposites_are_closer_than_a_king_and_his_queen() -> None:
    assert cosine("good", "bad") == pytest.approx(0.796, abs=1e-3)
    assert cosine("king", "queen") == pytest.approx(0.784, abs=1e-3)


def test_they_come_in_order_of_frequency_once_each_and_nobody_can_change_them() -> None:
    known = word_vectors()
    assert known.words[:6] == ("the", ",", ".", "of", "to", "and") and len(set(known.words)) == 20_000
    assert known.vectors.shape == (20_000, UNITS) and np.isfinite(known.vectors).all()
    assert known.place("Paris") == known.places["paris"] and known.place("zzyzx") is None
    with pytest.raises(ValueError, match="read-only"):
        known.vectors[0, 0] = 1.0


def test_rows_of_a_vocabulary_are_those_that_a_written_file_reads() -> None:
    numbers, rows = known_rows(("[PAD]", "king", "Queen", "zzyzx"))
    assert numbers.tolist() == [1, 2]
    assert (read_vectors(str(FOLDER), "king queen") == word_vectors().vectors[rows]).all()


def test_missing_files_are_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    word_vectors.cache_clear()
    try:
        with pytest.raises(OSError, match=r"cannot be read .* Install Playground again"):
            word_vectors()
    finally:
        word_vectors.cache_clear()


def test_measures_by_hand() -> None:
    vectors = np.array([[3.0, 4.0], [4.0, 3.0], [-6.0, -8.0], [0.0, 0.0]], dtype=np.float32)
    assert likeness(vectors[0], vectors, "cosine").tolist() == pytest.approx([1.0, 0.96, -1.0, 0.0])
    assert likeness(vectors[0], vectors, "dot").tolist() == [25.0, 24.0, -50.0, 0.0]
    assert likeness(vectors[0], vectors, "distance").tolist() == pytest.approx([0.0, 2**0.5, 15.0, 5.0])
    assert nearest(vectors[0], vectors, "distance", 2, [0])[0].tolist() == [1, 3]
    assert (likeness_matrix(vectors, "dot") == vectors @ vectors.T).all()
