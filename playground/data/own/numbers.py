"""What one cell of a person's table holds: a number however it is written, a date, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

MISSING_WORDS = frozenset({"", "?", "-", "--", ".", "na", "n/a", "#n/a", "<na>", "nan", "null", "nil", "none",
                           "missing"})  # fmt: skip
"""Cells that hold nothing, in lower case."""
UNIT_SHARE = 0.9
"""So many of the texts of a column must carry the same unit, so that it is read as numbers."""

_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\ufe63": "-", "\uff0d": "-", "\uff0b": "+"})
_BARE = re.compile(r"[0-9.,+\-eE]+")
_GROUPS = re.compile(r"(?<=\d)[ '\u2019\u00a0\u2009\u202f](?=\d{3}(?!\d))")
"""A sign between thousands that can be nothing else."""
_POINTED = re.compile(r"[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?")
_COMMAED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?")
_CURRENCY = r"(?:[$€£¥₹₽₩₺¢]|(?:US|CA|A|NZ|HK)\$|USD|EUR|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|kr|zł|Fr\.)"
_MONEY = re.compile(rf"([+-]?)\s*{_CURRENCY}\s*([+-]?.*\d[.,]?)|([+-]?.*\d[.,]?[-–]?)\s*{_CURRENCY}", re.DOTALL)
_UNIT = re.compile(r"[+-]?[\d.,'\u2019 ]*\d[.,]?\s+([A-Za-zµ°Ω][\w/²³°·^]{0,7})")

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
_HOUR = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?"
_DATES = re.compile(
    rf"{_DAY}(?:(?:T|\s+){_HOUR}\s*(?:Z|UTC|[+-]\d{{2}}:?\d{{2}})?)?"
    rf"|\d{{1,2}}:\d{{2}}(?:[:.]\d{{2}}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?|\d{{1,2}}\.\d{{2}}\.\d{{2}}"
    r"|(?:1[5-9]|2[01])\d{2}[-/.](?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/](?:1[5-9]|2[01])\d{2}"
    r"|(?:1[5-9]|2[01])\d{2}[-/ :]?[QMW]\d{1,2}|Q[1-4][-/ ]?(?:1[5-9]|2[01])\d{2}"
    rf"|{_MONTHS}[-/ ,]*\d{{2,4}}|\d{{4}}[-/ ]*{_MONTHS}"
    rf"|(?:\w{{3,9}},?\s+)?\d{{1,2}}[-/ .]*{_MONTHS}[-/ ,]*\d{{2,4}}|{_MONTHS}\s+\d{{1,2}},?\s+\d{{4}}",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?:1[6-9]|20|21)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def number_in(cell: str, decimal_comma: bool, unit: str = "") -> float | None:
    """The finite number that a cell holds; None when it holds none.

    Thousands may be set apart by a comma (or point), a blank, an apostrophe; a currency, a per cent sign, brackets for
    what is negative, a minus sign of any kind and the `unit` behind the number do not matter.
    """
    text = cell.strip()
    if not text or "_" in text or not any(map(str.isdigit, text)):
        return None
    return _plain(text, decimal_comma) if _BARE.fullmatch(text) else _plain(_undressed(text, unit), decimal_comma)


def _undressed(text: str, unit: str) -> str:
    """The digits, signs and points of a number that is written for people; empty when it is none."""
    text = text.translate(_MINUS)
    if unit and text.endswith(unit):
        text = text[: -len(unit)].rstrip()
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    money = _MONEY.fullmatch(text)
    if money is not None:
        text = (money[1] or "") + money[2] if money[2] is not None else money[3]
        text = text.strip()
    elif text[-1:] in "%‰":
        text = text[:-1].strip()
    if text[:1] in "+-":
        text = text[0] + text[1:].lstrip()
    text = _GROUPS.sub("", text)
    if negative:
        text = f"-{text}" if text[:1] not in "+-" else ""
    return text


def _plain(text: str, comma: bool) -> float | None:
    if not text or text[-1] not in "0123456789.,":
        return None
    if comma:
        if _COMMAED.fullmatch(text):
            text = text.replace(".", "")
        elif "." in text:
            return None
        text = text.replace(",", ".")
    elif _POINTED.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def unit_of(cells: Iterable[str]) -> str:
    """The unit behind the numbers of a column, such as “kg”, when nearly all cells carry the same; else empty."""
    counts: dict[str, int] = {}
    total = 0
    for cell in cells:
        if is_missing(cell):
            continue
        total += 1
        found = _UNIT.fullmatch(cell.strip().translate(_MINUS))
        if found is not None:
            counts[found[1]] = counts.get(found[1], 0) + 1
    best = max(counts, key=counts.__getitem__, default="")
    return best if best and counts[best] >= UNIT_SHARE * total else ""


def is_missing(cell: str) -> bool:
    """Whether a cell holds nothing."""
    return cell.strip().lower() in MISSING_WORDS


def is_date(cell: str) -> bool:
    """Whether a cell holds a date, a month, a quarter or a time of day."""
    return _DATES.fullmatch(cell.strip()) is not None


def is_compact_date(cell: str) -> bool:
    """Whether a cell holds a day such as 20240131."""
    return _COMPACT.fullmatch(cell.strip()) is not None
