"""How the bytes of a person's text become characters: marks at the start, what decodes, and a guess among the rest."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass

SAMPLE = 32 * 1024
"""Bytes around the first letters that are no ASCII, from which an encoding is guessed."""

FEWEST_LETTERS = 8
"""Bytes beyond ASCII from which a language is told."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become characters."""

    codec: str
    title: str
    errors: str = "strict"
    wide: bool = False
    """Characters of two or four bytes, among which there are zeros."""


UTF8 = Encoding("utf-8", "UTF-8")
UTF8_MARKED = Encoding("utf-8-sig", "UTF-8", "replace")
WESTERN = Encoding("cp1252", "Latin-1", "replace")
"""What is no UTF-8; every byte is a character."""
CENTRAL = Encoding("cp1250", "Central European (1250)", "replace")
UTF16 = Encoding("utf-16", "UTF-16", "replace", wide=True)

CHOICES: tuple[Encoding, ...] = (
    UTF8,
    WESTERN,
    CENTRAL,
    Encoding("cp1251", "Cyrillic (1251)", "replace"),
    Encoding("koi8_r", "Cyrillic (KOI8-R)", "replace"),
    Encoding("cp1253", "Greek (1253)", "replace"),
    Encoding("cp1254", "Turkish (1254)", "replace"),
    Encoding("cp1255", "Hebrew (1255)", "replace"),
    Encoding("cp1256", "Arabic (1256)", "replace"),
    Encoding("cp1257", "Baltic (1257)", "replace"),
    Encoding("cp932", "Japanese (Shift-JIS)", "replace"),
    Encoding("euc_jp", "Japanese (EUC)", "replace"),
    Encoding("gb18030", "Chinese (GB 18030)", "replace"),
    Encoding("big5", "Chinese (Big5)", "replace"),
    Encoding("cp949", "Korean (949)", "replace"),
    UTF16,
)
"""What a person may choose."""
CODECS = {encoding.codec: encoding for encoding in CHOICES}
_MARKS = (
    (codecs.BOM_UTF8, UTF8_MARKED),
    (codecs.BOM_UTF32_LE, Encoding("utf-32", "UTF-32", "replace", wide=True)),
    (codecs.BOM_UTF32_BE, Encoding("utf-32", "UTF-32", "replace", wide=True)),
    (codecs.BOM_UTF16_LE, UTF16),
    (codecs.BOM_UTF16_BE, UTF16),
)


def chosen_encoding(codec: str, head: bytes) -> Encoding:
    """The encoding of this name, for a file that begins so; a mark at its start is no character."""
    if codec == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return UTF8_MARKED
    encoding = CODECS[codec]
    if encoding is UTF16 and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _wide(head) or Encoding("utf-16-le", "UTF-16", "replace", wide=True)
    return Encoding(encoding.codec, encoding.title, "replace", encoding.wide)


def guessed_encoding(head: bytes) -> Encoding | None:
    """The encoding of a text by its first bytes; None when they are no text."""
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    if head.count(0):
        return _wide(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return single_byte(head)
    return UTF8


def _wide(head: bytes) -> Encoding | None:
    odd = head[1::2].count(0) / max(1, len(head) // 2)
    even = head[::2].count(0) / max(1, (len(head) + 1) // 2)
    if odd > 0.4 and even < 0.05:
        return Encoding("utf-16-le", "UTF-16", "replace", wide=True)
    if even > 0.4 and odd < 0.05:
        return Encoding("utf-16-be", "UTF-16", "replace", wide=True)
    return None


def single_byte(head: bytes) -> Encoding:
    """The most likely encoding of a text that is no UTF-8: by the letters of its language, else Western.

    What charset-normalizer finds is taken, except between Western and Central European, which share most letters: there
    signs in the middle of words tell.
    """
    from charset_normalizer import from_bytes

    first = next((place for place, byte in enumerate(head) if byte > 127), 0)
    sample = head[max(0, head.rfind(b"\n", 0, first)) :][:SAMPLE]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    names = [encoding.codec for encoding in CHOICES if not encoding.wide and encoding is not UTF8]
    if sum(byte > 127 for byte in sample) < FEWEST_LETTERS:
        return WESTERN  # a few words tell no language
    best = from_bytes(sample, cp_isolation=names).best()
    found = CODECS.get(best.encoding) if best is not None else None
    if found is None or found in (WESTERN, CENTRAL) or found.codec in ("cp1254", "cp1257"):
        western, central = (_oddities(sample.decode(codec, "replace")) for codec in ("cp1252", "cp1250"))
        return CENTRAL if central < western else WESTERN
    return found


def _oddities(text: str) -> int:
    """Signs and capitals in the middle of words, where no language writes them."""
    count = 0
    for before, letter in zip(" " + text, text, strict=False):
        if letter > "\x7f" and (before.isalpha() or (before > "\x7f" and before != "\xa0")):
            count += not letter.isalpha() or (letter.isupper() and before.islower())
        elif letter.isalpha() and before > "\x7f" and unicodedata.category(before) in ("Sc", "So", "Sk", "Sm", "No"):
            count += 1
    return count + 3 * text.count("\ufffd")


def example_in(text: str) -> str:
    """The first word with a letter that is no ASCII, by which a person sees whether an encoding is right."""
    for word in text.split():
        if any(letter > "\x7f" and letter.isalnum() for letter in word) or "\ufffd" in word:
            return word.strip(",;|\"'")[:24]
    return ""
