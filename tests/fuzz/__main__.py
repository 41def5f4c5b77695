"""`make fuzz MINUTES=3`: texts, uploads and requests, a third of the time each."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from itertools import chain

from tests.fuzz import requests, texts, uploads
from tests.fuzz.counts import Counts
from tests.serving import serve


def until(seconds: float) -> Callable[[int], bool]:
    end = time.monotonic() + seconds
    return lambda _: time.monotonic() < end


def main() -> int:
    """Prints the counts of each; 1 where there was a 500, a crash, a stall or a broken rule."""
    parser = argparse.ArgumentParser(description="What nobody thought of, for some minutes.")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    share = 60 * given.minutes / 3
    print(f"seed {given.seed}", flush=True)
    found = [texts.fuzz(given.seed, until(share)), uploads.fuzz(given.seed, until(share))]
    found.append(_requests(given.seed, share))
    for counts in found:
        print(counts)
    faults = [*chain.from_iterable(counts.faults for counts in found)]
    for fault in faults:
        print(f"fault: {fault}")
    return 1 if faults else 0


def _requests(seed: int, seconds: float) -> Counts:
    found = Counts("requests")
    for address in serve({"FOVEATE_WARM": "false"}):
        try:
            found = requests.fuzz(address, seed, until(seconds))
        except Exception as error:
            found.fail(f"the service is gone: {type(error).__name__} {error}")
    return found


if __name__ == "__main__":
    sys.exit(main())
