"""Tables of a person's own: nasty files, the choice of columns, and what is said when a file is no table."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground.blocks.base import BlockError
from playground.data.own import delimited
from playground.data.own.choice import first_choice, with_target
from playground.data.own.delimited import read_stream, read_table
from playground.data.own.encodings import UTF8
from playground.data.own.files import FileRefused, Reading, ReadingStopped
from playground.data.own.layout import Layout
from playground.data.own.numbers import number_in
from playground.data.own.outcome import outcome, sentence
from playground.data.own.table import OwnClassTable, OwnNumberTable, dataset_of
from playground.data.preparation import prepare


def written(folder: Path, content: str | bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells(table, row):
    return [
        column.labels[column.codes[row]] if column.codes[row] >= 0 else None
        for column in table.columns
    ]


PLAIN = "a,b,kind\n1,2.5,x\n3,4.5,y\n5,6.5,x\n"
TABLES = {
    # name: (bytes, names, kinds by guess, first row, layout)
    "plain": (PLAIN.encode(), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "carriage returns": (PLAIN.replace("\n", "\r\n").encode(), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "old Macintosh": (PLAIN.replace("\n", "\r").encode(), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "no newline at the end": (PLAIN.rstrip().encode(), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "UTF-8 with a mark": (b"\xef\xbb\xbf" + PLAIN.encode(), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "UTF-16 with a mark": (PLAIN.encode("utf-16"), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "UTF-16 without": (PLAIN.encode("utf-16-le"), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "UTF-16 big-endian": (PLAIN.encode("utf-16-be"), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "UTF-32": (PLAIN.encode("utf-32"), ["a", "b", "kind"], "nnc", ["1", "2.5", "x"], "comma"),
    "Latin-1": ("größe,b\n1,grün\n2,weiß\n3,grün\n".encode("latin-1"), ["größe", "b"], "nc", ["1", "grün"], "comma"),
    "decimal comma": (b"a;b;c\n1,5;2,5;x\n3,25;-4,0;y\n1e3;7;x\n", ["a", "b", "c"], "nnc", ["1.5", "2.5", "x"], ";"),
    "semicolon with points": (b"a;b\n1.5;x\n2.5;y\n3.5;x\n", ["a", "b"], "nc", ["1.5", "x"], ";"),
    "tab": (b"a\tb\n1\tone, two\n2\tthree\n3\tthree\n", ["a", "b"], "nc", ["1", "one, two"], "tab"),
    "bar": (b"a|b\n1|x\n2|y\n", ["a", "b"], "nc", ["1", "x"], "bar"),
    "quoted": (b'a,b\n1,"x, ""y"""\n2,"z\nz"\n3,"z\nz"\n', ["a", "b"], "nc", ["1", 'x, "y"'], "comma"),
    "spaces": (b"a, b\n 1 , x \n 2 , y\n3, x\n", ["a", "b"], "nc", ["1", "x"], "comma"),
    "no names": (b"1,2,x\n3,4,y\n5,6,x\n", ["column 1", "column 2", "column 3"], "nnc", ["1", "2", "x"], "comma"),
    "texts only": (b"colour,size\nred,big\nblue,small\nred,small\n", ["colour", "size"], "cc", ["red", "big"], "comma"),
    "texts without names": (b"red,big\nblue,small\nred,big\n", ["column 1", "column 2"], "cc", ["red", "big"], "comma"),
    "names twice": (b"a,a,\n1,2,x\n3,4,y\n", ["a", "a (2)", "column 3"], "nnc", ["1", "2", "x"], "comma"),
    "thousands": (b'a,b\n"1,234.5",x\n"12,000",y\n7,x\n', ["a", "b"], "nc", ["1234.5", "x"], "comma"),
    "empty rows": (b"a,b\n\n1,x\n,\n \n2,y\n\n", ["a", "b"], "nc", ["1", "x"], "comma"),
    "a comment first": (b"# made in May\na,b\n1,x\n2,y\n3,x\n", ["a", "b"], "nc", ["1", "x"], "comma"),
    "a useless column": (b"a,b,c\n1,x,7\n2,y,7\n3,x,7\n", ["a", "b", "c"], "nci", ["1", "x", "7"], "comma"),
    "dates": (b"day,a\n2024-01-02,1\n2024-01-03,2\n2024-01-04,4\n", ["day", "a"], "in", ["2024-01-02", "1"], "comma"),
    "one row": (b"1,2\n", ["column 1", "column 2"], "ii", ["1", "2"], "comma"),
    "whole and broken numbers": (b"a,b\n1,x\n1.0,y\n2,x\n", ["a", "b"], "nc", ["1", "x"], "comma"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_every_make(name: str, tmp_path: Path) -> None:
    content, names, kinds, first, separator = TABLES[name]
    table = read_table(written(tmp_path, content))
    assert [column.name for column in table.columns] == names
    assert "".join(column.guess()[0][0] for column in table.columns) == kinds
    assert cells(table, 0) == first
    assert table.layout.separator == {";": "semicolon"}.get(separator, separator)
    assert table.size == len(content)


REFUSED = {
    # name: (bytes, words of the sentence)
    "empty": (b"", "“mine.csv” is empty."),
    "blank": (b" \n\n  \n", "holds no rows"),
    "names only": (b"a,b,c\n", "holds no rows below the row of names"),
    "one column": (b"a\n1\n2\n3\n", "one column only"),
    "prose": (b"Once upon a time\nthere was a king.\nHe had a daughter.\n", "one column only"),
    "zeros": (bytes(5_000), "holds binary data"),
    "noise": (np.random.default_rng(0).bytes(5_000), "holds binary data"),
    "zeros further down": (b"a,b\n" + b"1,2\n" * 90_000 + bytes(9), "holds binary data"),
    "Excel": (b"PK\x03\x04" + bytes(99), "Excel workbook"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(99), "a PNG picture"),
    "PDF": (b"%PDF-1.7\n1 0 obj\n", "a PDF document"),
    "a program": (b"\x7fELF" + bytes(99), "a program"),
    "very wide": (b",".join(b"%d" % n for n in range(2_500)) + b"\n", "2,500 columns"),
    "an endless line": (b"a,b\n" + b"x" * 5_000_000, "a line of more than 4 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    content, words = REFUSED[name]
    with pytest.raises(FileRefused) as caught:
        read_table(written(tmp_path, content))
    sentence = str(caught.value)
    assert words in sentence and "mine.csv" in sentence and sentence.endswith(".")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read: No such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(FileRefused, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(FileRefused, match="cannot be read"):
        read_table(Path("a\0b"))


def test_rows_that_do_not_parse_are_named_by_their_lines(tmp_path: Path) -> None:
    lines = ["a,b,kind", "1,2,x", "3,4", "5,six,y", '7,8,"x', 'x"', "", "9,10,y,z,z", "11,12,y", "13,14,x"]
    lines += [f"{n},{n},x" for n in range(20)]
    table = read_table(written(tmp_path, "\n".join(lines)))
    assert [(bad.line, bad.message) for bad in table.bad_lines] == [
        (8, "5 fields, 3 expected"),
    ]
    assert table.bad_count == 1 and table.short == 1
    found = outcome(table, first_choice(table), "leave-out")
    assert found.reasons == ((4, "no number in “b”"),)
    assert table.lines[:5].tolist() == [2, 3, 4, 5, 9]
    assert len(found.rows) == table.kept - 2


def test_a_quotation_mark_that_is_never_closed_costs_its_rows_only(tmp_path: Path) -> None:
    good = [f"{n},x" for n in range(200)]
    table = read_table(written(tmp_path, "\n".join(["a,b", *good, '5,"y', *good])))
    assert table.bad_lines[0].line == 202
    assert "not closed" in table.bad_lines[0].message
    assert table.kept == 200
    long = [f"{n},{'z' * 2_000}" for n in range(200)]
    table = read_table(written(tmp_path, "\n".join(["a,b", *good, '5,"y', *long])))
    assert table.bad_lines[0].line == 202
    assert table.bad_lines[0].message == "a quotation mark is opened and not closed"


@pytest.mark.parametrize(
    ("cell", "comma", "number"),
    [
        ("3", False, 3.0), (" -2.5e3 ", False, -2500.0), ("+.5", False, 0.5), ("1,234", False, 1234.0),
        ("1,23", False, None), ("1_000", False, None), ("nan", False, None), ("inf", False, None),
        ("1e999", False, None), ("", False, None), ("0x10", False, None), ("3,5", True, 3.5),
        ("1.234,5", True, 1234.5), ("1.234", True, 1234.0), ("1.5", True, None), ("12%", False, 12.0),
    ],
)  # fmt: skip
def test_what_counts_as_a_number(cell: str, comma: bool, number: float | None) -> None:
    assert number_in(cell, comma) == number


def test_numbers_are_those_of_the_file_in_every_block(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    numbers = generator.normal(size=(10_000, 2)).round(6)
    text = "a,b\n" + "\n".join(f"{a},{b}" for a, b in numbers)
    table = read_table(written(tmp_path, text))
    for column, expected in zip(table.columns, numbers.T, strict=True):
        np.testing.assert_array_equal(column.cells.numbers, expected)
        assert column.codes is None and column.uses() == ("number", "ignored")


def test_of_too_many_rows_an_even_part_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MOST_ROWS", 1_000)
    monkeypatch.setattr(delimited, "CHUNK", 64)
    text = "n,few,kind\n" + "\n".join(f"{n},{n % 3},{'xy'[n % 2]}{n % 5}" for n in range(9_000))
    table = read_table(written(tmp_path, text))
    assert table.rows == 9_000 and 700 < table.kept <= 1_000
    kept = table.lines - 2
    assert (np.diff(kept) > 0).all() and 3_500 < kept.mean() < 5_500
    np.testing.assert_array_equal(read_table(written(tmp_path, text, "again.csv")).lines, table.lines)
    np.testing.assert_array_equal(table.columns[0].cells.numbers, kept)
    np.testing.assert_array_equal(table.columns[1].cells.numbers, kept % 3)
    kind = table.columns[2]
    assert [kind.labels[code] for code in kind.codes[:6]] == [f"{'xy'[n % 2]}{n % 5}" for n in kept[:6]]


def test_a_column_that_counts_the_rows_is_left_out(tmp_path: Path) -> None:
    text = "id,year,x,y\n" + "\n".join(f"{n},{2000 + n // 3},{n * 7 % 5},{n % 2}" for n in range(30))
    table = read_table(written(tmp_path, text))
    assert [column.guess() for column in table.columns] == [
        ("ignored", "counts the rows"), ("number", ""), ("number", ""), ("number", ""),
    ]  # fmt: skip
    chosen = first_choice(table)
    assert chosen[3].target and chosen[3].use == "category" and chosen[3].values == ("0", "1")


def test_categories_come_in_natural_order(tmp_path: Path) -> None:
    text = "x,kind\n" + "\n".join(f"{n},class {n % 12 + 1}" for n in range(60))
    (_, kind) = read_table(written(tmp_path, text)).columns
    assert kind.labels[:3] == ("class 1", "class 2", "class 3") and kind.labels[-1] == "class 12"


# Huge files -----------------------------------------------------------------------------------------------------------


class Endless(io.RawIOBase):
    """A table of any size that lies nowhere."""

    ROWS = b"".join(b"%d,%d,%s\n" % (n, n * 7 % 13, b"xyz"[n % 3 : n % 3 + 1]) for n in range(100_000))

    def __init__(self, size: int) -> None:
        self.left = size
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        start = self.given % len(self.ROWS)
        block = self.ROWS[start : start + min(size, self.left)]
        self.left -= len(block)
        self.given += len(block)
        return block


def test_a_huge_file_can_be_stopped_at_any_time() -> None:
    reading = Reading()
    stream = Endless(500_000_000)
    shares = []

    class Impatient(Reading):
        def step(self, share: float, words: str = "") -> None:
            shares.append(share)
            if share > 0.01:
                self.stop()
            super().step(share, words)

    reading = Impatient()
    with pytest.raises(ReadingStopped):
        read_stream(stream, Path("huge.csv"), 500_000_000, UTF8, Layout(header=False), reading)
    assert stream.given < 10_000_000
    assert shares == sorted(shares) and "rows" in reading.words


def test_a_large_stream_is_thinned_and_keeps_its_fingerprint() -> None:
    size = len(Endless.ROWS) * 3
    table = read_stream(Endless(size), Path("large.csv"), size, UTF8, Layout(header=False), Reading())
    assert table.rows == 300_000 and 140_000 < table.kept <= 200_000
    assert table.size == size and len(table.sha256) == 64


# What is chosen -------------------------------------------------------------------------------------------------------

FLOWERS = "length,width,colour,species\n" + "\n".join(
    f"{n % 7 + n % 3 * 4},{n % 5 if n % 10 else ''},{['red', 'blue', ''][n % 7 % 3]},{'abc'[n % 3]}" for n in range(60)
)


def made(table, missing="leave-out", columns=None):
    return dataset_of(table, columns or first_choice(table), missing)


def test_a_class_is_predicted_from_numbers_and_categories(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, FLOWERS))
    dataset = made(table)
    assert isinstance(dataset, OwnClassTable)
    assert dataset.class_names() == ("a", "b", "c")
    assert dataset.signals()[0].shape == (4,)
    prepared = prepare(dataset)
    assert prepared.feature_names == ("length", "width", "colour = blue", "colour = red")
    assert sum(prepared.count(part) for part in prepared.parts) == dataset.table.rows
    assert dataset.subtitle() == f"mine.csv · {dataset.table.rows} rows"


def test_missing_values_are_left_out_or_filled_in(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, FLOWERS))
    gaps = np.isnan(table.columns[1].cells.numbers) | (table.columns[2].codes < 0)
    assert 10 < gaps.sum() < 50
    left = made(table)
    assert left.table.rows == 60 - gaps.sum()
    for missing in ("zero", "mean-or-most-frequent"):
        dataset = made(table, missing).model_copy(update={"scaling": "none"})
        assert dataset.rows() == 60 and dataset.subtitle().endswith("60 rows")
        assert dataset.table == left.table
        raw = dataset.generate(np.random.default_rng(0))
        train = raw.rows["train"]
        widths = table.columns[1].cells.numbers
        mean = np.nanmean(widths[train]) if missing != "zero" else 0.0
        np.testing.assert_allclose(raw.features[np.isnan(widths), 1], mean, rtol=1e-6)
        np.testing.assert_array_equal(raw.features[~np.isnan(widths), 1], widths[~np.isnan(widths)])
        codes = table.columns[2].codes
        counts = np.bincount(codes[train][codes[train] >= 0], minlength=2)
        expected = np.eye(2)[counts.argmax()] if missing != "zero" else np.zeros(2)
        np.testing.assert_array_equal(np.unique(raw.features[codes < 0][:, 2:], axis=0), expected[None])


def test_a_number_is_predicted_too(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, FLOWERS))
    columns = with_target(table, first_choice(table), 0)
    dataset = made(table, "zero", columns)
    assert dataset.id == "own-table-numbers" and isinstance(dataset, OwnNumberTable)
    assert dataset.target_names() == ("length",)
    prepared = prepare(dataset)
    raw = prepared.target_scaler.unscale(prepared.parts["train"]["target"])
    assert set(np.round(raw[:, 0]).astype(int)) <= set(range(15))
    assert "species = c" in prepared.feature_names


SENTENCES = {
    "leave-out": "39 rows: 4 numbers in, 3 classes out. Left out: 1 row that does not parse, 21 with missing values.",
    "zero": "60 rows: 4 numbers in, 3 classes out. Left out: 1 row that does not parse. "
    "In 21 rows what is missing is filled in.",
}


@pytest.mark.parametrize("missing", SENTENCES)
def test_a_sentence_says_what_will_be_made(missing: str, tmp_path: Path) -> None:
    table = read_table(written(tmp_path, FLOWERS + "\n1,2,red,a,b\n"))
    assert sentence(table, first_choice(table), outcome(table, first_choice(table), missing)) == SENTENCES[missing]
    numbers = with_target(table, first_choice(table), 0)
    assert "in, one number out, “length”." in sentence(table, numbers, outcome(table, numbers, missing))
    gaps = with_target(table, first_choice(table), 1)
    assert "6 without a target" in sentence(table, gaps, outcome(table, gaps, missing))


def test_few_whole_numbers_are_classes_and_can_be_numbers(tmp_path: Path) -> None:
    text = "x,y\n" + "\n".join(f"{n * 0.37:.2f},{n % 2}" for n in range(40))
    table = read_table(written(tmp_path, text))
    chosen = first_choice(table)
    assert [column.use for column in chosen] == ["number", "category"]
    as_number = (chosen[0], chosen[1].model_copy(update={"use": "number", "values": ()}))
    assert made(table, columns=as_number).predicts == "number"


PROBLEMS = {
    "no target": ("a,b\n2024-01-01,2024-01-01\n2024-01-02,2024-01-03\n", "Choose the column to predict"),
    "nothing to predict from": ("a,b\n1,x\n1,y\n1,x\n", "Use at least one more column"),
    "no row left": ("a,b\n1,\n,x\n2,\n,y\n", "No row is left"),
    "one class left": ("a,b,c\n1,,x\n2,1,y\n3,3,y\n", "Only one class is left"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_choices_that_cannot_work_say_why(name: str, tmp_path: Path) -> None:
    text, words = PROBLEMS[name]
    table = read_table(written(tmp_path, text))
    found = outcome(table, first_choice(table), "leave-out")
    assert words in found.problem
    with pytest.raises(FileRefused, match=words):
        dataset_of(table, first_choice(table), "leave-out")


# The block ------------------------------------------------------------------------------------------------------------


def test_a_block_without_a_file_asks_for_one() -> None:
    for cls in (OwnClassTable, OwnNumberTable):
        with pytest.raises(BlockError, match=r"has no file yet. Choose a table of yours.") as caught:
            cls().expect()
        assert [(fix.label, fix.action) for fix in caught.value.fixes] == [("Choose a file…", "ask")]
        assert cls().signals()[0].shape == (1,)


def test_a_file_that_is_gone_or_changed_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, FLOWERS)
    dataset = made(read_table(path))
    dataset.expect()
    moved = path.rename(tmp_path / "elsewhere.csv")
    with pytest.raises(BlockError) as caught:
        dataset.expect()
    assert caught.value.message == f"The file “mine.csv” is not at {tmp_path} any more. Choose it again."
    assert caught.value.fixes[0].action == "ask"
    moved.rename(path)
    dataset.expect()
    path.write_text(FLOWERS + "\n1,2,red,a")
    with pytest.raises(BlockError, match=r"has changed since it was chosen\. Choose it again"):
        dataset.expect()
    # Of the same size: the directory does not tell, but reading it does, and from then on it is known.
    path.write_text(FLOWERS[:-1] + "z")
    changed = dataset.model_copy(update={"data_seed": 5})
    with pytest.raises(BlockError, match="has changed"):
        prepare(changed)
    with pytest.raises(BlockError, match="has changed"):
        dataset.expect()


def test_the_same_content_elsewhere_is_the_same_table(tmp_path: Path) -> None:
    dataset = made(read_table(written(tmp_path, FLOWERS)))
    copy = written(tmp_path, FLOWERS, "copy.csv")
    again = prepare(dataset.model_copy(update={"file": str(copy)}))
    np.testing.assert_array_equal(again.parts["train"]["features"], prepare(dataset).parts["train"]["features"])


def test_a_block_for_classes_refuses_a_number(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, FLOWERS))
    numbers = made(table, "zero", with_target(table, first_choice(table), 0))
    with pytest.raises(BlockError, match="My table predicts classes, but “length” is none"):
        OwnClassTable(file=numbers.file, table=numbers.table).expect()
    with pytest.raises(BlockError, match=r"columns of “x\.csv” are not known yet"):
        OwnClassTable(file="/a/x.csv").expect()


def test_damaged_parameters_are_refused_with_sentences(tmp_path: Path) -> None:
    good = made(read_table(written(tmp_path, FLOWERS))).parameters()
    for change in (
        {"columns": []},
        {"columns": [{"name": "a", "use": "number", "target": True}]},
        {"sha256": "x"},
        {"rows": -1},
        {"extra": 1},
    ):
        problems = OwnClassTable.parameter_problems({**good, "table": {**good["table"], **change}})
        assert problems and all(name == "table" and words.endswith(".") for name, words in problems)
        assert all("has no parameter" not in words for _, words in problems)
    columns = [{**column, "use": "number", "values": []} for column in good["table"]["columns"]]
    emptied = {**good["table"], "columns": columns}
    with pytest.raises(BlockError, match=r"No row of “mine\.csv” can be used"):
        prepare(OwnNumberTable.model_validate({"file": good["file"], "table": emptied}))


# Anything at all ------------------------------------------------------------------------------------------------------

ODD = st.sampled_from((
    b"a,b\n", b'"', b"\n", b"\r", b",", b";", b"1", b"\xff\xfe", b"\0", b"\xc3\xbc", b"\xfc", b"nan", b"1e999", b"\t",
))  # fmt: skip
ANYTHING = st.one_of(
    st.binary(max_size=300), st.lists(ODD, max_size=60).map(b"".join), st.text(max_size=200).map(str.encode)
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING)
@example(b"\xff\xfea")
@example(b'a,b\n"')
@example(b"a,b\n" + b"1,x\n" * 20 + b"\xfc,y")
def test_any_bytes_give_a_table_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    try:
        table = read_table(path)
        for missing in ("leave-out", "mean-or-most-frequent", "zero"):
            columns = first_choice(table)
            if outcome(table, columns, missing).problem:
                continue
            dataset = dataset_of(table, columns, missing)
            prepared = prepare(dataset)
            assert np.isfinite(prepared.parts["train"]["features"]).all()
            assert prepared.parts["train"]["features"].shape[1:] == dataset.signals()[0].shape
    except FileRefused as refusal:
        assert "mine.csv" in str(refusal) and str(refusal).endswith(".")
