"""A token's vector behind every Add: the numbers against those of the network, and the same token at two places."""

from __future__ import annotations

import numpy as np
import pytest

from playground.analysis.inside.residual_stream import ResidualStreamAnalysis, cosine, stream_of
from playground.network.check import check
from tests.analysis.inside.test_attention import sentence, two_layers
from tests.analysis.subjects import question_of
from tests.analysis.test_writing import transformer


def test_the_stream_runs_from_what_enters_the_first_add_along_the_joints() -> None:
    assert stream_of(check(transformer())) == (("positions", "output"), ("add", "output"))
    graph = sentence(scaled=True)
    assert stream_of(check(graph)) == () and "Add" in ResidualStreamAnalysis().why_not(check(graph), graph)


def test_lengths_and_cosines_are_those_of_the_outputs() -> None:
    question = question_of(two_layers())
    result = ResidualStreamAnalysis(token=3, other=5).compute(question)
    subject = question.loaded()
    values = subject.network.run(subject.example(question.example))
    first, last = (values[subject.network.slots[node, "output"]][0].detach().numpy() for node in ("positions", "add"))
    assert [one.node for one in result.stations] == ["positions", "add"]
    assert result.stations[1].norm == pytest.approx(np.linalg.norm(last[2]), rel=1e-5)
    assert result.stations[1].added == pytest.approx(np.linalg.norm(last[2] - first[2]), rel=1e-5)
    assert result.stations[1].turned == pytest.approx(cosine(last[2], first[2]), rel=1e-5)
    assert result.stations[1].likeness == pytest.approx(cosine(last[2], last[4]), rel=1e-5)
    assert result.stations[0].turned == pytest.approx(1.0) and result.stations[0].added == 0.0
    assert len(result.words) == 6 and result.table()[1][1][1] == result.stations[1].norm
