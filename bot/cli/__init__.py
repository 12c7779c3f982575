"""The door: the console command, its exit codes and its log."""

import asyncio
import io
import logging
import os
import sys
from collections.abc import Sequence

from bot.cli.log import set_up_logging
from bot.cli.words import parser
from bot.errors import ConfigError, NewsError
from bot.settings import from_environment

DONE, FAILED, MISUSED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0: done, 1: it failed, 2: usage or configuration, each with one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what a terminal cannot show is no reason to stop
    arguments = parser().parse_args(argv)
    try:
        settings = from_environment()
        level = arguments.log_level or getattr(arguments, "usual_log_level", "warning")
        set_up_logging(settings.log, level, logging.getLogger())
        return asyncio.run(arguments.do(settings, arguments)) or DONE
    except ConfigError as error:
        return _leave(str(error), MISUSED)
    except NewsError as error:
        return _leave(str(error), FAILED)
    except KeyboardInterrupt:
        return _leave("Stopped.", FAILED)
    except BrokenPipeError:  # `newsdesk latest | head` is no failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _leave(sentence: str, code: int) -> int:
    print(f"newsdesk: {sentence}", file=sys.stderr)  # noqa: T201 - the console is where this belongs
    return code
