"""The embedding map: directions of largest variance, neighbours and sums, of what is learned and of real words."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from playground.analysis.base import NothingToShow
from playground.analysis.inside.embedding_map import EmbeddingMapAnalysis, terms_of
from playground.analysis.question import Question
from playground.analysis.shared.projecting import neighbourly, principal
from playground.data.words.likeness import normalized
from tests.analysis.subjects import chain, question_of
from tests.network.small_graphs import node, wired


@pytest.fixture(scope="module")
def letters() -> Question:
    return question_of(
        wired(
            [
                node("data", "python-manual", characters=1_000, window=8),
                node("embedding", "embedding", units=6),
                node("gru", "gru", units=5, states="all"),
                node("out", "dense", units=39, activation="identity"),
                node("loss", "cross-entropy"),
            ],
            "data.features > embedding", "embedding > gru", "gru > out", "out > loss.prediction",
            "data.target > loss.target",
        )
    )


def test_components_are_those_of_another_library() -> None:
    vectors = np.random.default_rng(2).normal(0.0, 1.0, (40, 7)).astype(np.float32) @ np.diag(range(1, 8))
    places, shares = principal(vectors.astype(np.float32))
    other = PCA(n_components=2).fit(vectors)
    np.testing.assert_allclose(np.abs(places), np.abs(other.transform(vectors)), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(shares, other.explained_variance_ratio_, rtol=1e-5)


def test_vectors_of_one_number_lie_on_a_line() -> None:
    places, shares = principal(np.array([[1.0], [3.0], [8.0]], dtype=np.float32))
    assert (places[:, 1] == 0.0).all() and shares == (1.0, 0.0)


def test_neighbours_stay_neighbours() -> None:
    generator = np.random.default_rng(3)
    groups = np.repeat(np.arange(3), 20)
    vectors = (np.eye(10)[groups] * 8.0 + generator.normal(0.0, 0.3, (60, 10))).astype(np.float32)
    found = list(neighbourly(vectors, 10.0))
    places, share = found[-1]
    assert share == 1.0 and len(found) > 1
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(60) * 1e9
    assert (groups[apart.argmin(axis=1)] == groups).all()


def test_an_embedding_is_shown_by_its_tokens(letters: Question) -> None:
    result = EmbeddingMapAnalysis(query="e").compute(letters)
    weight = letters.loaded().network.get_submodule("embedding").weight.detach().numpy()
    assert result.names[:3] == ("a", "b", "c") and "␣" in result.names and result.places.shape == (39, 2)
    np.testing.assert_allclose(result.places, principal(weight)[0], rtol=1e-4, atol=1e-5)
    alike = normalized(weight) @ normalized(weight[4])
    assert result.found.names[0] == result.names[np.argsort(-alike)[1]] and "e" not in result.found.names
    assert result.found.values[0] == pytest.approx(np.sort(alike)[-2], rel=1e-5)


def test_a_layer_of_a_sequence_has_a_point_for_every_step(letters: Question) -> None:
    question = Question(**{**letters.__dict__, "node": "gru"})
    result = EmbeddingMapAnalysis(points=40, part="train").compute(question)
    subject = letters.loaded()
    features = subject.feeds("train")["data", "features"][:5].reshape(-1)
    alphabet = subject.report.signals["data", "features"].classes
    assert [name.replace("␣", " ") for name in result.names] == [alphabet[number] for number in features]
    assert result.title == "GRU" and result.width == 5


def test_a_hidden_layer_of_points_has_their_classes() -> None:
    question = question_of(chain("gaussians", {}, [3, 2]))
    result = EmbeddingMapAnalysis(query="1, 2").compute(question)
    assert result.title == "Dense 1" and len(result.class_names) == 2 and len(result.classes) == len(result.names)
    assert result.found.values.shape == (2, 2) and result.chosen.tolist() == [0, 1]


def test_real_words_need_no_network_and_name_the_king_first() -> None:
    for leave_out, first in ((False, "king"), (True, "queen")):
        asked = EmbeddingMapAnalysis(vectors="glove", query="king - man + woman", unit=True, leave_out=leave_out)
        result = asked.compute(Question())
        assert result.found.names[0] == first and result.count == 20_000
        assert {"king", "man", "woman", first} <= {result.names[row] for row in result.chosen}
    assert EmbeddingMapAnalysis(vectors="glove", query="zzyzx").compute(Question()).found.unknown == ("zzyzx",)
    with pytest.raises(NothingToShow, match="three words"):
        EmbeddingMapAnalysis(vectors="glove", words="zzyzx").compute(Question())


def test_opposites_are_alike() -> None:
    found = EmbeddingMapAnalysis(vectors="glove", query="good, bad, king, queen").compute(Question()).found
    assert found.values[0, 1] > found.values[2, 3] > found.values[0, 2]


def test_a_sum_has_blanks_around_its_signs() -> None:
    assert terms_of("u.s.-led − man + woman") == [(1, "u.s.-led"), (-1, "man"), (1, "woman")]


def test_t_sne_comes_in_parts() -> None:
    results = list(EmbeddingMapAnalysis(vectors="glove", method="t-sne").stages(Question()))
    assert [result.share for result in results] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert results[-1].axes == ("t-SNE 1", "t-SNE 2")
