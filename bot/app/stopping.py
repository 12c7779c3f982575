"""How one ends what lives long: in order, and from the first moment on."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator

ENDS = (signal.SIGTERM, signal.SIGINT)
BREATH = 1.0  # seconds: a shell or a wrapper may say to a process what it says to its group, too

log = logging.getLogger(__name__)


def hear() -> None:
    """From now on a signal is answered, also one that came while the console kept them back."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """While one waits for somebody to type, Ctrl+C waits for nothing: asyncio would hear it only after that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def told_to_stop(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask for an orderly end; who asks again after a while does not wait for it."""
    loop, first = asyncio.get_running_loop(), 0.0

    def asked(which: signal.Signals) -> None:
        nonlocal first
        if not first:
            log.info("stopping")
            stop.set()
            first = loop.time()
        elif loop.time() - first > BREATH:
            for each in ENDS:
                loop.remove_signal_handler(each)
            os.kill(os.getpid(), which)

    for each in ENDS:
        loop.add_signal_handler(each, asked, each)
    hear()
    try:
        yield
    finally:
        for each in ENDS:
            loop.remove_signal_handler(each)
