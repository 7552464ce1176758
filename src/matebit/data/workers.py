"""The same work on many items, in one process or in several."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import cv2

from matebit.freed_memory import keep_freed_memory
from matebit.logs import Progress

Job = TypeVar("Job")
Result = TypeVar("Result")

_AT_ONCE = 8
_work: Callable[[Any], Any]


def cores() -> int:
    """Cores that this process may use; macOS does not tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(make: Callable[..., Callable[[Any], Any]], arguments: tuple) -> None:
    global _work
    cv2.setNumThreads(1)
    keep_freed_memory()
    _work = make(*arguments)


def _do(job: Any) -> Any:
    return _work(job)


def work_through(
    make: Callable[..., Callable[[Job], Result]],
    arguments: tuple,
    jobs: Sequence[Job],
    workers: int | None,
    what: str,
    few: int = 64,
) -> Iterator[Result]:
    """Yield the result of each job, in the jobs' order, showing progress.

    Every process calls `make(*arguments)` once for the function that does a job; both must be
    importable and picklable, because processes are spawned (a fork would copy locks of threads).
    `workers` None means one for each core that this process may use, but none beside this one for
    fewer than `few` jobs, because processes take seconds to start. Results do not depend on their
    number.
    """
    count = workers or cores()
    if count == 1 or (workers is None and len(jobs) < few):
        do = make(*arguments)
        with Progress(what, len(jobs), "images") as bar:
            for job in jobs:
                yield do(job)
                bar.advance()
        return
    with Progress(what, len(jobs), "images") as bar, processes(make, arguments, count) as do_all:
        for result in do_all(jobs):
            yield result
            bar.advance()


@contextmanager
def processes(
    make: Callable[..., Callable[[Job], Result]], arguments: tuple, count: int
) -> Iterator[Callable[[Sequence[Job]], Iterator[Result]]]:
    """`count` spawned processes that have called `make(*arguments)`.

    Gives the function that yields the results of jobs in their order.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, context, _start, (make, arguments)) as pool:
        try:
            yield lambda jobs: pool.map(_do, jobs, chunksize=_AT_ONCE)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
