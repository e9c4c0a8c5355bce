#!/usr/bin/env bash
# PySide6-Essentials 6.10.3, font-roboto 0.0.1
#
# One would guess: `QFontMetrics.elidedText(text, mode, width)` returns the text itself when it is given the width that the same
#   object says the text has.
# What happens: where letters have fractional widths (no hinting), `horizontalAdvance` rounds to the nearest pixel, while
#   `elidedText` compares with the exact width. Whenever the rounding went down, letters are cut: "Training" at its own
#   width becomes "Traini…". One pixel more, or `QFontMetricsF` for both, and the text stays whole.
# Why it matters: labels, tabs and cards that are made just as wide as their text end in "…" for about half of all words, at some
#   sizes and not at others. Widths that lead to a cut must be rounded up, as `ceil(QFontMetricsF.horizontalAdvance)` does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check PySide6-Essentials==6.10.3 font-roboto==0.0.1
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PYTHON'
import math
import sys
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QFontMetricsF, QGuiApplication

print(f"PySide6 {PySide6.__version__}")
application = QGuiApplication([])
(path,) = (one for folder in sys.path for one in Path(folder).glob("font_roboto/**/Roboto-Regular.ttf"))
family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path)))[0]
words = "Training Weights Accuracy Softmax Illinois Gradient Learning Validation Boundary Momentum".split()
right, good = Qt.TextElideMode.ElideRight, True
cut = kept_wider = kept_exact = kept_ceil = 0
total = 0
for pixels in range(11, 17):
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    plain, exact = QFontMetrics(font), QFontMetricsF(font)
    for word in words:
        total += 1
        width, true_width = plain.horizontalAdvance(word), exact.horizontalAdvance(word)
        shown = plain.elidedText(word, right, width)
        if shown != word:
            cut += 1
            if cut <= 3:
                print(f"{word!r} at {pixels} px: {width} px wide ({true_width:.3f}); elided to {width} px: {shown!r}")
        good &= (shown != word) == (true_width > width)  # cut exactly where the width was rounded down
        kept_wider += plain.elidedText(word, right, width + 1) == word
        kept_ceil += plain.elidedText(word, right, math.ceil(true_width)) == word
        kept_exact += exact.elidedText(word, right, true_width) == word
print(f"of {total}: cut at their own width {cut}, whole with a pixel more {kept_wider}, rounded up {kept_ceil}, exact {kept_exact}")
good &= total / 4 < cut < total and kept_wider == kept_exact == kept_ceil == total
print("as described" if good else "CHANGED: other texts are cut than the head of this script says")
sys.exit(not good)
PYTHON
