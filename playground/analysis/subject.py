"""The network under examination: an own copy on the CPU, in evaluation mode, filled from snapshots."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.shared.given import UNMOVED, Given
from playground.analysis.shared.moves import moved
from playground.analysis.shared.points import PlanePoints, plane_points
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Part
from playground.data.inputs.base import Encoded, EntryError, InputForm, Known
from playground.data.on_demand import RowsOnDemand
from playground.data.preparation import Prepared, prepare
from playground.document.copies import unrolled
from playground.document.graph import Graph, NodeTraining
from playground.network.check import Output, Report, check
from playground.network.compiled import CannotCompile, Network, Reader, compile_graph
from playground.network.flat import FlatParameters, Layout
from playground.network.naming import paths, titles
from playground.training.batches import readers_of
from playground.training.snapshot import Snapshot

MOST_ROWS = 16_384
"""Examples in one forward pass; more are run in chunks, so that memory stays bounded and a long run can be stopped."""
MOST_NUMBERS = 4_000_000
"""What the widest wire carries in one pass where the examples are read on demand."""
MARGIN = 0.08
"""Room around the data, as a share of its width."""

MOST_LOOKED_AT = 512
"""Examples of a part that are held at once where they are read on demand."""
FORM_ROWS = 64
"""Examples that are read on demand, by which the form is chosen in which a person gives one."""

Kept = TypeVar("Kept")
Extent = tuple[float, float, float, float]
"""Left, right, bottom and top, in the units of the raw features."""


class _Loaded:
    """The compiled network and what lies in it now; one for all subjects that share it.

    It is made when first asked for: what needs no weights, such as a table of costs, is told of the largest networks
    too, whose weights take gigabytes.
    """

    def __init__(self, graph: Graph, readers: Mapping[Output, Reader]) -> None:
        self._graph, self._readers = graph, readers
        self.noise = torch.Generator()
        self.snapshot: Snapshot | None = None
        self.layout: Layout | None = None
        """The layout last found to fit."""

    @functools.cached_property
    def network(self) -> Network:
        """In evaluation mode, drawing from `noise`."""
        network = compile_graph(self._graph).eval()
        network.draw_from(self.noise)
        network.readers = self._readers
        return network

    @functools.cached_property
    def flat(self) -> FlatParameters:
        """Its parameters side by side."""
        return FlatParameters(self.network)

    @functools.cached_property
    def values(self) -> NDArray[np.float32]:
        """The memory of the parameters."""
        return self.flat.values.numpy()

    @functools.cached_property
    def buffers(self) -> dict[str, NDArray[Any]]:
        """The memory of the buffers, such as running statistics, by name."""
        return {name: tensor.numpy() for name, tensor in self.network.named_buffers()}


class Subject:
    """A network of its own for analyses, built once per structure and used by one thread at a time.

    It never touches the network that is being trained. `about` is the same network as another graph of the same
    structure has it, with its titles, and with its blocks frozen or not. Raises CannotCompile when the graph has
    errors.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = unrolled(graph)
        """The graph of the question, with all copies of its groups."""
        self._titles, self._paths = titles(graph), paths(graph)
        self.report: Report = check(graph)
        if not self.report.ok:
            raise CannotCompile(self.report.errors())
        self.prepared: dict[str, Prepared] = {}
        for name in self.report.data_nodes():
            block = self.report.blocks[name]
            assert isinstance(block, Dataset)
            self.prepared[name] = prepare(block)
        self._readers = readers_of(self.prepared)
        widest = max((signal.size * signal.rows for signal in self.report.signals.values()), default=1)
        self._fitting = max(1, MOST_NUMBERS // widest)
        self._tensors: dict[Part, dict[Output, torch.Tensor]] = {}
        self._points: dict[Part, PlanePoints] = {}
        self._extent: Extent | None = None
        self._loaded = _Loaded(graph, self._readers)
        self.given: Given | None = None
        """What a person gives in place of an example of the data."""
        self._forms: dict[str, InputForm | None] = {}
        self._encoded: WeakKeyDictionary[Given, dict[Output, torch.Tensor]] = WeakKeyDictionary()
        self._remembered: WeakKeyDictionary[Snapshot, dict[Hashable, Any]] = WeakKeyDictionary()

    @property
    def network(self) -> Network:
        """The compiled network, with the weights last loaded; those that torch drew before."""
        return self._loaded.network

    def about(self, graph: Graph) -> Subject:
        """The same network for a question about another graph of the same structure."""
        if unrolled(graph) is self.graph:
            return self
        other = copy.copy(self)
        other.graph, other._titles, other._paths = unrolled(graph), titles(graph), paths(graph)
        other.__dict__.pop("settings", None)
        return other

    def using(self, given: Given | None) -> Subject:
        """The same network for a question in which a person has given an example of their own."""
        if given is self.given:
            return self
        other = copy.copy(self)
        other.given = given
        return other

    @functools.cached_property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """How the blocks learn where that differs from the whole network: what a result may hang on beside weights."""
        usual = NodeTraining()
        return tuple(
            (node.id, node.training.model_dump_json()) for node in self.graph.nodes if node.training != usual
        )

    def load(self, snapshot: Snapshot) -> None:
        """Take the weights of a snapshot. Raises ValueError when it is of another network."""
        loaded = self._loaded
        if snapshot is loaded.snapshot:
            return
        if snapshot.layout is not loaded.layout:
            self._accept(snapshot.layout)
        if snapshot.layout == loaded.flat.layout:
            np.copyto(loaded.values, snapshot.parameters)
        else:
            own = loaded.flat.layout.by_name()
            for place in snapshot.layout.places:
                start = own[place.name].start
                loaded.values[start : start + place.size] = snapshot.parameters[place.start : place.stop]
        for name, buffer in loaded.buffers.items():
            if name in snapshot.buffers:
                np.copyto(buffer, snapshot.buffers[name])
        loaded.snapshot = snapshot

    def _accept(self, layout: Layout) -> None:
        shapes = {place.name: place.shape for place in self._loaded.flat.layout.places}
        if {place.name: place.shape for place in layout.places} != shapes:
            raise ValueError("the snapshot belongs to another network")
        self._loaded.layout = layout

    def remembered(self, snapshot: Snapshot, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What `make` gave for this snapshot, these settings of the blocks and this key, computed once while it lives.

        The key names all else that the result hangs on, such as phases of the project. Titles are not remembered.
        For series over the trail: of all its snapshots only the newest has to be looked at.
        """
        known = self._remembered.setdefault(snapshot, {})
        whole = self.settings, key
        if whole not in known:
            known[whole] = make()
        return known[whole]  # type: ignore[no-any-return]

    def feeds(self, part: Part, limit: int | None = None) -> dict[Output, torch.Tensor]:
        """The examples of a part for every data port, all with the same number of rows, at most `limit`.

        Of all of a part, where they are read on demand, the numbers of rows (N,), which the network reads as it runs
        them; who looks at examples themselves asks for few, or fetches those that were picked (`fetched`).
        """
        rows = self.count(part)
        if limit is not None:
            rows = min(rows, limit)
        if part not in self._tensors:
            self._tensors[part] = {
                (node, port): torch.tensor(array.rows) if isinstance(array, RowsOnDemand) else tensor(array)
                for node, prepared in self.prepared.items()
                for port, array in prepared.parts[part].items()
            }
        found = {output: whole[:rows] for output, whole in self._tensors[part].items()}
        return found if limit is None else self.fetched(found)

    def looked_at(self, part: Part) -> dict[Output, torch.Tensor]:
        """The examples of a part themselves: all, or the first MOST_LOOKED_AT where they are read on demand."""
        return self.feeds(part, MOST_LOOKED_AT if self._readers else None)

    def fetched(self, feeds: Mapping[Output, torch.Tensor]) -> dict[Output, torch.Tensor]:
        """Feeds with the examples (N, ...) themselves, where there are only the numbers of rows."""
        return dict(self.network.read(feeds)) if self._readers else dict(feeds)

    def count(self, part: Part) -> int:
        """Examples of a part; what learns without data has one empty example to learn from."""
        if not self.prepared:
            return 1 if part == "train" else 0
        return min(prepared.count(part) for prepared in self.prepared.values())

    def title(self, node: str) -> str:
        """The name of a node as the canvas shows it: its own, else its block's, numbered where there are several.

        Copies of a repeated group say which they are. Raises KeyError.
        """
        return self._titles[node]

    def path(self, node: str) -> str:
        """Where a node lies, for lists to choose from: “Residual block › copy 3 › Conv2D”. Raises KeyError."""
        return self._paths[node]

    @property
    def shown_part(self) -> Part:
        """The part whose single examples are looked at: test, or train when there is no test."""
        return "test" if self.count("test") else "train"

    def example(self, row: int) -> dict[Output, torch.Tensor]:
        """One example for every data port, with the batch axis: what a person has given, else that of a row."""
        return {**self.recorded(row), **self.given_feeds()}

    def shown_row(self, row: int, count: int) -> int:
        """The row of the example that is looked at among `count`; −1 where a person has given one of their own."""
        return -1 if self.given_feeds() else row % max(1, count)

    def recorded(self, row: int) -> dict[Output, torch.Tensor]:
        """One example of `shown_part` for every data port, with the batch axis; the row counts round."""
        feeds = self.feeds(self.shown_part)
        count = max(1, self.count(self.shown_part))
        return self.fetched({output: whole[row % count : row % count + 1] for output, whole in feeds.items()})

    def form(self, node: str) -> InputForm | None:
        """How a person gives an example of a data block; None where nobody can."""
        if node not in self._forms:
            prepared = self.prepared[node]
            features = prepared.parts["train"]["features"]
            if isinstance(features, RowsOnDemand):
                features = features[:FORM_ROWS]
            if features.dtype != np.int64:
                features = prepared.scaler.unscale(features)  # type: ignore[arg-type]
            known = Known(features, prepared.feature_names, prepared.signals[0])
            self._forms[node] = prepared.dataset.input_form(known)
        return self._forms[node]

    def scaled(self, node: str, features: NDArray[Any]) -> torch.Tensor:
        """Features (N, ...) as the data have them, as the network sees them."""
        if features.dtype == np.int64:
            return torch.from_numpy(features)
        scaler = self.prepared[node].scaler
        return torch.from_numpy(scaler.scale(features.astype(scaler.shift.dtype, copy=False)))

    def read(self, node: str, entry: Any) -> Encoded:
        """An entry for a data block as an array. Raises EntryError."""
        form = self.form(node)
        if form is None:
            raise EntryError(f"Nobody can give an example of {self.title(node)} by hand.")
        return form.encoded(entry)

    def moved(self, node: str, scaled: torch.Tensor) -> torch.Tensor:
        """What the network sees of a data block, moved as a person has moved what they gave."""
        move = self.given.moves.get(node, UNMOVED) if self.given is not None else UNMOVED
        return scaled if move == UNMOVED else moved(self.prepared[node], scaled, move)

    def given_feeds(self) -> dict[Output, torch.Tensor]:
        """What a person has given, (1, ...) each, as the network sees it; empty where it cannot be used."""
        if self.given is None:
            return {}
        if self.given not in self._encoded:
            try:
                self._encoded[self.given] = {
                    (node, "features"): self.moved(node, self.scaled(node, self.read(node, entry).features))
                    for node, entry in self.given.entries.items()
                    if node in self.prepared
                }
            except EntryError:
                self._encoded[self.given] = {}
        return self._encoded[self.given]

    def values(
        self,
        feeds: Mapping[Output, torch.Tensor],
        outputs: Sequence[Output],
        cancelled: Callable[[], bool] | None = None,
    ) -> dict[Output, NDArray[np.float32]]:
        """The outputs (N, ...) for the feeds, which may be of any port, in evaluation mode and without gradients.

        Only the steps that lead to the outputs run. When `cancelled` says so between chunks, the result is empty.
        """
        steps = self.network.steps_to(outputs, feeds)
        slots = [self.network.slots[output] for output in outputs]
        rows, at_once = len(next(iter(feeds.values()))), min(MOST_ROWS, self._fitting) if self._readers else MOST_ROWS
        found: list[list[torch.Tensor]] = [[] for _ in outputs]
        self.calm()
        with torch.no_grad():
            for start in range(0, rows, at_once) or (0,):
                if cancelled is not None and cancelled():
                    return {}
                chunk = feeds if rows <= at_once else {key: x[start : start + at_once] for key, x in feeds.items()}
                values = self.network.run(chunk, steps)
                for kept, slot in zip(found, slots, strict=True):
                    kept.append(values[slot])
        joined = [kept[0] if len(kept) == 1 else torch.cat(kept) for kept in found]
        # A view of a parameter asks for a gradient even where none is followed.
        return {output: value.detach().numpy() for output, value in zip(outputs, joined, strict=True)}

    def draw_calmly(self) -> None:
        """Draw random numbers from the subject's own generator again, after a while of drawing from another."""
        self.network.draw_from(self._loaded.noise)

    def calm(self) -> None:
        """Let blocks that draw random numbers draw the same ones again, so that a picture changes with the weights."""
        self._loaded.noise.manual_seed(1)

    def grid(
        self, resolution: int, extent: Extent | None = None
    ) -> tuple[dict[Output, torch.Tensor], NDArray[np.float64], NDArray[np.float64]]:
        """Feeds for every point of a square grid over the plane of the two features, and its coordinates.

        `xs` and `ys` are (resolution,), ascending, in the units of the raw features; row r * resolution + c of the
        feed is the point (xs[c], ys[r]), scaled as the network sees it. The points also enter where blocks pass on
        examples of this kind among others. Raises ValueError when no data block has exactly two features.
        """
        node = plane_node(self.report)
        if not node:
            raise ValueError("no data block has exactly two features")
        left, right, bottom, top = extent if extent is not None else self.extent()
        xs = np.linspace(left, right, resolution)
        ys = np.linspace(bottom, top, resolution)
        points = np.empty((resolution, resolution, 2), dtype=np.float64)
        points[..., 0] = xs[None, :]
        points[..., 1] = ys[:, None]
        scaled = self.prepared[node].scaler.scale(points.reshape(-1, 2))
        source = node, "features"
        grid = torch.from_numpy(scaled)
        return dict.fromkeys((source, *entrances(self.report, source)), grid), xs, ys

    def points(self, part: Part) -> PlanePoints:
        """The examples of the two-feature data block; the same arrays every time."""
        if part not in self._points:
            self._points[part] = plane_points(self.prepared[plane_node(self.report)], part)
        return self._points[part]

    def extent(self) -> Extent:
        """The rectangle around all points of the two-feature data block, with a margin; square where it nearly is."""
        if self._extent is None:
            self._extent = _bounds(self.prepared[plane_node(self.report)])
        return self._extent


def _bounds(prepared: Prepared) -> Extent:
    features = [np.asarray(part["features"], dtype=np.float32) for part in prepared.parts.values()]
    raw = prepared.scaler.unscale(np.concatenate(features)).astype(np.float64)
    low, high = raw.min(axis=0), raw.max(axis=0)
    half = np.maximum((high - low) / 2, 1e-6)
    if half.max() < 1.6 * half.min():
        half[:] = half.max()
    centre = (low + high) / 2
    half = half * (1 + 2 * MARGIN)
    left, bottom = centre - half
    right, top = centre + half
    return float(left), float(right), float(bottom), float(top)


def tensor(array: NDArray[np.float32] | NDArray[np.int64]) -> torch.Tensor:
    """A tensor of its own: torch cannot share read-only memory."""
    return torch.from_numpy(array.copy())


def plane_node(report: Report) -> str:
    """The first data block whose features are exactly two numbers; empty when there is none."""
    for name in report.data_nodes():
        signal = report.signals.get((name, "features"), _NONE)
        if signal.shape == (2,) and signal.kind != "tokens":
            return name
    return ""


_NONE = Signal((0,))


def entrances(report: Report, source: Output) -> tuple[Output, ...]:
    """The outputs that carry examples like those of a data port among others, in order."""
    found: list[Output] = []
    for name in report.order:
        block, sources = report.blocks[name], report.inputs.get(name, ())
        ports = [port.name for port in block.inputs]
        for leaving, arriving in block.entrances.items():
            if sources and sources[ports.index(arriving)] in (source, *found):
                found.append((name, leaving))
    return tuple(found)


def dependents(report: Report, source: Output, entering: Sequence[Output] = ()) -> tuple[Output, ...]:
    """The outputs that are computed from one data port alone, in order, the port itself included.

    Ports where its examples are `entering` the network too count as it does.
    """
    ordered = [source]
    reached = {source, *entering}
    for name in report.order:
        if name not in report.blocks:
            continue  # Its parameters are wrong, so nothing is known of it.
        # What a block says beside the examples that it passes on has a row for each row of its own, not of the source.
        passed_on = report.blocks[name].entrances
        outputs = [(name, port.name) for port in report.blocks[name].outputs if not passed_on or port.name in passed_on]
        sources = report.followed(name)
        if sources and all(output in reached for output in sources):
            reached.update(outputs)
        ordered.extend(output for output in outputs if output in reached and output != source)
    return tuple(ordered)
