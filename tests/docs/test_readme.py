"""What the README promises is true: the layer in ten lines works, every command exists, every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from playground.blocks import normalization
from playground.cli import main
from playground.code.script import write
from playground.data.registry import CATALOGUE
from playground.document import edits, files
from playground.document.graph import EdgeKey, Node
from playground.document.library import paths
from playground.network import check as checking
from playground.training.opening import open_project
from playground.training.session.session import Session

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIXTURE = ROOT / "tests" / "fixtures" / "spirals-small.json"


def layer() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    return code


def test_the_layer_has_ten_lines() -> None:
    lines = [line for line in layer().splitlines() if line.strip() and '"""' not in line]
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 120


def test_the_layer_trains_when_it_is_put_where_the_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    scope: dict[str, Any] = dict(vars(normalization))
    exec(compile(layer(), "README.md", "exec"), scope)
    block = scope["RMSNorm"]
    monkeypatch.setitem(CATALOGUE, block.id, block)
    checking.known_block.cache_clear()
    project = files.read(FIXTURE)
    key = EdgeKey("dense-1", "output", "dense-2", "input")
    node = Node(id="norm", block="rms-norm", parameters={"epsilon": 1e-5})
    graph = edits.insert_on_edge(project.graph, key, node, input_port="input", output_port="output")
    session = Session(project.replace(graph=graph), "cpu")
    assert session.report.parameters["norm"] == 6
    assert session.report.signals["norm", "output"].shape == (6,)
    before = session.snapshot().array("norm.weight").copy()
    session.advance(5)
    assert (session.snapshot().array("norm.weight") != before).any()
    assert block.parameter_problems({"epsilon": 0}) == [
        ("epsilon", "Epsilon of RMS norm must be a number from 0 to 0.1, but 0 arrived.")
    ]


def test_the_project_as_code_is_what_is_written() -> None:
    (shown,) = re.findall(r"```py\n(.*?)```", README, re.DOTALL)
    written = write(open_project(paths()["spirals"])).text
    assert all(part.strip("\n") in written for part in re.split(r"\n\n\n", shown))


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`playground ([a-z][a-z-]+)", README))))
def test_every_command_of_the_table_exists_with_its_options(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    help_ = capsys.readouterr().out
    rows = (line for line in README.splitlines() if line.startswith("|"))
    row = next(line for line in rows if re.search(rf"`playground {command}(?![a-z-])", line))
    for option in re.findall(r"--[a-z-]+", row.split("|")[1]):
        assert option in help_


def test_the_table_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    known = re.findall(r"^    ([a-z][a-z-]+)(?= |$)", capsys.readouterr().out, re.MULTILINE)
    assert set(known) - {"open"} == set(re.findall(r"`playground ([a-z][a-z-]+)", README))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), f"{page} points to {target}"


def test_every_place_of_the_house_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    house = text.split("```")[1]
    for room in re.findall(r"^    ([a-z]+)/ ", house, re.MULTILINE):
        assert (ROOT / "playground" / room).is_dir(), room


def test_versions_agree(capsys: pytest.CaptureFixture[str]) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (version,) = re.findall(r'^version = "(.+)"', project, re.MULTILINE)
    main(["--version"])
    assert capsys.readouterr().out == f"Playground {version}\n"
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_what_make_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test", "lint", "bench", "clean"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for script in re.findall(r"\.ci/[a-z-]+", makefile):
        assert (ROOT / script).stat().st_mode & 0o100, f"{script} cannot be executed"
