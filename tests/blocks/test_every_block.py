"""What holds for every block of the registry, checked on the table of cases."""

from __future__ import annotations

import copy
import json
import math
import xml.etree.ElementTree as ElementTree

import pytest
import torch
import ziamath

from playground.blocks.base import Block
from playground.blocks.measure import Measure
from playground.blocks.registry import BLOCKS
from playground.document.declaration import ParameterInfo
from playground.network.check import infer
from tests.blocks.block_cases import CASES
from tests.blocks.case import BATCH, INDEX, VECTOR, Case, batches_of

COMPUTING = [case for case in CASES if case.block.family != "measure"]
TAKE_CLASSES = {type(case.block) for case in CASES if case.inputs and case.inputs[0] == INDEX}
MEASURING = [case for case in CASES if case.block.family == "measure"]
every_case = pytest.mark.parametrize("case", COMPUTING, ids=lambda case: case.name)
every_measure = pytest.mark.parametrize("case", MEASURING, ids=lambda case: case.name)
every_block = pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.id)


def first_of(result: torch.Tensor | tuple[torch.Tensor, ...]) -> torch.Tensor:
    """What leaves by the first output port."""
    return result[0] if isinstance(result, tuple) else result


def test_every_block_has_a_case_and_an_id_of_its_own() -> None:
    missing = sorted({block.id for block in BLOCKS} - {case.block.id for case in CASES})
    assert not missing, f"give {missing} a case in tests/blocks/cases_FAMILY.py, or in tests/blocks/block_cases.py"
    assert {case.block.id for case in CASES} == {block.id for block in BLOCKS}
    assert len({block.id for block in BLOCKS}) == len(BLOCKS)
    assert len({block.title for block in BLOCKS}) == len(BLOCKS)


@every_case
def test_real_shape_equals_the_inferred_shape(case: Case) -> None:
    inferred = infer(case.block, case.inputs)
    assert inferred.error == ""
    module = case.block.build(*case.inputs)
    for training in (True, False):
        result = first_of(module.train(training)(*batches_of(case.inputs)))
        expected = (BATCH * case.batch, *case.shape) if case.block.family != "loss" else ()
        assert result.shape == expected
        assert inferred.outputs[0].shape == case.shape
        assert inferred.outputs[0].rows == (case.batch if case.block.family != "loss" else 1)
        assert torch.isfinite(result).all()
    assert inferred.parameters == sum(p.numel() for p in module.parameters()) == case.parameters


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_drawn_once_is_the_same_in_every_build(case: Case) -> None:
    buffers = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        buffers.append(dict(case.block.build(*case.inputs).named_buffers()))
    for name, values in buffers[0].items():
        same = torch.equal(values, buffers[1][name])
        assert same, f"“{case.block.id}”: draw {name} from a torch.Generator that a declared seed starts"


@every_case
def test_the_inferred_range_holds(case: Case) -> None:
    signal = infer(case.block, case.inputs).outputs[0]
    if signal.kind != "loss":
        batches = [5.0 * batch if batch.is_floating_point() else batch for batch in batches_of(case.inputs)]
        result = first_of(case.block.build(*case.inputs).eval()(*batches))
        assert result.min() >= signal.low and result.max() <= signal.high


@every_case
def test_gradient_flows_to_inputs_and_parameters(case: Case) -> None:
    module = case.block.build(*case.inputs)
    batches = batches_of(case.inputs)
    for batch in batches:
        batch.requires_grad_(batch.is_floating_point())
    result = first_of(module(*batches))
    total = (result * torch.randn(result.shape, generator=torch.Generator().manual_seed(9))).sum()
    if not total.requires_grad:  # from class numbers to class numbers without weights, or from the number of rows
        assert not (batches[0].requires_grad and case.gradient) and not list(module.parameters())
        return
    total.backward()
    if batches and batches[0].requires_grad:
        first = batches[0].grad if batches[0].grad is not None else torch.zeros(())
        assert torch.isfinite(first).all()
        assert bool(first.abs().sum() > 0) == case.gradient
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@every_measure
def test_a_measure_gives_finite_numbers_and_no_wire_leaves_it(case: Case) -> None:
    inferred = infer(case.block, case.inputs)
    assert (inferred.error, inferred.outputs, inferred.parameters) == ("", (), 0)
    assert isinstance(case.block, Measure)
    numbers = case.block.measure(*batches_of(case.inputs))
    assert numbers and all(isinstance(value, float) and math.isfinite(value) for value in numbers.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_parameters_survive_json(case: Case) -> None:
    text = json.dumps(case.block.parameters())
    assert type(case.block).model_validate_json(text) == case.block
    assert type(case.block).model_validate(json.loads(text)) == case.block


@every_case
def test_the_words_for_a_person_can_be_made(case: Case) -> None:
    assert isinstance(case.block.subtitle(), str)
    assert isinstance(case.block.live_formula(*case.inputs), str)
    for message, _ in case.block.advise(*case.inputs):
        assert message.endswith(".")


@pytest.mark.parametrize("case", [case for case in CASES if case.changed], ids=lambda case: case.name)
def test_update_does_what_a_new_build_would(case: Case) -> None:
    assert case.changed is not None
    module = case.block.build(*case.inputs)
    fresh = case.changed.build(*case.inputs)
    assert case.changed.update(module)
    for training in (True, False):
        results = []
        for each in (module, fresh):
            torch.manual_seed(1)
            results.append(first_of(each.train(training)(*batches_of(case.inputs))))
        assert torch.equal(*results)
    assert dict(module.named_buffers()).keys() == dict(fresh.named_buffers()).keys()
    for name, buffer in module.named_buffers():
        assert torch.equal(buffer, dict(fresh.named_buffers())[name])


@every_case
def test_update_never_leaves_a_module_wrong(case: Case) -> None:
    module = case.block.build(*case.inputs)
    if case.block.update(module):
        results = []
        for each in (copy.deepcopy(module), module):
            torch.manual_seed(1)
            results.append(first_of(each.eval()(*batches_of(case.inputs))))
        assert torch.equal(*results)


@every_block
def test_formula_renders_and_summary_teaches(block: type[Block]) -> None:
    drawing = ElementTree.fromstring(ziamath.Latex(block.formula).svg())
    assert float(drawing.attrib["width"]) > 10.0
    assert len(block.summary) > 30 and block.summary.endswith(".")
    assert block.title and block.__doc__
    for info in block.parameter_infos():
        assert info.help.endswith(".") and info.label, info.name


def _wrong_values(info: ParameterInfo) -> list[object]:
    wrong: list[object] = [{"no": "number"}, None]
    if info.minimum is not None:
        wrong.append(info.minimum - 1)
    if info.maximum is not None:
        wrong.append(info.maximum * 2 + 1)
    if info.kind in ("integer", "number"):
        wrong += ["many", float("nan"), float("inf")]
    return [*wrong, "no such choice"] if info.kind == "choice" else wrong


@every_block
def test_bad_parameters_give_a_sentence_that_names_them(block: type[Block]) -> None:
    for info in block.parameter_infos():
        for wrong in _wrong_values(info):
            ((name, sentence),) = block.parameter_problems({info.name: wrong})
            assert name == info.name
            assert info.label in sentence and block.title in sentence and "pydantic" not in sentence
    ((name, sentence),) = block.parameter_problems({"colour": 1})
    assert name == "colour" and "has no parameter “colour”" in sentence


@every_block
def test_class_numbers_are_refused_where_numbers_belong(block: type[Block]) -> None:
    if block.family == "measure" or block in TAKE_CLASSES or not block.inputs:
        return  # it may well count classes, or give other ones for them
    count = 2 if block().inputs[0].many else len(block.inputs)
    wires = (INDEX, VECTOR) if block.family == "loss" else (INDEX,) * count
    error = infer(block(), wires).error
    assert "class numbers" in error and error.startswith(block.title)
