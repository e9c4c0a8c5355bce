from __future__ import annotations

import math
from typing import ClassVar, Literal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSlider, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from playground.data.registry import CATALOGUE
from playground.document.declaration import Declaration, parameter
from playground.training.initializers import INITIALIZERS
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES
from playground.ui.inspector.form import ParameterForm
from playground.ui.widgets.fields import OptionalField
from playground.ui.widgets.scale import linear_stops, logarithmic_stops

DECLARATIONS = (*CATALOGUE.values(), *OPTIMIZERS, *SCHEDULES, *INITIALIZERS)
EVERYTHING = {f"{cls.__module__}.{cls.id}": cls for cls in DECLARATIONS}


class Sample(Declaration):
    id: ClassVar[str] = "sample"
    title: ClassVar[str] = "Sample"
    summary: ClassVar[str] = "One parameter of each kind."

    count: int = parameter(5, ge=1, le=9, help="How many.")
    width: int = parameter(16, ge=1, le=4096, logarithmic=True, unit="pixels", help="How wide.")
    rate: float = parameter(0.5, ge=0.0, le=1.0, label="Drop rate", help="How often.")
    speed: float = parameter(0.01, gt=0.0, le=10.0, logarithmic=True, help="How fast.")
    on: bool = parameter(True, help="Whether.")
    mode: Literal["same", "full-size"] = parameter("same", help="In what way.")
    words: str = parameter("abc", max_length=6, help="What is said.")
    limit: float | None = parameter(None, ge=0.0, le=5.0, help="How far at most.")
    places: tuple[float, ...] = parameter((), help="Hidden.")
    deep: int = parameter(3, ge=0, le=5, advanced=True, help="For experts.")


class Heard:
    """What a form said."""

    def __init__(self, form: ParameterForm) -> None:
        self.changes: list[tuple[str, object]] = []
        form.changed.connect(lambda name, value: self.changes.append((name, value)))


@pytest.fixture
def form(qtbot: QtBot) -> ParameterForm:
    widget = ParameterForm(Sample.parameter_infos(), {}, Sample.parameter_problems)
    qtbot.addWidget(widget)
    widget.resize(290, 500)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    return widget


def part(form: ParameterForm, name: str, kind: type[QWidget]) -> QWidget:
    return form.fields[name].findChild(kind)


def test_a_row_for_each_parameter_but_lists(form: ParameterForm) -> None:
    assert list(form.fields) == ["count", "width", "rate", "speed", "on", "mode", "words", "limit", "deep"]
    assert form.rows["width"].label.text() == "Width (pixels)"
    assert form.rows["rate"].label.text() == "Drop rate"


def test_keys_change_a_spin_box(form: ParameterForm, qtbot: QtBot) -> None:
    heard = Heard(form)
    spin = part(form, "count", QSpinBox)
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    spin.selectAll()
    qtbot.keyClicks(spin, "8")
    assert heard.changes == [("count", 6)]  # what is typed counts when it is finished
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert heard.changes == [("count", 6), ("count", 8)]
    assert form.values()["count"] == 8


def test_dragging_a_slider_offers_values_live_in_one_gesture(form: ParameterForm, qtbot: QtBot) -> None:
    heard = Heard(form)
    slider = part(form, "rate", QSlider)
    before = form.merge_key("rate")
    middle = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, middle))
    during = form.merge_key("rate")
    for x in range(slider.width() // 2, 2, -4):
        qtbot.mouseMove(slider, QPoint(x, middle))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(2, middle))
    assert form.merge_key("rate") == during != before
    assert len(heard.changes) > 3
    assert heard.changes[-1] == ("rate", 0.0)
    assert part(form, "rate", QLineEdit).text() == "0"


def test_the_slider_of_an_open_bound_never_offers_the_bound(form: ParameterForm, qtbot: QtBot) -> None:
    slider = part(form, "speed", QSlider)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert 0.0 < form.values()["speed"] < 1e-5
    assert form.rows["speed"].error.isHidden()
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert form.values()["speed"] == 10.0


@pytest.mark.parametrize("text", ["2", "-1", "abc", "nan", "inf", "1e400", ""])
def test_bad_numbers_show_a_sentence_and_keep_the_old_value(form: ParameterForm, qtbot: QtBot, text: str) -> None:
    heard = Heard(form)
    edit = part(form, "rate", QLineEdit)
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_Delete)
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert heard.changes == []
    assert form.values()["rate"] == 0.5
    assert form.rows["rate"].error.isVisible()
    assert "Drop rate" in form.rows["rate"].error.text()


def test_a_good_number_takes_the_sentence_away(form: ParameterForm, qtbot: QtBot) -> None:
    edit = part(form, "rate", QLineEdit)
    for text in ("7", "0,25"):
        edit.setFocus()
        edit.selectAll()
        qtbot.keyClicks(edit, text)
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert form.values()["rate"] == 0.25
    assert form.rows["rate"].error.isHidden()
    assert edit.text() == "0.25"


def test_leaving_a_field_untouched_does_not_round_its_value(form: ParameterForm, qtbot: QtBot) -> None:
    form.set_values({"rate": 0.123456789})
    heard = Heard(form)
    edit = part(form, "rate", QLineEdit)
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert heard.changes == []
    assert form.values()["rate"] == 0.123456789


def test_text_too_long_is_refused_with_a_sentence(form: ParameterForm, qtbot: QtBot) -> None:
    edit = part(form, "words", QLineEdit)
    edit.setFocus()
    qtbot.keyClicks(edit, "defghi")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert form.values()["words"] == "abc"
    assert "Words of Sample" in form.rows["words"].error.text()


def test_switch_and_choice_by_keyboard(form: ParameterForm, qtbot: QtBot) -> None:
    heard = Heard(form)
    qtbot.keyClick(form.fields["on"].toggle, Qt.Key.Key_Space)
    qtbot.keyClick(form.fields["mode"].combo, Qt.Key.Key_Down)
    assert heard.changes == [("on", False), ("mode", "full-size")]
    assert form.fields["mode"].combo.currentText() == "full size"


def test_optional_by_its_tick(form: ParameterForm, qtbot: QtBot) -> None:
    heard = Heard(form)
    field = form.fields["limit"]
    assert isinstance(field, OptionalField)
    assert not field.inner.isEnabled()
    qtbot.mouseClick(field.box, Qt.MouseButton.LeftButton)
    assert field.inner.isEnabled()
    edit = field.inner.findChild(QLineEdit)
    edit.selectAll()
    qtbot.keyClicks(edit, "2.5")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.mouseClick(field.box, Qt.MouseButton.LeftButton)
    assert heard.changes == [("limit", 1.0), ("limit", 2.5), ("limit", None)]


def test_set_values_emits_nothing_and_is_shown(form: ParameterForm) -> None:
    heard = Heard(form)
    form.set_values({"count": 2, "width": 128, "rate": 0.75, "on": False, "mode": "full-size", "limit": 3.0})
    assert heard.changes == []
    assert part(form, "count", QSpinBox).value() == 2
    assert part(form, "rate", QLineEdit).text() == "0.75"
    assert not form.fields["on"].toggle.isChecked()
    assert part(form, "mode", QComboBox).currentData() == "full-size"
    assert form.fields["limit"].box.isChecked()


def test_set_values_leaves_what_is_being_typed(form: ParameterForm, qtbot: QtBot) -> None:
    edit = part(form, "rate", QLineEdit)
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "0.")
    form.set_values({**form.values(), "count": 7})
    assert edit.text() == "0."


def test_the_wheel_changes_only_what_has_the_focus(form: ParameterForm, qtbot: QtBot) -> None:
    heard = Heard(form)
    targets = [
        part(form, "count", QSpinBox), part(form, "rate", QSlider), part(form, "mode", QComboBox)
    ]  # fmt: skip
    for target in targets:
        target.clearFocus()
        wheel(target)
    assert heard.changes == []
    targets[0].setFocus()
    wheel(targets[0])
    assert heard.changes == [("count", 4)]


def wheel(target: QWidget) -> None:
    center = QPointF(target.rect().center())
    event = QWheelEvent(
        center, target.mapToGlobal(center), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(target, event)


def test_advanced_parameters_hide_behind_more(form: ParameterForm, qtbot: QtBot) -> None:
    assert form.more is not None
    assert not form.fields["deep"].isVisible()
    qtbot.mouseClick(form.more.button, Qt.MouseButton.LeftButton)
    assert form.fields["deep"].isVisible()


def test_tab_walks_through_the_fields_in_order(form: ParameterForm, qtbot: QtBot) -> None:
    names = []
    form.fields["count"].setFocus()
    for _ in range(12):
        widget = QApplication.focusWidget()
        names.append(widget.accessibleName())
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    seen = list(dict.fromkeys(names))
    assert seen[:7] == ["Count", "Width", "Drop rate", "Speed", "On", "Mode", "Words"]


def test_fields_explain_themselves(form: ParameterForm) -> None:
    spin = part(form, "width", QSpinBox)
    assert spin.accessibleName() == "Width"
    assert spin.toolTip() == "How wide.\nUnit: pixels.\nFrom 1 to 4096."


def test_undo_texts(form: ParameterForm) -> None:
    assert form.text("rate", 0.25) == "Set drop rate to 0.25"
    assert form.text("on", False) == "Set on to off"
    assert form.text("limit", None) == "Set limit to none"


@pytest.mark.parametrize("cls", EVERYTHING.values(), ids=EVERYTHING.keys())
def test_every_declaration_has_a_form_that_shows_its_defaults(cls: type[Declaration], qtbot: QtBot) -> None:
    form = ParameterForm(cls.parameter_infos(), {}, cls.parameter_problems)
    qtbot.addWidget(form)
    heard = Heard(form)
    assert set(form.fields) == {info.name for info in cls.parameter_infos() if info.kind != "list"}
    for info in form.infos:
        assert form.fields[info.name].value() == info.default
        assert form.rows[info.name].label.text()
        assert info.help
    for slider in form.findChildren(QSlider):  # both ends of every slider are good values
        slider.setValue(slider.minimum())
        slider.setValue(slider.maximum())
    assert all(row.error.isHidden() for row in form.rows.values())
    assert cls.parameter_problems(dict(heard.changes[-1:])) == []


@pytest.mark.parametrize(
    "stops",
    [linear_stops(0.0, 1.0), linear_stops(-3.0, 7.5), logarithmic_stops(1e-6, 1.0, zero=True),
     logarithmic_stops(1, 65_536, whole=True), logarithmic_stops(0.001, 100.0)],
)  # fmt: skip
def test_slider_stops_rise_and_lie_where_they_say(stops: object) -> None:
    values = [stops.value(position) for position in range(len(stops))]
    assert values == sorted(set(values))
    assert [stops.position(value) for value in values] == list(range(len(stops)))
    assert stops.position(-math.inf) == 0
    assert stops.position(math.inf) == len(stops) - 1


def test_slider_stops_are_round_numbers() -> None:
    assert linear_stops(0.0, 1.0).value(37) == 0.37
    assert {0.001, 0.01, 0.1, 1.0}.issubset(logarithmic_stops(1e-5, 10.0).values)
    assert all(isinstance(value, int) for value in logarithmic_stops(1, 4096, whole=True).values)


def test_a_refused_choice_jumps_back(qtbot: QtBot) -> None:
    def problems(values: dict[str, object]) -> list[tuple[str, str]]:
        wrong = values.get("mode") == "full-size" and values.get("on", True)
        return [("mode", "Full size only when off.")] if wrong else []

    form = ParameterForm(Sample.parameter_infos(), {}, problems)
    qtbot.addWidget(form)
    combo = form.fields["mode"].combo
    combo.setCurrentIndex(1)
    assert (combo.currentIndex(), form.values()["mode"]) == (0, "same")
    assert form.rows["mode"].error.text() == "Full size only when off."
    form.fields["on"].toggle.click()
    combo.setCurrentIndex(1)
    assert form.values()["mode"] == "full-size"
    assert form.rows["mode"].error.isHidden()


@pytest.mark.parametrize("rubbish", ["many", None, [], {"a": 1}, 1e300, -5, True])
def test_rubbish_from_a_file_can_be_shown(form: ParameterForm, rubbish: object) -> None:
    form.set_values(dict.fromkeys(form.fields, rubbish))
    assert not form.grab().isNull()
