"""The part of a written file that adds objectives to the loss: functions of further passes through the network."""

from __future__ import annotations

from collections.abc import Iterator

from playground.code.setting import Setting
from playground.code.sources import Sources
from playground.document.project import Project
from playground.network.check import Report
from playground.training.model import stable_seed
from playground.training.objectives.active import active
from playground.training.objectives.base import Look, features_of
from playground.training.objectives.classes import hides_labels, readings_of

ANSWERS = '''\
def answers({arguments}):
    """What the losses are given as predictions."""
    {outputs} = model({takes})
    return [{predictions}]'''


def objectives(setting: Setting, report: Report, sources: Sources) -> Iterator[str]:
    """The functions `answers` and `objectives`, which the loop calls; nothing where the project has no objectives."""
    found, source = active(setting.project), features_of(report)
    if not found or source is None:
        return
    network = setting.network
    varied, feeds = network.feeds[source], ", ".join(network.feeds.values())
    look, seed = sources.need(Look), sources.need(stable_seed)
    names = [sources.method(one, "amount", one.id.replace("-", "_")) for one in found]
    arguments = ", ".join(("model", *network.feeds.values()))
    losses = [one for one in network.compared if one.node in network.losses]
    readings = readings_of(report)
    yield ANSWERS.format(
        arguments=arguments, outputs=", ".join(network.outputs), takes=", ".join(network.takes),
        predictions=", ".join(one.prediction for one in losses),
    )  # fmt: skip
    lines = [f"def objectives(model, value, known, step, {feeds}):"]
    lines.append('    """The loss with all that is added to it because of answers to other inputs."""')
    at_other = ", ".join("other" if name == varied else name for name in network.feeds.values())
    name = "in_bfloat16(model)" if setting.mixed else "model"
    lines.append(f"    passes = lambda other: loss({name}, {at_other}), lambda other: answers({name}, {at_other})")
    lines.append("    bounds, unlabelled = known")
    kept = 1.0 - sum(one.weight for one in found if one.blends)
    lines.append("    total = value" if kept == 1.0 else f"    total = {kept!r} * value")
    for number, (one, name) in enumerate(zip(found, names, strict=True)):
        text = f'{seed}(SEED, f"objective {number} {{step}}")'
        lines.append(f"    generator = torch.Generator({varied}.device).manual_seed({text})")
        rest = f"bounds, generator, unlabelled, {readings!r}, step"
        lines.append(f"    look = {look}(model, {varied}, value, passes, {rest})")
        lines.append(f"    total = total + {one.weight!r} * {name}(look)")
    lines.append("    return total")
    yield "\n".join(lines)


def before(setting: Setting, report: Report) -> Iterator[str]:
    """Statements before the loop: between which values the data lie, and the inputs without a label."""
    source = features_of(report)
    if not active(setting.project) or source is None:
        return
    place = list(setting.network.feeds).index(source)
    axis = "" if len(report.signals[source].shape) == 3 else "0"
    yield f"bounds = examples[{place}].amin({axis}), examples[{place}].amax({axis})  # of the data"
    hidden = f"examples[{place}][:0]"
    if sees_unlabelled(setting.project, report):
        hidden = f'data.pop("unlabelled")[{place}]'
    yield f"known = bounds, {hidden}  # and the inputs that have no label"


def sees_unlabelled(project: Project, report: Report) -> bool:
    """Whether there are inputs without a label, and something that looks at them."""
    return bool(active(project)) and hides_labels(report)


def with_objectives(setting: Setting, value: str) -> str:
    """The expression whose gradient is followed."""
    if not active(setting.project):
        return value
    return f"objectives(model, {value}, known, len(curve){setting.inputs})"
