"""One declaration, everywhere: the base of blocks, datasets, optimizers, schedules, initializers and views.

A declaration is a small frozen pydantic model. Its fields are the parameters a person can set; type, bounds, unit and
help live on the field. Forms, file validation, command-line listings and tests are all made from it.
"""

from __future__ import annotations

import math
import types
import typing
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, cast

import annotated_types
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

ParameterKind = Literal["integer", "number", "switch", "choice", "text", "list"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """One parameter as a form or a listing needs it."""

    name: str
    label: str
    kind: ParameterKind
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    help: str
    unit: str
    logarithmic: bool
    optional: bool
    advanced: bool
    drawing: bool = False
    """Whether it changes the picture of a view only, not what is computed."""

    def as_dict(self) -> dict[str, Any]:
        """The listing printed by `playground blocks --json`."""
        bounds = [self.minimum, self.maximum] if self.minimum is not None or self.maximum is not None else None
        row: dict[str, Any] = {
            "name": self.name,
            "type": self.kind,
            "default": self.default,
            "bounds": bounds,
            "help": self.help,
        }
        if self.choices:
            row["choices"] = list(self.choices)
        if self.unit:
            row["unit"] = self.unit
        return row


def parameter(
    default: T,
    *,
    help: str,
    label: str = "",
    unit: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    logarithmic: bool = False,
    advanced: bool = False,
    drawing: bool = False,
    max_length: int | None = None,
) -> T:
    """Declare a parameter: a pydantic field that also carries what the form shows.

    `logarithmic` asks for a slider on a log scale; `advanced` hides it behind "More"; `drawing` says that of a view it
    changes the picture only, not what is computed.
    """
    extra = {"label": label, "unit": unit, "logarithmic": logarithmic, "advanced": advanced, "drawing": drawing}
    return Field(
        default=default,
        description=help,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        max_length=max_length,
        json_schema_extra=cast(Any, extra),
    )


def in_a_sentence(title: str) -> str:
    """A title within a sentence: “tanh”, but “ReLU” and “Cohen’s kappa”."""
    first = title.split()[0] if title else ""
    whose = first.endswith(("’s", "'s"))  # a person's name keeps its capital
    return title[:1].lower() + title[1:] if first[1:].islower() and not whose else title


class Declaration(BaseModel):
    """Something with a stable id, words that explain it, and parameters with bounds and help."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    id: ClassVar[str]
    """Stable name in files, such as `two-spirals`; never a Python path."""
    title: ClassVar[str]
    summary: ClassVar[str]
    """One or two sentences that teach; shown as tooltip."""
    formula: ClassVar[str] = ""
    """LaTeX, without dollar signs."""
    source: ClassVar[str] = ""
    """Paper or textbook the formula is from."""

    @classmethod
    def parameter_infos(cls) -> tuple[ParameterInfo, ...]:
        """Every parameter in declaration order."""
        return tuple(parameter_info(name, field) for name, field in cls.model_fields.items())

    @classmethod
    def parameter_problems(cls, parameters: dict[str, Any]) -> list[tuple[str, str]]:
        """All faults of `parameters` at once, as (parameter name, sentence)."""
        try:
            cls.model_validate(parameters)
        except ValidationError as error:
            return [_sentence(cls, item) for item in error.errors()]
        return []

    def parameters(self) -> dict[str, Any]:
        """The parameters as plain JSON values."""
        return self.model_dump(mode="json")


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(annotation) if part is not type(None)]
        return rest[0], len(rest) < len(typing.get_args(annotation))
    return annotation, False


def _kind(annotation: Any) -> ParameterKind:
    if typing.get_origin(annotation) is Literal:
        return "choice"
    kinds: dict[Any, ParameterKind] = {bool: "switch", int: "integer", float: "number", str: "text"}
    return kinds.get(annotation, "list")


def _bound(field: FieldInfo, *names: str) -> float | None:
    for constraint in field.metadata:
        for name in names:
            if isinstance(constraint, getattr(annotated_types, name)):
                return float(getattr(constraint, name.lower()))
    return None


def parameter_info(name: str, field: FieldInfo) -> ParameterInfo:
    """What a form needs to know of a pydantic field, of a declaration or of any other model."""
    annotation, optional = _unwrap(field.annotation)
    extra = cast(dict[str, Any], field.json_schema_extra or {})
    default = field.get_default(call_default_factory=True)
    return ParameterInfo(
        name=name,
        label=str(extra.get("label") or name.replace("_", " ").capitalize()),
        kind=_kind(annotation),
        default=list(default) if isinstance(default, tuple) else default,
        minimum=_bound(field, "Ge", "Gt"),
        maximum=_bound(field, "Le", "Lt"),
        choices=tuple(str(choice) for choice in typing.get_args(annotation)) if _kind(annotation) == "choice" else (),
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        logarithmic=bool(extra.get("logarithmic", False)),
        optional=optional,
        advanced=bool(extra.get("advanced", False)),
        drawing=bool(extra.get("drawing", False)),
    )


def _number(value: float) -> str:
    return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 1e15 else f"{value:g}"


TYPE_FAULTS = frozenset({"bool_parsing", "bool_type", "string_type", "tuple_type", "list_type"})
"""What pydantic calls values of another type."""


def _sentence(cls: type[Declaration], item: Any) -> tuple[str, str]:
    """Translate one pydantic error into a sentence: what arrived, what was expected."""
    name = str(item["loc"][0]) if item["loc"] else ""
    infos = {info.name: info for info in cls.parameter_infos()}
    if item["type"] == "extra_forbidden" and len(item["loc"]) == 1:
        known = ", ".join(infos) or "none"
        return name, f"{cls.title} has no parameter “{name}”. It knows: {known}."
    info = infos.get(name)
    if info is None:
        return name, f"{cls.title}: {item['msg'].removeprefix('Value error, ')}."
    if item["type"] == "value_error":  # a validator of our own: its words say everything
        return name, f"{info.label} of {cls.title}: {item['msg'].removeprefix('Value error, ')}."
    arrived = repr(item.get("input"))[:60]
    if info.kind == "choice":
        return name, f"{info.label} of {cls.title} must be one of {', '.join(info.choices)}, but {arrived} arrived."
    if info.kind in ("integer", "number"):
        words = "a whole number" if info.kind == "integer" else "a number"
        if info.minimum is not None and info.maximum is not None:
            words += f" from {_number(info.minimum)} to {_number(info.maximum)}"
        elif info.minimum is not None:
            words += f" of at least {_number(info.minimum)}"
        return name, f"{info.label} of {cls.title} must be {words}, but {arrived} arrived."
    wanted = {"switch": "true or false", "text": "a text", "list": "a list"}.get(info.kind)
    if wanted is not None and item["type"] in TYPE_FAULTS:
        return name, f"{info.label} of {cls.title} must be {wanted}, but {arrived} arrived."
    return name, f"{info.label} of {cls.title}: {item['msg'].removeprefix('Value error, ')}, but {arrived} arrived."
