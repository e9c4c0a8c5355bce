"""Alignments and beams made by hand."""

from __future__ import annotations

import numpy as np
import torch

from playground.analysis.answers.beam_search import BeamTree
from playground.analysis.inside.alignment import Alignment
from playground.analysis.inside.attention import AttentionLayer, AttentionMaps
from playground.training.beam_search import beam_search

ENGLISH = ("the", "small", "dog", "does", "not", "see", "the", "cat", "[PAD]")
GERMAN = ("der", "kleine", "hund", "sieht", "die", "katze", "nicht", "[END]")


def _weights(said: int, source: int) -> np.ndarray:
    weights = np.full((said, source), 0.2 / (source - 1), dtype=np.float32)
    weights[np.arange(said), np.arange(said) % source] = 0.8
    return weights


def alignment() -> Alignment:
    weights = _weights(len(GERMAN), len(ENGLISH))
    return Alignment("decoder", "Decoder", 1, 0, weights, ENGLISH, GERMAN, GERMAN, False, "test", 4, 300)


def long_alignment() -> Alignment:
    letters = tuple("ABCDEFGH" * 5)
    said = (*letters[:30], "[END]")
    right = ("B", *said[1:])
    return Alignment("cross", "Cross-attention", 4, 2, _weights(31, 40), letters, said, right, False, "test", 0, 300)


def attention_to_another() -> AttentionMaps:
    weights = np.stack([_weights(len(GERMAN), len(ENGLISH))] * 2)
    layer = AttentionLayer("cross", "Cross-attention", weights, np.log(weights), ("[START]", *GERMAN[:-1]), ENGLISH)
    return AttentionMaps((layer,), "", "test", 4, 300)


def _tree(width: int) -> BeamTree:
    generator = torch.Generator().manual_seed(2)
    tables = torch.randn(len(GERMAN), len(GERMAN), generator=generator).log_softmax(-1)

    def expect(told: torch.Tensor) -> torch.Tensor:
        return tables[told.shape[1]].expand(len(told), -1)

    beams = beam_search(expect, len(GERMAN) - 1, len(GERMAN), width, shown=2)
    words = tuple(GERMAN[branch.token] for branch in beams.branches)
    text = " ".join(GERMAN[token] for token in beams.tokens[:-1])
    return BeamTree(beams, words, text, "der hund", -4.2, " ".join(GERMAN[:-1]), width, "test", 4, 300)


def beams() -> BeamTree:
    return _tree(4)


def one_beam() -> BeamTree:
    return _tree(1)
