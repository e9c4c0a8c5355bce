"""The lessons on words are true: neighbours, analogies, words never read, order, cold users, at three seeds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.blocks.words.comparing import nearest_same
from playground.data.preparation import prepare
from playground.data.words.grammar import SLOTS, UNSEEN
from playground.data.words.likeness import nearest
from playground.document import files, library
from playground.experiments.quantities.base import Measured
from playground.experiments.quantities.words import (
    analogies_found,
    neighbours_found,
    unseen_neighbours_found,
    word_vectors_of,
)
from playground.network.check import check
from playground.training.session.session import Session

SEEDS = (1, 2, 3)
at_each_seed = pytest.mark.parametrize("seed", SEEDS)


def trained(name: str, seed: int) -> Session:
    project = files.read(library.find(name)).replace(seed=seed)
    session = Session(project, "cpu")
    while session.epoch < project.goals[0].within_epochs - 1e-9:
        session.advance(session.steps_left_in_epoch)
    return session


def of_words(session: Session, node: str = "word") -> Measured:
    return Measured(session, [node], torch.zeros(0))


def near(session: Session, word: str, count: int, node: str = "word") -> list[str]:
    known = word_vectors_of(of_words(session, node))
    assert known is not None
    words, vectors = known
    place = words.index(word)
    return [words[number] for number in nearest(vectors[place], vectors, "cosine", count, [place])[0]]


@at_each_seed
def test_skip_gram_finds_neighbours_and_every_analogy(seed: int) -> None:
    session = trained("skip-gram", seed)
    run = of_words(session)
    assert neighbours_found(run) >= 0.85 and analogies_found(run) == 1.0 and unseen_neighbours_found(run) <= 0.25
    assert set(near(session, "rome", 3)) <= set(SLOTS["CAPITAL"])
    assert set(near(session, "knife", 3)) == set(SLOTS["TOOL"]) - {"knife"}
    assert set(near(session, "whomp", 4)) == {"squirrel", "dog", "badger", "fox"}
    assert near(session, "king", 1) == ["man"]


@at_each_seed
def test_a_nonce_word_is_an_animal(seed: int) -> None:
    found = set(near(trained("nonce-word", seed), "whomp", 4))
    assert found >= {"squirrel", "dog", "fox"} and found <= set(SLOTS["ANIMAL"])


@at_each_seed
def test_cbow_finds_neighbours_but_places_rare_words_worse(seed: int) -> None:
    session = trained("cbow", seed)
    assert 0.83 <= neighbours_found(of_words(session)) <= 0.88 and analogies_found(of_words(session)) == 1.0
    assert not set(near(session, "whomp", 4)) <= set(SLOTS["ANIMAL"])


@at_each_seed
def test_glove_finds_most_neighbours_and_few_analogies(seed: int) -> None:
    run = of_words(trained("glove", seed))
    assert 0.65 <= neighbours_found(run) <= 0.82 and analogies_found(run) <= 0.34


@at_each_seed
def test_fasttext_places_words_that_were_never_read(seed: int) -> None:
    session = trained("fasttext", seed)
    assert unseen_neighbours_found(of_words(session)) == 1.0 and "forks" in near(session, "knife", 4)
    assert not {"rabbits", "carrots", "forks", "squirrels"} - set(UNSEEN)


@at_each_seed
def test_films_of_one_genre_lie_together(seed: int) -> None:
    session = trained("recommender", seed)
    known = word_vectors_of(of_words(session, "film"))
    assert known is not None
    for film in known[0]:
        assert near(session, film, 1, "film")[0].split("-")[0] == film.split("-")[0]


def test_pixels_find_the_new_digits_still_better() -> None:
    project = files.read(library.find("triplet-digits"))
    test = prepare(check(project.graph).blocks["data"]).parts["test"]
    pictures = torch.tensor(np.array(test["features"])).flatten(1)
    assert nearest_same(pictures, torch.tensor(np.array(test["target"]))) == pytest.approx(0.987, abs=1e-3)


def test_a_shuffled_message_gives_the_same_answer() -> None:
    session = trained("spam-bag-of-words", 1)
    network = session.learner.model.network
    bag = next(step.module for step in network.steps if step.node == "bag")
    answer = next(step.module for step in network.steps if step.node == "answer")
    data = session.prepared["data"].parts["test"]["features"]
    tokens = torch.tensor(np.array(data))
    shuffled = tokens[:, torch.randperm(tokens.shape[1], generator=torch.Generator().manual_seed(0))]
    with torch.no_grad():
        assert torch.equal(bag(tokens), bag(shuffled))
        assert torch.equal(answer(bag(tokens)), answer(bag(shuffled)))
