"""Cases of the blocks of words."""

from __future__ import annotations

from playground.blocks.signal import PADDING, Signal
from playground.blocks.words import comparing, counting, inverse_frequency, losses, tables
from tests.blocks.case import INDEX, ONE, SERIES, TOKENS, VECTOR, Case, compared

SENTENCE = Signal((5,), kind="tokens", scale="index", classes=(PADDING, "cat", "cats"))

COUNT = Signal((1,), scale="probability", low=0.0, high=1.0)

CASES: tuple[Case, ...] = (
    Case(counting.OneHotTokens(), (TOKENS,), (5, 3), gradient=False),
    Case(counting.BagOfWords(), (SENTENCE,), (3,), gradient=False, changed=counting.BagOfWords(binary=True)),
    Case(counting.BagOfWords(binary=True), (TOKENS,), (3,), gradient=False),
    Case(
        inverse_frequency.TfIdf(), (SENTENCE,), (3,), gradient=False,
        changed=inverse_frequency.TfIdf(unit_length=False),
    ),
    Case(tables.MeanOfWords(units=4), (SENTENCE,), (4,), 12, gradient=False),
    Case(tables.MeanOfWords(units=2), (TOKENS,), (2,), 6, gradient=False),
    Case(tables.SubwordEmbedding(units=2, least=3, most=3), (SENTENCE,), (5, 2), 16, gradient=False),
    Case(comparing.Similarity(), (VECTOR, VECTOR), (1,), changed=comparing.Similarity(measure="cosine")),
    Case(comparing.Similarity(measure="distance"), (SERIES, SERIES), (5,)),
    compared(losses.NegativeSampling(), VECTOR, SERIES),
    compared(losses.GloveLoss(), ONE, COUNT, changed=losses.GloveLoss(maximum=0.3)),
    compared(comparing.TripletLoss(), VECTOR, INDEX, changed=comparing.TripletLoss(margin=0.2)),
    Case(comparing.NearestNeighbour(), (VECTOR, INDEX), ()),
)
