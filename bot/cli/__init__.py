"""The console: `newsdesk` and `python -m bot` begin here, before anything large is loaded."""

import contextlib
import signal
from collections.abc import Sequence

_ENDS = (signal.SIGINT, signal.SIGTERM)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Whoever ends it while it still loads is heard as soon as that can be answered."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        from bot.cli.door import enter  # most of a second

        return enter(argv)
    finally:
        with contextlib.suppress(KeyboardInterrupt):  # it is over anyway
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
