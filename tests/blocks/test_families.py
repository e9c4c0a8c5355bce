"""Every family of blocks has what the palette, the canvas and the menus need of it."""

from __future__ import annotations

import re
from itertools import groupby

import pytest

from playground.blocks.activation import Activation
from playground.blocks.estimator import Estimator
from playground.blocks.families import FAMILIES, FAMILY, Family, before, computes, role_of
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.paths import RESOURCES


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_a_family_has_words_a_color_an_icon_and_blocks(family: Family) -> None:
    assert family.title and family.topic
    assert re.fullmatch(r"#[0-9a-f]{6}", family.color)
    assert (RESOURCES / "icons" / f"{family.id}.svg").is_file(), f"resources/icons/{family.id}.svg is missing"
    assert set(family.follows) <= set(FAMILY)
    blocks = {name for name, declaration in CATALOGUE.items() if declaration.family == family.id}
    assert blocks, f"no registered block has family = “{family.id}”: add one, or take out its row of FAMILIES"
    unknown = set(family.usual) - blocks
    assert not unknown, f"{sorted(unknown)} are no blocks of “{family.id}”: mend `usual` of its row in FAMILIES"


def test_every_block_is_of_a_family_that_there_is() -> None:
    strangers = {name: block.family for name, block in CATALOGUE.items() if block.family not in FAMILY}
    assert not strangers, f"{strangers}: a new family is a row of FAMILIES in playground/blocks/families.py"


def test_ids_titles_and_colors_differ_and_topics_stand_together() -> None:
    for column in (lambda family: family.id, lambda family: family.title, lambda family: family.color):
        values = [column(family) for family in FAMILIES]
        assert len(set(values)) == len(values)
    topics = [topic for topic, _ in groupby(FAMILIES, lambda family: family.topic)]
    assert len(set(topics)) == len(topics)


def test_what_a_block_follows_is_what_it_usually_comes_after() -> None:
    assert before("loss")[0] == "dense"
    assert before("measure") == ("estimator",)
    assert all(family in FAMILY[one].follows for family in FAMILY for one in before(family))


def test_the_role_of_a_family_is_what_its_blocks_do() -> None:
    bases = {"data": Dataset, "activation": Activation, "estimator": Estimator, "loss": Loss, "measure": Measure}
    for name, block in CATALOGUE.items():
        roles = [role for role, base in bases.items() if issubclass(block, base)]
        assert roles in ([], [role_of(block.family)]), name
        assert computes(block.family) == (not roles or roles == ["activation"]), name


def test_an_unknown_family_computes() -> None:
    assert role_of("tomorrow") == "layer" and computes("tomorrow")
