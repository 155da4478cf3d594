"""Where `gemel` starts, and where every error of Gemel's becomes one sentence and an exit status.

0 done · 1 the data or the request cannot be served · 2 wrong usage · 130 interrupted
"""

from __future__ import annotations

import os
import sys

from gemel.cli.app import app
from gemel.errors import GemelError


def main() -> None:
    """Runs the command that the arguments name."""
    try:
        app()
    except GemelError as error:
        _tell(f"error: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        _tell("interrupted: what was written is whole; a training goes on with --resume")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone, as `| head` does: nothing is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)
