"""From a Keras file to a project: each layer is told in the operations of ONNX, and these become blocks.

Keras keeps channels last; images here, as in torch, have them first. That is a transposition before and one behind each
layer for images, which leave no block behind, and another order of the weights behind Flatten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.exchange.into.imported import Imported
from playground.exchange.into.keras.archive import KerasModel, Layer, read_keras, snake_case
from playground.exchange.into.onnx.importing import import_graph
from playground.exchange.into.onnx.reading import Entry, OnnxGraph, Operation
from playground.exchange.refusals import ExchangeRefused

OPSET = 20
TO_FIRST, TO_LAST = [0, 3, 1, 2], [0, 2, 3, 1]
"""From channels last to first, and back."""
ACTIVATIONS: Mapping[str, tuple[str, Mapping[str, Any]] | None] = {
    "linear": None, "relu": ("Relu", {}), "tanh": ("Tanh", {}), "sigmoid": ("Sigmoid", {}), "selu": ("Selu", {}),
    "elu": ("Elu", {}), "softplus": ("Softplus", {}), "gelu": ("Gelu", {}), "silu": ("Swish", {}),
    "swish": ("Swish", {}), "leaky_relu": ("LeakyRelu", {"alpha": 0.2}), "softmax": ("Softmax", {"axis": -1}),
    "log_softmax": ("LogSoftmax", {"axis": -1}),
}  # fmt: skip
"""Keras' names; those that are not here become cards."""


class Writer:
    """Notes operations and constants."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.constants: dict[str, NDArray[Any]] = {}
        self.known: dict[str, tuple[int, ...]] = {}
        """Shapes of what has them by its settings, −1 for the batch."""

    def put(
        self, kind: str, layer: Layer, inputs: list[str], constants: Mapping[str, Any] | None = None, **at: Any
    ) -> str:
        """An operation with constants behind its inputs; returns the name of what it gives."""
        output = f"{layer.name}/{len(self.operations)}"
        names = list(inputs)
        for name, value in (constants or {}).items():
            self.constants[f"{output}/{name}"] = np.asarray(value)
            names.append(f"{output}/{name}")
        self.operations.append(Operation(kind, _title(layer), tuple(names), (output,), at))
        return output

    def activate(self, layer: Layer, x: str, name: Any) -> str:
        """The activation of a layer, by Keras' name or description of it."""
        if isinstance(name, Mapping):
            name = name.get("config", name.get("class_name"))
        known = ACTIVATIONS.get(str(name or "linear"), ("", {}))
        if known is None:
            return x
        kind, at = known
        return self.put(kind or f"keras:Activation {name}"[:60], layer, [x], **at)

    def for_images(self, layer: Layer, x: str, work: Callable[[str], str]) -> str:
        """Something that wants channels first; files that have them so already stay as they are."""
        if layer.settings.get("data_format") == "channels_first":
            return work(x)
        return self.put("Transpose", layer, [work(self.put("Transpose", layer, [x], perm=TO_FIRST))], perm=TO_LAST)


def _title(layer: Layer) -> str:
    """What a person called the layer; nothing where Keras numbered it."""
    return "" if re.fullmatch(rf"{snake_case(layer.kind)}(_\d+)?", layer.name) else layer.name


def import_keras(path: Path) -> Imported:
    """The network of a file. Raises ExchangeRefused for what is no Keras file, or is damaged."""
    model = read_keras(path)
    told = [f"Opened {path.name}."]
    graph = _graph(model, told)
    return import_graph(graph, path, told)


def _graph(model: KerasModel, told: list[str]) -> OnnxGraph:
    writer, given, entries = Writer(), dict[str, str](), list[Entry]()
    last = ""
    for number, layer in enumerate(model.layers):
        if layer.kind == "InputLayer" or (model.stack and number == 0):
            entries.append(_entry(layer))
            given[f"{layer.name}:0"] = last = entries[-1].name
            if layer.kind == "InputLayer":
                continue
        if len(layer.calls) > 1:
            told.append(f"“{layer.name}” is used {len(layer.calls)} times; here each is a block that learns by itself.")
        calls = [[last]] if model.stack else _inputs(layer, given)
        for call, inputs in enumerate(calls):
            last = written(writer, layer, inputs)
            given[f"{layer.name}:{call}"] = last
        following = model.layers[number + 1].input_shape if model.stack and number + 1 < len(model.layers) else ()
        if following:
            writer.known.setdefault(last, (-1, *following))
    outputs = [last] if model.stack else [given[name] for name in model.outputs if name in given]
    if not entries or not outputs:
        raise ExchangeRefused("The file does not say what goes into its network and what comes out.")
    return OnnxGraph(
        tuple(writer.operations), writer.constants, tuple(entries), tuple(outputs), writer.known, OPSET, "Keras"
    )


def _inputs(layer: Layer, given: Mapping[str, str]) -> Iterator[list[str]]:
    for call in layer.calls:
        missing = next((name for name in call if name not in given), None)
        if missing is not None:
            raise ExchangeRefused(f"The file is damaged: “{missing[:60]}” comes after “{layer.name}”, which takes it.")
        yield [given[name] for name in call]


def _entry(layer: Layer) -> Entry:
    sizes = layer.input_shape
    if not sizes:
        raise ExchangeRefused("The file does not say what shape goes into its network. Build the model, then save it.")
    channels_last = len(sizes) == 3 and layer.settings.get("data_format") != "channels_first"
    layout = (0, 3, 1, 2) if channels_last else tuple(range(len(sizes) + 1))
    return Entry(f"{layer.name}/input", (-1, *sizes), ("batch", *("" for _ in sizes)), whole=False, layout=layout)


# Layers ---------------------------------------------------------------------------------------------------------------


def written(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    """Write the operations of a layer; returns the name of what it gives. What is not known becomes a card."""
    write = LAYERS.get(layer.kind)
    try:
        if write is not None and inputs:
            return write(writer, layer, inputs)
    except (KeyError, IndexError, TypeError, ValueError):
        pass  # settings of another version, or weights that are missing: the card says it
    return writer.put(f"keras:{layer.kind[:60]}", layer, inputs)


def _dense(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    x = writer.put("MatMul", layer, inputs, {"kernel": layer.weights[0]})
    if layer.settings.get("use_bias", True):
        x = writer.put("Add", layer, [x], {"bias": layer.weights[1]})
    return writer.activate(layer, x, layer.settings.get("activation"))


def _conv(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    at = layer.settings
    constants = {"kernel": layer.weights[0].transpose(3, 2, 0, 1)}  # height, width, channels, filters
    if at.get("use_bias", True):
        constants["bias"] = layer.weights[1]

    def work(x: str) -> str:
        output = writer.put(
            "Conv", layer, [x], constants, auto_pad=_padding(layer), strides=list(at["strides"]),
            dilations=list(at.get("dilation_rate", [1, 1])), group=int(at.get("groups", 1)),
        )  # fmt: skip
        if len(layer.input_shape) == 3 and at["padding"] == "same":
            first = at.get("data_format") == "channels_first"
            sizes = layer.input_shape[1:] if first else layer.input_shape[:2]
            places = (-(-size // stride) for size, stride in zip(sizes, at["strides"], strict=True))
            writer.known[output] = (-1, len(constants["kernel"]), *places)
        return output

    return writer.activate(layer, writer.for_images(layer, inputs[0], work), at.get("activation"))


def _padding(layer: Layer) -> str:
    return {"same": "SAME_UPPER", "valid": "VALID"}[layer.settings["padding"]]


def _pool(kind: str) -> Callable[[Writer, Layer, list[str]], str]:
    def write(writer: Writer, layer: Layer, inputs: list[str]) -> str:
        at = layer.settings
        size = list(at["pool_size"])

        def work(x: str) -> str:
            strides = list(at.get("strides") or size)
            return writer.put(kind, layer, [x], kernel_shape=size, strides=strides, auto_pad=_padding(layer))

        return writer.for_images(layer, inputs[0], work)

    return write


def _global(kind: str) -> Callable[[Writer, Layer, list[str]], str]:
    def write(writer: Writer, layer: Layer, inputs: list[str]) -> str:
        x = writer.for_images(layer, inputs[0], lambda name: writer.put(kind, layer, [name]))
        return x if layer.settings.get("keepdims") else writer.put("Flatten", layer, [x])

    return write


def _batch_norm(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    at, arrays = layer.settings, list(layer.weights)
    scale = arrays.pop(0) if at.get("scale", True) else np.ones_like(arrays[-1])
    shift = arrays.pop(0) if at.get("center", True) else np.zeros_like(arrays[-1])
    axis = at.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) else axis
    constants = {"scale": scale, "shift": shift, "mean": arrays[0], "variance": arrays[1]}
    rank = len(layer.input_shape) + 1

    def work(x: str) -> str:
        return writer.put(
            "BatchNormalization", layer, [x], constants, epsilon=float(at["epsilon"]), momentum=float(at["momentum"])
        )

    if rank == 4 and axis % rank == 3:
        return writer.for_images(layer, inputs[0], work)
    if axis % rank != 1:
        raise ValueError("another axis")
    return work(inputs[0])


def _layer_norm(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    at, arrays = layer.settings, list(layer.weights)
    if at.get("axis", -1) not in (-1, [-1]) or at.get("rms_scaling") or not (at.get("scale", True) and arrays):
        raise ValueError("another form")
    constants = {"scale": arrays[0], "shift": arrays[1] if at.get("center", True) else np.zeros_like(arrays[0])}
    return writer.put("LayerNormalization", layer, inputs, constants, axis=-1, epsilon=float(at["epsilon"]))


def _reshape(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    sizes = np.array([-1, *layer.settings["target_shape"]]) if -1 not in layer.settings["target_shape"] else None
    if sizes is None:
        raise ValueError("an open size")
    return writer.put("Reshape", layer, inputs, {"sizes": sizes})


def _relu(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    at = layer.settings
    slope, top = float(at.get("negative_slope") or 0.0), at.get("max_value")
    if at.get("threshold"):
        raise ValueError("another threshold")
    if top is not None:
        return writer.put("Clip", layer, inputs, {"low": np.float32(0.0), "high": np.float32(top)})
    return writer.put("LeakyRelu", layer, inputs, alpha=slope) if slope else writer.put("Relu", layer, inputs)


def _leaky(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    slope = layer.settings.get("negative_slope", layer.settings.get("alpha", 0.3))
    return writer.put("LeakyRelu", layer, inputs, alpha=float(slope))


def _merge(kind: str) -> Callable[[Writer, Layer, list[str]], str]:
    return lambda writer, layer, inputs: writer.put(kind, layer, inputs)


def _rescaling(writer: Writer, layer: Layer, inputs: list[str]) -> str:
    scale, offset = (np.asarray(layer.settings[name], dtype=np.float32) for name in ("scale", "offset"))
    return writer.put("Add", layer, [writer.put("Mul", layer, inputs, {"scale": scale})], {"offset": offset})


LAYERS: Mapping[str, Callable[[Writer, Layer, list[str]], str]] = {
    "Dense": _dense,
    "Conv2D": _conv,
    "MaxPooling2D": _pool("MaxPool"),
    "AveragePooling2D": _pool("AveragePool"),
    "GlobalAveragePooling2D": _global("GlobalAveragePool"),
    "GlobalMaxPooling2D": _global("GlobalMaxPool"),
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Flatten": lambda writer, layer, inputs: writer.put("Flatten", layer, inputs),
    "Reshape": _reshape,
    "Dropout": lambda writer, layer, inputs: writer.put("Dropout", layer, inputs, ratio=float(layer.settings["rate"])),
    "Activation": lambda writer, layer, inputs: writer.activate(layer, inputs[0], layer.settings["activation"]),
    "ReLU": _relu,
    "LeakyReLU": _leaky,
    "ELU": lambda writer, layer, inputs: writer.put("Elu", layer, inputs, alpha=float(layer.settings["alpha"])),
    "Softmax": lambda writer, layer, inputs: writer.put("Softmax", layer, inputs, axis=int(layer.settings["axis"])),
    "Add": _merge("Add"),
    "Multiply": _merge("Mul"),
    "Subtract": _merge("Sub"),
    "Concatenate": lambda writer, layer, inputs: writer.put("Concat", layer, inputs, axis=int(layer.settings["axis"])),
    "Rescaling": _rescaling,
}  # fmt: skip
