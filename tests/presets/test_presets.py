"""Every preset that ships: a sound file, words that fit the window, a graph that trains, and goals that it reaches."""

from __future__ import annotations

import pytest

from playground.analysis.registry import ANALYSES
from playground.cli import running
from playground.document import files, library
from playground.document.chapters import CHAPTER_FILE, read_chapter
from playground.document.project import Project
from playground.experiments.library import name_of
from playground.network.check import check
from playground.paths import PRESETS
from playground.ui.shell.card_pictures import GRAPH, graph_stamp, stamped

PATHS = library.paths()
PROMISED_PARAMETERS = {
    "circles": 13,
    "insurance": 13,
    "lenet-5": 61_706,
    "mnist-mlp": 109_386,
    "mnist-sigmoid": 13_002,
    "mnist-softmax": 7_850,
    "perceptron-and": 3,
    "simple-net": 17,
    "spirals": 105,
    "xor-by-hand": 9,
}
REQUIRED = {
    "bumps", "circles", "gaussians", "mnist-mlp", "mnist-sigmoid", "perceptron-and", "perceptron-or", "perceptron-xor",
    "plane", "spirals", "xor",
}  # fmt: skip


@pytest.fixture(params=sorted(PATHS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def project(name: str) -> Project:
    return files.read(PATHS[name])


def test_there_are_enough_and_the_famous_ones_are_among_them() -> None:
    assert len(PATHS) >= 30
    assert set(PATHS) >= REQUIRED


def test_ids_are_unique() -> None:
    stems = [name_of(path) for path in PRESETS.glob("*/*.json") if path.name != CHAPTER_FILE]
    assert len(stems) == len(set(stems))


@pytest.mark.parametrize("folder", sorted(path.name for path in PRESETS.iterdir() if path.is_dir()))
def test_a_chapter_names_the_presets_of_its_folder_and_nothing_else(folder: str) -> None:
    path = PRESETS / folder / CHAPTER_FILE
    assert path.is_file(), f"write {path}: title, number, presets with their levels"
    chapter = read_chapter(path)
    there = {file.stem for file in path.parent.glob("*.json") if "." not in file.stem} - {path.stem}
    gone = set(chapter.presets) - there
    assert not gone, f"{sorted(gone)} are not in the folder: take them out of {path}"
    unnamed = there - set(chapter.presets)
    assert not unnamed, f"give {sorted(unnamed)} a line with a level in {path}"
    assert folder == chapter.title.lower().replace(" ", "-"), f"the folder is called as its title in {path}"


def test_every_chapter_has_a_place_of_its_own() -> None:
    numbers = {path.parent.name: read_chapter(path).number for path in PRESETS.glob(f"*/{CHAPTER_FILE}")}
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1)), numbers


def test_titles_differ() -> None:
    titles = [entry.title for entry in library.presets()]
    assert len(set(titles)) == len(titles)


def test_the_file_is_as_saving_would_write_it(name: str, project: Project) -> None:
    same = PATHS[name].read_text(encoding="utf-8") == files.to_json(project)
    assert same, f"open {PATHS[name]} in the window and save it, or `python -m playground check {PATHS[name]} --write`"


def test_the_pictures_on_its_card_show_its_graph(name: str, project: Project) -> None:
    for path in (PATHS[name].with_suffix(".png"), PATHS[name].with_suffix(".dark.png")):
        shown = stamped(path).get(GRAPH)
        assert shown == graph_stamp(project), f"make {path}: python -m playground.ui.shell.card_pictures {name}"


def test_words_have_sane_lengths(project: Project) -> None:
    assert 3 <= len(project.title) <= 40
    assert 20 <= len(project.summary) <= 90
    assert "\n" not in project.summary
    assert project.summary.endswith((".", "?"))
    paragraphs = project.lesson.split("\n\n")
    assert 2 <= len(paragraphs) <= 5
    assert all(40 <= len(paragraph) <= 700 and "\n" not in paragraph for paragraph in paragraphs)


def test_the_graph_has_nothing_to_complain_about(project: Project) -> None:
    report = check(project.graph)
    assert report.problems == ()
    assert report.loss_nodes() or report.estimator_nodes()


def test_the_open_views_apply(project: Project) -> None:
    known = {analysis.id: analysis() for analysis in ANALYSES}
    report = check(project.graph)
    assert 1 <= len(project.views) <= 3
    for view in project.views:
        assert known[view.view].why_not(report, project.graph) == ""
        assert view.node is None or project.graph.has(view.node)


def test_parameter_counts_are_as_promised() -> None:
    counts = {name: check(files.read(PATHS[name]).graph).total_parameters for name in PROMISED_PARAMETERS}
    assert counts == PROMISED_PARAMETERS


def test_training_reaches_the_goals(name: str, project: Project) -> None:
    assert project.goals, f"give the preset a goal: `goals` in {PATHS[name]}, with the metric that its lesson speaks of"
    outcome = running.run(running.start(project, "cpu"), running.Budget.of(project), name)
    missed = [goal for goal in outcome.goals if not goal["met"]]
    assert not missed, f"{missed} in {PATHS[name]}, with {outcome.metrics}"
