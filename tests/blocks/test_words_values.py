"""The blocks of words beside scikit-learn, and beside their definitions in plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.neighbors import KNeighborsClassifier

from playground.blocks.embedding import Embedding
from playground.blocks.signal import PADDING, Signal
from playground.blocks.words.comparing import NearestNeighbour, Similarity, TripletLoss
from playground.blocks.words.counting import BagOfWords, OneHotTokens
from playground.blocks.words.inverse_frequency import TfIdf, TfIdfLayer
from playground.blocks.words.losses import GloveLoss, NegativeSampling
from playground.blocks.words.tables import MeanOfWords, SubwordEmbedding, SubwordEmbeddingLayer, word_parts

TEXTS = ("cat sat mat", "cat cat dog", "dog", "mat sat on mat cat")
WORDS = (PADDING, "cat", "dog", "mat", "on", "sat")
SENTENCES = Signal((6,), kind="tokens", scale="index", classes=WORDS)
VECTOR = Signal((4,))
INDEX = Signal((), kind="classes", scale="index", classes=("a", "b", "c"))


def tokens() -> torch.Tensor:
    rows = [[WORDS.index(word) for word in text.split()] for text in TEXTS]
    return torch.tensor([[0] * (6 - len(row)) + row for row in rows])


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_a_bag_of_words_is_what_scikit_learn_counts() -> None:
    counts = CountVectorizer(vocabulary=WORDS[1:]).transform(TEXTS).toarray()
    found = BagOfWords().build(SENTENCES)(tokens())
    np.testing.assert_array_equal(found[:, 1:].numpy(), counts)
    assert not found[:, 0].any()
    np.testing.assert_array_equal(BagOfWords(binary=True).build(SENTENCES)(tokens())[:, 1:].numpy(), counts > 0)


def test_a_shuffled_sentence_gives_the_same_bag_and_other_one_hot_vectors() -> None:
    shuffled = tokens()[:, torch.randperm(6, generator=torch.Generator().manual_seed(1))]
    for block in (BagOfWords(), MeanOfWords()):
        module = block.build(SENTENCES)
        assert torch.allclose(module(tokens()), module(shuffled), atol=1e-6)
    one_hot = OneHotTokens().build(SENTENCES)
    assert torch.equal(one_hot(tokens()).sum(1), one_hot(shuffled).sum(1))
    assert not torch.equal(one_hot(tokens()), one_hot(shuffled))


@pytest.mark.parametrize("unit_length", [True, False])
def test_tf_idf_is_what_scikit_learn_gives(unit_length: bool) -> None:
    module = TfIdf(unit_length=unit_length).build(SENTENCES)
    assert isinstance(module, TfIdfLayer)
    module.begin(tokens())
    module.learn(tokens())
    vectorizer = TfidfVectorizer(vocabulary=WORDS[1:], norm="l2" if unit_length else None)
    expected = vectorizer.fit_transform(TEXTS).toarray()
    np.testing.assert_allclose(module(tokens())[:, 1:].numpy(), expected, rtol=1e-5)
    assert bool(module.settled)


def test_the_mean_of_words_leaves_padding_out() -> None:
    module = MeanOfWords(units=3).build(SENTENCES)
    rows = module.weight.detach().numpy()
    for text, found in zip(TEXTS, module(tokens()).detach().numpy(), strict=True):
        expected = np.mean([rows[WORDS.index(word)] for word in text.split()], axis=0)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert not module(torch.zeros((1, 6), dtype=torch.int64)).any()


def test_parts_of_a_word() -> None:
    assert word_parts("cat", 3, 4) == ["<ca", "<cat", "<cat>", "at>", "cat", "cat>"]
    assert word_parts(PADDING, 3, 5) == [f"<{PADDING}>"]


def test_a_subword_vector_is_the_mean_of_its_parts() -> None:
    words = (PADDING, "cat", "cats")
    signal = Signal((2,), kind="tokens", scale="index", classes=words)
    module = SubwordEmbedding(units=4, least=3, most=4).build(signal)
    assert isinstance(module, SubwordEmbeddingLayer)
    pieces = sorted({piece for word in words for piece in word_parts(word, 3, 4)})
    for number, word in enumerate(words):
        own = torch.stack([module.weight[pieces.index(piece)] for piece in word_parts(word, 3, 4)]).mean(dim=0)
        found = module(torch.tensor([[number, number]]))
        assert torch.allclose(found[0, 0], own, atol=1e-6) and torch.equal(found[0, 0], found[0, 1])


def test_negative_sampling_by_hand() -> None:
    word, asked = drawn(3, 4), drawn(3, 6, 4, seed=1)
    expected = 0.0
    for row in range(3):
        for place in range(6):
            score = sum(float(word[row, unit] * asked[row, place, unit]) for unit in range(4))
            expected += math.log1p(math.exp(-score if place == 0 else score)) / 3
    loss = NegativeSampling().build(VECTOR, Signal((6, 4), kind="series"))
    assert float(loss(word, asked)) == pytest.approx(expected, rel=1e-5)
    assert float(loss(word[:, None], asked)) == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_glove_by_hand() -> None:
    score, count = drawn(4, 1), torch.tensor([[0.5], [2.0], [10.0], [70.0]])
    expected = sum(
        min(1.0, float(x) / 10.0) ** 0.75 * (float(s) - math.log(float(x))) ** 2
        for s, x in zip(score.flatten(), count.flatten(), strict=True)
    ) / 4  # fmt: skip
    one = Signal((1,))
    assert float(GloveLoss(maximum=10.0).build(one, one)(score, count)) == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_triplets_by_hand() -> None:
    vectors, classes = drawn(7, 4), [0, 1, 0, 1, 0, 1, 2]
    far = [[math.dist(one, other) for other in vectors.tolist()] for one in vectors.tolist()]
    losses = []
    for place, kind in enumerate(classes):
        same = [far[place][j] for j, other in enumerate(classes) if other == kind and j != place]
        others = [far[place][j] for j, other in enumerate(classes) if other != kind]
        if same:
            losses.append(max(0.0, max(same) - min(others) + 0.7))
    loss = TripletLoss(margin=0.7).build(VECTOR, INDEX)
    assert float(loss(vectors, torch.tensor(classes))) == pytest.approx(sum(losses) / 6, rel=1e-4)
    alone = vectors[:3].requires_grad_()
    nothing = loss(alone, torch.tensor([1, 1, 1]))
    nothing.backward()
    assert nothing.item() == 0.0 and not alone.grad.any()


def test_the_nearest_neighbour_is_that_of_scikit_learn() -> None:
    vectors = drawn(60, 4)
    classes = (vectors[:, 0] > 0).long() + (vectors[:, 1] > 0.5).long()
    hits = 0
    for row in range(60):
        rest = np.arange(60) != row
        nearest = KNeighborsClassifier(1).fit(vectors.numpy()[rest], classes.numpy()[rest])
        hits += int(nearest.predict(vectors.numpy()[row : row + 1])[0] == int(classes[row]))
    assert NearestNeighbour().measure(vectors, classes)["nearest_same"] == pytest.approx(hits / 60)


def test_similarity_is_what_torch_says() -> None:
    first, second = drawn(5, 4), drawn(5, 4, seed=1)
    build = {measure: Similarity(measure=measure).build(VECTOR, VECTOR) for measure in ("dot", "cosine", "distance")}
    cosine = torch.nn.functional.cosine_similarity(first, second)[:, None]
    assert torch.allclose(build["cosine"](first, second), cosine, atol=1e-6)
    assert torch.allclose(build["distance"](first, second), -(first - second).norm(dim=1, keepdim=True), atol=1e-6)
    products = [[float(u @ v)] for u, v in zip(first, second, strict=True)]
    assert torch.allclose(build["dot"](first, second), torch.tensor(products))


def test_the_rows_of_an_embedding_take_the_place_of_one_hot_times_matrix() -> None:
    table = Embedding(units=3).build(SENTENCES)
    one_hot = OneHotTokens().build(SENTENCES)
    assert torch.allclose(one_hot(tokens()) @ table.weight, table(tokens()))
