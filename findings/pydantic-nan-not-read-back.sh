#!/usr/bin/env bash
# pydantic 2.14.4
#
# One would guess: a model reads back what it wrote, and JSON without NaN is refused or accepted in both directions alike.
# What happens: `model_dump_json` writes NaN and the infinities of a float field as `null` without a word, and
#   `model_validate_json` refuses `null` for that field. The other direction is generous: the words NaN, Infinity and 1e999,
#   of which the first two are no JSON, are read into a plain float field. So a file that was read without an error may
#   be written to one that cannot be read. A bound (`ge`, `le`) keeps them out, a bare float does not.
# Why it matters: a project that is saved while a number is not finite is lost at the next opening. Say `allow_inf_nan=False`
#   (or `ser_json_inf_nan="constants"`) for the whole family of models.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check pydantic==2.14.4
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pydantic


class Settings(pydantic.BaseModel):
    rate: float


class Constants(Settings, ser_json_inf_nan="constants"):
    pass


def outcome(kind: type[pydantic.BaseModel], text: str) -> str:
    """What becomes of a text: the number, or the kind of the error."""
    try:
        return repr(kind.model_validate_json(text).rate)
    except pydantic.ValidationError as error:
        return error.errors()[0]["type"]


print(f"pydantic {pydantic.VERSION}")
written = Settings(rate=float("nan")).model_dump_json()
seen = {
    "written for NaN": written,
    "read back": outcome(Settings, written),
    "the word NaN": outcome(Settings, '{"rate": NaN}'),
    "the word Infinity": outcome(Settings, '{"rate": Infinity}'),
    "1e999": outcome(Settings, '{"rate": 1e999}'),
    "read back, as constants": outcome(Constants, Constants(rate=float("inf")).model_dump_json()),
}
expected = {
    "written for NaN": '{"rate":null}',
    "read back": "float_type",
    "the word NaN": "nan",
    "the word Infinity": "inf",
    "1e999": "inf",
    "read back, as constants": "inf",
}
for name, value in seen.items():
    print(f"{name}: {value}")
good = seen == expected
print("as described" if good else f"CHANGED: expected {expected}")
sys.exit(not good)
PYTHON
