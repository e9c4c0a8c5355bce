"""The form of every dataset: an example of the data, written down as a person would, becomes the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from playground.data.inputs.base import EntryError, Known
from playground.data.inputs.files import InputFile
from playground.data.inputs.graphs import NodeForm
from playground.data.inputs.pictures import PictureForm
from playground.data.inputs.rows import ChoiceField, RowForm
from playground.data.inputs.series import SeriesForm
from playground.data.inputs.texts import TextForm
from playground.data.preparation import prepare
from tests.data.examples import ALL, by_id, ready

NOT_BY_HAND = {"moving-shapes", "voxel-bodies", "ratings"}
"""Nobody draws a film or a body, and a user alone says nothing without the film."""
every = pytest.mark.parametrize("cls", ALL, ids=by_id)


def known_of(cls):
    prepared = prepare(ready(cls))
    features = prepared.parts["train"]["features"]
    if features.dtype != np.int64:
        features = prepared.scaler.unscale(features)
    return prepared, Known(features, prepared.feature_names, prepared.signals[0])


@every
def test_an_example_of_the_data_written_down_becomes_the_same_numbers(cls):
    prepared, known = known_of(cls)
    form = prepared.dataset.input_form(known)
    if cls.id in NOT_BY_HAND:
        assert form is None
        return
    assert form is not None and form.noun
    for row in range(min(5, len(known.features))):
        raw = known.features[row : row + 1]
        entry = form.entry(raw)
        read = form.encoded(entry)
        assert read.features.shape == raw.shape and not read.notes
        assert form.words(entry)
        if isinstance(form, SeriesForm):
            continue  # it begins with the end of what was measured, not with the window of an example
        spread = 1.0 if raw.dtype == np.int64 else np.maximum(np.ptp(known.features, axis=0), 1e-9)
        assert np.abs((read.features - raw) / spread).max() < 1e-4


@every
def test_what_cannot_be_used_is_refused_in_a_sentence(cls):
    prepared, known = known_of(cls)
    form = prepared.dataset.input_form(known)
    if form is None:
        return
    if isinstance(form, RowForm):
        entry = ("so much", *form.entry(known.features[:1])[1:])
    elif isinstance(form, SeriesForm):
        entry = (1.0,)
    elif isinstance(form, PictureForm):
        from playground.data.inputs.drawing import Drawing

        entry = Drawing()
    elif isinstance(form, NodeForm):
        entry = "nobody"
    else:
        entry = "" if isinstance(form, TextForm) else "zebra"
    with pytest.raises(EntryError, match=r"^.+\.$"):
        form.encoded(entry)


def test_series_scale_as_the_data_do_and_come_back_in_their_unit():
    from playground.data.series.measured import CarbonDioxide

    for relative in (True, False):
        dataset = CarbonDioxide(relative=relative)
        timeline, prepared = dataset.timeline(), prepare(dataset)
        form = dataset.input_form(Known(np.zeros((0, 1)), (), prepared.signals[0]))
        origin = int(timeline.origins("test")[3])
        seen = timeline.values[origin - 40 : origin + 1]
        assert np.allclose(form.encoded(tuple(seen)).features, timeline.windows(np.array([origin])))
        assert "last 24 of 41" in form.encoded(tuple(seen)).notes[0]
        back = form.units(timeline.targets(np.array([origin]))[0].astype(np.float64), tuple(seen))
        assert np.allclose(back, timeline.truth(np.array([origin]))[0], atol=1e-3)


def test_a_missing_cell_becomes_what_the_project_fills_in():
    from playground.data.own.choice import first_choice
    from playground.data.own.delimited import read_table
    from playground.data.own.table import dataset_of
    from tests import own_files

    table = read_table(own_files.flowers())
    for missing in ("leave-out", "mean-or-most-frequent", "median-or-most-frequent", "zero", "value"):
        dataset = dataset_of(table, first_choice(table), missing, fill_value=2.5)
        prepared = prepare(dataset)
        known = prepared.scaler.unscale(prepared.parts["train"]["features"])
        form = dataset.input_form(Known(known, prepared.feature_names, prepared.signals[0]))
        assert form.names == ("length", "width", "weight", "colour")
        assert isinstance(form.fields[3], ChoiceField) and form.fields[3].values == ("blue", "red")
        if missing == "leave-out":
            with pytest.raises(EntryError, match="Nothing stands in “weight”"):
                form.encoded(("1", "2", "?", "red"))
            continue
        got = form.encoded(("1", "2", "?", "")).features[0]
        raw = dataset.generate(dataset.fresh_generator())
        # The file's own gaps, as the dataset fills them, are the oracle.
        texts = [line.split(",") for line in own_files.flowers().read_text().splitlines()[1:]]
        rows = [cells for cells in texts if len(cells) == 5 and cells[1] != "wide"]
        gap = next(number for number, cells in enumerate(rows) if not cells[2])
        none = next(number for number, cells in enumerate(rows) if not cells[3])
        assert got[2] == pytest.approx(raw.features[gap, 2], abs=1e-5)
        assert got[3:].tolist() == pytest.approx(raw.features[none, 3:].tolist(), abs=1e-5)


def test_cells_are_read_as_files_are_and_name_what_is_wrong():
    known = Known(np.array([[1.0, 2.0], [3.5, 4.0]]), ("size", "age"), prepare_signal(2))
    from playground.data.inputs.rows import number_rows

    form = number_rows(known)
    assert form.encoded((" 1,234.5", "−7 kg")).features.tolist() == [[1234.5, -7.0]]
    for entry, field in ((("x", "1"), "size"), (("1", ""), "age")):
        with pytest.raises(EntryError) as caught:
            form.encoded(entry)
        assert caught.value.field == field
    with pytest.raises(EntryError, match="2 cells, but 1 arrived"):
        form.encoded(("1",))


def prepare_signal(width):
    from playground.data.base import column_signal

    return column_signal(width)


def test_texts_name_what_the_network_does_not_know():
    form = TextForm(tuple("abc "), 4, fill="front", filler=3, keeps_end=True, grows=True)
    read = form.encoded("ABßc")
    assert read.features.tolist() == [[3, 0, 1, 2]] and "“ß” is not known" in read.notes[0]
    words = TextForm(("[PAD]", "[UNK]", "we", "win"), 3, "words", str.split, " ", "front", 0, 1, frozenset({0, 2, 3}))
    read = words.encoded("We win gold and silver")
    assert read.features.tolist() == [[2, 3, 1]]
    assert "“gold”, “and”, “silver” are not known" in read.notes[0] and "first 3 of 5" in read.notes[1]
    with pytest.raises(EntryError, match="exactly 4 symbols, but 2 arrived"):
        TextForm(("A", "B"), 4, "symbols").encoded("ab")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("1 2 3 4\n5 6 7 8\n", ((1, 2, 3, 4), (5, 6, 7, 8))), ("1\n2\n3,5\n", None),
        ("when,value\n2001,1\n2002,2\n2003,3\n", ((1, 2, 3),)), ("1,5; 2,5; 3,5", ((1.5, 2.5, 3.5),)),
    ],
)  # fmt: skip
def test_numbers_in_files(content, rows):
    form = SeriesForm(3, "value", "steps", False, 0.0, 1.0)
    if rows is not None:
        assert form.read(InputFile(None, content.encode())).entries == rows
