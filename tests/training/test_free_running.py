"""Free running: networks that say sequences by themselves, greedily and with beams, and how these are measured."""

from __future__ import annotations

import itertools

import pytest
import torch

from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.analysis.use.answering import Answering, encoded
from playground.analysis.use.continuation import Continuing
from playground.document.graph import Graph
from playground.document.project import Project, TrainingSettings
from playground.network.check import check
from playground.network.compiled import Network, compile_graph
from playground.training.beam_search import beam_search
from playground.training.free_running import decodings, forced, free_run
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired

SOURCE = ("data.features > words", "words > encoder")


def recurrent(**decoder: object) -> Graph:
    """An encoder and a decoder of GRUs that say three symbols again."""
    return wired(
        [node("data", "say-again", length=3, symbols=3, examples=200), node("words", "embedding", units=4),
         node("encoder", "gru", units=6, states="all"), node("decoder", "decoder", units=6, embedding=4, **decoder),
         node("loss", "cross-entropy")],
        *SOURCE, "encoder > decoder.memory", "data.given > decoder.given", "decoder > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip


def attentive() -> Graph:
    """The same by attention alone: causal among what has been said, then to the source."""
    return wired(
        [node("data", "say-again", length=3, symbols=3, examples=200), node("words", "embedding", units=4),
         node("encoder", "positional-encoding"), node("said", "embedding", units=4),
         node("places", "positional-encoding"), node("self", "multi-head-attention", causal=True),
         node("cross", "cross-attention"), node("out", "dense", units=5, activation="identity"),
         node("loss", "cross-entropy")],
        *SOURCE, "data.given > said", "said > places", "places > self", "self > cross.input",
        "encoder > cross.memory", "cross > out", "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


GRAPHS = {"recurrent": recurrent(), "attention": attentive(), "forced": recurrent(evaluation="teacher forcing")}
every = pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)


def made(graph: Graph) -> tuple[Network, dict[tuple[str, str], torch.Tensor]]:
    torch.manual_seed(3)
    network = compile_graph(graph).eval()
    return network, {("data", "features"): torch.randint(3, (7, 3))}


@every
def test_each_token_is_the_likeliest_after_those_that_were_said(graph: Graph) -> None:
    network, feeds = made(graph)
    (decoding,) = decodings(network.report)
    assert decoding.alone == (graph is GRAPHS["recurrent"])
    prediction, tokens = free_run(network, feeds, decoding)
    given = decoding.begun(7)
    given[:, 1:] = tokens[:, :-1]
    with torch.no_grad(), forced(network):
        again = network.run({**feeds, decoding.given: given}, network.steps_to([decoding.prediction]))
    torch.testing.assert_close(again[network.slots[decoding.prediction]], prediction)
    assert torch.equal(prediction.argmax(-1), tokens)


def test_data_without_a_start_is_said_by_nobody() -> None:
    plain = wired(
        [node("data", "reverse"), node("words", "embedding"), node("out", "dense", units=8),
         node("loss", "cross-entropy")],
        "data.features > words", "words > out", "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    assert decodings(check(plain)) == ()


@every
def test_the_exact_match_is_of_what_is_said_freely(graph: Graph) -> None:
    session = Session(Project(graph=graph, training=TrainingSettings(batch_size=64)), "cpu")
    session.advance(6)
    found = session.evaluate(full=True)
    subject = Subject(graph)
    subject.load(session.snapshot())
    (decoding,) = decodings(subject.report)
    feeds = subject.feeds("test")
    target = feeds["data", "target"]
    prediction, tokens = free_run(subject.network, feeds, decoding)
    if graph is GRAPHS["forced"]:
        (prediction,) = (torch.from_numpy(one) for one in subject.values(feeds, [decoding.prediction]).values())
        _, tokens = free_run(subject.network, feeds, decoding)
    assert found["test_exact_sequences"] == pytest.approx(float((tokens == target).all(1).float().mean()))
    right = (prediction.argmax(-1) == target).float().mean()
    assert graph is GRAPHS["attention"] or found["test_accuracy"] == pytest.approx(float(right))


@every
def test_a_typed_source_is_answered_by_what_is_said(graph: Graph) -> None:
    session = Session(Project(graph=graph), "cpu")
    subject = Subject(graph)
    question = Question(subject, session.snapshot())
    subject = question.loaded()
    batch = encoded(subject, {"data": ["A B C", "CCA"]})
    (answer,) = Answering(subject, batch, Continuing()).answers()
    (decoding,) = decodings(subject.report)
    _, tokens = free_run(subject.network, batch.feeds, decoding)
    assert answer.texts == tuple(decoding.text(row) for row in tokens.tolist())
    assert answer.kind == "steps" and "[END]" not in "".join(answer.texts)


def test_a_wide_beam_finds_the_likeliest_sequence_and_a_narrow_one_is_greedy() -> None:
    generator = torch.Generator().manual_seed(1)
    tables = [torch.randn(4 ** max(1, step), 4, generator=generator).log_softmax(-1) for step in range(4)]

    def expect(told: torch.Tensor) -> torch.Tensor:
        step = told.shape[1]
        rows = [sum(token * 4**place for place, token in enumerate(row)) for row in told.tolist()]
        return tables[step][rows]

    def score(tokens: tuple[int, ...]) -> float:
        return sum(float(expect(torch.tensor([tokens[:step]]).reshape(1, step))[0, token])
                   for step, token in enumerate(tokens))  # fmt: skip

    whole = [(*front, 3) for size in range(4) for front in itertools.product(range(3), repeat=size)]
    for penalty in (0.0, 1.0):
        best = max(whole, key=lambda tokens: score(tokens) / len(tokens) ** penalty)
        found = beam_search(expect, 3, 4, 200, penalty)
        assert found.tokens == best and found.score == pytest.approx(score(best) / len(best) ** penalty)
    greedy: tuple[int, ...] = ()
    while len(greedy) < 4 and 3 not in greedy:
        greedy += (int(expect(torch.tensor([greedy]).reshape(1, len(greedy)))[0].argmax()),)
    narrow = beam_search(expect, 3, 4, 1, shown=2)
    assert narrow.tokens == greedy
    assert sum(branch.kept for branch in narrow.branches) == len(greedy)
    for branch in narrow.branches:
        before = narrow.branches[branch.parent].total if branch.parent >= 0 else 0.0
        assert branch.total == pytest.approx(before + branch.share)
        assert branch.ended == (branch.token == 3)
