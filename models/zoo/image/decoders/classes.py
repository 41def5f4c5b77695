"""The eleven classes of CamVid: names, and colours by the data set's own convention.

Brostow, Fauqueur and Cipolla 2009, "Semantic object classes in video: A high-definition ground
truth database"; the eleven as Badrinarayanan et al. 2017 (SegNet) group them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Group = Literal["thin", "large", ""]


class StreetClass(NamedTuple):
    """A class: its colour (red, green, blue), and whether it is told of as thin or as large."""

    label: str
    colour: tuple[int, int, int]
    group: Group = ""


CLASSES = (
    StreetClass("sky", (128, 128, 128), "large"),
    StreetClass("building", (128, 0, 0), "large"),
    StreetClass("pole", (192, 192, 128), "thin"),
    StreetClass("road", (128, 64, 128), "large"),
    StreetClass("pavement", (0, 0, 192)),
    StreetClass("tree", (128, 128, 0)),
    StreetClass("sign", (192, 128, 128), "thin"),
    StreetClass("fence", (64, 64, 128)),
    StreetClass("car", (64, 0, 128)),
    StreetClass("pedestrian", (64, 64, 0), "thin"),
    StreetClass("bicyclist", (0, 128, 192), "thin"),
)
LABELS = tuple(each.label for each in CLASSES)
COLOURS = tuple(each.colour for each in CLASSES)
IGNORED = len(CLASSES)  # the label of what is none of them
