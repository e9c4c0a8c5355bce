"""From examples given by hand to answers: which blocks answer what, and how their numbers are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.reconstruction import as_pixels, redrawings, source_of
from playground.analysis.shared.asking import sources_of
from playground.analysis.shared.heads import Head, heads
from playground.analysis.shared.pictures import brightness, is_image, regions
from playground.analysis.subject import Subject, entrances
from playground.analysis.use.answer import Answer
from playground.analysis.use.continuation import Continuing, continued
from playground.blocks.estimator import Estimator
from playground.data.inputs.base import InputForm
from playground.data.inputs.texts import TextForm
from playground.network.check import Output, Report
from playground.training.decoding import separate_shares
from playground.training.free_running import Decoding, decodings, free_run

Feeds = dict[Output, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Batch:
    """Examples that were given: for each data block what was typed, and the tensor that it became."""

    entries: Mapping[str, Sequence[Any]]
    """By data block, N of each."""
    feeds: Feeds
    """(N, ...) for the features of these blocks."""

    @property
    def count(self) -> int:
        """How many examples."""
        return len(next(iter(self.feeds.values())))


def encoded(subject: Subject, entries: Mapping[str, Sequence[Any]]) -> Batch:
    """Entries for the data blocks as a batch. Raises EntryError for the first that cannot be used."""
    feeds: Feeds = {}
    for node, given in entries.items():
        form = subject.form(node)
        assert form is not None
        features = np.concatenate([form.encoded(entry).features for entry in given])
        feeds[node, "features"] = subject.moved(node, subject.scaled(node, features))
    return Batch(entries, feeds)


def asked_nodes(subject: Subject) -> tuple[str, ...]:
    """The data blocks from which some answer follows and for which a person can give an example, in order."""
    above = frozenset[Output]().union(*(_sources(subject.report, output) for output in _answering(subject.report)))
    return tuple(
        node for node in subject.report.data_nodes()
        if (node, "features") in above and subject.form(node) is not None
    )  # fmt: skip


def why_not(report: Report) -> str:
    """One line that says why nobody can ask the network; empty where one can."""
    if not report.data_nodes():
        return "There is no data on the canvas, so the network has no examples that one could give."
    if not _answering(report):
        return "The network answers nothing about an example: no loss or estimator follows from the data."
    return ""


def _answering(report: Report) -> list[Output]:
    """The outputs that are answers."""
    told = [head.prediction for head in heads(report) if not head.metrics.silent]
    return [*told, *((name, report.blocks[name].outputs[0].name) for name in _unsupervised(report))]


def _unsupervised(report: Report) -> list[str]:
    """The estimators that are told no answers."""
    return [
        name for name in report.estimator_nodes()
        if (block := report.blocks[name]) and isinstance(block, Estimator) and "target" not in block.learns_from
    ]  # fmt: skip


def _sources(report: Report, output: Output) -> frozenset[Output]:
    """What an answer follows from; where examples enter among others, what they are like."""
    found = sources_of(report, output)
    entered = {
        (node, "features") for node in report.data_nodes()
        if set(entrances(report, (node, "features"))) & found
    }  # fmt: skip
    return found | entered


class Answering:
    """Asks a network, with the weights that the subject has now, about a batch of examples."""

    def __init__(self, subject: Subject, batch: Batch, continuing: Continuing) -> None:
        self._subject, self._batch, self._continuing = subject, batch, continuing
        self._report = subject.report
        self._decodings = {decoding.node: decoding for decoding in decodings(self._report)}
        self._heads = [head for head in heads(self._report) if not head.metrics.silent]
        self.left_out: list[str] = []
        """Why some that answer could not be asked, one sentence each."""

    def answers(self) -> tuple[Answer, ...]:
        """All answers, in order; several losses on one prediction with one target are one answer."""
        found: dict[tuple[Output, Output], Answer | None] = {}
        for head in self._heads:
            if (head.prediction, head.target) not in found:
                found[head.prediction, head.target] = self._of_head(head)
        clusters = [self._clusters(name) for name in _unsupervised(self._report)]
        return tuple(answer for answer in (*found.values(), *clusters) if answer is not None)

    # The numbers ------------------------------------------------------------------------------------------------------

    def _predicted(self, output: Output, node: str) -> NDArray[np.float32] | None:
        """What comes out at a port, (N, ...); None where that asks for more than a person gives."""
        feeds = dict(self._batch.feeds)
        for source, values in self._batch.feeds.items():
            feeds.update(dict.fromkeys(entrances(self._report, source), values))
        needed = [one for one in self._still_needed(output, feeds) if one not in feeds]
        for name, port in needed:
            signal = self._report.signals[name, port]
            if not signal.of_kind.whole:
                title = self._subject.title(name)
                self.left_out.append(
                    f"“{self._subject.title(node)}” also reads “{port}” of {title}, which is not known for an example "
                    "of yours."
                )
                return None
            first = self._subject.feeds(self._subject.shown_part)[name, port][:1]
            feeds[name, port] = first.expand(self._batch.count, *first.shape[1:])
        return self._subject.values(feeds, [output])[output]

    def _still_needed(self, output: Output, feeds: Feeds) -> list[Output]:
        """The ports of data blocks from which the output follows, beyond those that are fed."""
        found: dict[Output, None] = {}
        waiting, seen = [output], set(feeds)
        while waiting:
            this = waiting.pop()
            if this in seen:
                continue
            seen.add(this)
            if this[0] in self._report.data_nodes():
                found[this] = None
            waiting.extend(self._report.followed(this[0]))
        return list(found)

    # How they are read ------------------------------------------------------------------------------------------------

    def _of_head(self, head: Head) -> Answer | None:
        form = self._form_of(head)
        if head.node in self._decodings:
            return self._sequence(head, self._decodings[head.node])
        if isinstance(form, TextForm) and form.grows and head.classifies:
            return self._continuation(head, form)
        given = self._predicted(head.prediction, head.node)
        if given is None or len(given) % self._batch.count:
            return None
        title = self._title(head)
        if head.classifies:
            return self._classes(head, title, given, form)
        if head.metrics.task.kind == "labels" and head.metrics.task.reading is not None:
            scores = torch.from_numpy(given.reshape(len(given), -1))
            shares = separate_shares(head.metrics.task.reading, scores).numpy()
            return Answer(head.node, title, "labels", head.target_signal.classes, shares, _zeros(len(given)))
        return self._picture(head, title, given) or self._numbers(head, title, given)

    def _sequence(self, head: Head, decoding: Decoding) -> Answer | None:
        """What is said token by token, each step with what has been said before."""
        feeds = dict(self._batch.feeds)
        feeds[decoding.given] = decoding.begun(self._batch.count)
        if any(one not in feeds for one in self._still_needed(head.prediction, feeds)):
            return None
        self._subject.calm()
        prediction, said = free_run(self._subject.network, feeds, decoding, self._continuing.check)
        shares = head.probabilities(prediction.numpy()).max(axis=1).reshape(said.shape)
        texts = tuple(decoding.text(row) for row in said.tolist())
        return Answer(head.node, self._title(head), "steps", decoding.vocabulary, shares, said.numpy(), texts)

    def _form_of(self, head: Head) -> InputForm | None:
        """The form of the first given block that the head follows from."""
        above = _sources(self._report, head.prediction)
        node = next((name for name in self._batch.entries if (name, "features") in above), "")
        return self._subject.form(node) if node else None

    def _title(self, head: Head) -> str:
        """What an answer is called: the block that gives it, where there are several."""
        if len(self._heads) + len(_unsupervised(self._report)) == 1:
            return ""
        alike = [other for other in self._heads if other.answerer == head.answerer]
        return self._subject.title(head.node if len(alike) > 1 else head.answerer)

    def _classes(self, head: Head, title: str, given: NDArray[np.float32], form: InputForm | None) -> Answer:
        shares, decided = head.probabilities(given), head.classes(given)
        names = head.class_names(shares.shape[1])
        count = self._batch.count
        if head.target_signal.pixelwise:
            seen = regions(decided.reshape(count, *head.target_signal.shape))
            return Answer(head.node, title, "picture", (), np.zeros((count, 0)), _zeros(count),
                          pictures=seen, ink=False)  # fmt: skip
        if len(decided) == count:
            return Answer(head.node, title, "classes", names, shares, decided)
        steps = decided.reshape(count, -1)
        rows = self._rows(form)
        if rows is not None:
            index = np.arange(count)
            of_nodes = shares.reshape(count, steps.shape[1], -1)
            return Answer(head.node, title, "classes", names, of_nodes[index, rows], steps[index, rows])
        between = "" if all(len(name) == 1 for name in names) else " "
        texts = tuple(between.join(names[number] for number in row) for row in steps.tolist())
        return Answer(head.node, title, "steps", names, shares.max(axis=1).reshape(steps.shape), steps, texts)

    def _rows(self, form: InputForm | None) -> NDArray[np.int64] | None:
        """Of data whose examples hang together, the rows that are asked for."""
        for node, entries in self._batch.entries.items():
            if form is not None and self._subject.form(node) is form:
                rows = [form.row_of(entry) for entry in entries]
                return None if None in rows else np.array(rows, dtype=np.int64)
        return None

    def _picture(self, head: Head, title: str, given: NDArray[np.float32]) -> Answer | None:
        drawn = next((one for one in redrawings(self._report) if one.loss == head.node), None)
        if drawn is None and is_image(head.target_signal):
            # A picture of its own: a clean one, or how far away each pixel is.
            bright = np.clip(np.moveaxis(given, 1, -1), 0.0, 1.0)
            shown = bright[..., 0] if bright.shape[-1] == 1 else bright
            return Answer(head.node, title, "picture", (), np.zeros((len(given), 0)), _zeros(len(given)),
                          pictures=np.ascontiguousarray(shown), ink=False)  # fmt: skip
        if drawn is None:
            return None
        prepared = self._subject.prepared[drawn.data]
        pictures = brightness(prepared, as_pixels(self._subject, drawn, given))
        return Answer(head.node, title, "picture", (), np.zeros((len(given), 0)), _zeros(len(given)),
                      pictures=pictures, ink=prepared.dataset.ink)  # fmt: skip

    def _numbers(self, head: Head, title: str, given: NDArray[np.float32]) -> Answer:
        flat = given.reshape(len(given), -1).astype(np.float64)
        node, port = source_of(self._report, head.target)
        prepared = self._subject.prepared.get(node)
        entries = self._batch.entries.get(node)
        form = self._subject.form(node) if prepared is not None else None
        if form is not None and entries is not None and port == "target":
            own = [form.units(row, entry) for row, entry in zip(flat, entries, strict=True)]
            known = [row for row in own if row is not None]
            if len(known) == len(flat):
                return self._named(head, title, np.array(known), node, port)
        if prepared is not None and port in ("target", "features"):
            scaler = prepared.target_scaler if port == "target" else prepared.scaler
            flat = np.asarray(scaler.unscale(flat.reshape(given.shape)), dtype=np.float64).reshape(flat.shape)
        return self._named(head, title, flat, node, port)

    def _named(self, head: Head, title: str, numbers: NDArray[np.float64], node: str, port: str) -> Answer:
        count = numbers.shape[1]
        prepared = self._subject.prepared.get(node)
        names: tuple[str, ...] = ()
        if prepared is not None and port == "features":
            names = prepared.feature_names
        elif prepared is not None and port == "target":
            names = prepared.dataset.target_names()
        if len(names) != count and head.target_signal.axes == ("horizon",):
            names = tuple(f"+{ahead}" for ahead in range(1, count + 1))
        if len(names) != count:
            names = ("answer",) if count == 1 else tuple(f"answer {number}" for number in range(1, count + 1))
        return Answer(head.node, title, "numbers", names, numbers, _zeros(len(numbers)))

    def _continuation(self, head: Head, form: TextForm) -> Answer:
        node = next(name for name in self._batch.entries if self._subject.form(name) is form)
        found = [
            continued(self._subject, head, node, form, entry, self._continuing) for entry in self._batch.entries[node]
        ]
        return Answer(
            head.node, self._title(head), "continuation", found[0].tokens, found[0].shares[None],
            _zeros(len(found)), tuple(one.text for one in found),
        )  # fmt: skip

    def _clusters(self, name: str) -> Answer | None:
        output = name, self._report.blocks[name].outputs[0].name
        nearness = self._predicted(output, name)
        if nearness is None or nearness.ndim != 2:
            return None
        names = tuple(f"cluster {number}" for number in range(1, nearness.shape[1] + 1))
        several = len(self._heads) + len(_unsupervised(self._report)) > 1
        distances = np.sqrt(np.maximum(-nearness, 0.0))
        nearest = nearness.argmax(axis=1).astype(np.int64)
        return Answer(name, self._subject.title(name) if several else "", "clusters", names, distances, nearest)


def _zeros(count: int) -> NDArray[np.int64]:
    return np.zeros(count, dtype=np.int64)
