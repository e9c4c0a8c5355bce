"""Experiments made from an open project: what is offered for each setting, and what is refused in a sentence."""

from __future__ import annotations

import dataclasses

import pytest

from playground.document.experiment import Above, BestInside, Trend
from playground.experiments.cells import ExperimentFault, cells_of
from playground.experiments.library import open_preset
from playground.experiments.making import Draft, claims, made, offered_settings, usual_values

PROJECT = open_preset("circles")
SETTINGS = {setting.path: setting for setting in offered_settings(PROJECT)}
UNITS, RATE = "graph.nodes.dense-1.parameters.units", "training.optimizer.parameters.learning_rate"
DRAFT = Draft("Does it matter?", SETTINGS[RATE], "1, 0.01,0.1", "test_loss", "best-inside", 2, 3)


def test_settings_of_training_blocks_and_data_are_offered_with_values() -> None:
    noise = "graph.nodes.data.parameters.noise"
    assert {RATE, UNITS, noise, "training.batch_size", "training.initializer"} <= set(SETTINGS)
    for setting in SETTINGS.values():
        values = usual_values(setting)
        if values.count(","):
            draft = dataclasses.replace(DRAFT, setting=setting, values=values)
            claim = claims(setting, values, "test_loss")[0][1]
            assert made(PROJECT, dataclasses.replace(draft, claim=claim)).seeds == 3


def test_numbers_make_an_axis_and_choices_make_variants() -> None:
    along = made(PROJECT, DRAFT)
    assert along.axis is not None and along.axis.values == (0.01, 0.1, 1.0) and along.axis.logarithmic
    assert along.rule == BestInside(variant="Learning rate", best="least")
    assert along.guess == "test loss is best between the ends of Learning rate."
    assert len(cells_of(along, open_preset)) == 9
    falls = made(PROJECT, dataclasses.replace(DRAFT, setting=SETTINGS[UNITS], values="1, 2", claim="falls"))
    assert falls.rule == Trend(kind="falls", variant=SETTINGS[UNITS].title)
    chosen = dataclasses.replace(DRAFT, setting=SETTINGS["training.initializer"], values="zeros, xavier-uniform")
    words, claim = claims(chosen.setting, chosen.values, "test_loss")[0]
    assert words == "zeros is better than xavier-uniform"
    compared = made(PROJECT, dataclasses.replace(chosen, claim=claim))
    assert [variant.title for variant in compared.variants] == ["zeros", "xavier-uniform"]
    assert compared.rule == Above(more="xavier-uniform", less="zeros")  # of a loss, less is better


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"values": "1"}, "Two values at least"),
        ({"values": "1, much"}, "are numbers"),
        ({"values": "0.1, -1"}, "cannot be"),
        ({"question": " "}, "question"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ExperimentFault, match=sentence):
        made(PROJECT, dataclasses.replace(DRAFT, **changes))
