"""What a block says can be seen of its inside can be seen there."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch
from torch import nn

from playground.blocks.registry import BLOCKS
from playground.blocks.reveals import (
    PROMISES,
    DrawsNoise,
    FindsModes,
    HasLandscape,
    NamesFeatures,
    Reveal,
    SlidesWindow,
    Transparent,
    Unrolls,
    WithUnits,
)
from playground.blocks.windows import Window
from tests.blocks.block_cases import CASES
from tests.blocks.case import BATCH, Case, batches_of

REVEALING = [(case, word) for case in CASES for word in sorted(case.block.reveals)]


def _weights(case: Case, module: nn.Module, shape: tuple[int, ...]) -> None:
    sizes = {name: tuple(values.shape) for name, values in module.named_parameters(recurse=False)}
    assert sizes.pop("weight") == shape
    assert sizes.pop("bias", shape[:1]) == shape[:1] and not sizes


def _units(case: Case, module: nn.Module) -> None:
    assert isinstance(case.block, WithUnits)
    _weights(case, module, (case.block.units, case.inputs[0].shape[-1]))


def _vectors(case: Case, module: nn.Module) -> None:
    assert module.vocabulary == case.inputs[0].classes
    _weights(case, module, (len(module.vocabulary), case.shape[-1]))


def _names(case: Case, module: nn.Module) -> None:
    assert isinstance(case.block, NamesFeatures)
    assert len(case.block.names(case.inputs[0].size)) == case.shape[-1]


def _maps(case: Case, module: nn.Module) -> None:
    assert any(signal.kind in ("image", "series", "volume") for signal in case.inputs)


def _kernels(case: Case, module: nn.Module) -> None:
    window = _window(case, module)
    assert window.weight is not None
    channels, maps = (signal[-1 if window.channels_last else 0] for signal in (case.inputs[0].shape, case.shape))
    sizes = tuple(along.size for along in window.along)
    assert window.weight.shape == (maps, channels // window.groups, *sizes)
    assert window.bias is None or window.bias.shape == (maps,)


def _window(case: Case, module: nn.Module) -> Window:
    """Every number made again from what lies under its window."""
    assert isinstance(case.block, SlidesWindow)
    window, (x,) = case.block.window(module), batches_of(case.inputs)
    first, given = x[0], (module if window.weight is None else module.weighted_sum)(x)[0]  # type: ignore[operator]
    if window.channels_last:
        first, given = first.movedim(-1, 0), given.movedim(-1, 0)
    for place in itertools.product(*map(range, given.shape[1:])):
        each = zip(window.along, place, first.shape[1:], strict=True)
        rows = [along.under(one, extent) for along, one, extent in each]
        seen = torch.stack([
            first[:, *cell] if min(cell) >= 0 else torch.full((len(first),), BEYOND[window.reduction])
            for cell in itertools.product(*rows)
        ], dim=1)  # (channels, k · k)
        assert torch.allclose(given[:, *place], _made(window, seen), atol=1e-5)
    return window


BEYOND = {"weigh": 0.0, "largest": float("-inf"), "mean": 0.0}


def _made(window: Window, seen: torch.Tensor) -> torch.Tensor:
    if window.weight is None:
        return seen.amax(1) if window.reduction == "largest" else seen.mean(1)
    by_group = seen.unflatten(0, (window.groups, -1))
    weights = window.weight.flatten(2).unflatten(0, (window.groups, -1))  # (groups, maps, channels, k · k)
    sums = (weights * by_group[:, None]).sum((2, 3)).flatten()
    return sums if window.bias is None else sums + window.bias


def _attention(case: Case, module: nn.Module) -> None:
    assert isinstance(module, Transparent)
    inner = module.inside(*batches_of(case.inputs))
    assert inner["attention"].shape == inner["scores"].shape
    assert (len(inner["attention"]), *inner["attention"].shape[2:]) == (BATCH, *_sequences(case))
    sums = inner["attention"].sum(-1)
    assert (torch.isclose(sums, torch.ones(())) | (sums == 0.0)).all()


def _sequences(case: Case) -> tuple[int, int]:
    """Steps that look, and steps that are looked at."""
    ports = [port.name for port in case.block.inputs]
    if "memory" not in ports:
        return case.inputs[0].shape[0], case.inputs[0].shape[0]
    memory = case.inputs[ports.index("memory")]
    return case.inputs[1 - ports.index("memory")].shape[0], memory.shape[0] if len(memory.shape) == 2 else 1


def _positions(case: Case, module: nn.Module) -> None:
    assert isinstance(module, Transparent)
    (x,) = batches_of(case.inputs)
    assert torch.allclose(module(x), x + module.inside(x)["positions"])


def _two_sequences(case: Case, module: nn.Module) -> None:
    assert "memory" in [port.name for port in case.block.inputs] and "attention" in case.block.reveals


def _free_running(case: Case, module: nn.Module) -> None:
    place = [port.name for port in case.block.inputs].index("given")
    batches, others = batches_of(case.inputs), batches_of(case.inputs)
    others[place][:, 1:] = (others[place][:, 1:] + 1) % len(case.inputs[place].classes)
    for forced in (False, True):
        module.eval().forced = forced  # type: ignore[assignment]
        assert torch.equal(module(*batches), module(*others)) != forced


def _states(case: Case, module: nn.Module) -> None:
    assert isinstance(module, Unrolls)
    inner = module.eval().inside(*batches_of(case.inputs))
    assert module.gates <= inner.keys()
    assert {tuple(values.shape[:2]) for values in inner.values()} == {(BATCH, case.inputs[0].shape[0])}
    assert all(((inner[gate] >= 0.0) & (inner[gate] <= 1.0)).all() for gate in module.gates)
    given = module(*batches_of(case.inputs))[..., : inner["hidden"].shape[-1]]  # of two directions the first
    assert torch.allclose(given, inner["hidden"] if given.dim() == 3 else inner["hidden"][:, -1], atol=1e-5)


def _line(case: Case, module: nn.Module) -> None:
    buffers = dict(module.named_buffers())
    assert (buffers["weight"].shape, buffers["bias"].shape) == ((1, case.inputs[0].size), (1,))
    assert case.shape == (1,)


def _centroids(case: Case, module: nn.Module) -> None:
    assert dict(module.named_buffers())["centroids"].shape == (case.shape[0], case.inputs[0].size)


def _modes(case: Case, module: nn.Module) -> None:
    assert isinstance(case.block, FindsModes) and 0.0 < case.block.share <= 1.0
    found = case.block.clusters(*batches_of(case.inputs))
    assert len(found.middles) == len(found.reaches) == len(found.shares)


def _pairs(case: Case, module: nn.Module) -> None:
    real, generated = batches_of(case.inputs)
    mixed, is_real = module(real, generated)
    assert torch.equal(mixed[is_real[:, 0] == 1.0], real) and torch.equal(mixed[is_real[:, 0] == 0.0], generated)


def _noise(case: Case, module: nn.Module) -> None:
    assert isinstance(case.block, DrawsNoise) and case.shape == (case.block.size,)
    assert case.block.reach() > 0.0


def _dropout(case: Case, module: nn.Module) -> None:
    (arriving,) = batches_of(case.inputs)
    assert isinstance(module.rate, float)
    assert torch.equal(module.eval()(arriving), arriving)


def _augmentation(case: Case, module: nn.Module) -> None:
    (arriving,) = batches_of(case.inputs)
    assert torch.equal(module.eval()(arriving), arriving)
    assert module.train()(arriving).shape == arriving.shape
    assert "generator" in vars(module)


def _learned_picture(case: Case, module: nn.Module) -> None:
    (arriving,) = batches_of(case.inputs)
    given = module(arriving)
    assert torch.equal(given, dict(module.named_parameters())["picture"].expand(arriving.shape))


def _landscape(case: Case, module: nn.Module) -> None:
    assert isinstance(case.block, HasLandscape)
    (place,) = module.parameters()
    assert place.shape == (case.block.landscape.dimensions,) == (len(case.block.start),)
    assert torch.allclose(module(), case.block.landscape.value(*place.unbind()))


KEPT: dict[Reveal, Callable[[Case, nn.Module], object]] = {
    "units": _units, "word vectors": _vectors,
    "feature names": _names, "feature maps": _maps, "kernels": _kernels, "sliding window": _window,
    "attention": _attention, "positions": _positions, "hidden states": _states,
    "boundary line": _line, "centroids": _centroids,
    "modes": _modes, "real and generated": _pairs, "noise": _noise, "dropout": _dropout,
    "augmentation": _augmentation, "landscape": _landscape,
    "learned picture": _learned_picture, "two sequences": _two_sequences, "free running": _free_running,
}  # fmt: skip


def test_every_word_is_described_declared_by_a_block_and_tested() -> None:
    declared = {word for block in BLOCKS for word in block.reveals}
    assert declared == PROMISES.keys() == KEPT.keys(), "a word is a row of PROMISES in playground/blocks/reveals.py"


@pytest.mark.parametrize(("case", "word"), REVEALING, ids=lambda one: one.name if isinstance(one, Case) else one)
def test_a_block_keeps_what_its_words_promise(case: Case, word: Reveal) -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        KEPT[word](case, case.block.build(*case.inputs))
