"""Progress of long computations: estimates, words, and a grid that is made smaller where nobody has named one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from playground.analysis import progress
from playground.analysis.loss import loss_surface
from playground.analysis.loss.loss_surface import LossSurfaceAnalysis
from playground.analysis.progress import Pace, Progress, TooLong, duration, share_of, told
from playground.analysis.question import Question
from tests.analysis.subjects import chain, question_of, spirals


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about 1 second"), (6.4, "about 6 seconds"), (47.3, "about 47 seconds"), (89.0, "about 89 seconds"),
        (100.0, "about 2 minutes"), (1700.0, "about 28 minutes"), (7300.0, "about 2 hours"),
    ],
)  # fmt: skip
def test_a_length_of_time_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_first_part_is_slow_and_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 50.0, 52.0, 54.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(times))
    told: list[Progress] = []
    pace = Pace(10, told.append)
    for done in (1, 2, 3):
        pace.count(done)
    assert told == [Progress(0.2, 16.0), Progress(0.3, 14.0)]
    assert told[1].words == "30% done, about 14 seconds left"


def test_what_takes_too_long_is_ended_at_the_second_part(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 50.0, 52.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(times))
    pace = Pace(100, lambda news: None, longest=60.0)
    pace.count(1)
    with pytest.raises(TooLong) as raised:
        pace.count(2)
    assert raised.value.each == 2.0


def slow_context(told: list[Progress]) -> Question:
    question = question_of(chain("digits", {"labels": "index"}, [10], between=["conv2d", "flatten"]))
    return Question(subject=question.subject, snapshot=question.snapshot, tell=told.append)


def test_a_grid_that_nobody_named_is_made_smaller_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss_surface, "LONGEST", 1e-6)
    told: list[Progress] = []
    result = LossSurfaceAnalysis(directions="random").compute(slow_context(told))
    notices = [news.notice for news in told if news.notice]
    assert result.values.shape == (loss_surface.FEWEST, loss_surface.FEWEST)
    assert np.isfinite(result.values).all()
    assert len(notices) == 1
    assert "A grid of 51 × 51 points would take about" in notices[0]
    assert notices[0].endswith("so it has 5 × 5. Set resolution=51 to have them all.")


def test_a_grid_that_somebody_named_is_never_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss_surface, "LONGEST", 1e-6)
    told: list[Progress] = []
    result = LossSurfaceAnalysis(directions="random", resolution=7).compute(slow_context(told))
    assert result.values.shape == (7, 7)
    assert not any(news.notice for news in told)


@pytest.mark.parametrize("units", [[16, 16, 2], [2]])
def test_the_news_of_a_surface_grow_to_the_end(units: list[int]) -> None:
    told: list[Progress] = []
    question = question_of(chain("spirals", spirals(), units))
    LossSurfaceAnalysis(directions="random").compute(
        Question(subject=question.subject, snapshot=question.snapshot, tell=told.append)
    )
    shares = [news.share for news in told]
    assert shares == sorted(shares)
    assert shares[-1] > 0.99
    assert told[-1].seconds_left < 1.0


def test_results_that_grow_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass
    class Part:
        share: float

    clock = iter([0.0, 2.0, 3.0, 4.0, 6.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    news: list[Progress] = []
    parts = [Part(0.0), Part(0.25), Part(0.25), Part(0.5), Part(1.0)]
    assert list(told(iter(parts), news.append)) == parts
    assert [(one.share, one.seconds_left, one.grows) for one in news] == [
        (0.5, pytest.approx(4.0), True)
    ]
    assert share_of("a result without a share") == 1.0
