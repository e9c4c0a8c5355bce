"""The tables of how long tests take, from a report of pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import timing

REPORT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">
<testcase classname="tests.presets.test_presets" name="test_training_reaches_the_goals[xor]" time="2.5" />
<testcase classname="tests.presets.test_presets" name="test_the_open_views_apply[xor]" time="0.25" />
<testcase classname="tests.presets.test_gradient_lessons" name="test_each_cure[xor-by-hand-1]" time="4.0" />
<testcase classname="tests.presets.test_lessons" name="test_zeros_stay_zero" time="1.0"></testcase>
<testcase classname="tests.network.test_check" name="test_of_another_room[xor]" time="9.0" />
<testcase time="3.0" /></testsuite></testsuites>"""


def test_the_slowest_come_first_and_presets_are_summed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "presets.xml").write_text(REPORT, encoding="utf-8")
    assert timing.main(["--read", str(tmp_path), "--number", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "| seconds | test (5 took 17 s together) |",
        "|---:|---|",
        "| 9.0 | `tests/network/test_check.py`: test_of_another_room[xor] |",
        "| 4.0 | `tests/presets/test_gradient_lessons.py`: test_each_cure[xor-by-hand-1] |",
        "",
        "| seconds | to its goals | preset (2 took 7 s, 2 s to their goals) |",
        "|---:|---:|---|",
        "| 4.0 | 0.0 | xor-by-hand |",
        "| 2.8 | 2.5 | xor |",
    ]


def test_without_a_report_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert timing.main(["--read", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "no test has run\n"


def test_the_rooms_are_the_folders_with_tests() -> None:
    assert {"presets", "document", "end_to_end"} <= set(timing.rooms())
    assert not {"benchmarks", "fixtures"} & set(timing.rooms())
