"""A trace's address tells nothing of what it is of, and cannot be worked out from it."""

from __future__ import annotations

import re

from foveate.app.main import create_app
from foveate.app.runtime.images import Asked, Images
from tests.app.service import settings

PHOTO = b"the bytes of a photo"


def images() -> Images:
    found: Images = create_app(settings()).state.images
    return found


def test_a_photo_s_address_is_the_same_until_the_next_start_alone() -> None:
    first, second = images(), images()
    card = first._host.cards["dinov2-small"]
    name = first.trace_id(Asked.of(PHOTO, card, 448))
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert first.trace_id(Asked.of(PHOTO, card, 448)) == name
    others = Asked.of(PHOTO, card, 224), Asked.of(PHOTO + b".", card, 448)
    assert name not in map(first.trace_id, others)
    assert second.trace_id(Asked.of(PHOTO, card, 448)) != name


def test_no_name_is_a_bare_checksum_any_more() -> None:
    """Who hashes what is known of a trace without the secret gets other names."""
    import hashlib

    found = images()
    card = found._host.cards["dinov2-small"]
    digest = hashlib.sha256(PHOTO).hexdigest()
    parts = (card.name, card.source.sha256, str(found._host.precision), "448", digest)
    guess = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    assert found.trace_id(Asked.of(PHOTO, card, 448)) != guess
