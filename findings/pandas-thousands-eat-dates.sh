#!/usr/bin/env bash
# pandas 3.1.1, numpy 2.4.6
#
# One would guess: `read_csv(thousands=".", decimal=",")`, the setting for tables from Germany, Spain or Brazil, takes the points
#   out of numbers such as 1.234.567,8, and leaves text alone that only happens to hold points.
# What happens: the separator is taken out of any text, wherever it stands, and if digits are left, they are a number. A column of
#   dates such as 01.02.2024 becomes 1022024, an address such as 10.0.0.1 becomes 10001, a version 1.2.3 becomes 123,
#   and 12.5, written with a point by mistake, 125: whole numbers, without a warning. With thousands="," the same
#   happens to 1,2,3.
# Why it matters: the dates of a table are gone, and a column that should have been text is "numeric". Groups of three digits
#   have to be checked before; Playground's reader of tables does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check pandas==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import io
import sys

import pandas as pd

print(f"pandas {pd.__version__}")
text = """date;address;version;slip;money
01.02.2024;10.0.0.1;1.2.3;12.5;1.234.567,8
15.03.2024;10.0.0.27;2.10.0;3.75;950,25
"""
table = pd.read_csv(io.StringIO(text), sep=";", thousands=".", decimal=",")
print(table.to_string(), table.dtypes.to_string(), sep="\n")
commas = pd.read_csv(io.StringIO("set\n\"1,2,3\"\n\"4,5\"\n"), thousands=",")
print(commas.to_string())
good = (
    table["date"].tolist() == [1022024, 15032024]
    and table["address"].tolist() == [10001, 100027]
    and table["version"].tolist() == [123, 2100]
    and table["slip"].tolist() == [125, 375]
    and table["money"].tolist() == [1234567.8, 950.25]
    and commas["set"].tolist() == [123, 45]
    and all(kind.kind in "if" for kind in table.dtypes)
)
print("as described" if good else "CHANGED: the columns are no longer as the head of this script says")
sys.exit(not good)
PYTHON
