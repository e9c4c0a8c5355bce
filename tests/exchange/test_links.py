"""Links to TensorFlow Playground: what they open, that they come back the same, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.cli import main
from playground.document.files import read
from playground.document.library import presets
from playground.exchange.addresses import is_link
from playground.exchange.links import link_to, project_from_link
from playground.exchange.refusals import ExchangeRefused
from playground.training.session.session import Session

START = "https://playground.tensorflow.org/#"
FULL = (
    f"{START}activation=relu&regularization=L2&batchSize=12&dataset=gauss&regDataset=reg-plane&learningRate=0.1"
    "&regularizationRate=0.01&noise=25&networkShape=5,3,2&seed=0.36824&showTestData=false&discretize=false"
    "&percTrainData=70&x=true&y=true&xTimesY=true&xSquared=true&ySquared=true&cosX=false&sinX=false&cosY=false"
    "&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false"
)


def test_everything_that_a_link_says_is_opened():
    project = project_from_link(FULL).project
    data, expansion, *layers, loss = project.graph.nodes
    assert (data.block, data.parameters["labels"], data.parameters["train_share"]) == ("gaussians", "signed", 0.7)
    assert data.parameters["spread"] == pytest.approx(2.25**0.5)  # .5 + .25 / .5 * 3.5, its variance
    assert expansion.parameters == {
        "originals": True, "squares": True, "products": True, "sines": False, "cosines": False,
    }  # fmt: skip
    assert [(one.parameters["units"], one.parameters["activation"]) for one in layers] == [
        (5, "relu"), (3, "relu"), (2, "relu"), (1, "tanh"),
    ]  # fmt: skip
    assert loss.block == "half-mean-squared-error"
    training = project.training
    assert training.optimizer.id == "sgd" and training.optimizer.parameters["learning_rate"] == 0.1
    assert training.batch_size == 12 and training.regularization.l2 == 0.005  # its penalty is half the squares
    assert project.seed == data.parameters["data_seed"] == 36824


def test_an_empty_link_is_the_page_as_it_begins_and_learns():
    found = project_from_link("https://playground.tensorflow.org/")
    assert [node.block for node in found.project.graph.nodes] == [
        "circles", "dense", "dense", "dense", "half-mean-squared-error",
    ]  # fmt: skip
    session = Session(found.project)
    session.advance(25 * 150)  # 250 points in batches of 10
    assert session.evaluate(full=True, observe=False)["test_accuracy"] > 0.95


LINKS = [
    FULL,
    f"{START}problem=regression&regDataset=reg-gauss&noise=20&networkShape=8,8&activation=sigmoid&seed=0.5",
    f"{START}dataset=spiral&noise=35&networkShape=8,8,6&sinX=true&sinY=true&cosX=true&cosY=true&learningRate=0.03",
    f"{START}dataset=xor&networkShape=&activation=linear&initZero=true&regularization=L1&regularizationRate=0.003",
    f"{START}dataset=circle&noise=10&x=false&y=false&xSquared=true&ySquared=true&percTrainData=10",
]


@pytest.mark.parametrize("link", LINKS, ids=range(len(LINKS)))
def test_there_and_back_it_is_the_same(link: str):
    once = project_from_link(link).project
    again = project_from_link(link_to(once)).project
    assert again.replace(summary="") == once.replace(summary="")
    assert link_to(again) == link_to(once)


def test_what_differs_is_said():
    assert "xSquared, sinY go in too" in project_from_link(f"{START}ySquared=true&sinX=true").difference
    assert "cones" in project_from_link(f"{START}problem=regression&regDataset=reg-gauss").difference
    assert "another generator" in project_from_link(START).difference


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("https://example.org/#dataset=xor", "no link to TensorFlow Playground"),
        ("hello", "no link to TensorFlow Playground"),
        ("https://[bad/#", "no link to TensorFlow Playground"),
        (f"{START}dataset=moons", "dataset=moons, but there is only circle"),
        (f"{START}learningRate=fast", "learningRate=fast"),
        (f"{START}learningRate=nan", "learningRate=nan"),
        (f"{START}noise=-5", "noise=-5"),
        (f"{START}networkShape=4,x", "networkShape=4,x"),
        (f"{START}networkShape={','.join(['4'] * 99)}", "at most 12 layers"),
        (f"{START}networkShape=4,999999", "1 to 64 units"),
        (f"{START}x=false&y=false", "all features off"),
        (f"{START}activation=__proto__", "activation=__proto__"),
    ],
)
def test_a_malformed_link_is_refused_in_a_sentence(text: str, sentence: str):
    with pytest.raises(ExchangeRefused) as refused:
        project_from_link(text)
    assert sentence in str(refused.value) and str(refused.value).endswith(".")


def test_no_preset_breaks_the_writing_of_links():
    for entry in presets():
        try:
            assert is_link(link_to(entry.project))
        except ExchangeRefused as refused:
            assert str(refused).startswith("No link can hold this project: TensorFlow Playground knows ")


def test_the_command_opens_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "link.json"
    assert main(["new", "--link", FULL, "--out", str(out)]) == 0
    assert read(out) == project_from_link(FULL).project
    assert "Not as in TensorFlow Playground:" in capsys.readouterr().out
    assert main(["new", "--link", f"{START}noise=x", "--out", str(tmp_path / "b.json")]) == 2
    assert main(["new", "--out", str(tmp_path / "c.json")]) == 2
    assert "a file or a folder, or --link" in capsys.readouterr().err
