"""TensorFlow Lite's files, written by LiteRT's own classes and read by ours."""

from __future__ import annotations

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from foveate.models.errors import WeightsError
from foveate.models.weights.tflite import operations

KERNEL = np.arange(24, dtype=np.float16).reshape(2, 3, 2, 2)
BIAS = np.array([0.5, -1], np.float32)


def tensor(shape: list[int], kind: int, buffer: int) -> schema.TensorT:
    made = schema.TensorT()
    made.shape, made.type, made.buffer = shape, kind, buffer
    return made


def operator(code: int, inputs: list[int], outputs: list[int]) -> schema.OperatorT:
    made = schema.OperatorT()
    made.opcodeIndex, made.inputs, made.outputs = code, inputs, outputs
    return made


def code(number: int, name: bytes | None = None) -> schema.OperatorCodeT:
    made = schema.OperatorCodeT()
    made.builtinCode, made.deprecatedBuiltinCode, made.customCode = number, min(number, 127), name
    return made


def file() -> bytes:
    """A half precision kernel behind a dequantisation, a convolution, and an operation of ours."""
    model, graph = schema.ModelT(), schema.SubGraphT()
    buffers = [schema.BufferT() for _ in range(3)]
    buffers[1].data = np.frombuffer(KERNEL.tobytes(), np.uint8)
    buffers[2].data = np.frombuffer(BIAS.tobytes(), np.uint8)
    graph.tensors = [
        tensor([1, 4, 4, 2], 0, 0),
        tensor([2, 3, 2, 2], 1, 1),
        tensor([2, 3, 2, 2], 0, 0),
        tensor([2], 0, 2),
        tensor([1, 4, 4, 2], 0, 0),
    ]
    graph.operators = [
        operator(0, [1], [2]),
        operator(1, [0, 2, 3], [4]),
        operator(2, [4], [4]),
        operator(3, [4, 3], [4]),
    ]
    graph.inputs, graph.outputs = [0], [4]
    model.version, model.subgraphs, model.buffers = 3, [graph], buffers
    model.operatorCodes = [code(6), code(3), code(150), code(32, b"Ours")]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_operations_come_in_their_order_with_their_constants() -> None:
    convolution, other, custom = operations(file())
    assert [step.name for step in (convolution, other, custom)] == ["conv", "other", "custom"]
    kernel, bias = convolution.constants
    assert kernel.dtype == np.float32
    np.testing.assert_array_equal(kernel, KERNEL)
    np.testing.assert_array_equal(bias, BIAS)
    assert (len(other.constants), len(custom.constants)) == (0, 1)


def test_what_is_no_such_file_is_a_sentence() -> None:
    content = file()
    for wrong in (b"", b"TFL3", b"\x00" * 64, content[:60], content[:4] + b"TFL9" + content[8:]):
        with pytest.raises(WeightsError, match="no TensorFlow Lite file"):
            operations(wrong)
