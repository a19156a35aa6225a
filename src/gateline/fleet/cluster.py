"""The parts of a folder on more than one process or machine, by Dask: each worker screens whole parts."""

from __future__ import annotations

import logging
import platform
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from uuid import uuid4

import pyarrow as pa
from distributed import Client, LocalCluster, as_completed
from distributed.scheduler import KilledWorker

from gateline.errors import InputError
from gateline.fleet.folders import FolderRun
from gateline.fleet.parts import Part
from gateline.fleet.summary import FleetSummary
from gateline.numerals import clip
from gateline.rules.specfiles import digest_of, specs_folder
from gateline.version import __version__

CONNECT_SECONDS = 10
WORKER_SECONDS = 60
"""How long a scheduler may take to answer, and to get its first worker."""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Screens parts on the workers of a Dask scheduler.

    Attributes
    ----------
    address : str
        Such as ``tcp://scheduler:8786``; empty starts workers on this machine.
    workers : int
        How many of them.
    """

    address: str = ""
    workers: int = 1

    def __call__(self, run: FolderRun, parts: Sequence[Part]) -> Generator[FleetSummary]:
        """What becomes of each part, in any order; a part whose worker is lost is screened by another.

        Raises
        ------
        InputError
            If no scheduler or worker answers, a worker has another release, or a part cannot be screened.
        """
        with self._client() as client:
            wanted = installed()
            _check_workers(client, wanted)
            shared = client.submit(_same, replace(run, threads=0), key=f"gateline-run-{uuid4().hex}")
            name = uuid4().hex
            waiting = {
                client.submit(_screen, shared, part, wanted, key=f"gateline-part-{name}-{number}"): part
                for number, part in enumerate(parts)
            }
            try:
                for future in as_completed(list(waiting), loop=client.loop):
                    try:
                        yield future.result()
                    except KilledWorker:
                        raise InputError(
                            f"{waiting[future].where}: its workers were lost again and again, the last one perhaps for want of memory. "
                            "Give workers more of it, and go on with --resume."
                        ) from None
                    future.release()
            except BaseException:
                client.cancel(list(waiting))
                raise

    @contextmanager
    def _client(self) -> Iterator[Client]:
        with ExitStack() as stack:
            address = self.address
            if not address:
                local = LocalCluster(
                    n_workers=self.workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
                address = stack.enter_context(local).scheduler_address
            try:
                client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
            except (OSError, ValueError, ImportError) as error:
                reason = clip(str(error) or type(error).__name__, 120).rstrip(".")
                raise InputError(
                    f"{clip(address, 80)}: no Dask scheduler answers: {reason}. "
                    "Start one with 'dask scheduler', and write its address as it says, such as tcp://host:8786."
                ) from None
            yield stack.enter_context(client)


@cache
def installed() -> dict[str, str]:
    """The releases that decide what a part's bytes are."""
    major, minor, _ = platform.python_version_tuple()
    return {
        "gateline": __version__,
        "the rules' data": digest_of(specs_folder()),
        "pyarrow": pa.__version__,
        "Python": f"{major}.{minor}",
    }


def _check_workers(client: Client, wanted: dict[str, str]) -> None:
    """Refuse to begin without workers, or with one that has other releases."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError:
        raise InputError(
            f"{client.scheduler.address}: the scheduler has no workers. Start some: dask worker {client.scheduler.address}"
        ) from None
    for worker, found in client.run(installed, on_error="return").items():
        if isinstance(found, ImportError):
            raise InputError(
                f"{worker}: a part of gateline is missing: {found}. Install it there with: pip install 'gateline[cluster]'"
            )
        if isinstance(found, Exception):
            raise InputError(f"{worker}: the worker cannot say what it has: {clip(str(found), 120)}.")
        _check(worker, found, wanted)


def _check(worker: str, found: dict[str, str], wanted: dict[str, str]) -> None:
    for name, release in wanted.items():
        if found.get(name) != release:
            raise InputError(
                f"{worker}: has {name} {clip(found.get(name, 'unknown'))}, here it is {clip(release)}. "
                "Install the same releases everywhere, so that all parts are screened alike."
            )


def _same(run: FolderRun) -> FolderRun:
    """The run, as a result that the scheduler can make again where a worker that held it is lost."""
    return run


def _screen(run: FolderRun, part: Part, wanted: dict[str, str]) -> FleetSummary:
    """Screen a part in a worker, which may have come after the others were checked."""
    _check("a worker", installed(), wanted)
    return run.screen(part)
