"""Forms for settings that are plain pydantic models, not declarations: regularization, clipping, stop rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from playground.document.declaration import ParameterInfo, parameter_info
from playground.document.graph import Value


def setting_infos(
    model: type[Value], labels: Mapping[str, str], logarithmic: Collection[str] = ()
) -> list[ParameterInfo]:
    """What a form needs of the named fields of a model, in the order of `labels`."""
    return [
        replace(
            parameter_info(name, model.model_fields[name]), label=label, logarithmic=name in logarithmic
        )
        for name, label in labels.items()
    ]


def setting_problems(
    model: type[Value], labels: Mapping[str, str]
) -> Callable[[dict[str, Any]], list[tuple[str, str]]]:
    """A function that tells all faults of some values of the model as (name, sentence)."""

    def problems(values: dict[str, Any]) -> list[tuple[str, str]]:
        try:
            model.model_validate(values)
        except ValidationError as error:
            return [_sentence(labels, item) for item in error.errors()]
        return []

    return problems


def _sentence(labels: Mapping[str, str], item: Any) -> tuple[str, str]:
    name = str(item["loc"][0]) if item["loc"] else ""
    words = item["msg"].replace("Input should be", "must be").removeprefix("Value error, ")
    return name, f"{labels.get(name, name)} {words}, but {item.get('input')!r} arrived."
