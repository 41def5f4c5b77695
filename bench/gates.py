"""What gates cost: a pass with every gate and map kept, against the bare one; an intervention.

python -m bench.gates
"""

from __future__ import annotations

import time

import torch
from fastapi.testclient import TestClient

from bench.timing import interleaved, milliseconds, ratio
from foveate.app.main import create_app
from foveate.app.runtime.samples import sample_bytes
from foveate.app.settings import Settings
from foveate.models.axis import Patches
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.photo import Photo, read_photo
from foveate.models.trace import PhotoFrame
from foveate.models.zoo.image.selfie_segmentation import SelfieSegmentation

MODEL, SAMPLE, ROUNDS = "selfie-segmentation", "astronaut", 40
MANY = 8 * ROUNDS  # interventions, each another


def compare_passes(model: SelfieSegmentation, photo: Photo) -> None:
    """The network alone, and a trace of the same pixels: gates, maps, sizes, checks. Of the
    processor's time on one core, which others' work does not change.
    """
    torch.set_num_threads(model.threads)
    cells, crop = model.fit(photo, 224)
    pixels, frame = model.pixels(photo, cells, crop), PhotoFrame(Patches(cells), crop)

    @torch.inference_mode()
    def bare() -> object:
        return model.network(pixels)

    def traced() -> object:
        return model.trace_pixels(pixels, frame)

    seconds = interleaved({"bare": bare, "traced": traced}, ROUNDS, time.thread_time)
    print(f"A trace with all gates over the bare network: {ratio(seconds, 'traced', 'bare')}")
    print(f"  bare {milliseconds(seconds['bare'])}, traced {milliseconds(seconds['traced'])}")


def time_interventions() -> None:
    """A gate swept from closed to open: each a request, and the picture that it gives."""
    settings = Settings(hosts=("testserver",), warm=False)
    with TestClient(create_app(settings)) as client:
        form = {"sample": SAMPLE, "model": MODEL, "resolution": "224"}
        trace = client.post("/api/v1/images/traces", data=form).json()
        values = iter(range(MANY))

        def intervene() -> object:
            share = next(values) / MANY
            body = {"gates": {"decoder.2.channel": share}}
            return client.post(f"/api/v1/traces/{trace['id']}/interventions", json=body)

        def seen() -> object:
            made = intervene().json()  # type: ignore[attr-defined]
            return client.get(f"/api/v1/traces/{made['id']}/output.png")

        work = {"intervene": intervene, "seen": seen}
        seconds = interleaved(work, ROUNDS)
        spent = interleaved(work, ROUNDS, time.process_time)
    for name, words in (("intervene", "An intervention"), ("seen", "  with its mask as a PNG")):
        wall, processor = milliseconds(seconds[name]), milliseconds(spent[name])
        print(f"{words}: {wall}, of which {processor} of the processor's time")


def main() -> None:
    model = load(Catalog()[MODEL])
    compare_passes(model, read_photo(sample_bytes(SAMPLE)))
    time_interventions()


if __name__ == "__main__":
    main()
