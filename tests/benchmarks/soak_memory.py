"""What the memory of the process is made of, to tell growth from libraries that were loaded late."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 2**20
FIELDS = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
)  # fmt: skip


class _Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of the C library."""

    _fields_ = [(name, ctypes.c_size_t) for name in FIELDS]


@dataclass(frozen=True)
class Breakdown:
    """Megabytes by kind, and counts of what Python holds."""

    megabytes: dict[str, float]
    counts: dict[str, int]

    def words(self) -> str:
        """One line."""
        return ", ".join(
            [f"{name} {size:.0f} MB" for name, size in self.megabytes.items()]
            + [f"{number:,} {name}" for name, number in self.counts.items()]
        )

    def more_than(self, before: Breakdown) -> str:
        """How much more there is of each kind, in one line."""
        return ", ".join(
            [f"{name} {size - before.megabytes.get(name, 0.0):+.1f} MB" for name, size in self.megabytes.items()]
            + [f"{name} {number - before.counts.get(name, 0):+,}" for name, number in self.counts.items()]
        )


def breakdown() -> Breakdown:
    """Look now; unused memory of the C library is given back first, so that what it holds free is fragmentation.

    Only while no other thread runs Python: it would fail at a tuple that it is just building, as `gc` hands that out.
    """
    megabytes = _of_the_system() | {"tensors": _tensors() / MEGABYTE}
    counts = {"blocks of Python": sys.getallocatedblocks(), "modules": len(sys.modules)}
    return Breakdown(megabytes, counts)


def _of_the_system() -> dict[str, float]:
    maps = Path("/proc/self/smaps")
    if not maps.is_file():
        return {}
    library = ctypes.CDLL(None)
    library.malloc_trim(0)
    resident = _resident(maps)
    sizes = {"files of libraries": resident["files"], "rest": resident["rest"]}
    if hasattr(library, "mallinfo2"):
        library.mallinfo2.restype = _Mallinfo
        info = library.mallinfo2()
        sizes["used by C"] = info.uordblks + info.hblkhd
        sizes["Python's own and fragments"] = sizes.pop("rest") - sizes["used by C"]
    return {name: size / MEGABYTE for name, size in sizes.items()}


def _resident(maps: Path) -> Counter[str]:
    """Bytes in memory of mapped files, and of all the rest."""
    found: Counter[str] = Counter()
    kind = "rest"
    for line in maps.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split()
        if not fields[0].endswith(":"):
            kind = "files" if len(fields) > 5 and fields[5].startswith("/") else "rest"
        elif fields[0] == "Rss:":
            found[kind] += int(fields[1]) * 1024
    return found


def _tensors() -> int:
    """Bytes of the tensors that Python knows."""
    torch = sys.modules.get("torch")
    if torch is None:
        return 0
    stores = [one.untyped_storage() for one in gc.get_objects() if type(one) in (torch.Tensor, torch.nn.Parameter)]
    return sum({store.data_ptr(): store.nbytes() for store in stores}.values())
