"""ncnn's files: what ncnn itself computes with them is what their numbers say."""

from __future__ import annotations

from pathlib import Path

import ncnn
import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from foveate.models.errors import WeightsError
from foveate.models.weights.ncnn import layers

PARAM = """7767517
3 3
Input                    in0                      0 1 in0
Convolution              first                    1 1 in0 a 0=3 1=3 5=1 6=54 9=2 -23310=1,1.000000e-01
Deconvolution            second                   1 1 a out0 0=2 1=2 3=2 5=1 6=24
"""  # noqa: E501
HALF, SINGLE = b"\x47\x6b\x30\x01", b"\x00\x00\x00\x00"


def files() -> tuple[str, bytes, list[np.ndarray]]:
    """A convolution in half precision (54 numbers, no padding) and a deconvolution in single."""
    random = np.random.default_rng(0)
    kernel = random.normal(size=54).astype(np.float16)
    other = random.normal(size=24).astype(np.float32)
    biases = [random.normal(size=n).astype(np.float32) for n in (3, 2)]
    content = HALF + kernel.tobytes() + biases[0].tobytes()
    content += SINGLE + other.tobytes() + biases[1].tobytes()
    return PARAM, content, [kernel.astype(np.float32), biases[0], other, biases[1]]


def test_numbers_are_those_of_the_file() -> None:
    param, content, (kernel, bias, other, second) = files()
    first, last = layers(param, content)
    assert (first.kind, last.kind) == ("Convolution", "Deconvolution")
    for found, expected in zip(
        (first.weight, first.bias, last.weight, last.bias),
        (kernel, bias, other, second),
        strict=True,
    ):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


def test_half_precision_is_padded_to_four_bytes() -> None:
    weights = np.arange(3, dtype=np.float16)
    content = HALF + weights.tobytes() + b"\x00\x00" + np.float32(7).tobytes()
    lines = "7767517\n1 1\nInnerProduct  fc  1 1 in0 out0 0=1 1=1 2=3 9=1\n"
    (found,) = layers(lines, content)
    assert (found.weight.tolist(), found.bias.tolist()) == ([0, 1, 2], [7])


def test_ncnn_computes_with_them_what_torch_does(tmp_path: Path) -> None:
    param, content, _ = files()
    (tmp_path / "net.param").write_text(param)
    (tmp_path / "net.bin").write_bytes(content)
    first, last = layers(param, content)
    given = torch.rand(1, 2, 6, 7)
    made = F.conv2d(
        given, torch.from_numpy(first.weight).view(3, 2, 3, 3), torch.from_numpy(first.bias)
    )
    turned = torch.from_numpy(last.weight).view(2, 3, 2, 2).transpose(0, 1)
    expected = F.conv_transpose2d(F.leaky_relu(made, 0.1), turned, torch.from_numpy(last.bias), 2)
    found = run(tmp_path / "net.param", tmp_path / "net.bin", given)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def run(param: Path, content: Path, given: torch.Tensor) -> torch.Tensor:
    """What ncnn makes of (1, C, rows, columns) in float32, on one thread."""
    net = ncnn.Net()
    net.opt.num_threads = 1
    for name in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
        setattr(net.opt, name, False)
    assert net.load_param(str(param)) == net.load_model(str(content)) == 0
    extractor = net.create_extractor()
    extractor.input("in0", ncnn.Mat(given[0].contiguous().numpy()).clone())
    _, made = extractor.extract("out0")
    return torch.from_numpy(np.array(made))[None]


def test_what_is_no_such_pair_is_a_sentence() -> None:
    param, content, _ = files()
    pairs = [
        ("", content),
        ("PK" + param, content),
        (param, content[:-1]),
        (param, content + b"1234"),
    ]
    pairs += [(param, b"\x01\x02\x03\x04" + content[4:]), (param.replace("5=1", "5=0"), content)]
    for wrong in pairs:
        with pytest.raises(WeightsError, match="no pair of ncnn's files"):
            layers(*wrong)
