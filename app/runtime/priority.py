"""Who goes first on a busy machine: the event loop, which has little to do and many who wait."""

from __future__ import annotations

import os
import sys
import threading

NICE = 5  # has a third of a processor for which both are ready


def behind() -> None:
    """Lets the loop's thread go before this one, and before those that it begins.

    Does nothing where a thread has no priority of its own: it is the process's but in Linux.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        after = os.getpriority(os.PRIO_PROCESS, thread) + NICE
        os.setpriority(os.PRIO_PROCESS, thread, min(19, after))
