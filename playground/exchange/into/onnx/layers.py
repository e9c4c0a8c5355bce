"""Operations with weights, and those that look at windows of images."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.exchange.into.onnx.context import Array, Context, Handler, Value
from playground.exchange.into.onnx.reading import Operation
from playground.exchange.into.sheet import Unsupported, matrix
from playground.exchange.into.wire import Wire


def title_of(operation: Operation, weight: str = "") -> str:
    """What a layer is called in the file: by itself, else by its weights (`encoder.0.weight` is of `encoder.0`)."""
    name = re.sub(rf"/{operation.kind.rpartition(':')[2]}(_\d+| \d+)?$", "", operation.name).rpartition("/")[2]
    numbered = re.fullmatch(r"(node_.*)|([A-Za-z]?\d+)", name)
    if name and not numbered and not re.fullmatch(rf"{operation.kind}(_?\d+)?", name):
        return name
    owner, dot, last = weight.rpartition(".")
    return owner if dot and last in ("weight", "kernel") and not owner.startswith("onnx::") else ""


def dense(
    context: Context, wire: Wire, weight: Array, bias: Array | None, title: str, activation: str = "identity",
    *, alone: bool = False,
) -> Wire:  # fmt: skip
    """A Dense block: weight (units, inputs), bias (units,). A scaling before it that nobody else reads goes into it."""
    if not wire.shape or wire.axes[-1] != len(wire.shape) or weight.shape[1] != wire.shape[-1]:
        raise Unsupported("It weighs another axis than the last, for which there is no block.")
    if wire.order is not None:
        turned = np.empty_like(weight)
        turned[:, wire.order] = weight
        weight = turned
    before = context.sheet.card_of(wire)
    if alone and before.scaling is not None and before.block == "dense":
        factor, shift = before.scaling
        moved = weight @ shift
        bias = moved if bias is None else bias + moved
        weight, source = weight * factor, before.sources[0][1]
        context.sheet.remove(before)
    else:
        source = wire.output
    parameters = {"units": len(weight), "activation": activation, "bias": bias is not None}
    tensors = {"weight": matrix(weight), **({} if bias is None else {"bias": matrix(bias)})}
    card = context.sheet.lay("dense", parameters, [source], tensors, title)
    return Wire((card.id, "output"), wire.axes, card.signals[0].shape)


def gemm(context: Context, operation: Operation) -> list[Value | None]:
    at = operation.attributes
    if at.get("transA", 0):
        raise Unsupported("It transposes what arrives, for which there is no block.")
    wire, weight = context.wire(operation), context.weights(operation, 1)
    weight = float(at.get("alpha", 1.0)) * (weight if at.get("transB", 0) else weight.T)
    bias = context.fixed(operation, 2, "biases")
    if bias is not None:
        if bias.size not in (1, len(weight)) or (bias.ndim > 1 and bias.shape[0] != 1):
            raise Unsupported("Its bias is not one number for each unit.")
        bias = np.broadcast_to(float(at.get("beta", 1.0)) * matrix(bias).ravel(), (len(weight),))
    title = title_of(operation, operation.inputs[1])
    return [dense(context, _as_vector(context, wire), weight, bias, title, alone=context.alone(operation))]


def _as_vector(context: Context, wire: Wire) -> Wire:
    return wire if wire.axes == (0, 1) and len(wire.shape) == 1 else context.settled(wire)


def matmul(context: Context, operation: Operation) -> list[Value | None]:
    first, second = context.value(operation, 0), context.value(operation, 1)
    if isinstance(first, Wire) and isinstance(second, Wire):
        raise Unsupported("It multiplies two matrices that the network computes, as attention does in single steps.")
    wire, weight = context.wire(operation), context.weights(operation, 1)
    if weight.ndim != 2:
        raise Unsupported(f"Its weights have {weight.ndim} axes; a Dense block has a matrix.")
    title = title_of(operation, operation.inputs[1])
    return [dense(context, wire, weight.T, None, title, alone=context.alone(operation))]


def _square(values: Any, otherwise: int, what: str) -> int:
    found = set(values or (otherwise,))
    if len(found) != 1:
        raise Unsupported(f"Its {what} is {' × '.join(map(str, values))}; here it must be the same along both axes.")
    return int(found.pop())


def _image(context: Context, operation: Operation) -> Wire:
    wire = context.settled(context.wire(operation))
    if len(wire.shape) != 3:
        raise Unsupported(f"It works along {len(wire.shape) - 1} axes; there are only blocks for images, with two.")
    return wire


def pads_of(at: Mapping[str, Any], sizes: tuple[int, ...], kernel: tuple[int, ...], stride: int) -> tuple[int, ...]:
    """Zeros before and behind along each axis: (top, left, bottom, right); `kernel` is how far the window reaches."""
    kind = at.get("auto_pad", "NOTSET")
    if kind == "VALID":
        return (0,) * (2 * len(sizes))
    if kind in ("SAME_UPPER", "SAME_LOWER"):
        each = zip(sizes, kernel, strict=True)
        whole = [max(0, (-(-size // stride) - 1) * stride + reach - size) for size, reach in each]
        small, large = [one // 2 for one in whole], [one - one // 2 for one in whole]
        return (*small, *large) if kind == "SAME_UPPER" else (*large, *small)
    return tuple(at.get("pads") or (0,) * (2 * len(sizes)))


def conv(context: Context, operation: Operation) -> list[Value | None]:
    at, weight = operation.attributes, context.weights(operation, 1)
    wire = _image(context, operation)
    kernel, stride = weight.shape[2:], _square(at.get("strides"), 1, "stride")
    dilation = _square(at.get("dilations"), 1, "dilation")
    reaches = tuple((size - 1) * dilation + 1 for size in kernel)
    bias = context.fixed(operation, 2, "biases")
    parameters = {
        "filters": len(weight), "kernel_size": kernel[0], "kernel_width": 0 if kernel[0] == kernel[1] else kernel[1],
        "stride": stride, "dilation": dilation, "groups": int(at.get("group", 1)), "activation": "identity",
        "bias": bias is not None, **padding_of(pads_of(at, wire.shape[1:], reaches, stride), reaches),
    }  # fmt: skip
    tensors = {"weight": weight, **({} if bias is None else {"bias": matrix(bias)})}
    title = title_of(operation, operation.inputs[1])
    return [context.behind(wire, "conv2d", parameters, tensors, title)]


def padding_of(pads: tuple[int, ...], reaches: tuple[int, ...]) -> dict[str, Any]:
    """The parameters that say it for zeros (top, left, bottom, right). Raises Unsupported where there are none."""
    if not any(pads):
        return {"padding": "valid"}
    before, after = tuple((reach - 1) // 2 for reach in reaches), tuple(reach // 2 for reach in reaches)
    if tuple(pads) == (*before, *after):
        return {"padding": "same"}
    if len(set(pads)) == 1:
        return {"padding": "number", "padding_size": int(pads[0])}
    raise Unsupported(
        f"It puts {', '.join(map(str, pads))} zeros above, left, below and right; here they are as many on all sides, "
        f"or with a window of {reaches[0]} × {reaches[1]} {before[0]} before and {after[0]} behind."
    )


def conv_transpose(context: Context, operation: Operation) -> list[Value | None]:
    at, weight = operation.attributes, context.weights(operation, 1)
    wire = _image(context, operation)
    kernel, stride = _square(weight.shape[2:], 1, "window"), _square(at.get("strides"), 1, "stride")
    cut, behind = set(at.get("pads") or (0,)), _square(at.get("output_padding"), 0, "output padding")
    if at.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID") or at.get("output_shape") or len(cut) != 1:
        raise Unsupported("It cuts off another number of pixels on one side than on the others.")
    bias, groups = context.fixed(operation, 2, "biases"), int(at.get("group", 1))
    parameters = {
        "filters": weight.shape[1] * groups, "kernel_size": kernel, "stride": stride, "padding": "number",
        "padding_size": int(cut.pop()), "output_padding": behind, "groups": groups,
        "dilation": _square(at.get("dilations"), 1, "dilation"), "activation": "identity", "bias": bias is not None,
    }  # fmt: skip
    tensors = {"weight": weight, **({} if bias is None else {"bias": matrix(bias)})}
    title = title_of(operation, operation.inputs[1])
    return [context.behind(wire, "conv-transpose2d", parameters, tensors, title)]


def pool(block: str) -> Handler:
    def pooled(context: Context, operation: Operation) -> list[Value | None]:
        at, wire = operation.attributes, _image(context, operation)
        kernel = _square(at.get("kernel_shape"), 1, "window")
        stride = _square(at.get("strides"), 1, "step")
        if set(at.get("dilations") or (1,)) != {1}:
            raise Unsupported("Its window has gaps.")
        padding = padding_of(pads_of(at, wire.shape[1:], (kernel, kernel), stride), (kernel, kernel))
        if block == "avg-pool2d" and padding["padding"] != "valid" and not at.get("count_include_pad", 0):
            raise Unsupported("It takes means without the zeros of the border; pooling here counts them.")
        if at.get("ceil_mode", 0) and any((size - kernel) % stride for size in wire.shape[1:]):
            raise Unsupported("Its last windows reach over the edge; pooling here stays inside.")
        parameters = {"kernel_size": kernel, "stride": stride, **padding}
        return [context.behind(wire, block, parameters, title=title_of(operation))]

    return pooled


def global_average(context: Context, operation: Operation) -> list[Value | None]:
    wire = _image(context, operation)
    card = context.sheet.lay("global-average-pooling", {}, [wire.output], title=title_of(operation))
    return [Wire((card.id, "output"), (0, 1, None, None), card.signals[0].shape)]


def global_largest(context: Context, operation: Operation) -> list[Value | None]:
    wire = _image(context, operation)
    card = context.sheet.lay("global-max-pooling", {}, [wire.output], title=title_of(operation))
    return [Wire((card.id, "output"), (0, 1, None, None), card.signals[0].shape)]


def reduce_mean(context: Context, operation: Operation) -> list[Value | None]:
    wire = context.wire(operation)
    axes = context.fixed(operation, 1, "axes") if len(operation.inputs) > 1 else operation.attributes.get("axes")
    if axes is None:
        raise Unsupported("It takes the mean over the batch too, for which there is no block.")
    gone = {int(axis) % len(wire.axes) for axis in np.asarray(axes).ravel()}
    over = {wire.axes[axis] for axis in gone} - {None}
    if over != ({2, 3} if len(wire.shape) == 3 else {1}) or len(wire.shape) not in (2, 3):
        raise Unsupported("There is a block for the mean over an image or over all steps of a series only.")
    card = context.sheet.lay("global-average-pooling", {}, [wire.output], title=title_of(operation))
    kept = {0: 0, (1 if len(wire.shape) == 3 else 2): 1}
    axes_left: list[int | None] = []
    for place, axis in enumerate(wire.axes):
        if place not in gone:
            axes_left.append(None if axis is None else kept[axis])
        elif operation.attributes.get("keepdims", 1):
            axes_left.append(None)
    return [Wire((card.id, "output"), tuple(axes_left), card.signals[0].shape)]


def batch_norm(context: Context, operation: Operation) -> list[Value | None]:
    at, wire = operation.attributes, context.settled(context.wire(operation))
    if at.get("training_mode", 0):
        raise Unsupported("It normalizes by the batch also when the network is used.")
    if len(wire.shape) == 2:
        raise Unsupported("Its channels are the steps of a series; batch norm here takes the features of the steps.")
    names = ("weight", "bias", "running_mean", "running_var")
    tensors = {name: context.weights(operation, place) for place, name in enumerate(names, start=1)}
    share = round(1.0 - float(at.get("momentum", 0.9)), 7)  # as a share of the newest batch, not of what was
    parameters = {"epsilon": float(at.get("epsilon", 1e-5)), "momentum": share if 0.0 < share <= 1.0 else 0.1}
    return [context.behind(wire, "batch-norm", parameters, tensors, title_of(operation, operation.inputs[1]))]


def layer_norm(context: Context, operation: Operation) -> list[Value | None]:
    at, wire = operation.attributes, context.settled(context.wire(operation))
    axis = int(at.get("axis", -1)) % (len(wire.shape) + 1)
    weight = context.weights(operation, 1, "scales")
    bias = context.fixed(operation, 2, "shifts")
    wanted = wire.shape[-1:] if len(wire.shape) == 2 else wire.shape
    if (wire.shape[axis - 1 :] if axis else ()) != wanted or weight.shape != wanted:
        raise Unsupported("It normalizes over other axes than Layer norm, which takes all of an example or step.")
    tensors = {"weight": weight, "bias": np.zeros_like(weight) if bias is None else matrix(bias)}
    parameters = {"epsilon": float(at.get("epsilon", 1e-5))}
    return [context.behind(wire, "layer-norm", parameters, tensors, title_of(operation, operation.inputs[1]))]


def dropout(context: Context, operation: Operation) -> list[Value | None]:
    wire = context.wire(operation)
    told = context.fixed(operation, 1, "rate") if len(operation.inputs) > 1 else None
    rate = float(np.asarray(told).ravel()[0]) if told is not None else float(operation.attributes.get("ratio", 0.5))
    return [context.behind(wire, "dropout", {"rate": rate}) if 0.0 < rate <= 0.99 else wire]


OPERATORS: Mapping[str, Handler] = {
    "Gemm": gemm,
    "MatMul": matmul,
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": pool("max-pool2d"),
    "AveragePool": pool("avg-pool2d"),
    "GlobalAveragePool": global_average,
    "GlobalMaxPool": global_largest,
    "ReduceMean": reduce_mean,
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "Dropout": dropout,
}
