"""A parallel, ordered `map` over threads with a bounded number of pending results."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def processors() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def ordered_map(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """`map(work, given)` on all processors, with at most two pending results for each.

    Faster than `map` only if `work` releases the GIL, as decoding and hashing do.
    """
    workers = processors()
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="gemel") as pool:
        try:
            for one in given:
                waiting.append(pool.submit(work, one))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
