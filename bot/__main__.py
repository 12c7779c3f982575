"""So that `python -m bot` is the same as `newsdesk`."""

import sys

from bot.cli import main

if __name__ == "__main__":  # worker processes import this file again, and must not run it
    sys.exit(main())
