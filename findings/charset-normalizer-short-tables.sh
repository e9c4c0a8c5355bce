#!/usr/bin/env bash
# charset-normalizer 3.5.3
#
# One would guess: a few dozen lines with Polish letters in Windows-1250 are told from Windows-1252, and German ones the other
#   way round, above all when only these two encodings are allowed.
# What happens: asked to choose between cp1250 and cp1252 alone (`cp_isolation`), it takes a small Polish table for cp1252
#   (as Estonian or the like), and a German one for cp1250. Both encodings give letters for nearly every byte, and a
#   table has too few sentences for the frequencies of letters to decide.
# Why it matters: the names of towns come out with wrong letters, without an error. A guess has to be shown with an example
#   from the file, and be changed in one click; Playground does that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check charset-normalizer==3.5.3
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import charset_normalizer
from charset_normalizer import from_bytes

print(f"charset-normalizer {charset_normalizer.__version__}")


def table(head: str, towns: tuple[str, ...], answers: tuple[str, str]) -> str:
    """A small table of 60 rows."""
    rows = [f"{towns[row % len(towns)]},{row},{answers[row % 2]}" for row in range(60)]
    return "\n".join([head, *rows]) + "\n"


POLISH = table("miasto,cena,typ", ("Łódź", "Kraków", "Gdańsk", "Poznań", "Częstochowa"), ("tak", "nie"))
GERMAN = table("Ort,Preis,Gruppe", ("Köln", "München", "Düsseldorf", "Gießen", "Nürnberg"), ("groß", "klein"))
good = True
for name, text, true in (("Polish", POLISH, "cp1250"), ("German", GERMAN, "cp1252")):
    best = from_bytes(text.encode(true), cp_isolation=["cp1250", "cp1252"]).best()
    guess = best.encoding if best is not None else "nothing"
    first = text.encode(true).decode(guess, "replace").splitlines()[1] if best is not None else ""
    print(f"{name} in {true}: taken for {guess}, and the first row reads {first!r}")
    good &= guess != true
print("as described" if good else "CHANGED: at least one of the two is told now")
sys.exit(not good)
PYTHON
