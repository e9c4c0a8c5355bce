"""Makes the fonts of this folder from the published ones: `python make_fonts.py FOLDER`, with fonttools and brotli.

The folder holds the files named in SOURCES, from the npm packages inter-ui 4.1.1 and jetbrains-mono 1.0.6. What is
done: only the scripts and signs below stay; figures are tabular, so that numbers do not shift while they change;
ligatures go, as code and formulas should show the signs that are there; the family has a name of its own, so that a
system with another version of the font shows the same.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

SOURCES = {
    "Inter-Regular": ("Inter-Regular.woff2", "Playground Sans", "Regular"),
    "Inter-SemiBold": ("Inter-SemiBold.woff2", "Playground Sans", "Bold"),
    "JetBrainsMono-Regular": ("JetBrainsMonoNL-Regular.woff2", "Playground Mono", "Regular"),
    "JetBrainsMono-SemiBold": ("JetBrainsMonoNL-SemiBold.woff2", "Playground Mono", "Bold"),
}
RANGES = (
    (0x20, 0x24F), (0x2B0, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x1D00, 0x1D7F), (0x1E00, 0x1EFF),
    (0x2000, 0x20CF), (0x2100, 0x22FF), (0x2300, 0x23FF), (0x25A0, 0x27BF),
)  # fmt: skip
"""Latin, Greek, Cyrillic; marks, super- and subscripts, currencies, arrows, mathematical signs, shapes."""


def main(folder: Path) -> None:
    for name, (source, family, style) in SOURCES.items():
        font = TTFont(folder / source)
        font.flavor = None
        _make_figures_tabular(font)
        options = Options()
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
        options.hinting = False
        options.notdef_outline = True
        options.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14, 16, 17]
        subset = Subsetter(options)
        subset.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
        subset.subset(font)
        _rename(font, family, style)
        out = Path(__file__).with_name(f"{name}.ttf")
        font.save(out)
        print(out.name, out.stat().st_size, len(font.getBestCmap()))


def _make_figures_tabular(font: TTFont) -> None:
    """Let the digits be those of the feature "tnum", and period, comma and colon keep their own width."""
    swap: dict[str, str] = {}
    if "GSUB" not in font:  # every figure of a mono face is as wide as the others
        return
    table: Any = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for number in record.Feature.LookupListIndex:
                for part in table.LookupList.Lookup[number].SubTable:
                    swap.update(getattr(part, "ExtSubTable", part).mapping)
    wanted = {*range(ord("0"), ord("9") + 1), *map(ord, "+=<>−×÷±≤≥≈~")}
    for cmap in font["cmap"].tables:
        for code, glyph in list(cmap.cmap.items()):
            if code in wanted and glyph in swap:
                cmap.cmap[code] = swap[glyph]


def _rename(font: TTFont, family: str, style: str) -> None:
    """Call it a family of regular and bold; bold is the published semi-bold, which is calmer."""
    names = font["name"]
    for number in (16, 17):
        names.removeNames(number)
    table = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family} {style}".replace(" ", "-")}
    for number, words in table.items():
        names.setName(words, number, 3, 1, 0x409)
        names.setName(words, number, 1, 0, 0)
    bold = style == "Bold"
    font["OS/2"].usWeightClass = 700 if bold else 400
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0x61) | (0x20 if bold else 0x40)
    font["head"].macStyle = 1 if bold else 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
