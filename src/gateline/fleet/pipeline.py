"""Reading, screening and writing at the same time, in order, with a bounded number of blocks in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

WAIT_SECONDS = 0.1
"""How long a thread waits before it looks whether it is still wanted."""


def ahead(items: Iterable[Item], number: int) -> Iterator[Item]:
    """The items, of which a thread makes up to `number` before they are asked for."""
    queue: Queue[tuple[str, Item | BaseException | None]] = Queue(number)
    stopped = Event()

    def put(kind: str, item: Item | BaseException | None) -> None:
        while not stopped.is_set():
            with suppress(Full):
                queue.put((kind, item), timeout=WAIT_SECONDS)
                return

    def work() -> None:
        try:
            for item in items:
                put("item", item)
                if stopped.is_set():
                    return
            put("end", None)
        except BaseException as error:  # it is raised again where the items are asked for
            put("error", error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            kind, item = queue.get()
            if kind == "end":
                return
            if isinstance(item, BaseException):
                raise item
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        with suppress(Empty):
            while True:
                queue.get_nowait()
        thread.join()


def in_order(items: Iterable[Item], make: Callable[[Item], Made], threads: int) -> Iterator[Made]:
    """What `make` makes of each item, in the order of the items, with `threads` of them at work.

    At most two items per thread are under way or waiting to be taken.
    """
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[Made]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(make, item))
            if len(waiting) >= 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
