"""Numpy's products stay on one thread, whoever limits them for a moment before."""

from __future__ import annotations

from threadpoolctl import threadpool_info

from playground.network.one_thread import multiply_on_one_thread
from playground.training.session.session import Session
from tests.training.runs import project


def test_a_run_multiplies_on_one_thread() -> None:
    multiply_on_one_thread.cache_clear()
    session = Session(project(), "cpu")
    assert session.learner.engine.id == "numpy"
    assert {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"} == {1}
