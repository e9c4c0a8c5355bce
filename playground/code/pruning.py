"""The part of a written file that prunes: what is zero stays zero, and more goes from epoch to epoch."""

from __future__ import annotations

from collections.abc import Iterator

from playground.code.parameters import Learned, attribute
from playground.code.setting import Setting
from playground.network.check import Report
from playground.network.flat import Place
from playground.training.pruning import Prunable, prunable

SHARE = '''\
def share_at(epoch):
    """The share that is to be gone after so many epochs: it grows fast at first (Zhu and Gupta 2017)."""
    passed = 1.0 if epoch >= {end} else (epoch - {begin}) / {span}
    return {share!r} * (1.0 - (1.0 - passed) ** 3)'''
WEIGHTS = '''\
@torch.no_grad()
def hold(pruned, standing, share):
    """Put what was zero back to zero, and the smallest of all weights with it until this share is gone."""
    for weight, kept in zip(pruned, standing):
        weight.mul_(kept)
    sizes = torch.cat([weight.flatten().abs() for weight in pruned])
    gone = torch.topk(sizes, round(share * len(sizes)), largest=False).indices
    kept = torch.ones_like(sizes).index_fill(0, gone, 0.0)
    for weight, own in zip(pruned, kept.split([weight.numel() for weight in pruned])):
        weight.mul_(own.view_as(weight))'''
FILTERS = '''\
@torch.no_grad()
def hold(pruned, standing, share):
    """Put units that were zero back to zero, and the smallest of every block with them until this share is gone."""
    for (weight, bias), kept in zip(pruned, standing):
        sizes = weight.flatten(1).abs().sum(dim=1) * kept  # (units,)
        count = max(min(round(share * len(sizes)), len(sizes) - 1), int((~kept).sum()))
        gone = torch.topk(sizes, count, largest=False).indices
        weight[gone] = 0.0
        if bias is not None:
            bias[gone] = 0.0'''


def pruned_by(report: Report, names: dict[str, str], parameters: tuple[Learned, ...]) -> Prunable:
    """What the written network has that can be pruned; `names` are those in the state of it by ours."""
    ours = {path: name for name, path in names.items()}
    places = [Place(ours[one.path], 0, (1,) * one.axes) for one in parameters]
    return prunable(report, places, {one.node for one in parameters if one.factor == 0.0 or not one.phases})


def pruning_functions(setting: Setting) -> Iterator[str]:
    """The functions that the loop calls."""
    if not _listed(setting):
        return
    rule = setting.project.training.pruning
    yield SHARE.format(end=rule.end, begin=rule.begin, span=max(1, rule.end - rule.begin), share=rule.share)
    yield WEIGHTS if rule.kind == "weights" else FILTERS


def pruned_table(setting: Setting) -> Iterator[str]:
    """Statements before the loop: what can be pruned."""
    listed = _listed(setting)
    if listed:
        yield "pruned = ["
        yield from (f"    {one}," for one in listed)
        yield "]"


def before_step(setting: Setting) -> Iterator[str]:
    """Statements before a step of the optimizer: what is not zero."""
    if not _listed(setting):
        return
    if setting.project.training.pruning.kind == "weights":
        yield "standing = [weight != 0.0 for weight in pruned]"
    else:
        yield "standing = [(weight.flatten(1) != 0.0).any(dim=1) for weight, _ in pruned]"


def after_step(setting: Setting) -> Iterator[str]:
    """Statements after it."""
    if _listed(setting):
        yield f"if epoch >= {setting.project.training.pruning.begin}:"
        yield "    hold(pruned, standing, share_at(epoch))"


def _listed(setting: Setting) -> list[str]:
    """What is pruned, as expressions: weights, or pairs of weights and bias."""
    kind, names, what = setting.project.training.pruning.kind, setting.network.names, setting.prunable
    if kind == "none":
        return []
    written = {name: f"model.{attribute(path)}" for name, path in names.items()}
    if kind == "weights":
        return [written[name] for name in what.weights]
    return [f"({written[name]}, {written.get(bias)})" for name, bias in what.filters.items()]
