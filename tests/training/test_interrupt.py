"""Ctrl-C is remembered once and obeyed at once when pressed again."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from gemel.training.interrupt import deferred_interrupt


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_once_is_remembered_and_twice_interrupts():
    before = signal.getsignal(signal.SIGINT)
    with deferred_interrupt() as pressed:
        assert not pressed()
        press()
        assert pressed()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_leaves_signals_alone():
    seen: list[bool] = []

    def work() -> None:
        with deferred_interrupt() as pressed:
            seen.append(pressed())

    thread = threading.Thread(target=work)
    before = signal.getsignal(signal.SIGINT)
    thread.start()
    thread.join()
    assert seen == [False]
    assert signal.getsignal(signal.SIGINT) is before
