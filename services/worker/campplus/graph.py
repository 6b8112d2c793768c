"""CAM++ as an ONNX graph, for windows of at most two seconds.

The network (Wang et al., 2023, https://arxiv.org/abs/2303.00332; weights by 3D-Speaker): a small
2-D convolutional head, a densely connected time-delay network whose layers are masked by their
context, and pooling over time. Its context is the mean of all frames plus the mean of each 100.
Two seconds are 200 frames, and 100 after the first stride: both means are then the same one, and
the mask is a single frame. That leaves out most of the work of the general form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

    from campplus.weights import Weights

OPSET = 17
IR_VERSION = 8
MELS = 80
SIZE = 192
"""Numbers of an embedding."""

EPSILON = 1e-5
"""Of batch normalisation: PyTorch's default, with which the model was trained."""

BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block; all kernels are of three frames."""


def write(weights: Weights, path: Path) -> None:
    """Writes the model: ``features`` (window, frame, mel) to ``embedding`` (window, number)."""
    graph = _Graph(weights)
    x = graph.put("Transpose", ["features"], perm=[0, 2, 1])
    x = graph.put("Unsqueeze", [x, graph.constant(np.array([1]))])
    x = _dense(graph, _head(graph, x))
    x = graph.convolved(_statistics(graph, x), "xvector.dense.linear", norm="xvector.dense")
    last = graph.constant(np.array([2]))
    graph.nodes.append(helper.make_node("Squeeze", [x, last], ["embedding"]))
    graph.save(path)


def _head(graph: _Graph, x: str) -> str:
    """From one channel of mels over time to 320 channels over time."""
    x = graph.convolved(x, "head.conv1", "head.bn1", relu=True, pad=1)
    for name in ("head.layer1", "head.layer2"):
        x = _residual(graph, x, f"{name}.0", stride=[2, 1])
        x = _residual(graph, x, f"{name}.1", stride=[1, 1])
    x = graph.convolved(x, "head.conv2", "head.bn2", relu=True, pad=1, stride=[2, 1])
    x = graph.put("Reshape", [x, graph.constant(np.array([0, 32 * MELS // 8, -1]))])
    return graph.convolved(x, "xvector.tdnn.linear", "xvector.tdnn", relu=True, pad=2, stride=[2])


def _residual(graph: _Graph, x: str, name: str, stride: list[int]) -> str:
    y = graph.convolved(x, f"{name}.conv1", f"{name}.bn1", relu=True, pad=1, stride=stride)
    y = graph.convolved(y, f"{name}.conv2", f"{name}.bn2", pad=1)
    if graph.has(f"{name}.shortcut.0"):
        x = graph.convolved(x, f"{name}.shortcut.0", f"{name}.shortcut.1", stride=stride)
    return graph.put("Relu", [graph.put("Add", [y, x])])


def _dense(graph: _Graph, x: str) -> str:
    for block, (layers, dilation) in enumerate(BLOCKS, 1):
        for layer in range(1, layers + 1):
            y = _layer(graph, x, f"xvector.block{block}.tdnnd{layer}", dilation)
            x = graph.put("Concat", [x, y], axis=1)
        x = graph.normalised(x, f"xvector.transit{block}", relu=True)
        x = graph.convolved(x, f"xvector.transit{block}.linear")
    return graph.normalised(x, "xvector.out_nonlinear", relu=True)


def _layer(graph: _Graph, x: str, name: str, dilation: int) -> str:
    x = graph.normalised(x, f"{name}.nonlinear1", relu=True)
    x = graph.convolved(x, f"{name}.linear1", f"{name}.nonlinear2", relu=True)
    local = f"{name}.cam_layer.linear_local"
    heard = graph.convolved(x, local, pad=dilation, dilation=dilation)
    mean = graph.put("ReduceMean", [x], axes=[2])
    context = graph.put("Add", [mean, mean])
    mask = graph.convolved(context, f"{name}.cam_layer.linear1", relu=True)
    mask = graph.put("Sigmoid", [graph.convolved(mask, f"{name}.cam_layer.linear2")])
    return graph.put("Mul", [heard, mask])


def _statistics(graph: _Graph, x: str) -> str:
    """Mean and standard deviation over time, the latter as PyTorch's: divided by n - 1."""
    mean = graph.put("ReduceMean", [x], axes=[2])
    apart = graph.put("Sub", [x, mean])
    squares = graph.put("Mul", [apart, apart])
    total = graph.put("ReduceSum", [squares, graph.constant(np.array([2]))])
    frames = graph.put("Shape", [x], start=2, end=3)
    frames = graph.put("Cast", [frames], to=TensorProto.FLOAT)
    others = graph.put("Sub", [frames, graph.constant(np.array([1], np.float32))])
    deviation = graph.put("Sqrt", [graph.put("Div", [total, others])])
    return graph.put("Concat", [mean, deviation], axis=1)


class _Graph:
    """The nodes so far. Each method adds some and returns the name of what comes out."""

    def __init__(self, weights: Weights) -> None:
        self.nodes: list[Any] = []
        self._weights = weights
        self._constants: list[Any] = []

    def has(self, name: str) -> bool:
        return f"{name}.weight" in self._weights

    def constant(self, value: np.ndarray[Any, Any]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def put(self, operator: str, inputs: list[str], **attributes: Any) -> str:
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def convolved(
        self,
        x: str,
        name: str,
        norm: str | None = None,
        *,
        relu: bool = False,
        stride: list[int] | None = None,
        pad: int = 0,
        dilation: int = 1,
    ) -> str:
        """A convolution; the normalisation after it is folded into its weights."""
        weight = self._weights[f"{name}.weight"]
        bias = self._weights.get(f"{name}.bias", np.zeros(len(weight), np.float32))
        if norm is not None:
            scale, shift = self._affine(norm)
            weight, bias = (weight.T * scale).T, bias * scale + shift
        axes = weight.ndim - 2
        inputs = [x, self.constant(weight), self.constant(bias)]
        pads, strides = [pad] * axes * 2, stride or [1] * axes
        x = self.put("Conv", inputs, pads=pads, strides=strides, dilations=[dilation] * axes)
        return self.put("Relu", [x]) if relu else x

    def normalised(self, x: str, norm: str, *, relu: bool = False) -> str:
        scale, shift = (self.constant(each.reshape(1, -1, 1)) for each in self._affine(norm))
        x = self.put("Add", [self.put("Mul", [x, scale]), shift])
        return self.put("Relu", [x]) if relu else x

    def _affine(self, norm: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """A batch normalisation as a factor and a summand for each channel."""
        found = (f"{norm}{each}" for each in ("", ".batchnorm", ".nonlinear.batchnorm"))
        name = next(each for each in found if f"{each}.running_var" in self._weights)
        mean, variance = (self._weights[f"{name}.running_{each}"] for each in ("mean", "var"))
        scale = self._weights.get(f"{name}.weight", 1.0) / np.sqrt(variance + EPSILON)
        shift = self._weights.get(f"{name}.bias", 0.0) - mean * scale
        return scale.astype(np.float32), shift.astype(np.float32)

    def save(self, path: Path) -> None:
        taken = helper.make_tensor_value_info(
            "features", TensorProto.FLOAT, ["window", "frame", MELS]
        )
        given = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["window", SIZE])
        graph = helper.make_graph(self.nodes, "campplus", [taken], [given], self._constants)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        onnx.save(model, str(path))
