"""The door: what becomes of a command, its exit code and its log."""

import asyncio
import io
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.app.stopping import hear
from bot.archive.connect import DatabaseError
from bot.archive.trouble import in_words
from bot.cli.log import plain, set_up_logging
from bot.cli.words import as_meant, parser
from bot.errors import ConfigError, NewsError
from bot.settings import Settings, from_environment

DONE, FAILED, MISUSED = 0, 1, 2
OURS = (
    "That should not have happened ({}). See whether newsdesk doctor finds the archive damaged; if it does not, please "
    "report this with the lines above."
)

log = logging.getLogger(__name__)


def enter(argv: Sequence[str] | None) -> int:
    """Run one command; 0: done, 1: it failed, 2: usage or configuration, each with one sentence on stderr."""
    _open_streams()
    archive = Settings().archive
    try:
        arguments = parser().parse_args(as_meant(sys.argv[1:] if argv is None else argv))
        settings = from_environment()
        archive = settings.archive
        level = arguments.log_level or getattr(arguments, "usual_log_level", "warning")
        set_up_logging(settings.log, level, logging.getLogger())
        for each in settings.doubts:
            log.warning("%s", each)
        if not hasattr(arguments, "ends_in_order"):
            hear()
        code = asyncio.run(arguments.do(settings, arguments)) or DONE
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # `newsdesk latest | head` is no failure
        _write_no_more()
        return DONE
    except KeyboardInterrupt:
        return _leave(NewsError("Stopped."))
    except NewsError as error:
        return _leave(error)
    except DatabaseError as error:
        return _leave(_told(error, archive))
    except OSError as error:
        log.debug("failed", exc_info=True)
        where = f"{error.filename}: " if error.filename else ""
        return _leave(NewsError(f"{where}{error.strerror or error}."))
    except Exception as error:
        log.exception("failed")
        return _leave(NewsError(OURS.format(type(error).__name__)))
    finally:
        _finish()


def _open_streams() -> None:
    """Whoever closes one of them wants to hear nothing there; what a terminal cannot show is no reason to stop."""
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _told(error: DatabaseError, archive: Path) -> NewsError:
    """What is nobody's fault but ours is a bug, with its trace."""
    told = in_words(error, archive)
    if told is None:
        log.error("failed", exc_info=error)
        return NewsError(OURS.format(error))
    log.debug("failed", exc_info=True)
    return told


def _leave(error: NewsError) -> int:
    print(plain(f"newsdesk: {error}"), file=sys.stderr)  # noqa: T201 - the console is where this belongs
    return MISUSED if isinstance(error, ConfigError) else FAILED


def _finish() -> None:
    """What could not be written is not tried again, with a trace, while Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        _write_no_more()


def _write_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
