"""Tables as people have them: where the names stand, what the numbers are, and what is guessed and said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.blocks.loss import MeanSquaredError
from playground.blocks.signal import Signal
from playground.data.own import delimited
from playground.data.own import table as own_table
from playground.data.own.choice import first_choice, first_missing, with_target
from playground.data.own.delimited import read_table
from playground.data.own.files import FileRefused, Reading
from playground.data.own.first import first_guess
from playground.data.own.numbers import is_date, number_in
from playground.data.own.outcome import outcome, sentence
from playground.data.own.table import OwnClassTable, dataset_of, first_dataset
from playground.data.own.text import read_text
from playground.data.preparation import prepare
from playground.training.metrics.metric_set import metrics_for


def written(folder: Path, content: str | bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def body(template: str, rows: int = 60, sign: str = "\n") -> str:
    """Rows of a template: {n} counts, {k} is one of 0, 1, 2 and {u} that as a letter, {x} a number that follows it."""
    generator = np.random.default_rng(0)
    return sign.join(
        template.format(n=n, k=n % 3, u="xyz"[n % 3], x=f"{n % 3 * 4 + generator.normal():.2f}") for n in range(rows)
    )


LAYOUTS = {
    # name: (content, names, uses, target, rows)
    "short rows": ("a,b,kind,remark\n" + "\n".join(f"{n % 7},{n % 5},{'xyz'[n % 3]}{',late' * (n % 3 == 0)}"
                                                   for n in range(60)),
                   ["a", "b", "kind", "remark"], "nnci", "kind", 60),
    "names that are years": ("land,2000,2001,2002,kind\n" + body("l{n},{x},{x},{x},{u}"),
                             ["land", "2000", "2001", "2002", "kind"], "innnc", "kind", 60),
    "an empty first name": (',"16.5","16.75"\n' + body('"{n}",{x},1{k}5'),
                            ["column 1", "16.5", "16.75"], "inn", "16.75",
                            60),
    "a count row": ("60,2,red,green,blue\n" + body("{x},{x},{k}"), ["column 1", "column 2", "column 3"], "nnc",
                    "column 3", 60),
    "units": ("length,width,kind\ncm,cm,\n" + body("{x},{x},{u}"), ["length", "width", "kind"], "nnc", "kind", 60),
    "three rows of Orange": ("a\tgood\tb\nc\td\tc\n\tclass\t\n" + body("{x}\t{u}\t{x}"), ["a", "good", "b"], "ncn",
                             "good", 60),
    "comments": ("# station 7\n# units: C\na,kind\n" + body("{x},{u}"), ["a", "kind"], "nc", "kind", 60),
    "a line that says the separator": ("sep=;\na;kind\n" + body("{x};{u}"), ["a", "kind"], "nc", "kind", 60),
    "blanks": ("length   kind\n" + body("   {x}   {k}"), ["length", "kind"], "nc", "kind", 60),
    "blanks and quotes": (body('{x}  4   {k}\t"car {u}"'), [f"column {n}" for n in range(1, 5)], "ninc", "column 4",
                          60),
    "Weka": ("% by hand\n@relation r\n@attribute 'a b' numeric\n@attribute kind {0,1,2}\n@data\n" + body("{x},{k}"),
             ["a b", "kind"], "nc", "kind", 60),
    "records": ("[" + body('{{"a": {{"b": {x}}}, "kind": "{u}"}}', sign=",") + "]", ["kind", "a.b"], "cn", "kind", 60),
    "label and pixels": (body("{k}," + ",".join(["{x}"] * 16)).replace("-", ""), None, "c" + "n" * 16, "column 1", 60),
    "the last beats y": ("x,y,colour\n" + body("{x},{x},{u}"), ["x", "y", "colour"], "nnc", "colour", 60),
    "the only input": ("x,y\n" + body("{n},{x}"), ["x", "y"], "nn", "y", 60),
    "a mostly empty column": ("a,remark,kind\n" + "\n".join(f"{n % 7},{'late' * (n % 20 == 0)},{'xy'[n % 2]}"
                                                            for n in range(60)),
                              ["a", "remark", "kind"], "nic", "kind", 60),
    "one odd cell": ("a,kind\n" + body("{x},{k}") + "\n1,none of these", ["a", "kind"], "nc", "kind", 61),
    "labels in a cell": ("a,tags\n" + "\n".join(f"{n},{['big', 'red', 'big|red', 'old'][n % 4]}" for n in range(60)),
                         ["a", "tags"], "nl", "tags", 60),
    "several labels": ("a,is_big,is_red\n" + "\n".join(f"{n % 9},{n % 2},{n // 2 % 2}" for n in range(60)),
                       ["a", "is_big", "is_red"], "ncc", "is_big is_red", 60),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_table_is_read_as_a_person_would(name: str, tmp_path: Path) -> None:
    content, names, uses, target, rows = LAYOUTS[name]
    ending = {"Weka": "arff", "records": "json"}.get(name, "csv")
    table = read_table(written(tmp_path, content, f"mine.{ending}"))
    chosen = first_choice(table)
    assert names is None or [column.name for column in table.columns] == names
    assert "".join(column.use[0] for column in chosen) == uses
    assert sorted(column.name for column in chosen if column.target) == sorted(
        target.split(" ") if target == "is_big is_red" else [target]
    )
    assert table.rows == rows and not table.bad_count
    prepared = prepare(first_dataset(table))
    assert all(np.isfinite(array).all() for part in prepared.parts.values() for array in part.values())


@pytest.mark.parametrize(
    ("cell", "comma", "number"),
    [
        ("$1,200", False, 1200), ("12 €", True, 12), ("-£5", False, -5), ("(0.5)", False, -0.5), ("3%", False, 3),
        ("−4.95", False, -4.95), ("1'000.50", False, 1000.5), ("1’000", False, 1000), ("1 000,5", True, 1000.5),
        ("1\u202f000", False, 1000), ("1.000,00", True, 1000), ("1,00,000", False, 100_000), ("1-2", False, None),
        ("class 1", False, None), ("1 2", False, None), ("5 kg", False, None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(cell: str, comma: bool, number: float | None) -> None:
    assert number_in(cell, comma) == number
    assert number_in("5 kg", False, "kg") == 5


def test_dates_in_every_form() -> None:
    for text in ("1949-01", "1970 Q1", "Jan 1949", "01.01.2009 00:10:00", "12 Jan 2020", "2020-W05"):
        assert is_date(text), text
    for text in ("1.5", "2019", "12", "may", "a-b"):
        assert not is_date(text), text


@pytest.mark.parametrize(
    ("codec", "text", "title"),
    [
        ("cp1251", "город,тип\nОмск,да\nТула,нет\n", "Cyrillic (1251)"),
        ("cp1250", "miasto,typ\nŁódź,tak\nKraków,nie\n", "Central European (1250)"),
        ("cp932", "都市,種類\n東京,甲\n大阪,乙\n", "Japanese (Shift-JIS)"),
        ("cp1252", "größe,art\nMüller,weiß\nÄrger,grün\n", "Latin-1"),
    ],
)
def test_an_encoding_is_guessed_shown_and_can_be_chosen(codec: str, text: str, title: str, tmp_path: Path) -> None:
    path = written(tmp_path, (text + text.split("\n", 1)[1] * 20).encode(codec))
    table = read_table(path)
    assert table.encoding == title and table.columns[0].name == text.split(",")[0]
    assert table.example and table.example in text
    again = read_table(path, table.layout.model_copy(update={"encoding": codec}))
    assert again.columns[0].labels == table.columns[0].labels
    letters = written(tmp_path, (text * 60).encode(codec), "mine.txt")
    assert read_text(letters, Reading(), codec).text.startswith(text.split(",")[0])


def test_no_class_vanishes_from_a_large_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MOST_ROWS", 1_000)
    monkeypatch.setattr(delimited, "CHUNK", 64)
    kinds = ["rare" if n in (3, 7_000, 8_999) else "late" if n >= 8_980 else "ab"[n % 2] for n in range(9_000)]
    rows = [f"{n * 3 % 101},{kind}" for n, kind in enumerate(kinds)]
    table = read_table(written(tmp_path, "\n".join(["n,kind", *rows])))
    assert table.rows == 9_000 and table.kept <= 1_000
    kind = table.columns[1]
    counts = {label: int((kind.codes == number).sum()) for number, label in enumerate(kind.labels)}
    assert counts["rare"] == 3 and counts["late"] >= 10 and 0.8 < counts["a"] / counts["b"] < 1.25
    columns = first_choice(table)
    assert f"Of the 9,000 rows of the file {table.kept} are read" in sentence(
        table, columns, outcome(table, columns, "leave-out")
    )


def test_large_numbers_keep_what_tells_them_apart(tmp_path: Path) -> None:
    text = "when,level\n" + "\n".join(f"{1_600_000_000 + n % 50},{1e9 + n % 50}" for n in range(200))
    prepared = prepare(first_dataset(read_table(written(tmp_path, text))))
    train = prepared.parts["train"]
    assert len(np.unique(train["features"])) == 50 and train["features"].dtype == np.float32
    np.testing.assert_allclose(train["target"].std(), 1.0, atol=1e-3)
    np.testing.assert_allclose(train["target"], train["features"], atol=1e-5)
    raw = prepared.target_scaler.unscale(train["target"])
    np.testing.assert_allclose(raw, np.round(raw), atol=1e-3)


def test_errors_have_the_unit_of_the_target() -> None:
    import torch

    prediction, target = torch.tensor([[1.0], [2.0]]), torch.tensor([[0.0], [0.0]])
    loss, signal = MeanSquaredError(), Signal((1,))
    plain = metrics_for(loss, signal, signal).compute(prediction, target)
    told = metrics_for(loss, signal, signal, (50.0,)).compute(prediction, target)
    assert told["mean_absolute_error"] == pytest.approx(75.0) == pytest.approx(50 * plain["mean_absolute_error"])
    assert told["root_mean_squared_error"] == pytest.approx(50 * plain["root_mean_squared_error"])
    assert told["r2"] == plain["r2"] or np.isnan(plain["r2"])


def test_words_that_may_be_missing_can_be_a_value(tmp_path: Path) -> None:
    text = "region,price\n" + "\n".join(f"{['NA', 'EU', 'AS'][n % 3]},{n * 7 % 50 / 3:.2f}" for n in range(60))
    table = read_table(written(tmp_path, text))
    columns = list(first_choice(table))
    found = outcome(table, columns, "leave-out")
    assert "“NA” in “region” loses 20 rows" in sentence(table, columns, found)
    columns[0] = columns[0].model_copy(update={"values": ("AS", "EU", "NA")})
    assert len(outcome(table, columns, "leave-out").rows) == 60
    assert dataset_of(table, columns, "leave-out").signals()[0].shape == (3,)
    assert first_missing(table, first_choice(table)) == "mean-or-most-frequent"  # else a third would be lost


def test_gaps_are_filled_by_the_median_or_a_value(tmp_path: Path) -> None:
    text = "a,kind\n" + "\n".join(f"{'' if n % 5 == 0 else n * n},{'xy'[n % 2]}" for n in range(60))
    table = read_table(written(tmp_path, text))
    for missing, expected in (("median-or-most-frequent", None), ("value", -7.0)):
        dataset = dataset_of(table, first_choice(table), missing, fill_value=-7.0)
        raw = dataset.generate(dataset.fresh_generator())
        numbers = table.columns[0].cells.numbers
        expected = np.nanmedian(numbers[raw.rows["train"]]) if expected is None else expected
        assert set(raw.features[np.isnan(numbers), 0]) == {expected}


def test_several_numbers_are_predicted_at_once(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,b,heat,cool\n" + body("{x},{x},{x},{x}")))
    columns = with_target(table, first_choice(table), 2, also=True)
    dataset = dataset_of(table, columns, "leave-out")
    assert dataset.id == "own-table-numbers" and dataset.signals()[1].shape == (2,)
    assert dataset.target_names() == ("heat", "cool")


def test_a_rare_class_is_told_and_can_be_weighed(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,fraud\n" + "\n".join(f"{n % 13},{int(n % 50 == 0)}" for n in range(500))))
    columns = first_choice(table)
    assert "Class “1” is rare: 10 rows, 2.0%." in sentence(table, columns, outcome(table, columns, "leave-out"))
    weighed = dataset_of(table, columns, "leave-out", weigh_classes=True)
    assert isinstance(weighed, OwnClassTable) and weighed.signals()[1].rare_class == 1
    np.testing.assert_allclose(weighed.signals()[1].weights, (500 / 980, 25.0))


def test_a_second_file_is_the_test_part(tmp_path: Path) -> None:
    first = read_table(written(tmp_path, "a,kind\n" + body("{x},{u}")))
    second = read_table(written(tmp_path, "kind,a\n" + body("{u},{x}", 12), "test.csv"))
    dataset = own_table.tested_with(first_dataset(first), second)
    prepared = prepare(dataset)
    assert prepared.count("test") == 12 and prepared.count("train") + prepared.count("validation") == 60
    assert dataset.rows() == 72


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b,kind\n1,2,x\n", "one row only"), ("a,b,kind\n1,2,x\n2,3,y\n", "2 rows are too few"),
        ("a,b\n1,x\n1,x\n1,x\n1,x\n", "empty or always the same"), ("a,kind\n1,x\n2,x\n3,x\n", "Use at least one more"),
        ("Month,n\n" + body("1949-{k}1,{x}"), "is a date or time"),
    ],
)  # fmt: skip
def test_what_holds_nothing_to_learn_is_said(content: str, words: str, tmp_path: Path) -> None:
    table = read_table(written(tmp_path, content))
    columns = first_choice(table)
    assert words in outcome(table, columns, "leave-out").problem


def test_only_texts_that_are_all_different_are_read_as_a_text(tmp_path: Path) -> None:
    rows = [f"{n},Would you climb hill number {n * n} with a kite?" for n in range(1, 30)]
    path = written(tmp_path, "\n".join([",question", *rows]))
    guess = first_guess(path)
    assert guess.dataset.id == "own-text" and "another text in every column" in guess.sentences[0]
    assert "So it is read as a text: 1," in guess.sentences[0]
    with pytest.raises(FileRefused, match="no column “answer”"):
        first_guess(path, "answer")
    short = written(tmp_path, ",name,other\n" + "\n".join(f"{n},a{n * n},b{n}" for n in range(9)), "short.csv")
    with pytest.raises(FileRefused, match="none can be predicted from the rest"):
        first_guess(short)


@pytest.mark.parametrize(
    ("name", "count", "classes"),
    [("pair", 14, 14), ("target", 14, 14), ("hour", 24, 0), ("points", 14, 0), ("pair", 101, 0), ("target", 101, 0)],
)
def test_many_whole_numbers_are_classes_by_name_or_by_being_equally_frequent(
    tmp_path: Path, name: str, count: int, classes: int
) -> None:
    table = read_table(written(tmp_path, f"a,{name}\n" + "\n".join(f"{n % 89},{n % count}" for n in range(12 * count))))
    columns = first_choice(table)
    found = outcome(table, columns, "leave-out")
    assert len(found.classes) == classes
    told = "different whole numbers: should they be classes, 100 are the most" in sentence(table, columns, found)
    assert told == (count > 100)


def test_many_whole_numbers_of_unequal_frequency_are_amounts(tmp_path: Path) -> None:
    numbers = [value for value in range(14) for _ in range(10 + 3 * value)]
    table = read_table(written(tmp_path, "a,pair\n" + "\n".join(f"{n % 89},{n}" for n in numbers)))
    assert outcome(table, first_choice(table), "leave-out").predicts == "number"
