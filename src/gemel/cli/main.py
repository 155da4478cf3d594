"""Entry point of `gemel`: turns errors into one-line messages and exit statuses.

0 done · 1 the data or the request cannot be served · 2 wrong usage · 130 interrupted
"""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from types import FrameType

INTERRUPTED = 130
STOPPED = "interrupted: every file that was written is complete."
NO_ROOM = re.compile("can't allocate memory|out of memory")
"""Torch's RuntimeError messages for exhausted memory, on CPU and GPU."""


def main() -> None:
    """Run the command given by the arguments, and exit with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # `?` for what the terminal cannot encode
    with _noted_interrupt() as interrupted:
        try:
            status = _status(interrupted)
        except (Exception, KeyboardInterrupt) as error:
            if not (isinstance(error, KeyboardInterrupt) or interrupted.is_set()):
                raise
            status = _told(INTERRUPTED, "interrupted")
    sys.exit(status)


@contextmanager
def _noted_interrupt() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets: during an import it may surface as an ImportError.

    Another handler that the caller has set stays, as does an ignored signal.
    """
    pressed = threading.Event()
    main_thread = threading.current_thread() is threading.main_thread()
    if not main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield pressed
        return

    def note(number: int, frame: FrameType | None) -> None:
        pressed.set()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _status(interrupted: threading.Event) -> int:
    # Imported here, where an interrupt is handled: they take half of the time of --help.
    import typer

    from gemel.cli.app import app
    from gemel.cli.output import Interrupted
    from gemel.errors import GemelError
    from gemel.whole_file import REFUSED

    # The base of click's usage errors; Typer vendors the parser and does not export this class.
    usage_error: type[Exception] = typer.BadParameter.__mro__[1]
    # Pillow's warning of large pictures; those above a limit of our own are refused.
    warnings.filterwarnings("ignore", "Image size .* exceeds limit")
    try:
        # Outside standalone mode Typer raises its errors, and returns the status of an early exit.
        status = app(prog_name="gemel", standalone_mode=False)
    except GemelError as error:
        if interrupted.is_set():
            raise  # about a package whose import was interrupted
        return _told(1, f"error: {error}")
    except usage_error as error:
        return _told(2, _usage(error))
    except Interrupted as stop:
        return _told(INTERRUPTED, f"{STOPPED} {stop}")
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has closed the pipe, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        return _told(1, _refused(error))
    except (MemoryError, RuntimeError) as error:
        if not (isinstance(error, MemoryError) or NO_ROOM.search(str(error))):
            raise
        return _told(1, _too_large(error))
    if status == INTERRUPTED:
        return _told(status, f"{STOPPED} The same command continues a reproduction or a search")
    return status if isinstance(status, int) else 0


def _usage(error: Exception) -> str:
    """The parser's message as one line; a bare `gemel` prints the help that it carries instead."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "gemel"
    message = getattr(error, "format_message", error.__str__)()
    if context is not None and message == context.get_help():
        return str(message)
    sentence = message.rstrip(".").replace("Value error, ", "").removeprefix("Invalid value: ")
    # Strip pydantic's opening and explanation.
    sentence = sentence.replace(": Input should be ", ": it must be ").partition(", unable to")[0]
    if command.endswith(" compare") and sentence.startswith("No such option"):
        sentence += ": an item that begins with a dash comes after --, as in RUN -- A B"
    end = "" if sentence.endswith("?") else "."
    return f"error: {sentence[0].lower()}{sentence[1:]}{end} {command} --help says what it takes"


def _refused(error: OSError) -> str:
    where = error.filename or "a file"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return (
            f"error: the permissions of {where} must allow this operation, got: "
            f"{error.strerror}. Change them or choose another folder"
        )
    return (
        f"error: {where} must be writable and its disk must have room, got: {error.strerror}. Free "
        "some space or choose another folder"
    )


def _too_large(error: Exception) -> str:
    wanted = re.search(r"tried to allocate (\d+) bytes", str(error))
    got = f"no room for {int(wanted[1]) / 1e9:.1f} GB more" if wanted else "no room for more"
    return (
        f"error: the network and a batch of its inputs must fit into memory, got: {got}. Make "
        "input.size, the encoder or the batch smaller; gemel recipes NAME shows their settings"
    )


def _told(status: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return status
