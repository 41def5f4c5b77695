"""Pixels in the colours that their file means to pixels in sRGB, which vision models take.

A file says what its numbers mean by an ICC profile, by code points (cICP in PNG, nclx in AVIF and
HEIF; ITU-T H.273), or by primaries and a gamma (cHRM, gAMA in PNG). One that says nothing is sRGB.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Floats = NDArray[np.float64]

D65 = (0.3127, 0.3290)
# White, red, green and blue as x and y, by code point (H.273, table 2; 11 is DCI-P3).
PRIMARIES = {
    1: (*D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
PQ, HLG = 16, 18
HDR = {PQ: "PQ", HLG: "HLG"}
REFERENCE_WHITE, HLG_PEAK = 203.0, 1000.0  # cd/m2 (ITU-R BT.2408)
KNEE = 0.8  # what is darker stays as it is; what is lighter is pressed together up to white
COLOUR_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}  # of ICC profiles
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


@dataclass(frozen=True, slots=True)
class Coding:
    """White, red, green and blue as x and y, and the transfer: a code point, or the gamma."""

    primaries: tuple[float, ...] = PRIMARIES[1]
    transfer: int = 13
    gamma: float | None = None


def to_srgb(image: Image.Image, source: Image.Image, data: bytes) -> tuple[Image.Image, list[str]]:
    """An image (L, RGB, CMYK or LAB) in the colours of the file it comes from as sRGB; notes.

    `source` is the file as Pillow opened it, `data` its bytes.
    """
    points = _code_points(data) if source.format == "PNG" else None
    profile = source.info.get("icc_profile")
    if points is None and profile and (found := _by_profile(image, profile)) is not None:
        return found, []
    points = points or _code_points(data)
    coding = _coding(points) if points else _png_coding(source)
    rgb = _plain(image)
    if coding is None or coding == Coding():
        return rgb, []
    return _by_coding(rgb, coding), _notes(coding)


def _plain(image: Image.Image) -> Image.Image:
    """RGB by no profile at all."""
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB") or image
    return image.convert("RGB")


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Through an ICC profile; None where it is broken or of another kind of colour."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = COLOUR_SPACES.get(given.profile.xcolor_space)
        if mode == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if mode != image.mode:
            return None
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(
            image,
            given,
            srgb,
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _notes(coding: Coding) -> list[str]:
    if coding.gamma is not None or coding.transfer not in HDR:
        return []
    return [
        f"The file is of high dynamic range ({HDR[coding.transfer]}); its lights are pressed "
        "together to fit a usual screen."
    ]


def _code_points(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer: of a PNG's cICP chunk, or of the first nclx box of AVIF and HEIF."""
    if data.startswith(b"\x89PNG"):
        found = next((body for name, body in png_chunks(data) if name == b"cICP"), b"")
        return (found[0], found[1]) if len(found) >= 4 else None
    if data[4:8] != b"ftyp":
        return None
    place = data.find(b"colrnclx", 0, 1 << 16)
    box = data[place + 8 : place + 12] if place >= 0 else b""
    return struct.unpack(">HH", box) if len(box) == 4 else None


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk before the pixels."""
    at = 8
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        if name == b"IDAT":
            return
        yield name, data[at + 8 : at + 8 + size]
        at += 12 + size


def _coding(points: tuple[int, int]) -> Coding:
    """Unknown and unspecified code points are those of sRGB.

    So are those of television's cameras (BT.709, BT.601, BT.2020): what they record is meant for a
    screen as it is.
    """
    primaries, transfer = points
    known = transfer in HDR or transfer in GAMMAS
    gamma = GAMMAS.get(transfer)
    return Coding(PRIMARIES.get(primaries, PRIMARIES[1]), transfer if known else 13, gamma)


def _png_coding(source: Image.Image) -> Coding | None:
    info = source.info
    if "srgb" in info or not ("gamma" in info or "chromaticity" in info):
        return None
    exponent = info.get("gamma") or 1 / 2.2
    usual = abs(exponent - 1 / 2.2) < 0.005  # what writers of sRGB put there
    primaries = tuple(info.get("chromaticity", PRIMARIES[1]))
    if np.allclose(primaries, PRIMARIES[1], atol=0.001):
        primaries = PRIMARIES[1]
    return Coding(primaries, gamma=None if usual else min(max(1 / exponent, 0.2), 5.0))


def _by_coding(image: Image.Image, coding: Coding) -> Image.Image:
    try:
        matrix = np.linalg.solve(_to_xyz(PRIMARIES[1]), _to_xyz(coding.primaries))
    except (np.linalg.LinAlgError, ZeroDivisionError):  # primaries that are none
        matrix = np.eye(3)
    light = _linear(coding).astype(np.float32)[np.asarray(image)]  # (height, width, 3)
    if coding.transfer == HLG and coding.gamma is None:
        light = _displayed(light)
    light = (light @ matrix.T.astype(np.float32)).clip(0)
    if coding.transfer in HDR and coding.gamma is None:
        light = np.where(light < KNEE, light, 1 - (1 - KNEE) * np.exp((KNEE - light) / (1 - KNEE)))
    light = light.clip(0, 1)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray((curve * 255).round().astype(np.uint8))


def _linear(coding: Coding) -> Floats:
    """The light of each of 256 levels; 1 is white, and more is brighter (HLG: of the scene)."""
    level = np.arange(256) / 255
    if coding.gamma is not None:
        return level**coding.gamma
    if coding.transfer == PQ:  # SMPTE ST 2084
        power = level ** (32 / 2523)
        over = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
        return over ** (16384 / 2610) * 10_000 / REFERENCE_WHITE
    if coding.transfer == HLG:  # ITU-R BT.2100
        bright = (np.exp((level - 0.55991073) / 0.17883277) + 0.28466892) / 12
        return np.where(level <= 0.5, level**2 / 3, bright)
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def _displayed(scene: NDArray[np.float32]) -> NDArray[np.float32]:
    """HLG's light of the scene as a screen of 1000 cd/m2 shows it (BT.2100, gamma 1.2)."""
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593], np.float32)
    gain = luminance[..., None] ** 0.2 * np.float32(HLG_PEAK / REFERENCE_WHITE)
    return scene * gain


def _to_xyz(primaries: tuple[float, ...]) -> Floats:
    """Linear RGB to XYZ, with white adapted to D65 (Bradford). Raises where they are none."""
    points = np.array([*primaries, *D65]).reshape(5, 2)
    if points[:, 1].min() <= 0:
        raise ZeroDivisionError("a primary with y = 0")
    x, y = points.T
    xyz = np.stack([x / y, np.ones(5), (1 - x - y) / y])  # (3, 5): white, red, green, blue, D65
    white, columns, target = xyz[:, 0], xyz[:, 1:4], xyz[:, 4]
    scaled = columns * np.linalg.solve(columns, white)
    gain = (BRADFORD @ target) / (BRADFORD @ white)
    return np.linalg.solve(BRADFORD, np.diag(gain)) @ BRADFORD @ scaled  # type: ignore[no-any-return]
