"""The TypeScript types are those of the wire."""

from __future__ import annotations

import re

from foveate.app.wire.choices import Lens
from foveate.app.wire.typescript import WIRE_TYPES, declarations
from tests.photos import ROOT


def test_the_committed_declarations_are_up_to_date() -> None:
    written = (ROOT / "static" / "js" / "schema.d.ts").read_text()
    assert written == declarations(WIRE_TYPES), "run `make schema`"


def test_optional_lists_and_references_are_written_as_typescript() -> None:
    text = declarations(WIRE_TYPES)
    assert "  backward: number[][] | null;\n" in text
    assert "export type Axis = TokenAxis | PatchAxis | ChannelAxis | BranchAxis;\n" in text
    assert '  kind: "self" | "cross" | "gate";\n' in text
    assert "  heatmaps: Heatmaps[];\n" in text
    methods = '"weights" | "rollout" | "window-rollout" | "saliency"'
    assert f"export type Method = {methods};\n" in text


def test_old_names_are_left_out() -> None:
    text = declarations(WIRE_TYPES)
    assert "  lens?: Lens;\n" in text
    assert "  mode?:" not in text


def test_a_lens_is_the_same_in_service_scene_and_link() -> None:
    lenses = {lens.value for lens in Lens}
    scene = (ROOT / "static/js/parts/image/scene.js").read_text()
    (typed,) = re.findall(r"@typedef \{([^}]+)\} Lens", scene)
    assert set(re.findall(r'"(\w+)"', typed)) == lenses
    link = (ROOT / "static/js/pages/image/view.js").read_text()
    (allowed,) = re.findall(r"lens: /\^\(([\w|]+)\)\$/", link)
    assert set(allowed.split("|")) == lenses
    drawn = (ROOT / "static/js/parts/image/picture.js").read_text()
    assert {lens for lens in lenses if f'"{lens}"' not in drawn} <= {"overlay"}
