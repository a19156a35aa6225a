"""Reading, screening and writing at the same time, in order, with a bounded number of blocks in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from queue import Empty, Full, Queue
from threading import Event, Thread, current_thread
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

WAIT_SECONDS = 0.1
"""How long a thread waits before it looks whether it is still wanted."""


def ahead(items: Iterable[Item], number: int) -> Generator[Item]:
    """The items, of which a thread makes up to `number` before they are asked for.

    Whoever does not take all of them closes it, as with `in_order`, and the thread has ended.
    """
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
        if current_thread() is not thread:  # where nobody closed it, any thread may find that it is no longer used
            thread.join()


def in_order(items: Generator[Item], make: Callable[[Item], Made], threads: int) -> Generator[Made]:
    """What `make` makes of each item, in the order of the items, with `threads` of them at work.

    At most two items per thread are under way or waiting to be taken. The items are closed at the end.
    """
    workers = set[Thread]()
    pool = ThreadPoolExecutor(threads, initializer=lambda: workers.add(current_thread()))
    waiting: deque[Future[Made]] = deque()
    with closing(items):
        try:
            for item in items:
                waiting.append(pool.submit(make, item))
                if len(waiting) >= 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=current_thread() not in workers, cancel_futures=True)
