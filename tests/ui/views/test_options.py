"""Every option of every view: set in the window it is saved, comes back, and means the same on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.cli.pictures import _analysis
from playground.document.declaration import ParameterInfo
from playground.document.project import OpenView, Project
from playground.ui.views.base import View
from playground.ui.views.panel import ViewPanel
from playground.ui.views.parameters import SHARED
from playground.ui.views.registry import VIEWS

TEXTS = {
    "optimizers": "sgd adam rprop", "weight": "dense-1.weight", "changes": [[0, 1.5]], "index": [0, 1],
    "legend_place": [0.25, 0.5],
}
"""Values of texts and lists that mean something; others are any text."""


def other(info: ParameterInfo) -> Any:
    """A value that is allowed and is not the default."""
    if info.name in TEXTS:
        return TEXTS[info.name]
    if info.kind == "switch":
        return not info.default
    if info.kind == "choice":
        return next(choice for choice in info.choices if choice != info.default)
    if info.kind in ("integer", "number"):
        if info.maximum is None or info.default + 1 <= info.maximum:
            return info.default + 1
        if info.kind == "number" and info.minimum is not None and info.default - 0.25 < info.minimum:
            return (info.default + info.maximum) / 2
        return info.default - 0.25 if info.kind == "number" else info.default - 1
    return "dense-1" if info.kind == "text" else []


def names(view: View) -> list[str]:
    """The parameters that a file may hold for a view."""
    return [name for name in view.parameters.infos if name not in view.momentary | SHARED]


def opened(name: str, qtbot) -> View:
    """A view with all its controls, as its panel shows it."""
    panel = ViewPanel(VIEWS[name]())
    qtbot.addWidget(panel)
    panel.view.kept_alive = panel
    if panel.view.more_button is not None:
        panel.view.more_button.complete()
    return panel.view


def set_by_hand(view: View, name: str, value: Any) -> None:
    """Through the control of the parameter, if it has one that can show the value; else as a gesture does."""
    control = view.parameters.controls.get(name)
    if control is not None:
        control.show_value(value)
    if view.parameters.value(name) != value:
        view.parameters.choose(name, value)


@pytest.mark.parametrize("identifier", VIEWS)
def test_each_option_is_saved_comes_back_and_means_the_same_on_the_command_line(identifier: str, qtbot) -> None:
    declared = VIEWS[identifier].analysis
    for name in names(opened(identifier, qtbot)):
        view, again = opened(identifier, qtbot), opened(identifier, qtbot)
        assert view.saved_options() == {}
        whole = declared.model_validate({name: other(view.parameters.infos[name])})
        set_by_hand(view, name, getattr(whole, name))
        saved = OpenView(view=identifier, options=view.saved_options())
        assert name in saved.options, name
        read = OpenView.model_validate_json(saved.model_dump_json())
        again.take_options(read.options)
        assert again.parameters.value(name) == getattr(whole, name), name
        assert again.saved_options() == view.saved_options()
        kept, plain = Project(views=(read,)), Project()
        written = json.dumps(other(view.parameters.infos[name]))
        asked = _analysis(declared, plain, [f"{name}={written}"])
        assert getattr(_analysis(declared, kept, []), name) == getattr(asked, name) == getattr(whole, name)


@pytest.mark.parametrize("identifier", VIEWS)
def test_a_project_without_options_brings_the_defaults_back(identifier: str, qtbot) -> None:
    view = opened(identifier, qtbot)
    for name in names(view):
        whole = view.analysis.model_validate({name: other(view.parameters.infos[name])})
        view.parameters.choose(name, getattr(whole, name))
    view.take_options({})
    assert view.saved_options() == {}
    assert view.wanted() == opened(identifier, qtbot).wanted()


@pytest.mark.parametrize("identifier", VIEWS)
def test_what_is_computed_is_asked_for_and_what_is_drawn_is_not_asked_again(identifier: str, qtbot) -> None:
    if VIEWS[identifier].analysis.id in ("race", "luck", "ensemble", "experiment", "search", "cross-validation"):
        return  # what is chosen there counts from the next start on
    for name in names(opened(identifier, qtbot)):
        view = opened(identifier, qtbot)
        info, before = view.parameters.infos[name], view.wanted()
        whole = view.analysis.model_validate({name: other(info)})
        view.take_options({name: view.parameters.chosen_values.get(name, _option(getattr(whole, name)))})
        if name == "growing":
            assert view.wanted().length < before.length  # a few letters at a time
        elif info.drawing:
            assert view.wanted() == before, name
        elif name not in ("first", "second"):  # used for two single weights only
            assert getattr(view.wanted(), name) == getattr(whole, name), name


def _option(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("identifier", VIEWS)
def test_unknown_and_unfitting_options_are_passed_over(identifier: str, qtbot) -> None:
    view = opened(identifier, qtbot)
    unfitting = {name: "no such" for name, info in view.parameters.infos.items() if info.kind in ("integer", "switch")}
    view.take_options({"of-another-version": 3, **unfitting})
    assert view.saved_options() == {}


@pytest.mark.parametrize("identifier", VIEWS)
def test_every_parameter_a_person_may_set_has_a_control(identifier: str, qtbot) -> None:
    view = opened(identifier, qtbot)
    assert not view.parameters.unbound(view.by_gesture)
