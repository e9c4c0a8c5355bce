"""Vectors of words that were learned from the generated sentences: whether what should be near is near."""

from __future__ import annotations

import math

import numpy as np
import torch

from playground.data.words.grammar import ANALOGIES, GROUPS, KINDRED, UNSEEN
from playground.data.words.likeness import Vectors, nearest
from playground.experiments.quantities.base import Measured, calm


@torch.no_grad()
def word_vectors_of(run: Measured) -> tuple[tuple[str, ...], Vectors] | None:
    """The words and the vectors (words, units) that the first of the blocks gives for each; None where none does."""
    session = run.session
    for step in session.learner.model.network.steps:
        inputs = [session.report.signals[source] for source in session.report.followed(step.node)]
        if step.node not in run.nodes or len(inputs) != 1 or not inputs[0].can_be_embedded:
            continue
        with calm(session):
            found = step.module(torch.arange(len(inputs[0].classes))[:, None])  # each word as a sentence of its own
        return inputs[0].classes, np.asarray(found.reshape(len(inputs[0].classes), -1).cpu(), dtype=np.float32)
    return None


def neighbours_found(run: Measured) -> float:
    """The share of the words in GROUPS whose nearest word is of the same group; unseen words are left out."""
    known = word_vectors_of(run)
    return math.nan if known is None else share_of_neighbours(*known)


def share_of_neighbours(words: tuple[str, ...], vectors: Vectors) -> float:
    """Of words and their vectors (words, units); NaN where the words are others."""
    places = {word: place for place, word in enumerate(words)}
    outside = [places[word] for word in UNSEEN if word in places]
    hits = []
    for group in GROUPS.values():
        members = {places[word] for word in group if word in places} - set(outside)
        for place in members:
            near, _ = nearest(vectors[place], vectors, "cosine", 1, [place, *outside])
            hits.append(int(near[0]) in members)
    return float(np.mean(hits)) if hits else math.nan


def analogies_found(run: Measured) -> float:
    """The share of ANALOGIES whose answer is nearest to the sum, the three given words left out."""
    known = word_vectors_of(run)
    return math.nan if known is None else share_of_analogies(*known)


def share_of_analogies(words: tuple[str, ...], vectors: Vectors) -> float:
    """Of words and their vectors (words, units); NaN where the words are others."""
    places = {word: place for place, word in enumerate(words)}
    hits = []
    for asked in ANALOGIES:
        if not all(word in places for word in asked):
            continue
        first, minus, plus, answer = (places[word] for word in asked)
        near, _ = nearest(vectors[first] - vectors[minus] + vectors[plus], vectors, "cosine", 1, (first, minus, plus))
        hits.append(int(near[0]) == answer)
    return float(np.mean(hits)) if hits else math.nan


def unseen_neighbours_found(run: Measured) -> float:
    """The share of the words that no sentence holds whose nearest word is akin: another plural, or the one of it."""
    known = word_vectors_of(run)
    return math.nan if known is None else share_of_unseen(*known)


def share_of_unseen(words: tuple[str, ...], vectors: Vectors) -> float:
    """Of words and their vectors (words, units); NaN where the words are others."""
    places = {word: place for place, word in enumerate(words)}
    hits = []
    for groups in KINDRED.values():
        akin = {places[word] for group in groups for word in GROUPS[group] if word in places}
        for word in UNSEEN:
            if word in GROUPS[groups[0]] and word in places:
                near, _ = nearest(vectors[places[word]], vectors, "cosine", 1, [places[word]])
                hits.append(int(near[0]) in akin)
    return float(np.mean(hits)) if hits else math.nan
