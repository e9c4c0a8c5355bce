"""The analysis thread: computes what the visible views ask for. The newest request of a key wins."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from playground.analysis.base import Analysis, NothingToShow
from playground.analysis.progress import Progress, told
from playground.analysis.question import Cancelled, Question
from playground.analysis.subject import Subject
from playground.document.copies import same_structure, unrolled
from playground.document.graph import Graph

log = logging.getLogger(__name__)

NEWS = 0.2
"""Seconds between two news of a computation."""
FORGET = 0.8
"""Part of what an answer took that is still counted on when the next one was broken off."""
MOST_SUBJECTS = 2
"""Networks that are kept, so that two runs can be looked at in turns."""


@dataclass(frozen=True)
class Request:
    """An analysis (its declaration with parameters) and the question it is to answer; newer ones of a key win."""

    key: str
    analysis: Analysis
    question: Question


@dataclass(frozen=True)
class Job:
    """Something else that takes a while and needs no network, such as loading a dataset to look at it."""

    key: str
    function: Callable[[], Any]


@dataclass(frozen=True)
class Refusal:
    """The answer when an analysis cannot be computed: one line for the empty view."""

    message: str


class Analyst(QObject):
    """The window's handle on the analysis thread."""

    result_ready = Signal(str)
    """Key of a request whose answer waits in `take`."""
    progressed = Signal(str)
    """Key of the request at work, of which `progress` has news."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = AnalysisThread()
        self._thread.setStackSize(16 * 2**20)
        self._thread.answered.connect(self._on_answered)
        self._thread.told.connect(self._on_told)
        self._thread.start()

    def request(self, request: Request | Job, *, first: bool = False) -> None:
        """Ask; an older request of the same key that is still waiting is dropped, one that runs is cancelled.

        What a person waits for is answered `first`.
        """
        self._thread.submit(request, first=first)

    def cancel(self, key: str) -> None:
        """Drop the request of a key, whether it waits or runs: no answer will come."""
        self._thread.cancel(key)

    def progress(self, key: str) -> Progress | None:
        """How far the request of a key is; None when it is not at work or says nothing."""
        return self._thread.progress(key)

    def cost(self, key: str) -> float:
        """Seconds that the last answer of a key took, as far as it is known."""
        return self._thread.cost(key)

    def forget_project(self) -> None:
        """Another project: what answers took says nothing any more, and networks of the one before are not needed."""
        self._thread.forget_project()

    def busy(self, key: str) -> bool:
        """Whether an answer for the key is still to come."""
        return self._thread.busy(key)

    def any_busy(self) -> bool:
        """Whether any answer is still to come."""
        return self._thread.any_busy()

    def take(self, key: str) -> Any:
        """The newest answer for a key, once; None when there is none."""
        return self._thread.take(key)

    def shut_down(self) -> None:
        """Stop the thread and wait for it. Call before the program ends."""
        self._thread.leave()
        self._thread.wait()

    @Slot(str)
    def _on_answered(self, key: str) -> None:
        self.result_ready.emit(key)

    @Slot(str)
    def _on_told(self, key: str) -> None:
        self.progressed.emit(key)


class AnalysisThread(QThread):
    """Answers requests one after another; only the public methods are for other threads."""

    answered = Signal(str)
    told = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("analysis")
        self._lock = threading.Condition()
        self._waiting: OrderedDict[str, Request | Job] = OrderedDict()
        self._running: Request | Job | None = None
        self._answers: dict[str, Any] = {}
        self._leaving = self._forgetting = False
        self._dropped = False
        """What runs was cancelled by a person."""
        self._progress: dict[str, Progress] = {}
        """News of what runs, or waits for its next part."""
        self._told = 0.0
        self._subjects: list[tuple[Graph, Any]] = []
        """Networks under examination, the one last looked at first."""
        self._stages: dict[str, tuple[Request, Iterator[Any]]] = {}
        """Computations that have begun, each with its request: what they give next is another stage of the answer."""
        self._costs: dict[str, float] = {}
        self._spent: dict[str, float] = {}

    def submit(self, request: Request | Job, *, first: bool = False) -> None:
        """Queue a request in the place of an older one with its key, or before all that wait."""
        with self._lock:
            self._waiting[request.key] = request
            if first:
                self._waiting.move_to_end(request.key, last=False)
            self._progress.pop(request.key, None)
            self._lock.notify()

    def cancel(self, key: str) -> None:
        """Drop a request, whether it waits or runs."""
        with self._lock:
            self._waiting.pop(key, None)
            self._progress.pop(key, None)
            if self._running is not None and self._running.key == key:
                self._dropped = True

    def progress(self, key: str) -> Progress | None:
        """News of what runs or waits for its next part, if it has that key."""
        with self._lock:
            return self._progress.get(key)

    def cost(self, key: str) -> float:
        """Seconds that the last answer of a key took, as far as it is known; an unfinished one counts too."""
        with self._lock:
            return self._costs.get(key, 0.0)

    def forget_project(self) -> None:
        """Forget what answers took, and soon the networks under examination and what nobody waits for any more."""
        with self._lock:
            self._costs.clear()
            self._spent.clear()
            self._forgetting = True
            self._lock.notify()

    def _forget(self) -> None:
        """In the thread itself, under the lock."""
        self._forgetting = False
        self._subjects.clear()
        for key in [key for key in self._stages if key not in self._waiting]:
            del self._stages[key]

    def _count(self, key: str, seconds: float, *, finished: bool) -> None:
        with self._lock:
            self._spent[key] = self._spent.get(key, 0.0) + seconds
            self._costs[key] = self._spent[key] if finished else max(self._costs.get(key, 0.0), self._spent[key])

    def busy(self, key: str) -> bool:
        """Whether a request of that key waits or runs."""
        with self._lock:
            return key in self._waiting or (self._running is not None and self._running.key == key)

    def any_busy(self) -> bool:
        """Whether a request waits or runs."""
        with self._lock:
            return bool(self._waiting) or self._running is not None

    def take(self, key: str) -> Any:
        """Take an answer out."""
        with self._lock:
            return self._answers.pop(key, None)

    def leave(self) -> None:
        """End the thread after what runs now, which is cancelled."""
        with self._lock:
            self._leaving = True
            self._waiting.clear()
            self._lock.notify()

    def run(self) -> None:
        while True:
            with self._lock:
                self._running = None
                while not (self._waiting or self._leaving or self._forgetting):
                    self._lock.wait()
                if self._leaving:
                    return
                if self._forgetting:
                    self._forget()
                    continue
                _, request = self._waiting.popitem(last=False)
                self._running, self._dropped = request, False
            answer = self._answer(request)
            with self._lock:
                self._running = None
                if self._dropped:
                    self._stages.pop(request.key, None)
                    answer = None
                if request.key in self._stages and request.key not in self._waiting:
                    self._waiting[request.key] = request  # More is to come, after all that wait already.
                elif request.key not in self._stages:
                    self._progress.pop(request.key, None)
                if answer is not None:
                    self._answers[request.key] = answer
            if answer is not None:
                self.answered.emit(request.key)

    def _answer(self, request: Request | Job) -> Any:
        try:
            if isinstance(request, Job):
                return request.function()
            return self._next_stage(request)
        except Cancelled:
            return None
        except NothingToShow as nothing:
            return Refusal(str(nothing))
        except Exception as error:
            log.exception("analysis %s failed", request.key)
            return Refusal(f"This view could not be computed: {str(error).splitlines()[0] if str(error) else error!r}")

    def _next_stage(self, request: Request) -> Any:
        """The first result of a new request, or the next of one that has begun; None when there is none."""
        begun, stages = self._stages.pop(request.key, (None, None))
        began = time.perf_counter()
        if begun is not request or stages is None:
            with self._lock:
                self._spent[request.key] = 0.0
                self._costs[request.key] = FORGET * self._costs.get(request.key, 0.0)
            answer = self._begin(request)
            if answer is None or isinstance(answer, Refusal):
                return answer
            stages = answer
        grows = type(request.analysis).stages is not Analysis.stages
        result = next(stages, None)
        self._count(request.key, time.perf_counter() - began, finished=result is None or not grows)
        if result is not None and grows:
            self._stages[request.key] = request, stages
        return result

    def _begin(self, request: Request) -> Iterator[Any] | Refusal | None:
        def cancelled() -> bool:
            return self._leaving or self._dropped or request.key in self._waiting

        def tell(progress: Progress) -> None:
            self._tell(request.key, progress)

        asked = request.question
        if asked.graph is None:
            raise ValueError("a question needs the graph that is looked at")
        subject = self._subject_of(asked.graph)
        why_not = request.analysis.why_not(subject.report, unrolled(asked.graph))
        if why_not:
            return Refusal(why_not)
        if asked.snapshot is not None:
            try:
                subject.load(asked.snapshot)
            except ValueError:
                return None  # The graph has just changed; the next frame brings a snapshot that fits.
        stages = request.analysis.stages(replace(asked, subject=subject, cancelled=cancelled, tell=tell))
        return told(stages, tell)

    def _tell(self, key: str, progress: Progress) -> None:
        now = time.monotonic()
        with self._lock:
            if not self._dropped:
                self._progress[key] = progress
        if now - self._told >= NEWS:
            self._told = now
            self.told.emit(key)

    def _subject_of(self, graph: Graph) -> Any:
        for index, (known, subject) in enumerate(self._subjects):
            if known is graph or same_structure(known, graph):
                # The same network, but with the titles and training settings of this graph.
                del self._subjects[index]
                self._subjects.insert(0, (graph, subject.about(graph)))
                return self._subjects[0][1]
        self._subjects.insert(0, (graph, Subject(graph)))
        del self._subjects[MOST_SUBJECTS:]
        return self._subjects[0][1]
