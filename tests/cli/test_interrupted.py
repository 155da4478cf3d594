"""Ctrl-C at any moment is one line and the status 130, never a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

WHILE_IT_IMPORTS = """
import os, signal, sys

class Press:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            try:
                os.kill(os.getpid(), signal.SIGINT)
            except KeyboardInterrupt:
                {then}

sys.meta_path.insert(0, Press())
from gemel.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signal to itself")
@pytest.mark.parametrize("module", ["gemel.whole_file", "typer", "gemel.api"])
@pytest.mark.parametrize("then", ["raise", "raise ImportError('initialization failed') from None"])
def test_an_interrupt_while_something_is_imported(module: str, then: str) -> None:
    program = WHILE_IT_IMPORTS.format(module=module, then=then)
    done = subprocess.run(
        [sys.executable, "-c", program, "train", "nothing-there"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert done.returncode == 130
    (line,) = done.stderr.splitlines()
    assert line.startswith("interrupted")
