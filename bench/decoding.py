"""What it costs to decode a photo in a child process, against decoding in this one.

python -m bench.decoding
"""

from __future__ import annotations

import statistics
from functools import partial

from PIL import Image

from bench.timing import interleaved, milliseconds, ratio
from foveate.app.runtime.decoding import Decoder
from foveate.models.inputs.photo import read_photo
from tests.photos import encoded, sample_image

PHONE = (4032, 3024)


def main() -> None:
    """Prints one line a photo."""
    decoder = Decoder(1)
    large = sample_image("dandelion").convert("RGB").resize(PHONE, Image.Resampling.BICUBIC)
    for name, image in (("12 megapixels", large), ("a sample", sample_image("dandelion"))):
        data = encoded(image, "JPEG", quality=90)
        work = {"here": partial(read_photo, data), "child": partial(decoder.decode, data)}
        seconds = interleaved(work, rounds=20)
        pairs = zip(seconds["child"], seconds["here"], strict=True)
        more = statistics.median(child - here for child, here in pairs)
        print(
            f"{name} ({len(data) / 1e6:.1f} MB) in a child: {milliseconds(seconds['child'])}, over "
            f"this process {ratio(seconds, 'child', 'here')}, {more * 1000:+.1f} ms"
        )
    decoder.close()


if __name__ == "__main__":
    main()
